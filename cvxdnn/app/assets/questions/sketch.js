/** A function, drawn over the points with a finger, a mouse or the arrow keys (`../sketch`). */

import { element } from "../common/elements.js";
import { Pencil, stopsOf } from "../sketch/pencil.js";
import { Chart, legend } from "./chart.js";

const DECIMALS = 4; // of the numbers that are sent, in units of the chart's width and height
const WORDS =
  "Drawing. Right and left arrows go to the next point or half way there and draw a straight piece, " +
  "up and down set the height there. Backspace starts again.";

export class Sketch {
  #best = [];

  /**
   * @param {import("./index.js").Question} question
   * @param {() => void} changed
   * @param {Chart} [chart] of others
   */
  constructor(question, changed, chart) {
    this.question = question;
    this.chart = chart ?? new Chart(question.points, WORDS, question.frame);
    this.isOwn = !chart;
    this.element = chart ? null : element("div", { class: "answer" }, null, [this.chart.element]);
    const said = (isFinished) => {
      this.#draw();
      if (isFinished || this.pencil.pen) changed(); // keys at once: the next one may lead to Send
    };
    this.pencil = new Pencil(surface(this.chart, question.points, said));
    this.lock(false);
  }

  get hint() {
    const isBeyond = this.chart.x[1] > this.question.points.at(-1)[0];
    if (this.isEmpty) return `Draw with a finger, from the first point to the ${isBeyond ? "right edge" : "last"}.`;
    return this.value ? "Draw over a part, or pull a corner, to change it; then send." : "Draw on to both ends.";
  }

  /** @returns {?[number, number][]} knots, once the drawing reaches from the first point to the last */
  get value() {
    if (!this.pencil.isWhole) return null;
    const [across, up] = [this.chart.x, this.chart.y].map(([low, high]) => digits(high - low));
    return this.pencil.line.map(([x, y]) => [Number(x.toFixed(across)), Number(y.toFixed(up))]);
  }

  set value(knots) {
    this.pencil.load(Array.isArray(knots) ? knots : []);
    this.#draw();
  }

  get isEmpty() {
    return this.pencil.line.length === 0;
  }

  clear() {
    this.pencil.clear();
  }

  lock(isLocked) {
    this.pencil.isLocked = isLocked;
    const { canvas } = this.chart;
    canvas.classList.toggle("canvas", !isLocked);
    canvas.setAttribute("role", isLocked ? "img" : "application");
    if (isLocked) canvas.removeAttribute("tabindex");
    else canvas.setAttribute("tabindex", "0");
    this.#draw();
  }

  isRight() {
    return undefined;
  }

  reveal({ curve }) {
    this.#best = curve;
    const names = { best: "the best there is", ...(!this.isEmpty && { yours: "yours" }) };
    this.element.querySelector(".legend")?.remove();
    if (curve.length) this.element.append(legend(names));
    this.#draw();
  }

  destroy() {
    this.pencil.destroy();
    if (this.isOwn) this.chart.destroy();
  }

  #draw() {
    const curves = [
      { style: "given", knots: this.question.curve },
      { style: "best", knots: this.#best },
      { style: "yours", knots: this.pencil.line },
    ];
    const { canvas } = this.chart;
    const hasKeys = !this.pencil.isLocked && canvas.getRootNode().activeElement === canvas; // also in a shadow root
    this.chart.show(curves, hasKeys ? this.pencil.pen : null);
  }
}

/** @returns {import("../sketch/pencil.js").Surface} */
function surface(chart, points, changed) {
  const xs = points.map(([x]) => x);
  return {
    canvas: chart.canvas,
    frame: () => ({ x: chart.x, y: chart.y }),
    range: () => [xs[0], xs.at(-1)],
    place: (event) => chart.place(event),
    distance: (event, knot) => chart.distance(event, knot),
    stops: () => stopsOf([...xs, ...chart.x]),
    start: () => points[0][1],
    changed,
  };
}

/** Decimals that say a number to a ten-thousandth of a span. */
const digits = (span) => Math.min(20, Math.max(0, DECIMALS - Math.ceil(Math.log10(span))));
