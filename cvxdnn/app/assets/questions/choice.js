/** One of the options: big buttons, a group of radio buttons to the keyboard. */

import { element } from "../common/elements.js";

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

export class Choice {
  hint = "Choose one, then send it.";
  #value = null;
  #isLocked = false;

  /**
   * @param {import("./index.js").Question} question
   * @param {() => void} changed
   */
  constructor(question, changed) {
    this.changed = changed;
    this.buttons = question.options.map((words, k) => {
      const button = element("button", { class: "choice", role: "radio", type: "button" }, null, [
        element("span", { class: "sign", "aria-hidden": "true" }, null, [String.fromCharCode(65 + k)]),
        element("span", {}, null, [words]),
      ]);
      button.onclick = () => this.#choose(k);
      button.onkeydown = (event) => this.#key(event, k);
      return button;
    });
    this.element = element(
      "div",
      { class: "choices", role: "radiogroup", "aria-label": question.text },
      null,
      this.buttons,
    );
    this.#draw();
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    this.#value = Number.isInteger(value) && value >= 0 && value < this.buttons.length ? value : null;
    this.#draw();
  }

  get isEmpty() {
    return this.#value === null;
  }

  clear() {
    this.#choose(null);
  }

  lock(isLocked) {
    this.#isLocked = isLocked;
    this.#draw();
  }

  isRight(right) {
    return right === this.#value;
  }

  reveal({ right, counts, answers }) {
    this.buttons.forEach((button, k) => {
      for (const old of button.querySelectorAll(".votes, .bar")) old.remove();
      const isRight = k === right;
      button.classList.toggle("right", isRight);
      const votes = element("span", { class: "votes" }, button);
      if (isRight) element("span", { class: "mark" }, votes, ["✓ right · "]);
      votes.append(`${counts[k]} of ${answers}`);
      const bar = element("span", { class: "bar", "aria-hidden": "true" }, button);
      element("i", {}, bar).style.width = `${answers ? (100 * counts[k]) / answers : 0}%`;
    });
  }

  destroy() {}

  #choose(k) {
    if (this.#isLocked) return;
    this.#value = k;
    this.#draw();
    this.changed();
  }

  #key(event, k) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (k + step + this.buttons.length) % this.buttons.length;
    this.#choose(next);
    this.buttons[next].focus();
  }

  #draw() {
    this.buttons.forEach((button, k) => {
      const isChosen = k === this.#value;
      button.setAttribute("aria-checked", String(isChosen));
      button.setAttribute("aria-disabled", String(this.#isLocked));
      button.tabIndex = isChosen || (this.#value === null && k === 0) ? 0 : -1;
    });
  }
}
