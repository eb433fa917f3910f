/**
 * What hand and keyboard mean: press, drag, tap, long press, double click, shortcuts; keys on a point are in `keys.js`.
 *
 * While a pointer is down the editor neither takes points from Python nor reorders its own.
 */

import { Keys } from "./keys.js";
import { pairs, samePairs } from "./points.js";

const LONG_PRESS = 600; // milliseconds
const REACH = { mouse: 14, touch: 22 }; // pixels around a point's centre that grab it
const SLACK = { mouse: 3, touch: 8 }; // pixels a pointer may stray and still be a click
const NO_PRESS = { id: null, count: 0 };

export class Gestures {
  #pointer = null; // the pointer that is down: {kind: "drag" | "tap", ...}
  #press = NO_PRESS; // presses without a move on the same point, for double clicks
  #stop = new AbortController();

  /** @param {import("./index.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.drawing = editor.drawing;
    this.history = editor.history;
    this.keys = new Keys(editor, this);
    this.#listen(this.drawing.chart, editor.host);
  }

  #listen(chart, host) {
    const on = (target, type, handler, options = {}) =>
      target.addEventListener(type, handler, { signal: this.#stop.signal, ...options });
    on(chart, "pointerdown", (event) => this.#pointerDown(event));
    on(chart, "pointermove", (event) => this.#pointerMove(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      on(chart, end, (event) => this.#pointerEnd(event));
    }
    on(chart, "dblclick", (event) => this.#doubleClick(event));
    on(chart, "contextmenu", (event) => this.#contextMenu(event));
    // Where touch-action is not known for shapes inside an svg, this keeps the page still during a drag.
    on(chart, "touchmove", (event) => this.isDragging && event.preventDefault(), { passive: false });
    on(host, "keydown", (event) => this.keys.press(event) && done(event));
    on(document, "keydown", (event) => !isWriting(event) && this.#shortcut(event) && done(event));
    on(host, "focusout", () => this.keys.settle());
  }

  get isDown() {
    return this.#pointer !== null;
  }

  get isDragging() {
    return this.#pointer?.kind === "drag";
  }

  /** Whether a drag has changed the points. */
  get hasDragged() {
    return this.isDragging && this.#pointer.before !== this.history.points;
  }

  /* Pointer */

  #pointerDown(event) {
    if (event.button !== 0 || event.ctrlKey) return;
    if (this.#pointer) {
      if (!event.isPrimary) return;
      this.#finish(); // its end was never reported
    }
    this.keys.settle();
    const kind = event.pointerType === "mouse" ? "mouse" : "touch";
    const hit = this.drawing.pointAt(this.history.points, event, REACH[kind]);
    if (hit) this.#startDrag(event, kind, hit, this.history.points);
    else if (kind === "touch") this.#startTap(event);
    else this.#startDragOfNewPoint(event, kind);
  }

  #startDrag(event, kind, point, before) {
    const [left, top] = this.drawing.position(event);
    const [x, y] = this.drawing.place(point);
    const moved = before !== this.history.points; // a new point is a change even if the pointer stays
    this.#pointer = {
      kind: "drag",
      id: point.id,
      before,
      grip: [x - left, y - top],
      moved,
      ...whereabouts(event, kind),
    };
    this.drawing.chart.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.editor.paint("points");
    this.drawing.dots.focus(point.id);
    if (kind === "touch") this.#pointer.timer = setTimeout(() => this.#longPress(), LONG_PRESS);
  }

  #startDragOfNewPoint(event, kind) {
    const place = this.drawing.placeAt(event);
    const added = place && this.editor.withNewPoint(...place);
    if (!added) return;
    const before = this.history.points;
    this.history.points = added.points;
    this.#startDrag(event, kind, added.point, before);
  }

  /** A finger on empty space: it becomes a point if it is lifted soon and the page has not scrolled. */
  #startTap(event) {
    this.#pointer = { kind: "tap", since: event.timeStamp, moved: false, ...whereabouts(event, "touch") };
  }

  #pointerMove(event) {
    if (event.pointerId !== this.#pointer?.pointerId) return;
    const isLost = event.pointerType === "mouse" && !event.buttons; // released where no one told us
    if (isLost) this.#finish();
    else this.#track(event);
  }

  #track(event) {
    const pointer = this.#pointer;
    pointer.clientX = event.clientX;
    pointer.clientY = event.clientY;
    const strayed = Math.hypot(event.clientX - pointer.start[0], event.clientY - pointer.start[1]);
    if (!pointer.moved && strayed < pointer.slack) return;
    pointer.moved = true;
    clearTimeout(pointer.timer);
    if (pointer.kind === "drag") this.editor.schedule("points");
  }

  /** Puts the dragged point where the pointer was last seen. */
  follow() {
    if (!this.isDragging || !this.#pointer.moved) return;
    const { id, grip } = this.#pointer;
    const [left, top] = this.drawing.position(this.#pointer);
    this.history.points = this.history.withMoved(id, ...this.drawing.coordinatesAt(left + grip[0], top + grip[1]));
    this.editor.words.show(this.editor.describe(this.history.points[this.history.index(id)]));
  }

  #pointerEnd(event) {
    if (event.pointerId !== this.#pointer?.pointerId) return;
    if (event.type === "lostpointercapture" && event.target !== this.drawing.chart) return;
    if (event.type === "pointerup") this.#track(event);
    if (this.isDragging) this.#finish();
    else this.#finishTap(event);
  }

  #finishTap(event) {
    const { moved, since } = this.#pointer;
    this.#pointer = null;
    const isTapped = event.type === "pointerup" && !moved && event.timeStamp - since < LONG_PRESS;
    const place = isTapped && this.drawing.placeAt(event);
    this.#press = NO_PRESS;
    if (place) this.editor.add(...place);
    this.editor.accept();
  }

  #finish() {
    const pointer = this.#pointer;
    clearTimeout(pointer.timer);
    this.follow();
    this.#pointer = null;
    if (pointer.kind === "drag") this.#finishDrag(pointer);
    this.editor.accept();
    this.editor.paint("all");
  }

  #finishDrag({ id, moved, before }) {
    this.#press = moved ? NO_PRESS : { id, count: this.#press.id === id ? this.#press.count + 1 : 1 };
    if (!samePairs(pairs(before), pairs(this.history.points))) {
      this.history.remember(before);
      this.editor.commit();
      this.editor.announcePoint(id);
    }
    this.editor.words.show("");
  }

  /** Escape during a drag: as if it had not begun. */
  #abandon() {
    clearTimeout(this.#pointer.timer);
    this.history.points = this.#pointer.before ?? this.history.points;
    this.#pointer = null;
    this.editor.words.show("");
    this.editor.accept();
    this.editor.paint("all");
  }

  #longPress() {
    const { id } = this.#pointer;
    this.#pointer = null;
    this.editor.accept();
    this.editor.remove(id);
  }

  #doubleClick(event) {
    const hit = this.drawing.pointAt(this.history.points, event, REACH.touch);
    // The press that adds a point, or one that moves it, is no part of a double click.
    if (hit && hit.id === this.#press.id && this.#press.count >= 2) this.editor.remove(hit.id);
  }

  #contextMenu(event) {
    const hit = this.drawing.pointAt(this.history.points, event, this.isDown ? REACH.touch : REACH.mouse);
    if (!hit && !this.isDown) return;
    event.preventDefault();
    // A long press also opens the menu on some phones, and removes by itself.
    const isRightClick = event.button === 2 && event.pointerType !== "touch";
    if (hit && !this.isDown && (isRightClick || event.ctrlKey)) this.editor.remove(hit.id);
  }

  /* Keyboard */

  #shortcut(event) {
    if (event.key === "Escape" && this.isDown) {
      this.#abandon();
      return true;
    }
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.editor.undo();
    else if (key === "z" || (key === "y" && !event.shiftKey)) this.editor.redo();
    else return false;
    return true;
  }

  destroy() {
    this.#stop.abort();
    this.keys.rest();
    clearTimeout(this.#pointer?.timer);
  }
}

/** Whether a key goes to where somebody writes, whose own undo it is. */
const isWriting = (event) =>
  event.composedPath()[0].matches?.("textarea, [contenteditable], input:not([type=range], [type=checkbox])");

function done(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Where a pointer went down and is, and how far it may stray before it counts as moved. */
function whereabouts({ pointerId, clientX, clientY }, kind) {
  return { pointerId, clientX, clientY, start: [clientX, clientY], slack: SLACK[kind] };
}
