/** A function, drawn over the points with a finger, a mouse or the arrow keys. */

import { element } from "../../common/elements.js";
import { Chart, legend } from "../chart.js";
import { Line } from "./line.js";

const DECIMALS = 4; // of the numbers that are sent, in units of the chart's width and height
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KEY_HEIGHT = 0.03; // of an arrow up, as a share of the chart
const WORDS =
  "Drawing. Right and left arrows go to the next point or half way there and draw a straight piece, " +
  "up and down move its end. Backspace starts again.";

export class Sketch {
  #line;
  #pointer = null; // id of the one that draws
  #pen = null; // the keyboard's pencil: {x, y, from}
  #isLocked = false;
  #best = [];
  #stop = new AbortController();

  /**
   * @param {import("../room.js").Question} question
   * @param {() => void} changed
   */
  constructor(question, changed) {
    this.changed = changed;
    this.question = question;
    this.chart = new Chart(question.points, WORDS);
    this.element = element("div", { class: "answer" }, null, [this.chart.element]);
    this.stops = stopsOf(question.points.map(([x]) => x));
    this.#line = this.#blank();
    this.#listen(this.chart.canvas);
    this.lock(false);
  }

  get hint() {
    if (this.isEmpty) return "Draw with a finger, from the first point to the last.";
    return this.value ? "Draw over a part to change it, then send." : "Draw on to both ends.";
  }

  /** @returns {?[number, number][]} knots, once the drawing reaches from the first point to the last */
  get value() {
    if (!this.#line.isWhole) return null;
    const [across, up] = [this.chart.x, this.chart.y].map(([low, high]) => digits(high - low));
    return this.#line.knots.map(([x, y]) => [Number(x.toFixed(across)), Number(y.toFixed(up))]);
  }

  set value(knots) {
    this.#line = this.#blank();
    if (Array.isArray(knots)) this.#line.load(knots);
    this.#draw();
  }

  get isEmpty() {
    return this.#line.isEmpty;
  }

  clear() {
    if (this.#isLocked) return;
    this.#line = this.#blank();
    this.#pen = null;
    this.#said();
  }

  lock(isLocked) {
    this.#isLocked = isLocked;
    this.#pointer = null;
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
    this.#stop.abort();
    this.chart.destroy();
  }

  #blank() {
    return new Line(this.chart.x, this.chart.y);
  }

  #listen(canvas) {
    const on = (type, handler, options = {}) =>
      canvas.addEventListener(type, handler, { signal: this.#stop.signal, ...options });
    // Else a quick stroke counts as a fling, and the next tap (on Send) only stops it.
    on("touchstart", (event) => !this.#isLocked && event.preventDefault(), { passive: false });
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) on(type, (event) => this.#lift(event));
    on("keydown", (event) => this.#key(event));
    on("blur", () => this.#draw());
  }

  #press(event) {
    if (this.#isLocked || event.button !== 0 || this.#pointer !== null) return;
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.#pen = null;
    this.chart.canvas.setPointerCapture(event.pointerId);
    this.#line.to(...this.chart.place(event));
    this.#draw();
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.#line.to(...this.chart.place(each));
    this.#draw();
  }

  #lift(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#line.lift();
    this.#said();
  }

  #key(event) {
    if (this.#isLocked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Backspace" || event.key === "Delete") this.clear();
    else if (KEYS[event.key]) this.#go(...KEYS[event.key]);
    else return;
    event.preventDefault();
  }

  /** One press of an arrow: along x to the next stop, or the end of the newest piece up or down. */
  #go(across, up) {
    const [low, high] = this.chart.y;
    this.#pen ??= this.#start();
    if (across) {
      const next = across > 0 ? this.stops.find((x) => x > this.#pen.x) : this.stops.findLast((x) => x < this.#pen.x);
      if (next === undefined) return;
      this.#pen = { x: next, y: this.#pen.y, from: this.#pen };
    } else {
      this.#pen.y = Math.min(high, Math.max(low, this.#pen.y + up * KEY_HEIGHT * (high - low)));
    }
    const { x, y, from } = this.#pen;
    if (from) this.#line.to(from.x, from.y);
    this.#line.to(x, y);
    this.#line.lift();
    this.#said();
  }

  #start() {
    const [x] = this.stops;
    return { x, y: this.#line.height(x) ?? this.question.points[0][1], from: null };
  }

  #said() {
    this.#draw();
    this.changed();
  }

  #draw() {
    const curves = [
      { style: "given", knots: this.question.curve },
      { style: "best", knots: this.#best },
      { style: "yours", knots: this.#line.knots },
    ];
    const hasKeys = this.#pen && !this.#isLocked && document.activeElement === this.chart.canvas;
    this.chart.show(curves, hasKeys ? [this.#pen.x, this.#pen.y] : null);
  }
}

/** Decimals that say a number to a ten-thousandth of a span. */
const digits = (span) => Math.min(20, Math.max(0, DECIMALS - Math.ceil(Math.log10(span))));

/** Where the keyboard's pencil stops: at points and half way between them. */
function stopsOf(xs) {
  const all = [...new Set(xs)];
  return all.flatMap((x, k) => (k ? [(all[k - 1] + x) / 2, x] : [x]));
}
