/**
 * Prices as bars: misfit and, paler, what weight decay charges; all on one scale, which no frame changes.
 *
 * @typedef {object} Bar numbers and words for each frame
 * @property {string} role whose it is, as the styles of curves
 * @property {string} name
 * @property {number[]} misfit
 * @property {number[]} charge
 * @property {string[]} [note]
 */

import { element } from "../common/elements.js";
import { short } from "../common/numbers.js";
import { at, nearest } from "./frames.js";

export class Bars {
  #rows = [];
  #full = 1;

  /** @param {string} charge what weight decay charges, in words */
  constructor(charge) {
    this.charge = charge;
    this.element = element("div", { class: "bars", hidden: "" });
  }

  /**
   * @param {Bar[]} bars
   * @param {number} [full] the price of a whole bar, where none is dearer
   */
  of(bars, full = 1e-12) {
    this.element.hidden = !bars.length;
    this.#full = Math.max(...bars.map(({ misfit, charge }) => Math.max(...misfit) + Math.max(...charge)), full);
    this.#rows = bars.map((bar) => new Row(bar));
    const key = element("p", { class: "key" }, null, [
      element("i", { class: "misfit" }),
      "misfit + ",
      element("i", { class: "charge" }),
      this.charge,
    ]);
    this.element.replaceChildren(key, ...this.#rows.map((row) => row.element));
  }

  draw(t) {
    for (const row of this.#rows) row.draw(t, this.#full);
  }
}

class Row {
  /** @param {Bar} bar */
  constructor(bar) {
    this.bar = bar;
    this.sum = element("span", { class: "sum" });
    this.note = element("span", { class: "with" });
    this.parts = ["misfit", "charge"].map((name) => element("i", { class: name }));
    const head = element("p", { class: "whose" }, null, [element("b", {}, null, [bar.name]), " ", this.note, this.sum]);
    const line = element("div", { class: "bar", "aria-hidden": "true" }, null, this.parts);
    this.element = element("div", { class: `price-of ${styleOf(bar.role)}` }, null, [head, line]);
  }

  draw(t, full) {
    const shares = [this.bar.misfit, this.bar.charge].map((frames) => at(frames, t));
    this.parts.forEach((part, k) => {
      part.style.width = `${(100 * shares[k]) / full}%`;
    });
    const [misfit, charge] = shares;
    this.sum.textContent = `${short(misfit)} + ${short(charge)} = ${short(misfit + charge)}`;
    this.note.textContent = this.bar.note?.length ? nearest(this.bar.note, t) : "";
  }
}

/** The style of a curve or a bar by its role. */
export const styleOf = (role) => (role === "you" ? "yours" : role);
