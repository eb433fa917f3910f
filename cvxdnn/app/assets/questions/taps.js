/** Some of the points, tapped. */

import { element } from "../common/elements.js";
import { short } from "../common/numbers.js";
import { Chart, legend } from "./chart.js";
import { buttonsOver, putOver } from "./over.js";

export class Taps {
  hint = "Tap one or more places, then send.";
  #chosen = new Set();
  #isLocked = false;

  /**
   * @param {import("./index.js").Question} question
   * @param {() => void} changed
   * @param {Chart} [chart] of others
   */
  constructor(question, changed, chart) {
    this.changed = changed;
    this.question = question;
    this.chart = chart ?? new Chart(question.points, `${question.points.length} places to tap`);
    this.isOwn = !chart;
    const group = { class: "answer", role: "group", "aria-label": question.text };
    this.element = chart ? null : element("div", group, null, [this.chart.element]);
    const names = question.points.map(([x, y]) => `place at x = ${short(x)}, y = ${short(y)}`);
    this.buttons = buttonsOver(this.chart, names);
    this.buttons.forEach((button, k) => {
      button.onclick = () => this.#tap(k);
    });
    this.chart.resized = () => this.#draw();
    this.chart.show([{ style: "given", knots: question.curve }]);
  }

  get value() {
    return this.#chosen.size ? [...this.#chosen].sort((a, b) => a - b) : null;
  }

  set value(value) {
    this.#chosen = new Set(Array.isArray(value) ? value.filter((k) => k in this.buttons) : []);
    this.#draw();
  }

  get isEmpty() {
    return this.#chosen.size === 0;
  }

  clear() {
    if (this.#isLocked) return;
    this.#chosen.clear();
    this.#draw();
    this.changed();
  }

  lock(isLocked) {
    this.#isLocked = isLocked;
    this.#draw();
  }

  /** By places: of points above each other one is as good as both. */
  isRight(right) {
    const places = (numbers) => String([...new Set(numbers.map((k) => this.question.points[k][0]))]);
    return places(right) === places(this.value ?? []);
  }

  reveal({ right, counts, answers, curve }) {
    this.chart.show([
      { style: "given", knots: this.question.curve },
      { style: "best", knots: curve },
    ]);
    const names = { ...(curve.length && { best: "the best there is" }), ...(right && { ring: "right" }) };
    this.element.querySelector(".legend")?.remove();
    this.element.append(legend(names));
    this.buttons.forEach((button, k) => {
      const isRight = right?.includes(k) ?? false;
      button.classList.toggle("right", isRight);
      button.title = `${counts[k]} of ${answers}${isRight ? ", right" : ""}`;
    });
  }

  destroy() {
    for (const button of this.buttons) button.remove();
    if (this.isOwn) this.chart.destroy();
  }

  #tap(k) {
    if (this.#isLocked) return;
    if (!this.#chosen.delete(k)) this.#chosen.add(k);
    this.#draw();
    this.changed();
  }

  #draw() {
    putOver(this.buttons, this.chart, this.question.points);
    this.buttons.forEach((button, k) => {
      button.setAttribute("aria-pressed", String(this.#chosen.has(k)));
      button.setAttribute("aria-disabled", String(this.#isLocked));
    });
  }
}
