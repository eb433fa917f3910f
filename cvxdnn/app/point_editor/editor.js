/* The point editor: points that are dragged, the curves Python computes from them, and the certificate below.

   Streamlit calls the default export once when the component is mounted and again whenever Python sends new
   data or the theme changes; the DOM stays. One Editor per mounted component therefore lives in a WeakMap.

   Who owns what
     points    The browser. Python replaces them only by sending another `version`; points that come with the
               version already known are an echo and are ignored, so an echo never undoes a newer edit. A
               replacement that arrives during a drag waits for its end. It is a step of the history like any
               edit: undo brings back what the user had placed.
     history   The browser: at most 50 arrays of points. Arrays and points are never changed in place.
     hidden    The browser, after Python's first word. Python's list counts again when Python changes it.
     curves, band, certificate, domain   Python. They are drawn as they come, also during a drag; a domain that
               comes during a drag waits for its end, so that the chart does not move under the finger.
     spline    Computed here from the points, at every frame of a drag.

   What Python is told
     `points`  after each edit: when a drag ends, when the arrow keys rest, on add, remove, undo, redo; of edits
               that follow each other faster than Python could answer (a key held down) only the last.
     `edits`   only when `points` are the very same as told before, which Streamlit would take for no change
               (say, undo after a replacement): a number that makes the callback run all the same.
     `preview` while a point is dragged: a number and the points so far, at most 15 times a second and never
               before Python has answered the last one, so that a slow server gets fewer, not a queue of them;
               when a second has passed without an answer, again.
     `hidden`  when a curve is switched on or off.
   Python says in `received` what has reached it. Until that is the latest edit, everything computed from the
   points is drawn faded; and as Streamlit drops a message whose fragment is just being replaced, an edit that
   is not confirmed within seconds is told again.

   Names: (x, y) are the user's coordinates, (left, top) are pixels within a chart. */

const SVG = "http://www.w3.org/2000/svg";
const HISTORY_LENGTH = 50;
const BEND_TOLERANCE = 1e-9; // share of the largest slope: smaller slope changes are rounding
const LONG_PRESS = 600; // milliseconds
const KEY_PAUSE = 400;
const CONFIRM_WITHIN = 3000; // doubled at each of at most three repetitions
const MESSAGE_TIME = 2500;
const EDIT_EVERY = 150; // least time between two edits told
const PREVIEW_EVERY = 66; // at most 15 a second
const PREVIEW_LOST = 1000; // an answer that takes longer is not waited for
const REACH = { mouse: 14, touch: 22 }; // pixels around a point's centre that grab it
const SLACK = { mouse: 3, touch: 8 }; // pixels a pointer may stray and still be a click
const FINGER = 22; // radius of a point's touch area
const LAYERS = ["networks", "spline", "sparsest", "optimum", "network"]; // bottom to top, above the band
const MARKS = {
  optimum: "m0-4.2 4.6 8h-9.2z",
  network: "m0-4.8 4.4 4.8-4.4 4.8-4.4-4.8z",
  spline: "m-3.3 0a3.3 3.3 0 1 0 6.6 0a3.3 3.3 0 1 0-6.6 0z",
  sparsest: "m-3.5-3.5h7v7h-7z",
};
const FADED = { optimum: "of-points", sparsest: "of-points" }; // while they belong to older points
const MARK_ROW = 12;
const CERTIFICATE_HEIGHT = 150;

/* Numbers */

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const decimalExponent = (value) => Math.floor(Math.log10(value) + 1e-9);
const minus = (text) => text.replace("-", "\u2212");

/** The decimal `count * 10^exponent`, as exact as a float can be; NaN when count is no exact integer. */
const decimal = (count, exponent) => (Number.isSafeInteger(count) ? Number(`${count}e${exponent}`) : NaN);

/** A round step (1, 2 or 5 times a power of ten) that divides `span` into at most about `count` parts. */
function niceStep(span, count) {
  const exponent = decimalExponent(span / count);
  const mantissa = span / count / decimal(1, exponent);
  if (mantissa > 5.0001) return { digit: 1, exponent: exponent + 1 };
  return { digit: mantissa > 2.0001 ? 5 : mantissa > 1.0001 ? 2 : 1, exponent };
}

/** Round numbers within [low, high]. */
function ticks(low, high, count) {
  const step = niceStep(high - low, Math.max(1, count));
  const size = decimal(step.digit, step.exponent);
  const values = [];
  for (let k = Math.ceil(low / size - 1e-9); k <= high / size + 1e-9 && values.length < 30; k++) {
    const value = decimal(k * step.digit, step.exponent);
    if (Number.isFinite(value)) values.push(clamp(value, low, high));
  }
  return { values, exponent: step.exponent };
}

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const powerOfTen = (exponent) => `10${[...String(exponent)].map((c) => SUPERSCRIPT[c]).join("")}`;

function compact(value) {
  const [mantissa, exponent] = value.toExponential().split("e").map(Number);
  if (exponent > -4 && exponent < 6) return minus(String(value));
  return minus(mantissa === 1 ? powerOfTen(exponent) : `${mantissa}×${powerOfTen(exponent)}`);
}

/** Short labels for ticks, and the factor and offset they leave out, written once beside the axis. */
function axisLabels({ values, exponent: resolution }) {
  if (!values.length) return { labels: [], note: "" };
  const span = values.at(-1) - values[0] || decimal(1, resolution);
  const largest = Math.max(...values.map(Math.abs));
  let offset = 0;
  if (largest > 1e4 * span) {
    const unit = decimal(1, decimalExponent(span) + 2);
    offset = Math.floor(values[0] / unit) * unit;
  }
  const shown = values.map((value) => value - offset);
  const reach = Math.max(...shown.map(Math.abs));
  const scaled = reach >= 1e5 || reach < 5e-3;
  const factor = scaled && reach > 0 ? 3 * Math.floor(decimalExponent(reach) / 3) : 0;
  const digits = clamp(factor - resolution, 0, 20);
  const labels = shown.map((value) => minus(String(Number((value / decimal(1, factor)).toFixed(digits)))));
  const note = [
    factor ? `×${powerOfTen(factor)}` : "",
    offset ? `${offset < 0 ? "−" : "+"} ${compact(Math.abs(offset))}` : "",
  ];
  return { labels, note: note.filter(Boolean).join(" ") };
}

/** A coordinate for people: three digits of the axis's length. */
function coordinate(value, span) {
  const digits = 2 - decimalExponent(span);
  if (digits >= 0 && digits <= 6 && Math.abs(value) < 1e6) return minus(value.toFixed(digits));
  const wanted = value === 0 ? 1 : decimalExponent(Math.abs(value)) + digits + 1;
  return compact(Number(value.toPrecision(clamp(wanted, 1, 15))));
}

/** `value` on a decimal grid finer than 1/4000 of `span`, so that it stays short when written. */
function snap(value, span) {
  const exponent = decimalExponent(span / 4000);
  const snapped = decimal(Math.round(value / decimal(1, exponent)), exponent);
  return Number.isFinite(snapped) ? snapped : value;
}

/* Points: arrays sorted by x of frozen {id, x, y} */

const sorted = (points) => [...points].sort((a, b) => a.x - b.x);
const pairs = (points) => points.map(({ x, y }) => [x, y]);
const samePairs = (a, b) => a?.length === b?.length && a.every(([x, y], i) => x === b[i][0] && y === b[i][1]);

/** The linear spline through the points, its end pieces continued to [low, high]. */
function linearSpline(points, low, high) {
  if (!points.length) return { x: [], y: [], knots: [] };
  const groups = [];
  points.forEach((point, i) => {
    if (i && point.x === points[i - 1].x) groups.at(-1).push(point);
    else groups.push([point]);
  });
  // Averaging the offsets from the first member keeps exact duplicates exact.
  const mean = (group, axis) =>
    group[0][axis] + group.reduce((sum, point) => sum + (point[axis] - group[0][axis]), 0) / group.length;
  const x = groups.map((group) => mean(group, "x"));
  const y = groups.map((group) => mean(group, "y"));
  const slopes = x.slice(1).map((right, i) => (y[i + 1] - y[i]) / (right - x[i]));
  if (!slopes.length) slopes.push(0);
  const steepest = Math.max(...slopes.map(Math.abs));
  const bends = (i) => Math.abs(slopes[i] - slopes[i - 1]) > BEND_TOLERANCE * steepest;
  const knots = x.filter((_, i) => i > 0 && i < x.length - 1 && bends(i));
  const start = y[0] + slopes[0] * (low - x[0]);
  const end = y.at(-1) + slopes.at(-1) * (high - x.at(-1));
  return { x: [low, ...x, high], y: [start, ...y, end], knots };
}

/* Geometry */

/** Pixel positions of a polyline, one array per unbroken piece, cut exactly where it leaves [ceiling, floor]:
    diverging networks reach 1e30, more than a browser draws. */
function trace(xs, ys, scale, ceiling, floor) {
  const pieces = [];
  let previous = null;
  xs.forEach((x, i) => {
    const point = [scale.left(x), scale.top(ys[i])];
    if (x === null || ys[i] === null || !point.every(Number.isFinite)) {
      previous = null;
      return;
    }
    if (!previous) pieces.push([]);
    else {
      const [[left, top], [right, bottom]] = [previous, point];
      const cuts = [ceiling, floor].map((edge) => (edge - top) / (bottom - top)).filter((t) => t > 0 && t < 1);
      for (const t of cuts.sort((a, b) => a - b)) {
        pieces.at(-1).push([left + t * (right - left), top + t * (bottom - top)]);
      }
    }
    pieces.at(-1).push(point);
    previous = point;
  });
  return pieces.map((piece) => piece.map(([left, top]) => [left, clamp(top, ceiling, floor)]));
}

const draw = (pieces) =>
  pieces.map((piece) => `M${piece.map(([left, top]) => `${left.toFixed(1)} ${top.toFixed(1)}`).join("L")}`).join("");

/** Height of the polyline at x. */
function interpolate(xs, ys, x) {
  let i = xs.findIndex((value) => value >= x);
  if (i < 0) i = xs.length - 1;
  if (i === 0 || xs[i] === x) return ys[i];
  return ys[i - 1] + ((ys[i] - ys[i - 1]) * (x - xs[i - 1])) / (xs[i] - xs[i - 1]) || ys[i];
}

/** [low, high] made wide enough to be an axis. */
function widened(low, high) {
  if (high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high))) return [low, high];
  const half = Math.abs(low) * 1e-6 || 1;
  return [low - half, high + half];
}

function svg(tag, attributes = {}, parent = null) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
}

const drawMarks = (style, lefts, top) => lefts.map((left) => `M${left.toFixed(1)} ${top}${MARKS[style]}`).join("");

class Editor {
  constructor(root) {
    this.root = root;
    this.host = root.querySelector(".editor");
    this.chart = root.querySelector(".chart");
    this.certificate = root.querySelector(".certificate");
    this.points = [];
    this.past = [];
    this.future = [];
    this.hidden = new Set();
    this.version = undefined;
    this.ids = 0;
    this.edits = 0;
    this.frames = 0;
    this.gesture = null; // the pointer that is down: {kind: "drag" | "tap", ...}
    this.press = { id: null, count: 0 }; // presses without a move on the same point, for double clicks
    this.resting = null; // timer: arrow keys were used, Python is told when they rest
    this.awaiting = null; // the edit that Python has not confirmed yet
    this.delivered = -Infinity; // when Python was told the last one
    this.previews = 0; // how many points of unfinished drags Python was told
    this.previewed = -Infinity; // when it was told the last ones
    this.toldPreview = null; // and which
    this.following = null; // timer: a dragged point's place that Python has not been told, or has not answered
    this.shown = { width: 0 };
    this.build();
    this.listen();
  }

  build() {
    this.backdrop = svg("g", { class: "backdrop", "aria-hidden": "true" }, this.chart);
    this.plot = svg("svg", { class: "plot", overflow: "hidden", "aria-hidden": "true" }, this.chart);
    this.band = svg("path", { class: "band", "data-name": "band" }, this.plot);
    this.layers = Object.fromEntries(LAYERS.map((style) => [style, svg("g", {}, this.plot)]));
    this.marks = svg("g", { class: "marks", "aria-hidden": "true" }, this.chart);
    this.dots = svg("g", { class: "points", role: "group", "aria-label": "Data points" }, this.chart);
    this.curvePaths = new Map();
    this.dotNodes = new Map();
  }

  listen() {
    const stop = new AbortController();
    const on = (target, type, handler, options = {}) =>
      target.addEventListener(type, handler, { signal: stop.signal, ...options });
    on(this.chart, "pointerdown", (event) => this.pointerDown(event));
    on(this.chart, "pointermove", (event) => this.pointerMove(event));
    on(this.chart, "pointerup", (event) => this.pointerEnd(event));
    on(this.chart, "pointercancel", (event) => this.pointerEnd(event));
    on(this.chart, "lostpointercapture", (event) => this.pointerEnd(event));
    on(this.chart, "dblclick", (event) => this.doubleClick(event));
    on(this.chart, "contextmenu", (event) => this.contextMenu(event));
    // Where touch-action is not known for shapes inside an svg, this keeps the page still during a drag.
    on(this.chart, "touchmove", (event) => this.gesture?.kind === "drag" && event.preventDefault(), { passive: false });
    on(this.host, "keydown", (event) => this.keyDown(event));
    on(this.host, "focusout", () => this.settle());
    on(this.action("undo"), "click", () => this.undo());
    on(this.action("redo"), "click", () => this.redo());
    const observer = new ResizeObserver(() => this.layout());
    observer.observe(this.chart);
    this.destroy = () => {
      stop.abort();
      observer.disconnect();
      const { resting, gesture, delivery, confirmation, following, messageTimer } = this;
      for (const timer of [resting, gesture?.timer, delivery, confirmation, following, messageTimer]) clearTimeout(timer);
      cancelAnimationFrame(this.frame);
    };
  }

  action(name) {
    return this.host.querySelector(`[data-action="${name}"]`);
  }

  /* What Python sends */

  update(component) {
    this.component = component;
    this.data = { points: [], curves: [], domain: [0, 1, 0, 1], ...component.data };
    if (this.version === undefined) this.edits = this.data.received?.edits ?? 0;
    this.confirm(this.data.received);
    if (!this.gesture) this.accept();
    this.acceptHidden();
    this.showTheme();
    this.schedule("all");
  }

  /** Takes over points and domain; never called while the pointer is down. */
  accept() {
    const { version, points } = this.data;
    if (version !== this.version) {
      const first = this.version === undefined;
      this.version = version;
      if (first) this.told = this.data.received?.points ?? points;
      this.replacePoints(points, first);
    }
    this.setView();
  }

  replacePoints(given, first) {
    const points = sorted(given.map(([x, y]) => ({ x, y }))).map(({ x, y }, i) =>
      Object.freeze({ id: this.points[i]?.id ?? ++this.ids, x, y }),
    );
    clearTimeout(this.resting);
    this.resting = null;
    if (!first && !samePairs(pairs(points), pairs(this.points))) {
      this.remember(this.points);
      this.announce(`Points replaced: ${points.length} points`);
    }
    this.points = points;
    // An edit may still be on its way and would overwrite the replacement in Python: repeat what is shown.
    if (this.awaiting) this.commit();
  }

  acceptHidden() {
    const { hidden = [], received } = this.data;
    const confirmed = !this.toldHidden || String(received?.hidden ?? "") === this.toldHidden.join();
    if (confirmed && String(hidden) !== this.pythonHidden) {
      this.pythonHidden = String(hidden);
      this.hidden = new Set(hidden);
    }
  }

  /** The axes: Python's domain, widened to hold every point (undo may bring back points of another scale). */
  setView() {
    const [x0, x1, y0, y1] = this.data.domain;
    const xs = this.points.map(({ x }) => x);
    const ys = this.points.map(({ y }) => y);
    const [left, right] = widened(Math.min(x0, ...xs), Math.max(x1, ...xs));
    const [bottom, top] = widened(Math.min(y0, ...ys), Math.max(y1, ...ys));
    this.view = { x0: left, x1: right, y0: bottom, y1: top, width: right - left, height: top - bottom };
  }

  showTheme() {
    const paper = getComputedStyle(this.host.querySelector(".card")).backgroundColor;
    const [red, green, blue] = paper.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
    this.host.dataset.theme = 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
  }

  /* What Python is told */

  commit() {
    clearTimeout(this.resting);
    this.resting = null;
    this.edits += 1;
    this.awaiting = { points: pairs(this.points) };
    clearTimeout(this.delivery);
    clearTimeout(this.confirmation);
    const early = EDIT_EVERY - (performance.now() - this.delivered);
    if (early <= 0) this.tell();
    else this.delivery = setTimeout(() => this.tell(), early);
    this.schedule("points");
  }

  /** Tells Python the latest edit for the first time. */
  tell() {
    const { points } = this.awaiting;
    this.awaiting.edits = samePairs(points, this.told) ? this.edits : null;
    this.told = points;
    this.delivered = performance.now();
    this.deliver();
    this.confirmWithin(CONFIRM_WITHIN);
  }

  deliver() {
    const { points, edits } = this.awaiting;
    this.component.setStateValue("points", points);
    if (edits !== null) this.component.setStateValue("edits", edits);
  }

  confirmWithin(time) {
    clearTimeout(this.confirmation);
    this.confirmation = setTimeout(() => {
      if (!this.awaiting || time > 4 * CONFIRM_WITHIN) return;
      this.deliver();
      this.confirmWithin(2 * time);
    }, time);
  }

  confirm(received) {
    if (this.awaiting?.edits === undefined || !received || !samePairs(received.points, this.awaiting.points)) return;
    if (this.awaiting.edits !== null && !(received.edits >= this.awaiting.edits)) return;
    this.awaiting = null;
    clearTimeout(this.confirmation);
  }

  /** Whether what Python sent was computed from the last points it was told during this drag. */
  isPreviewed() {
    return this.previews > 0 && this.data.previewed === this.previews;
  }

  /** Whether what Python sent was computed from the points as they are dragged now. */
  isFollowed() {
    return this.isPreviewed() && samePairs(this.toldPreview, pairs(this.points));
  }

  /** Tells Python the points of an unfinished drag: at once or as soon as it may, and until Python has answered. */
  preview() {
    clearTimeout(this.following);
    if (!this.component || this.gesture?.kind !== "drag" || this.isFollowed()) return;
    const early = this.previewed + (this.isPreviewed() ? PREVIEW_EVERY : PREVIEW_LOST) - performance.now();
    if (early <= 0) this.tellPreview();
    // A finger that rests brings no event: without this its last place would never be told.
    this.following = setTimeout(() => this.preview(), early > 0 ? early : PREVIEW_LOST);
  }

  tellPreview() {
    this.previewed = performance.now();
    this.previews += 1;
    this.toldPreview = pairs(this.points);
    this.component.setStateValue("preview", { number: this.previews, points: this.toldPreview });
  }

  /** Tells Python about arrow keys that have not rested yet. */
  settle() {
    if (this.resting) this.commit();
  }

  toggle(name) {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    this.toldHidden = [...this.hidden];
    this.component.setStateValue("hidden", this.toldHidden);
    this.schedule("all");
  }

  /* Edits */

  remember(points) {
    this.past = [...this.past, points].slice(-HISTORY_LENGTH);
    this.future = [];
  }

  /** An edit that is complete: remembered, told to Python, drawn, announced. */
  edit(points, focus, text) {
    this.settle();
    this.remember(this.points);
    this.points = points;
    this.commit();
    this.setView();
    this.paint("all");
    this.focus(focus);
    this.announce(text);
  }

  undo() {
    this.travel(this.past, this.future, "Undone", "Nothing to undo");
  }

  redo() {
    this.travel(this.future, this.past, "Redone", "Nothing to redo");
  }

  travel(from, to, done, nothing) {
    if (this.gesture) return;
    this.settle();
    if (!from.length) {
      this.announce(nothing);
      return;
    }
    const focused = this.focusedId();
    to.push(this.points);
    this.points = from.pop();
    this.commit();
    this.setView();
    this.paint("all");
    if (focused !== null && this.focusedId() === null) this.focus(this.points[0]?.id);
    this.announce(`${done}: ${this.points.length} points`);
  }

  /** Adds a point unless there are too many; returns it or null. */
  withNewPoint(x, y) {
    const limit = this.data.max_points ?? 200;
    if (this.points.length >= limit) {
      this.say(`At most ${limit} points`);
      return null;
    }
    const point = Object.freeze({ id: ++this.ids, x, y });
    return { point, points: sorted([...this.points, point]) };
  }

  remove(id) {
    const least = this.data.min_points ?? 1;
    if (this.points.length <= least) {
      this.say(least === 1 ? "One point has to stay" : `At least ${least} points`);
      return;
    }
    const index = this.points.findIndex((point) => point.id === id);
    const points = this.points.filter((point) => point.id !== id);
    const next = points[Math.min(index, points.length - 1)]?.id;
    this.edit(points, next, `Removed point ${index + 1}, ${points.length} left`);
  }

  moved(id, x, y) {
    return sorted(this.points.map((point) => (point.id === id ? Object.freeze({ id, x, y }) : point)));
  }

  /** Coordinates on the grid and inside the chart; y on a level where there are levels. */
  bounded(x, y) {
    const { x0, x1, y0, y1, width, height } = this.view;
    const { levels } = this.data;
    const level = levels && levels.reduce((best, each) => (Math.abs(each - y) < Math.abs(best - y) ? each : best));
    return [clamp(snap(clamp(x, x0, x1), width), x0, x1), level ?? clamp(snap(clamp(y, y0, y1), height), y0, y1)];
  }

  /** The y that an arrow key leads to: some steps further, or the next level. */
  raised(y, steps) {
    const { levels } = this.data;
    if (!levels) return y + steps * this.keyStep(this.view.height);
    const beyond = levels.filter((level) => (steps > 0 ? level > y : level < y));
    return beyond.length ? (steps > 0 ? Math.min(...beyond) : Math.max(...beyond)) : y;
  }

  /* Pointer */

  position(event) {
    const box = this.chart.getBoundingClientRect();
    const zoom = this.shown.width / box.width || 1;
    return [(event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom];
  }

  /** The nearest point within reach; of points at the same place the one drawn last. */
  pointAt(event, reach) {
    const [left, top] = this.position(event);
    let nearest = null;
    for (const point of this.points) {
      const distance = Math.hypot(this.scale.left(point.x) - left, this.scale.top(point.y) - top);
      if (distance <= (nearest?.distance ?? reach)) nearest = { point, distance };
    }
    return nearest?.point ?? null;
  }

  pointerDown(event) {
    if (event.button !== 0 || event.ctrlKey) return;
    if (this.gesture) {
      if (!event.isPrimary) return;
      this.finish(); // its end was never reported
    }
    this.settle();
    const kind = event.pointerType === "mouse" ? "mouse" : "touch";
    const hit = this.pointAt(event, REACH[kind]);
    if (hit) this.startDrag(event, kind, hit, this.points);
    else if (kind === "touch") this.startTap(event);
    else this.startDragOfNewPoint(event, kind);
  }

  startDrag(event, kind, point, before) {
    const [left, top] = this.position(event);
    const grip = [this.scale.left(point.x) - left, this.scale.top(point.y) - top];
    const moved = before !== this.points; // a new point is a change even if the pointer stays
    this.gesture = { kind: "drag", id: point.id, before, grip, moved, ...whereabouts(event, kind) };
    this.chart.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.paint("points");
    this.focus(point.id);
    if (kind === "touch") this.gesture.timer = setTimeout(() => this.longPress(), LONG_PRESS);
  }

  startDragOfNewPoint(event, kind) {
    const place = this.placeAt(event);
    const added = place && this.withNewPoint(...place);
    if (!added) return;
    const before = this.points;
    this.points = added.points;
    this.startDrag(event, kind, added.point, before);
  }

  /** A finger on empty space: it becomes a point if it is lifted soon and the page has not scrolled. */
  startTap(event) {
    this.gesture = { kind: "tap", since: event.timeStamp, moved: false, ...whereabouts(event, "touch") };
  }

  placeAt(event) {
    const [left, top] = this.position(event);
    const { margin, width, plotHeight } = this.shown;
    const near = (value, low, high) => value >= low - 6 && value <= high + 6;
    if (!near(left, margin.left, width - margin.right) || !near(top, margin.top, margin.top + plotHeight)) return null;
    return this.bounded(this.scale.x(left), this.scale.y(top));
  }

  pointerMove(event) {
    if (event.pointerId !== this.gesture?.pointerId) return;
    if (event.pointerType === "mouse" && !event.buttons) this.finish(); // released where no one told us
    else this.track(event);
  }

  track(event) {
    const { gesture } = this;
    gesture.clientX = event.clientX;
    gesture.clientY = event.clientY;
    const strayed = Math.hypot(event.clientX - gesture.start[0], event.clientY - gesture.start[1]);
    if (!gesture.moved && strayed < gesture.slack) return;
    gesture.moved = true;
    clearTimeout(gesture.timer);
    if (gesture.kind === "drag") this.schedule("points");
  }

  /** Puts the dragged point where the pointer was last seen. */
  follow() {
    const { id, grip, moved } = this.gesture;
    if (!moved) return;
    const [left, top] = this.position(this.gesture);
    this.points = this.moved(id, ...this.bounded(this.scale.x(left + grip[0]), this.scale.y(top + grip[1])));
    const point = this.points.find((each) => each.id === id);
    this.show(this.describe(point));
    this.preview();
  }

  pointerEnd(event) {
    if (event.pointerId !== this.gesture?.pointerId) return;
    if (event.type === "lostpointercapture" && event.target !== this.chart) return;
    if (event.type === "pointerup") this.track(event);
    if (this.gesture.kind === "drag") this.finish();
    else this.finishTap(event);
  }

  finishTap(event) {
    const { moved, since } = this.gesture;
    this.gesture = null;
    const tapped = event.type === "pointerup" && !moved && event.timeStamp - since < LONG_PRESS;
    const place = tapped && this.placeAt(event);
    const added = place && this.withNewPoint(...place);
    this.press = { id: null, count: 0 };
    if (added) this.edit(added.points, added.point.id, this.added(added));
    this.accept();
  }

  finish() {
    const gesture = this.gesture;
    clearTimeout(gesture.timer);
    if (gesture.kind === "drag") this.follow();
    this.gesture = null;
    if (gesture.kind === "drag") this.finishDrag(gesture);
    this.accept();
    this.paint("all");
  }

  finishDrag(gesture) {
    this.press = gesture.moved
      ? { id: null, count: 0 }
      : { id: gesture.id, count: this.press.id === gesture.id ? this.press.count + 1 : 1 };
    if (!samePairs(pairs(gesture.before), pairs(this.points))) {
      this.remember(gesture.before);
      this.commit();
      this.announce(this.label(this.points.findIndex(({ id }) => id === gesture.id)));
    }
    this.show("");
  }

  /** Escape during a drag: as if it had not begun. */
  abandon() {
    clearTimeout(this.gesture.timer);
    this.points = this.gesture.before ?? this.points;
    this.gesture = null;
    if (this.previews) this.component.setStateValue("preview", { number: ++this.previews, points: null });
    this.show("");
    this.accept();
    this.paint("all");
  }

  longPress() {
    const { id } = this.gesture;
    this.gesture = null;
    this.accept();
    this.remove(id);
  }

  doubleClick(event) {
    const hit = this.pointAt(event, REACH.touch);
    // The press that adds a point, or one that moves it, is no part of a double click.
    if (hit && hit.id === this.press.id && this.press.count >= 2) this.remove(hit.id);
  }

  contextMenu(event) {
    const hit = this.pointAt(event, this.gesture ? REACH.touch : REACH.mouse);
    if (!hit && !this.gesture) return;
    event.preventDefault();
    // A long press also opens the menu on some phones, and removes by itself.
    const rightClick = event.button === 2 && event.pointerType !== "touch";
    if (hit && !this.gesture && (rightClick || event.ctrlKey)) this.remove(hit.id);
  }

  /* Keyboard */

  keyDown(event) {
    if (this.shortcut(event) || this.pointKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  shortcut(event) {
    if (event.key === "Escape" && this.gesture) {
      this.abandon();
      return true;
    }
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.undo();
    else if (key === "z" || (key === "y" && !event.shiftKey)) this.redo();
    else return false;
    return true;
  }

  pointKey(event) {
    const point = this.points.find(({ id }) => id === this.focusedId());
    if (!point || this.gesture || event.ctrlKey || event.metaKey || event.altKey) return false;
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (direction) this.nudge(point, direction, event.shiftKey ? 10 : 1);
    else if (event.key === "Delete" || event.key === "Backspace") this.remove(point.id);
    else if (event.key === "Insert" || event.key === "a" || event.key === "A") this.addBeside(point);
    else return false;
    return true;
  }

  keyStep(span) {
    const { digit, exponent } = niceStep(span, 200);
    return decimal(digit, exponent);
  }

  nudge(point, [right, up], times) {
    const [x, y] = this.bounded(
      right ? point.x + right * times * this.keyStep(this.view.width) : point.x,
      up ? this.raised(point.y, up * times) : point.y,
    );
    const points = this.moved(point.id, right ? x : point.x, up ? y : point.y);
    if (samePairs(pairs(points), pairs(this.points))) return;
    if (this.resting && this.nudged !== point.id) this.settle();
    if (!this.resting) this.remember(this.points);
    this.nudged = point.id;
    this.points = points;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.commit();
      this.announce(this.label(this.points.findIndex(({ id }) => id === point.id)));
    }, KEY_PAUSE);
    this.schedule("points");
  }

  /** A point halfway to the right neighbour; beside the last one, a step towards the edge that has room. */
  addBeside(point) {
    this.settle();
    const index = this.points.findIndex(({ id }) => id === point.id);
    const next = this.points.slice(index + 1).find(({ x }) => x > point.x);
    const step = 10 * this.keyStep(this.view.width);
    const side = point.x + step <= this.view.x1 ? step : -step;
    const place = next ? [(point.x + next.x) / 2, (point.y + next.y) / 2] : [point.x + side, point.y];
    const added = this.withNewPoint(...this.bounded(...place));
    if (added) this.edit(added.points, added.point.id, this.added(added));
  }

  /* Focus and words */

  focusedId() {
    const active = this.root.activeElement ?? document.activeElement;
    const node = active?.closest?.("[data-id]");
    return node && this.dots.contains(node) ? Number(node.dataset.id) : null;
  }

  focus(id) {
    (this.dotNodes.get(id) ?? this.chart).focus({ preventScroll: true });
  }

  describe({ x, y }) {
    return `x ${coordinate(x, this.view.width)}, y ${coordinate(y, this.view.height)}`;
  }

  label(index) {
    return `Point ${index + 1} of ${this.points.length}: ${this.describe(this.points[index])}`;
  }

  added({ point, points }) {
    return `Added point ${points.indexOf(point) + 1} of ${points.length}: ${this.describe(point)}`;
  }

  announce(text) {
    this.host.querySelector(".announcer").textContent = text;
  }

  /** A message in place of the hint; an empty one brings the hint back. */
  show(text) {
    clearTimeout(this.messageTimer);
    this.host.querySelector(".message").textContent = text;
    this.host.querySelector(".status").classList.toggle("busy", text !== "");
  }

  /** Says why nothing happened. */
  say(text) {
    this.announce(text);
    this.show(text);
    this.messageTimer = setTimeout(() => this.show(""), MESSAGE_TIME);
  }

  /* Drawing */

  /** Draws at the next frame: "points" what follows a drag, "all" everything. */
  schedule(part) {
    this.due = this.due === "all" ? "all" : part;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.gesture?.kind === "drag") this.follow();
      this.paint(this.due);
    });
  }

  paint(part) {
    this.due = undefined;
    if (!this.view || !this.data) return;
    if (part === "all" || !this.scale) this.drawAll();
    this.drawSpline();
    this.drawMarks();
    this.drawPoints();
    this.report();
  }

  drawAll() {
    this.measure();
    this.drawLegend();
    this.drawBackdrop();
    this.drawCurves();
    this.drawBand();
    this.drawCertificate();
  }

  layout() {
    const width = this.chart.clientWidth;
    if (width && width !== this.shown.width) this.paint("all");
  }

  /** Sizes and scales. They depend on width and domain only, so that arriving data moves nothing. */
  measure() {
    const width = this.chart.clientWidth || 600;
    const { x0, x1, y0, y1 } = this.view;
    this.rows = this.data.curves.filter(({ style }) => style in MARKS).length;
    const strip = this.rows * MARK_ROW + 4;
    const height = Math.round(clamp(0.56 * width, 260, 460)) + strip;
    const yTicks = ticks(y0, y1, height / 75);
    const xTicks = ticks(x0, x1, width / (width < 480 ? 70 : 110));
    const [yAxis, xAxis] = [yTicks, xTicks].map(axisLabels);
    const longest = Math.max(...yAxis.labels.map((text) => text.length), 0);
    const margin = {
      left: Math.max(34, 14 + 7 * longest),
      right: 18,
      top: yAxis.note ? 26 : 12,
      bottom: strip + (xAxis.note ? 38 : 22),
    };
    const plotWidth = width - margin.left - margin.right;
    const plotHeight = height - margin.top - margin.bottom;
    this.scale = {
      left: (x) => margin.left + ((x - x0) / (x1 - x0)) * plotWidth,
      top: (y) => margin.top + ((y1 - y) / (y1 - y0)) * plotHeight,
      x: (left) => x0 + ((left - margin.left) / plotWidth) * (x1 - x0),
      y: (top) => y1 - ((top - margin.top) / plotHeight) * (y1 - y0),
    };
    this.shown = { width, height, margin, plotWidth, plotHeight, strip, xTicks, yTicks, xAxis, yAxis };
    this.chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.chart.style.height = `${height}px`;
    const box = { x: margin.left, y: margin.top, width: plotWidth, height: plotHeight };
    for (const [name, value] of Object.entries(box)) this.plot.setAttribute(name, value);
    this.plot.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
  }

  drawBackdrop() {
    const { width, height, margin, plotWidth, plotHeight, strip, xTicks, yTicks, xAxis, yAxis } = this.shown;
    const base = margin.top + plotHeight + strip;
    this.backdrop.replaceChildren();
    const grid = svg("g", { class: "grid" }, this.backdrop);
    const write = (text, attributes) => (svg("text", attributes, this.backdrop).textContent = text);
    xTicks.values.forEach((x, i) => {
      const left = this.scale.left(x);
      svg("line", { x1: left, x2: left, y1: margin.top, y2: base }, grid);
      write(xAxis.labels[i], { x: left, y: base + 16, "text-anchor": "middle" });
    });
    yTicks.values.forEach((y, i) => {
      const top = this.scale.top(y);
      svg("line", { x1: margin.left, x2: margin.left + plotWidth, y1: top, y2: top }, grid);
      write(yAxis.labels[i], { x: margin.left - 8, y: top + 4, "text-anchor": "end" });
    });
    if (yAxis.note) write(yAxis.note, { class: "note", x: 2, y: 12 });
    if (xAxis.note) write(xAxis.note, { class: "note", x: width - margin.right, y: height - 4, "text-anchor": "end" });
    this.drawDrops(this.backdrop, margin.top, base);
  }

  drawDrops(parent, y1, y2) {
    const { x0, x1 } = this.view;
    const group = svg("g", { class: "of-points" }, parent);
    for (const x of this.data.certificate?.touching ?? []) {
      if (x < x0 || x > x1) continue;
      svg("line", { class: "drop", x1: this.scale.left(x), x2: this.scale.left(x), y1, y2 }, group);
    }
  }

  trace(xs, ys) {
    const { margin, plotHeight } = this.shown;
    return trace(xs, ys, this.scale, margin.top - 60, margin.top + plotHeight + 60);
  }

  /** One path per curve, kept from one drawing to the next. */
  drawCurves() {
    const { curves } = this.data;
    for (const [name, path] of this.curvePaths) {
      if (curves.some((curve) => curve.name === name)) continue;
      path.remove();
      this.curvePaths.delete(name);
    }
    for (const { name, style, lines } of curves) {
      if (!this.curvePaths.has(name)) this.curvePaths.set(name, svg("path", { "data-name": name }));
      const path = this.curvePaths.get(name);
      const layer = this.layers[style] ?? this.layers.networks;
      if (path.parentNode !== layer) layer.append(path);
      const off = this.hidden.has(name) ? "off" : "";
      path.setAttribute("class", `curve ${style} ${FADED[style] ?? ""} ${off}`);
      if (style !== "spline") path.setAttribute("d", lines.map(([xs, ys]) => draw(this.trace(xs, ys))).join(""));
    }
  }

  drawBand() {
    const { band } = this.data;
    this.band.classList.toggle("off", !band || this.hidden.has("band"));
    if (!band) {
      this.band.removeAttribute("d");
      return;
    }
    const known = band.x.map((_, i) => i).filter((i) => band.lower[i] !== null && band.upper[i] !== null);
    const side = (ys) => this.trace(known.map((i) => band.x[i]), known.map((i) => ys[i])).flat();
    const outline = [...side(band.upper), ...side(band.lower).reverse()];
    this.band.setAttribute("d", outline.length ? `${draw([outline])}Z` : "");
  }

  drawSpline() {
    this.spline = linearSpline(this.points, this.view.x0, this.view.x1);
    for (const { name, style } of this.data.curves) {
      if (style !== "spline") continue;
      this.curvePaths.get(name).setAttribute("d", draw(this.trace(this.spline.x, this.spline.y)));
    }
  }

  /** One row of marks above the x axis per curve that bends. */
  drawMarks() {
    const { margin, plotHeight } = this.shown;
    const { x0, x1 } = this.view;
    const curves = this.data.curves.filter(({ style }) => style in MARKS);
    while (this.marks.childElementCount > curves.length) this.marks.lastChild.remove();
    curves.forEach(({ name, style, knots }, row) => {
      const path = this.marks.children[row] ?? svg("path", {}, this.marks);
      const off = this.hidden.has(name) || this.hidden.has("knots");
      const given = style === "spline" ? this.spline.knots : (knots ?? []);
      const inside = given.filter((x) => x !== null && x >= x0 && x <= x1);
      const top = margin.top + plotHeight + 4 + (row + 0.5) * MARK_ROW;
      path.setAttribute("class", `mark ${style} ${FADED[style] ?? ""} ${off ? "off" : ""}`);
      path.setAttribute("d", drawMarks(style, inside.map(this.scale.left), top));
      Object.assign(path.dataset, { knots: name, count: inside.length });
    });
  }

  drawPoints() {
    const radius = this.points.length > 60 ? "4.5" : this.points.length > 30 ? "5.5" : "7";
    const present = new Set(this.points.map(({ id }) => id));
    for (const [id, node] of this.dotNodes) {
      if (present.has(id)) continue;
      node.remove();
      this.dotNodes.delete(id);
    }
    for (const { id, x, y } of this.points) {
      const node = this.dotNodes.get(id) ?? this.newDot(id);
      const place = `translate(${this.scale.left(x).toFixed(2)} ${this.scale.top(y).toFixed(2)})`;
      if (node.getAttribute("transform") !== place) node.setAttribute("transform", place);
      if (node.lastChild.getAttribute("r") !== radius) node.lastChild.setAttribute("r", radius);
    }
    if (!this.gesture) this.orderPoints();
  }

  newDot(id) {
    const role = { role: "button", "aria-roledescription": "draggable point" };
    const node = svg("g", { class: "point", tabindex: "0", ...role, "data-id": id }, this.dots);
    svg("circle", { class: "hit", r: FINGER }, node);
    svg("circle", { class: "ring", r: 11.5 }, node);
    svg("circle", { class: "dot" }, node);
    this.dotNodes.set(id, node);
    return node;
  }

  /** Tab order and labels follow x. The focused node stays in place: a node that moves loses the focus. */
  orderPoints() {
    const nodes = this.points.map(({ id }) => this.dotNodes.get(id));
    const fixed = this.dotNodes.get(this.focusedId()) ?? null;
    const split = nodes.indexOf(fixed);
    nodes.forEach((node, i) => {
      node.setAttribute("aria-label", `${this.label(i)}. Arrow keys move, Delete removes`);
      node.dataset.index = i;
    });
    if (nodes.every((node, i) => this.dots.children[i] === node)) return;
    nodes.forEach((node, i) => node !== fixed && this.dots.insertBefore(node, i < split ? fixed : null));
  }

  /* Legend */

  entries() {
    const { curves, band } = this.data;
    const entries = curves.map(({ name, label, style }) => ({ name, label, style }));
    if (band) this.bandLabel = band.label;
    if (this.bandLabel) entries.push({ name: "band", label: this.bandLabel, style: "band" });
    if (this.rows) entries.push({ name: "knots", label: "knots", style: "knots" });
    return entries;
  }

  drawLegend() {
    const legend = this.host.querySelector(".legend");
    const entries = this.entries();
    const signature = JSON.stringify(entries);
    if (signature !== this.legendSignature) {
      this.legendSignature = signature;
      legend.replaceChildren(...entries.map((entry) => this.legendEntry(entry)));
    }
    for (const button of legend.children) {
      button.setAttribute("aria-pressed", String(!this.hidden.has(button.dataset.name)));
    }
  }

  legendEntry({ name, label, style }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "entry";
    button.dataset.name = name;
    const sample = svg("svg", { viewBox: "0 0 30 14", "aria-hidden": "true" }, button);
    if (style === "band") svg("rect", { class: "band", x: 1, y: 1, width: 28, height: 12, rx: 2 }, sample);
    else if (style === "knots") this.markSamples(sample);
    else this.lineSample(sample, style);
    button.append(label);
    if (style in MARKS) {
      const mark = svg("svg", { class: "tiny", viewBox: "0 0 12 14", "aria-hidden": "true" }, button);
      svg("path", { class: `mark ${style}`, d: drawMarks(style, [6], 7) }, mark);
    }
    button.addEventListener("click", () => this.toggle(name));
    return button;
  }

  lineSample(sample, style) {
    const d = style === "networks" ? "M2 7 28 2M2 7H28M2 7 28 12" : "M3 7H27";
    svg("path", { class: `curve ${style}`, d }, sample);
  }

  markSamples(sample) {
    const styles = [...new Set(this.data.curves.map(({ style }) => style))].filter((style) => style in MARKS);
    sample.setAttribute("viewBox", `0 0 ${12 * styles.length} 14`);
    sample.style.width = `${12 * styles.length}px`;
    styles.forEach((style, i) => svg("path", { class: `mark ${style}`, d: drawMarks(style, [12 * i + 6], 7) }, sample));
  }

  /* Certificate */

  drawCertificate() {
    const { certificate } = this.data;
    if (certificate) this.host.querySelector(".certificate-card").hidden = false;
    else if (this.certificate.childElementCount === 0) return;
    const { width, margin, plotWidth } = this.shown;
    const height = CERTIFICATE_HEIGHT;
    this.certificate.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.certificate.style.height = `${height}px`;
    this.certificate.replaceChildren();
    if (!certificate) return;
    const { x, z, half_width: half, touching, wall_label: wall, caption } = certificate;
    this.certificate.setAttribute("aria-label", caption);
    this.host.querySelector(".caption").textContent = caption;
    if (x.length === 0) return;

    const largest = Math.max(...z.map((value) => Math.abs(value ?? 0)));
    const unit = clamp(largest, half, 4 * half) || 1; // a dual far outside the tube is cut, the tube stays visible
    const reach = unit * 1.5;
    const scale = { left: this.scale.left, top: (value) => height / 2 - (value / reach) * (height / 2) };
    const group = svg("g", { class: "of-points" }, this.certificate);
    const [top, bottom, right] = [scale.top(half), scale.top(-half), margin.left + plotWidth];
    svg("rect", { class: "tube", x: margin.left, y: top, width: plotWidth, height: bottom - top }, group);
    this.drawDrops(group, 0, height);
    for (const y of [top, bottom]) svg("line", { class: "wall", x1: margin.left, x2: right, y1: y, y2: y }, group);
    const [above, below] = wallLabels(wall);
    svg("text", { x: margin.left + 2, y: top - 8 }, group).textContent = above;
    svg("text", { x: margin.left + 2, y: bottom + 18 }, group).textContent = below;
    const plot = svg("svg", { x: margin.left, y: 0, width: plotWidth, height, overflow: "hidden" }, group);
    plot.setAttribute("viewBox", `${margin.left} 0 ${plotWidth} ${height}`);
    svg("path", { class: "dual", "data-name": "dual", d: draw(trace(x, z, scale, -60, height + 60)) }, plot);
    for (const at of touching) {
      if (at < this.view.x0 || at > this.view.x1) continue;
      const level = clamp(scale.top(interpolate(x, z, at)), 0, height);
      svg("circle", { class: "touching", cx: scale.left(at), cy: level, r: 4.5 }, group);
    }
  }

  /** What tests and the style sheet read. */
  report() {
    const { gesture } = this;
    const isDragged = gesture?.kind === "drag" && gesture.before !== this.points;
    const follows =
      this.isFollowed() || (performance.now() - this.previewed < PREVIEW_LOST && Boolean(this.data.previewed));
    const waits = this.awaiting || this.resting || (isDragged && !follows);
    const { dataset } = this.host;
    dataset.points = this.points.length;
    dataset.edits = this.edits;
    dataset.frames = ++this.frames;
    dataset.version = this.version;
    dataset.dragging = gesture?.kind === "drag";
    dataset.followed = isDragged && this.isFollowed();
    dataset.stale = Boolean(this.data.stale || waits);
    this.action("undo").setAttribute("aria-disabled", String(!this.past.length));
    this.action("redo").setAttribute("aria-disabled", String(!this.future.length));
  }
}

/** Where a pointer went down and is, and how far it may stray before it counts as moved. */
function whereabouts({ pointerId, clientX, clientY }, kind) {
  return { pointerId, clientX, clientY, start: [clientX, clientY], slack: SLACK[kind] };
}

/** "β = 0.2" gives "+β = 0.2" and "−β = −0.2". */
function wallLabels(label) {
  const [name, value] = label.split("=").map((part) => part.trim());
  return value ? [`+${name} = ${value}`, `−${name} = −${value}`] : [`+${name}`, `−${name}`];
}

const editors = new WeakMap();

export default function pointEditor(component) {
  const root = component.parentElement;
  if (!editors.has(root)) editors.set(root, new Editor(root));
  const editor = editors.get(root);
  editor.update(component);
  // Streamlit also cleans up after a call that newer data overtook, while the editor stays on the page.
  return () =>
    setTimeout(() => {
      if (editor.host.isConnected) return;
      editor.destroy();
      editors.delete(root);
    });
}
