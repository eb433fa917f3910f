/**
 * What keys do to the point that has the focus. Arrow keys make one step of the history and one edit for Python out of
 * all that follow each other within a moment.
 */

import { decimal, niceStep } from "../common/numbers.js";
import { pairs, samePairs } from "./points.js";

const KEY_PAUSE = 400; // milliseconds
const PAGES = { PageUp: -1, PageDown: 1, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY }; // to another point
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const keyStep = (span) => {
  const { digit, exponent } = niceStep(span, 200);
  return decimal(digit, exponent);
};

export class Keys {
  #resting = null; // timer: arrow keys were used, Python is told when they rest
  #nudged; // the point they moved

  /**
   * @param {import("./index.js").Editor} editor
   * @param {import("./gestures.js").Gestures} gestures
   */
  constructor(editor, gestures) {
    Object.assign(this, { editor, gestures, drawing: editor.drawing, history: editor.history });
  }

  get isResting() {
    return this.#resting !== null;
  }

  /** What a key does to the point that has the focus; whether it does anything. */
  press(event) {
    const point = this.history.points[this.history.index(this.drawing.dots.focusedId())];
    if (!point || this.gestures.isDown || event.ctrlKey || event.metaKey || event.altKey) return false;
    const direction = ARROWS[event.key];
    if (direction) this.#nudge(point, direction, event.shiftKey ? 10 : 1);
    else if (event.key in PAGES) this.#goTo(point, PAGES[event.key]);
    else if (event.key === "Delete" || event.key === "Backspace") this.editor.remove(point.id);
    else if (event.key === "Insert" || event.key === "a" || event.key === "A") this.#addBeside(point);
    else return false;
    return true;
  }

  #nudge(point, [right, up], times) {
    const { view } = this.drawing;
    const [x, y] = this.drawing.bounded(
      right ? point.x + right * times * keyStep(view.width) : point.x,
      up ? this.#raised(point.y, up * times) : point.y,
    );
    const points = this.history.withMoved(point.id, right ? x : point.x, up ? y : point.y);
    if (samePairs(pairs(points), pairs(this.history.points))) return;
    if (this.isResting && this.#nudged !== point.id) this.settle();
    if (!this.isResting) this.history.remember(this.history.points);
    this.#nudged = point.id;
    this.history.points = points;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.editor.commit();
      this.editor.announcePoint(point.id);
    }, KEY_PAUSE);
    this.editor.schedule("points");
  }

  #goTo(point, steps) {
    const { points } = this.history;
    const place = Math.min(Math.max(this.history.index(point.id) + steps, 0), points.length - 1);
    this.drawing.dots.focus(points[place].id);
  }

  /** The y that an arrow key leads to: some steps further, or the next level. */
  #raised(y, steps) {
    const { levels } = this.editor.link.data;
    if (!levels) return y + steps * keyStep(this.drawing.view.height);
    const beyond = levels.filter((level) => (steps > 0 ? level > y : level < y));
    return beyond.length ? (steps > 0 ? Math.min(...beyond) : Math.max(...beyond)) : y;
  }

  /** A point halfway to the right neighbour; beside the last one, a step towards the edge that has room. */
  #addBeside(point) {
    this.settle();
    const { points } = this.history;
    const { view } = this.drawing;
    const next = points.slice(this.history.index(point.id) + 1).find(({ x }) => x > point.x);
    const step = 10 * keyStep(view.width);
    const side = point.x + step <= view.x1 ? step : -step;
    const place = next ? [(point.x + next.x) / 2, (point.y + next.y) / 2] : [point.x + side, point.y];
    this.editor.add(...this.drawing.bounded(...place));
  }

  /** Arrow keys have rested: what they did is an edit. */
  settle() {
    if (this.isResting) this.editor.commit();
  }

  /** Forgets that arrow keys still have to rest: their edit has been told, or replaced. */
  rest() {
    clearTimeout(this.#resting);
    this.#resting = null;
  }
}
