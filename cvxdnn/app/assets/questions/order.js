/** All options in an order: tapped one after the other; a tap on one that has a number takes it and those after it back. */

import { element } from "../common/elements.js";

const FIRST_LAST = (count) => `Tap all ${count}, the first one first.`;

export class Order {
  #chosen = [];
  #isLocked = false;

  /**
   * @param {import("./index.js").Question} question
   * @param {() => void} changed
   */
  constructor(question, changed) {
    this.changed = changed;
    this.options = question.options;
    this.hint = FIRST_LAST(question.options.length);
    this.buttons = question.options.map((words, k) => {
      this.sign = element("span", { class: "sign", "aria-hidden": "true" });
      const button = element("button", { class: "choice", type: "button" }, null, [
        this.sign,
        element("span", {}, null, [words]),
      ]);
      button.onclick = () => this.#tap(k);
      return button;
    });
    this.element = element("div", { class: "choices", role: "group", "aria-label": question.text }, null, this.buttons);
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

  destroy() {}

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
    this.buttons.forEach((button, k) => {
      const at = this.#chosen.indexOf(k);
      button.querySelector(".sign").textContent = at < 0 ? "" : String(at + 1);
      button.setAttribute("aria-pressed", String(at >= 0));
      button.setAttribute("aria-label", at < 0 ? this.options[k] : `${this.options[k]}: number ${at + 1}`);
      button.setAttribute("aria-disabled", String(this.#isLocked));
    });
  }
}
