/**
 * A reveal: the answer's curves and prices over time, played once, then moved with a slider.
 *
 * @typedef {object} Reveal what `revealed` in Python answers to a prediction
 * @property {?boolean} right null where nothing is right or wrong
 * @property {string} words  @property {string} also  @property {string} takeaway
 * @property {{words: string, link: string}} now
 * @property {{ask: string, expect: string, background: string}} teacher
 * @property {string} slider what it moves; "" where nothing moves
 * @property {string[]} said for each frame
 * @property {number} seconds  @property {number} rest where it stands after it was played
 * @property {{role: string, name: string, x: number[], y: (number | null)[][]}[]} curves
 * @property {number[][]} knots for each frame, or once
 * @property {[number, number][][]} band
 * @property {import("./bars.js").Bar[]} bars
 * @property {Mark[]} marks
 *
 * @typedef {{kind: "gone", x: number, name: string, from: number} | {kind: "pull", x: number[], y: number[][], walls: number[]}
 *   | {kind: "touches", points: number[][]} | {kind: "point", point: number, x: number, y: number[][]}} Mark a number below
 *   the chart from a frame on; the pull in its tube, and where it is at a wall, for each frame or once; a point that moves
 */

import { element } from "../common/elements.js";
import { Bars, styleOf } from "./bars.js";
import { at, knotsOf, nearest, playOnce } from "./frames.js";

const BADGE = 0.05; // how high a number is above the axis, as a share of the chart's height

export class RevealView {
  t = 1;
  #stop = () => {};

  /**
   * @param {Reveal} reveal
   * @param {import("./scene.js").Lesson} lesson
   * @param {any[]} answers
   * @param {{stage: import("./stage.js").Stage, tube: ?import("./tube.js").Tube, under: Element}} scene
   */
  constructor(reveal, lesson, answers, { stage, tube, under }) {
    Object.assign(this, { reveal, lesson, answers, stage, tube, under, t: reveal.rest });
    this.bars = new Bars(lesson.charge);
    this.bars.of(reveal.bars);
    this.rail = element("input", {
      class: "rail",
      type: "range",
      min: "0",
      max: "1",
      step: "0.001",
      "aria-label": reveal.slider,
    });
    this.rail.oninput = () => this.#seek(this.rail.valueAsNumber);
    this.value = element("span", { class: "value" });
    this.slider = element("label", { class: "slider" }, null, [this.value, this.rail]);
  }

  /** What is said of the prediction. */
  words() {
    const { right, words, also } = this.reveal;
    const verdict = { true: "Right.", false: "Not quite.", null: "See for yourself." }[right];
    return [
      element("p", { class: "verdict" }, null, [verdict]),
      element("p", { class: "say" }, null, [words]),
      this.bars.element,
      ...(also ? [element("p", { class: "also" }, null, [also])] : []),
    ];
  }

  /** @param {boolean} plays whether it is shown for the first time */
  open(plays) {
    this.under.replaceChildren(...(this.reveal.slider ? [this.slider] : []));
    if (plays) this.#stop = playOnce(this.reveal.seconds, this.reveal.rest, (t) => this.#show(t));
    else this.#show(this.t);
  }

  /** As it stands afterwards, without its slider. */
  rest() {
    this.#stop();
    this.under.replaceChildren();
    this.#show(this.reveal.rest);
  }

  #seek(t) {
    this.#stop();
    this.#show(t);
  }

  #show(t) {
    this.t = t;
    const { curves, knots, band, said } = this.reveal;
    this.stage.of({
      points: this.#points(t),
      band,
      knots: knots.length ? at(knots, t) : [],
      curves: [
        ...this.#given(),
        ...below(curves).map((curve) => ({ style: styleOf(curve.role), name: curve.name, knots: knotsOf(curve, t) })),
      ],
      badges: [...this.#gone(t), ...this.#order()],
    });
    this.#showPull(t);
    this.bars.draw(t);
    const words = nearest(said, t) || this.reveal.slider;
    if (this.value.textContent !== words) this.value.textContent = words;
    this.rail.value = t;
    this.rail.style.setProperty("--at", t);
    this.rail.setAttribute("aria-valuetext", words);
  }

  /** One of them may move. */
  #points(t) {
    const { points } = this.lesson.questions[0];
    const moved = this.#mark("point");
    return moved ? points.with(moved.point, [moved.x, at(moved.y, t)[0]]) : points;
  }

  #mark(name) {
    return this.reveal.marks.find(({ kind }) => kind === name);
  }

  /** The curve of the question, where the answer does not show it. */
  #given() {
    const isShown = this.reveal.curves.some(({ role }) => role === "given");
    return isShown ? [] : [{ style: "given", knots: this.lesson.questions[0].curve, isFaint: true }];
  }

  /** Numbers below the chart, of what is gone by now. */
  #gone(t) {
    const frame = t * (this.reveal.said.length - 1);
    const gone = this.reveal.marks.filter(({ kind, from }) => kind === "gone" && frame >= from);
    const [low, high] = this.stage.y;
    return gone.map(({ x, name }) => ({ at: [x, low + BADGE * (high - low)], words: name, style: "best" }));
  }

  /** What was put in order, with its numbers. */
  #order() {
    const [{ kind, points }] = this.lesson.questions;
    if (kind !== "order") return [];
    const places = this.answers[0].map((option) => points[this.lesson.places[option]]).filter(Boolean);
    return places.map((at, k) => ({ at, words: String(k + 1), style: "yours" }));
  }

  #showPull(t) {
    const [pull, touches] = ["pull", "touches"].map((name) => this.#mark(name));
    if (!pull || !this.tube) return;
    const [{ kind }] = this.lesson.questions;
    const tapped = kind === "taps" ? this.answers[0] : [];
    const touched = touches ? nearest(touches.points, t) : [];
    const { x, y, walls } = pull;
    this.tube.of({ x, pull: at(y, t), walls, touches: touched, tapped }, largest(y));
  }

  destroy() {
    this.#stop();
  }
}

/** What was there before is drawn first, so that it lies below. */
const below = (curves) => curves.toSorted((one, other) => (other.role === "given") - (one.role === "given"));

const largest = (frames) => Math.max(...frames.flat().map(Math.abs));
