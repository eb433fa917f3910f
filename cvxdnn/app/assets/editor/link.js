/**
 * The link to Python: what it sends, and what it is told.
 *
 * Who owns what
 *   points    The browser. Python replaces them only by sending another `version`; points that come with the
 *             version already known are an echo and are ignored, so an echo never undoes a newer edit. A
 *             replacement that arrives during a drag waits for its end. It is a step of the history like any
 *             edit: undo brings back what the user had placed. Where `origin` is another than before, the server
 *             was started again and knows only the link: it is told the points that are here.
 *   history   The browser.
 *   beta      Python, but for a weight decay chosen here until Python has confirmed it.
 *   hidden    The browser, after Python's first word. Python's list counts again when Python changes it.
 *   curves, band, certificate, domain   Python. They are drawn as they come, also during a drag; a domain that
 *             comes during a drag waits for its end, so that the chart does not move under the finger.
 *   spline    Computed here from the points, at every frame of a drag. So are, where Python says of what, the
 *             optimum, its certificate and the band, until Python's answer for these points is here (`preview.js`).
 *
 * What Python is told
 *   `points`  after each edit: when a drag ends, when the arrow keys rest, on add, remove, undo, redo; of edits
 *             that follow each other faster than Python could answer (a key held down) only the last.
 *   `beta`    with the points, and when its slider is let go.
 *   `edits`   only when `points` and `beta` are the very same as told before, which Streamlit would take for no change
 *             (say, undo after a replacement): a number that makes the callback run all the same.
 *   `sketch`  what is drawn over the points, and whether the optimum has been revealed; again until it is confirmed.
 *   `hidden`  when a curve is switched on or off.
 *   `fit`     when the chart is to fit the points again: since somebody asks for it, or after undo if they fill little.
 * Python says in `received` what has reached it. Until that is the latest edit, what belongs to older points is
 * drawn faded; and as Streamlit drops a message whose fragment is just being replaced, an edit that
 * is not confirmed within seconds is told again, unless Python is at work: on a busy host that would
 * make it do everything twice.
 *
 * @typedef {{label: string, line: number}} Stuck a start that did not get there: which of the lines of "networks" it is
 *
 * @typedef {object} Verdict on a drawing: which edit of it, its certified gap, which share of it lies inside the band,
 *   and what pays most to change, with where that is
 * @property {number} number
 * @property {?number} gap
 * @property {?number} inside
 * @property {?["up" | "down" | "tilt" | "missing" | "needless", ?number]} advice
 *
 * @typedef {object} Data what `point_editor` in Python sends
 * @property {number[][]} points pairs of x and y
 * @property {number} version
 * @property {string} origin whoever knows of the edits so far
 * @property {number[]} domain x0, x1, y0, y1 of the axes
 * @property {{x: string, y: string}} axes what stands at them
 * @property {{x: string, y: string}} letters what they are called in a sentence
 * @property {?number[]} levels the only values that y may have
 * @property {number} max_points
 * @property {number} min_points
 * @property {{name: string, label: string, style: string, lines: number[][][], knots: number[],
 *   bends: ?number, price: ?{name: string, misfit: number, charge: number}, is_old: boolean}[]} curves
 * @property {?{label: string, x: number[], lower: number[], upper: number[]}} band
 * @property {?{x: number[], z: number[], c: number, half_width: number, touching: number[]}} certificate
 * @property {{decay: string, caption: string, beam: string}} words about the certificate; "{wall}" stands for
 *   where the walls are
 * @property {?import("./preview.js").Model} model what the optimum is of
 * @property {?{title: string, tag: string, bound: ?number, instead: string, note: string, stuck: Stuck[]}} score
 * @property {number} bend_tolerance within which neighbouring bends count once; share of the range of y
 * @property {?{address: string, number: number, stills: number, step: number, edition: number, is_running: boolean,
 *   plays: boolean, behind: number[][][]}} film
 * @property {string[]} hidden
 * @property {?{version: number, knots: number[][], is_revealed: boolean, verdict: ?Verdict}} drawing
 * @property {?{points: number[][], hidden: string[], edits: number, beta: ?number, sketch: number}} received
 */

import { isAtWork } from "../common/server.js";
import { samePairs } from "./points.js";

const CONFIRM_WITHIN = 3000; // milliseconds, doubled at each of the first three repetitions
const EDIT_EVERY = 150; // least time between two edits told

export class Link {
  /** @type {Data} */
  data;
  version;
  origin;
  edits = 0;
  hidden = new Set();
  #component;
  #awaiting = null; // the edit that Python has not confirmed yet
  #held = null; // a weight decay chosen here that Python has not confirmed yet
  #drawn = { number: 0, knots: [], isRevealed: false }; // what Python was told of the drawing
  #told; // the points and the weight decay it was told last
  #delivered = -Infinity; // and when
  #toldHidden;
  #sentHidden; // the list of hidden curves that Python sent last
  #timers = {};

  /** Takes what Python sent; points and domain are taken by who may move them. */
  receive(component) {
    const isFirst = !this.data;
    this.#component = component;
    this.data = { points: [], curves: [], domain: [0, 1, 0, 1], ...component.data };
    if (isFirst) this.edits = this.data.received?.edits ?? 0;
    if (isFirst) this.#drawn.number = this.data.received?.sketch ?? 0;
    if (!this.isDrawingAhead) clearTimeout(this.#timers.drawing);
    this.#confirm(this.data.received);
    this.#acceptHidden();
  }

  /**
   * @param {number[][]} points those here
   * @returns {boolean} whether whoever sends the data knows nothing of them, and has to be told; once
   */
  isForgotten(points) {
    const { origin, version } = this.data;
    const isAnother = this.origin !== undefined && origin !== this.origin;
    this.origin = origin;
    if (isAnother) this.version = version;
    return isAnother && (this.isAhead || !samePairs(points, this.data.points));
  }

  /** @returns {?{points: number[][], isFirst: boolean}} points that replace those here, once */
  replacement() {
    const { version, points, received } = this.data;
    if (version === this.version) return null;
    const isFirst = this.version === undefined;
    this.version = version;
    if (isFirst) this.#told = { points: received?.points ?? points, beta: received?.beta ?? this.data.model?.beta };
    return { points, isFirst };
  }

  get isAwaiting() {
    return this.#awaiting !== null;
  }

  /** Whether points or weight decay may be others than those that Python has answered. */
  get isAhead() {
    return this.isAwaiting || this.#held !== null;
  }

  /** @returns {number|undefined} the weight decay that is shown */
  get beta() {
    return this.#held ?? this.data.model?.beta;
  }

  /** Shows this weight decay; it is told at the next commit. */
  hold(beta) {
    this.#held = !this.isAwaiting && beta === this.data.model.beta ? null : beta;
  }

  /** Tells an edit: at once, or with those that follow too soon. */
  commit(points) {
    this.edits += 1;
    this.#awaiting = { points, beta: this.beta };
    clearTimeout(this.#timers.delivery);
    clearTimeout(this.#timers.confirmation);
    const early = EDIT_EVERY - (performance.now() - this.#delivered);
    if (early <= 0) this.#tell();
    else this.#timers.delivery = setTimeout(() => this.#tell(), early);
  }

  /** Tells Python the latest edit for the first time. */
  #tell() {
    const { points, beta } = this.#awaiting;
    const isKnown = samePairs(points, this.#told.points) && beta === this.#told.beta;
    this.#awaiting.edits = isKnown ? this.edits : null;
    this.#told = { points, beta };
    this.#delivered = performance.now();
    this.#deliver();
    this.#confirmWithin(CONFIRM_WITHIN);
  }

  #deliver() {
    const { points, beta, edits } = this.#awaiting;
    this.#component.setStateValue("points", points);
    if (beta !== undefined) this.#component.setStateValue("beta", beta);
    if (edits !== null) this.#component.setStateValue("edits", edits);
  }

  #confirmWithin(time) {
    clearTimeout(this.#timers.confirmation);
    this.#timers.confirmation = setTimeout(() => {
      if (!this.#awaiting) return;
      if (!isAtWork()) this.#deliver();
      this.#confirmWithin(Math.min(2 * time, 8 * CONFIRM_WITHIN));
    }, time);
  }

  #confirm(received) {
    const awaited = this.#awaiting;
    if (awaited?.edits === undefined || !received || !samePairs(received.points, awaited.points)) return;
    if (awaited.beta !== undefined && received.beta !== awaited.beta) return;
    if (awaited.edits !== null && !(received.edits >= awaited.edits)) return;
    this.#awaiting = null;
    if (this.#held === awaited.beta) this.#held = null;
    clearTimeout(this.#timers.confirmation);
  }

  /** Asks for a domain that fits the points again. */
  fit(isWanted) {
    this.#component.setStateValue("fit", { isWanted, at: performance.now() }); // twice the same is said twice
  }

  /** Tells what is drawn over the points. */
  draw(knots, isRevealed) {
    this.#drawn = { number: this.#drawn.number + 1, knots, isRevealed };
    this.#deliverDrawing(CONFIRM_WITHIN);
  }

  /** Whether Python has not answered the latest drawing. */
  get isDrawingAhead() {
    return this.#drawn.number !== (this.data.received?.sketch ?? 0);
  }

  #deliverDrawing(again) {
    clearTimeout(this.#timers.drawing);
    if (again === CONFIRM_WITHIN || !isAtWork()) this.#component.setStateValue("sketch", this.#drawn);
    const next = Math.min(2 * again, 8 * CONFIRM_WITHIN);
    this.#timers.drawing = setTimeout(() => this.#deliverDrawing(next), again);
  }

  toggle(name) {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    this.#toldHidden = [...this.hidden];
    this.#component.setStateValue("hidden", this.#toldHidden);
  }

  #acceptHidden() {
    const { hidden = [], received } = this.data;
    const isConfirmed = !this.#toldHidden || String(received?.hidden ?? "") === this.#toldHidden.join();
    if (!isConfirmed || String(hidden) === this.#sentHidden) return;
    this.#sentHidden = String(hidden);
    this.hidden = new Set(hidden);
  }

  destroy() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }
}
