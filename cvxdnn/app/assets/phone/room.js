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

const PATIENCE = 15_000; // milliseconds: longer than the server holds a request; a phone that slept may wait for nobody

const ID_BYTES = 16;

/** @returns {string} this tab's own name, random, the same after a reload */
export function identity() {
  const known = kept("phone");
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  keep("phone", name);
  return name;
}

/** @returns {any} what is kept under this name; null where nothing is */
export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Keeps a value until the tab is closed; where a browser keeps nothing, the page works until it is reloaded. */
export function keep(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // private windows of some browsers
  }
}

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
    return this.#ask(after === null ? "" : `?after=${after}`, {}, stop);
  }

  /**
   * @param {number} step
   * @param {number} turn grows with everything that is sent: the newest counts
   * @param {any} answer
   */
  say(step, turn, answer) {
    return this.#ask("/answer", { method: "POST", body: JSON.stringify({ step, turn, answer }) });
  }

  async #ask(what, options, stop = null) {
    const ending = new AbortController();
    const late = setTimeout(() => ending.abort(), PATIENCE);
    stop?.addEventListener("abort", () => ending.abort(), { once: true });
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
