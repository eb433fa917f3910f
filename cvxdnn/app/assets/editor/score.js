/**
 * The numbers above the chart, of the moment that it shows: how far the network is from the best one, and how many bends
 * both have. A press shows the starts that got stuck, one after the other.
 */

import { percent } from "../common/numbers.js";
import { equip, explain } from "../common/terms.js";

/** @typedef {import("./link.js").Data} Data */

export class Score {
  #stuck = null; // which of those that are stuck is shown

  /**
   * @param {HTMLElement} host
   * @param {() => void} redraw at the next frame
   */
  constructor(host, redraw) {
    this.element = host.querySelector(".score");
    this.bends = host.querySelector(".bends");
    equip(this.bends);
    [this.title, this.tag] = this.element.querySelector(".title").children;
    this.number = this.element.querySelector(".big");
    [this.note, this.button] = this.element.querySelector(".note").children;
    this.redraw = redraw;
    this.button.onclick = () => this.#next();
  }

  /** From one to the next, and at the end to none. */
  #next() {
    this.#stuck = this.#stuck === null ? 0 : this.#stuck + 1;
    this.redraw();
  }

  /** The number with its title, in words; "" where there is none. */
  get said() {
    return this.element.hidden ? "" : `${this.title.textContent}: ${this.number.textContent}, ${this.tag.textContent}`;
  }

  /**
   * The start that is stuck and to be shown.
   * @param {Data} data
   * @returns {?import("./link.js").Stuck}
   */
  stuck({ score, curves }) {
    const stuck = score?.stuck ?? [];
    const network = curves.find(({ style }) => style === "network");
    if (!network || network.is_old || this.#stuck >= stuck.length) this.#stuck = null;
    return this.#stuck === null ? null : stuck[this.#stuck];
  }

  /**
   * @param {Data} data
   * @param {boolean} isEarly whether the film shows a moment before the end, which the note is about
   */
  draw({ score, curves, bend_tolerance }, isEarly) {
    for (const tile of [this.element, this.bends]) tile.hidden = !score;
    if (!score) return;
    const [network, optimum] = ["network", "optimum"].map((name) => curves.find(({ style }) => style === name));
    this.#drawGap(score, network);
    this.#drawNote(score, network, isEarly);
    const [shown, best] = [network?.is_old ? undefined : network?.bends, optimum?.bends];
    this.bends.querySelector(".of-network").textContent = shown ?? "–";
    this.bends.querySelector(".of-best").textContent = best ?? "–";
    this.bends.querySelector(".note").textContent =
      `neighbours that one bend replaces within ${100 * bend_tolerance} % count once`;
  }

  #drawGap({ title, tag, bound, instead }, network) {
    explain(this.title, title);
    explain(this.tag, tag);
    this.tag.className = `tag ${tag}`;
    this.number.classList.toggle("brief", instead !== "");
    this.number.textContent = instead || gap(network, bound, tag === "certified");
  }

  #drawNote({ note, stuck }, network, isEarly) {
    const isNow = network && !network.is_old;
    this.note.textContent = isNow && note ? `${isEarly ? "at the end: " : ""}${note}` : "";
    this.button.hidden = !isNow || !stuck.length;
    const { label } = stuck[this.#stuck] ?? {};
    this.button.toggleAttribute("data-action", !label); // a saved picture keeps what is shown, not what could be
    this.button.textContent = label ? `showing ${label}` : "show one";
    this.button.setAttribute("aria-label", label ? `Showing ${label}; next` : "Show a start that is stuck");
  }
}

/** How far the network is above the bound, which none can be below where that is certified. */
function gap(network, bound, isCertified) {
  if (!network?.price || network.is_old || !bound) return "–";
  const share = (network.price.misfit + network.price.charge) / bound - 1;
  return percent(isCertified ? Math.max(share, 0) : share);
}
