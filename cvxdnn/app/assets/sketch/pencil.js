/**
 * What hand and keyboard mean on a drawing.
 *
 *   press and move   draws; on a corner of a line that is whole it pulls the corner
 *   left, right      to the next stop: draws a level piece where nothing is, else goes along the line
 *   up, down         set the height there; with Shift in steps of a tenth
 *   Backspace        starts again;  Ctrl+Z undoes;  Escape gives the movement up, or ends the drawing
 *
 * It knows no chart: `Surface` says where things are.
 *
 * @typedef {import("./line.js").Line} Line
 *
 * @typedef {object} Surface
 * @property {Element} canvas that hears pointers and keys
 * @property {() => import("./line.js").Frame} frame where may be drawn
 * @property {() => [number, number]} range of x that the line has to cover
 * @property {(event: PointerEvent) => [number, number]} place x and y of an event, also of one outside
 * @property {(event: PointerEvent, knot: import("./line.js").Knot) => number} distance between both, in pixels
 * @property {() => number[]} stops of the arrow keys, ascending
 * @property {() => number} start height at which the keyboard begins
 * @property {(isFinished: boolean) => void} changed while the line is being changed, and when that is finished
 * @property {() => void} [ended] by Escape
 */

import { covers, heightAt, pulled, raised, span } from "./line.js";
import { begun, drawn, onward } from "./stroke.js";

export const LEFT_OUT = 0.025; // share of the range that a line need not reach at either end
const REACH = { mouse: 12, pen: 14, touch: 24 }; // pixels around a corner that grab it
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const RISE = 0.02; // of an arrow up, as a share of the frame's height
const PAST = 50; // steps that can be undone
const PAUSE = 400; // milliseconds after which arrow keys have finished

export class Pencil {
  /** @type {Line} */
  line = [];
  /** @type {?[number, number]} where the keyboard's pencil is */
  pen = null;
  isLocked = false;
  #gesture = null; // {pointer, before, stroke} or {pointer, before, corner}
  #past = [];
  #future = [];
  #resting = null; // timer
  #stop = new AbortController();

  /** @param {Surface} surface */
  constructor(surface) {
    this.surface = surface;
    const on = (type, handler, options = {}) =>
      surface.canvas.addEventListener(type, handler, { signal: this.#stop.signal, ...options });
    // Else a quick stroke counts as a fling, and the next tap (on a button) only stops it.
    on("touchstart", (event) => !this.isLocked && event.cancelable && event.preventDefault(), { passive: false });
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) on(type, (event) => this.#lift(event));
    on("keydown", (event) => this.#key(event));
    on("blur", () => this.#settle());
  }

  get isDown() {
    return this.#gesture !== null;
  }

  /** Whether the pencil is on the paper, and does not pull a corner. */
  get isDrawing() {
    return Boolean(this.#gesture?.stroke);
  }

  /** Whether it is drawn over all of the range, so that it is a function there. */
  get isWhole() {
    return covers(this.line, this.surface.range(), LEFT_OUT);
  }

  get hasPast() {
    return this.#past.length > 0;
  }

  get hasFuture() {
    return this.#future.length > 0;
  }

  /** Takes over a line that was drawn before; nothing is told. */
  load(line) {
    this.#forget();
    Object.assign(this, { line, pen: null });
    [this.#past, this.#future] = [[], []];
  }

  clear() {
    if (this.isLocked || !this.line.length) return;
    this.#forget();
    this.#remember(this.line);
    Object.assign(this, { line: [], pen: null });
    this.surface.changed(true);
  }

  undo() {
    return this.#travel(this.#past, this.#future);
  }

  redo() {
    return this.#travel(this.#future, this.#past);
  }

  #travel(from, to) {
    this.#settle();
    if (this.isLocked || this.isDown || !from.length) return false;
    to.push(this.line);
    this.line = from.pop();
    this.surface.changed(true);
    return true;
  }

  #remember(line) {
    this.#past = [...this.#past, line].slice(-PAST);
    this.#future = [];
  }

  #forget() {
    this.#gesture = null;
    clearTimeout(this.#resting);
    this.#resting = null;
  }

  /* Pointer */

  #press(event) {
    if (this.isLocked || event.button !== 0 || this.isDown) return;
    event.preventDefault();
    this.#settle();
    const { canvas } = this.surface;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus?.({ preventScroll: true });
    this.pen = null;
    const corner = this.isWhole ? this.#corner(event) : -1;
    this.#gesture = { pointer: event.pointerId, before: this.line, corner };
    if (corner < 0) {
      this.#gesture.stroke = begun(this.line, this.surface.frame());
      this.#draw(event);
    }
    this.surface.changed(false);
  }

  #corner(event) {
    const reach = REACH[event.pointerType] ?? REACH.touch;
    const distances = this.line.map((knot) => this.surface.distance(event, knot));
    const nearest = Math.min(...distances);
    return nearest <= reach ? distances.indexOf(nearest) : -1;
  }

  #move(event) {
    if (event.pointerId !== this.#gesture?.pointer) return;
    this.#draw(event);
    this.surface.changed(false);
  }

  #draw(event) {
    const { surface } = this;
    const { before, corner } = this.#gesture;
    if (corner >= 0) {
      this.line = pulled(before, corner, surface.place(event), surface.frame());
      return;
    }
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) {
      this.#gesture.stroke = onward(this.#gesture.stroke, surface.place(each), surface.frame());
    }
    this.line = drawn(this.#gesture.stroke, surface.frame());
  }

  #lift(event) {
    if (event.pointerId !== this.#gesture?.pointer) return;
    const { before } = this.#gesture;
    this.#gesture = null;
    if (before !== this.line) this.#remember(before);
    this.surface.changed(true);
  }

  /* Keyboard */

  #key(event) {
    if (this.isLocked || event.altKey || !this.#does(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #does(event) {
    if (event.ctrlKey || event.metaKey) return this.#shortcut(event);
    if (event.key === "Escape") this.#escape();
    else if (this.isDown) return false;
    else if (event.key === "Backspace" || event.key === "Delete") this.clear();
    else if (KEYS[event.key]) this.#go(KEYS[event.key], event.shiftKey ? 0.1 : 1);
    else return false;
    return true;
  }

  #shortcut({ key, shiftKey }) {
    const letter = key.toLowerCase();
    if (letter === "z" && !shiftKey) this.undo();
    else if (letter === "z" || letter === "y") this.redo();
    else return false;
    return true;
  }

  #escape() {
    if (!this.isDown) {
      this.#settle();
      this.surface.ended?.();
      return;
    }
    this.line = this.#gesture.before;
    this.#gesture = null;
    this.surface.changed(true);
  }

  #go([across, up], times) {
    const { surface } = this;
    if (this.#resting === null) this.#remember(this.line);
    this.pen ??= this.#start();
    const [x, y] = this.pen;
    if (across) this.#goAcross(across);
    else this.line = raised(this.#started(), x, y + up * times * RISE * span(surface.frame().y), surface.frame());
    this.pen = [this.pen[0], this.line.length ? heightAt(this.line, this.pen[0]) : y];
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#settle(), PAUSE);
    surface.changed(false);
  }

  /** To the next stop on this side; what is not drawn on the way there becomes a level piece. */
  #goAcross(side) {
    const [x, y] = this.pen;
    const stops = this.surface.stops();
    const next = side > 0 ? stops.find((each) => each > x) : stops.findLast((each) => each < x);
    if (next === undefined) return;
    const line = this.#started();
    const isDrawn = next >= line[0][0] && next <= line.at(-1)[0];
    this.line = isDrawn ? line : raised(line, next, y, this.surface.frame());
    this.pen = [next, y];
  }

  /** The line, which begins where the keyboard's pencil is if there is none. */
  #started() {
    return this.line.length ? this.line : [this.pen];
  }

  #start() {
    const [x] = this.surface.stops();
    return [x, this.line.length ? heightAt(this.line, x) : this.surface.start()];
  }

  /** Arrow keys have rested: what they did is finished. */
  #settle() {
    if (this.#resting === null) return;
    clearTimeout(this.#resting);
    this.#resting = null;
    if (this.#past.at(-1) === this.line) this.#past.pop();
    this.surface.changed(true);
  }

  destroy() {
    this.#stop.abort();
    clearTimeout(this.#resting);
  }
}

/** Each of these numbers once, ascending. */
export const inOrder = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);

/** Stops for the arrow keys: the inputs, and half way between them. */
export function stopsOf(xs) {
  const all = inOrder(xs);
  return all.flatMap((x, k) => (k ? [(all[k - 1] + x) / 2, x] : [x]));
}
