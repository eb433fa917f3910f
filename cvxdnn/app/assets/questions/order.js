/** All options in an order: tapped one after the other; a tap on one that has a number takes it and those after it back. */

import { element } from "../common/elements.js";
import { buttonsOver, putOver } from "./over.js";

const FIRST_LAST = (count) => `Tap all ${count}, the first one first.`;

export class Order {
  #chosen = [];
  #isLocked = false;

  /**
   * @param {import("./index.js").Question} question
   * @param {() => void} changed
   * @param {import("./chart.js").Chart & {places: [number, number][]}} [chart] of others, and where the options are on it
   */
  constructor(question, changed, chart) {
    this.changed = changed;
    this.options = question.options;
    this.hint = FIRST_LAST(question.options.length);
    this.chart = chart;
    this.buttons = chart ? buttonsOver(chart, question.options) : question.options.map(row);
    this.buttons.forEach((button, k) => {
      button.onclick = () => this.#tap(k);
    });
    const group = { class: "choices", role: "group", "aria-label": question.text };
    this.element = chart ? null : element("div", group, null, this.buttons);
    if (chart) chart.resized = () => this.#draw();
    this.#draw();
  }

  get value() {
    return this.#chosen.length === this.options.length ? [...this.#chosen] : null;
  }

  set value(value) {
    this.#chosen = Array.isArray(value) ? value.filter((k) => k in this.options) : [];
    this.#draw();
  }

  get isEmpty() {
    return this.#chosen.length === 0;
  }

  clear() {
    this.#set([]);
  }

  lock(isLocked) {
    this.#isLocked = isLocked;
    this.#draw();
  }

  isRight(right) {
    return String(right) === String(this.#chosen);
  }

  /** Where each option really stands, and how many had it there. */
  reveal({ right, counts, answers }) {
    if (!right) return;
    this.buttons.forEach((button, k) => {
      button.querySelector(".votes")?.remove();
      const place = right.indexOf(k);
      button.classList.toggle("right", this.#chosen.indexOf(k) === place);
      const votes = element("span", { class: "votes below" }, button);
      element("span", { class: "mark" }, votes, [`is number ${place + 1}`]);
      votes.append(`, ${counts[k][place]} of ${answers} said so`);
    });
  }

  destroy() {
    for (const button of this.buttons) button.remove();
  }

  #tap(k) {
    const at = this.#chosen.indexOf(k);
    this.#set(at < 0 ? [...this.#chosen, k] : this.#chosen.slice(0, at));
  }

  #set(chosen) {
    if (this.#isLocked) return;
    this.#chosen = chosen;
    this.#draw();
    this.changed();
  }

  #draw() {
    if (this.chart) putOver(this.buttons, this.chart, this.chart.places);
    this.buttons.forEach((button, k) => {
      const at = this.#chosen.indexOf(k);
      const number = at < 0 ? "" : String(at + 1);
      if (this.chart) button.dataset.number = number;
      else button.querySelector(".sign").textContent = number;
      button.setAttribute("aria-pressed", String(at >= 0));
      button.setAttribute("aria-label", at < 0 ? this.options[k] : `${this.options[k]}: number ${at + 1}`);
      button.setAttribute("aria-disabled", String(this.#isLocked));
    });
  }
}

/** An option of a list, before its number is there. */
function row(words) {
  const sign = element("span", { class: "sign", "aria-hidden": "true" });
  return element("button", { class: "choice", type: "button" }, null, [sign, element("span", {}, null, [words])]);
}
