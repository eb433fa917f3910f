/**
 * What a phone and the server say to each other, and what the phone keeps in its tab until the tab is closed.
 *
 * @typedef {"waiting" | "open" | "locked" | "revealed"} Phase
 *
 * @typedef {object} State where the class is
 * @property {number} version another one for every move
 * @property {number} until seconds since 1970: with the code it names the class
 * @property {number} step of `steps`, from 0
 * @property {Phase} phase
 * @property {?import("../questions/index.js").Question} question null while it waits
 * @property {?object} reveal what was right and what the class said, once that is shown
 */

import { keep, kept } from "../common/tab.js";

/** Milliseconds; who waits for longer may wait for nobody: a network that was changed says nothing. */
const PATIENCE = 8_000;
const PATIENCE_WHILE_HELD = 12_000; // the server holds a request for eight seconds

const ID_BYTES = 16;

/** @returns {string} this tab's own name, random, the same after a reload */
function identity() {
  const known = kept("phone");
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  keep("phone", name);
  return name;
}

/** Whether a request that was answered so may be answered otherwise the next time. */
export const isPassing = (status) => status === 408 || status === 429 || status >= 500;

export class Room {
  /** @param {string} code of the class */
  constructor(code) {
    this.code = code;
    this.phone = identity();
  }

  /**
   * @param {?number} after the version that is known; null for an answer at once
   * @param {AbortSignal} stop
   * @returns {Promise<{status: number, told: any, again: number}>} the state with status 200, nothing with 204
   */
  state(after, stop) {
    if (after === null) return this.#ask("", {}, stop, PATIENCE);
    return this.#ask(`?after=${after}`, {}, stop, PATIENCE_WHILE_HELD);
  }

  /**
   * @param {number} step
   * @param {number} turn grows with every answer: the newest counts; what was taken is acknowledged again
   * @param {any} answer
   * @param {AbortSignal} stop
   */
  say(step, turn, answer, stop) {
    return this.#ask("/answer", { method: "POST", body: JSON.stringify({ step, turn, answer }) }, stop, PATIENCE);
  }

  async #ask(what, options, stop, patience) {
    const ending = new AbortController();
    const late = setTimeout(() => ending.abort(), patience);
    stop.addEventListener("abort", () => ending.abort(), { once: true });
    const address = new URL(`${document.documentElement.dataset.root}rooms/${this.code}${what}`, document.baseURI);
    const asked = { signal: ending.signal, headers: { Phone: this.phone }, credentials: "omit", cache: "no-store" };
    const request = { ...options, ...asked };
    try {
      const answer = await fetch(address, request);
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      const again = Number(answer.headers.get("Retry-After")) * 1000;
      return { status: answer.status, told: isJson ? await answer.json() : null, again };
    } finally {
      clearTimeout(late);
    }
  }
}
