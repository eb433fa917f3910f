/**
 * The picture of a lesson: points, curves, where all best curves lie, bends, and the names of curves, which stand at
 * their right ends where there is room, and else below.
 *
 * It is made once for a lesson. What is drawn by hand is drawn on it, too (`questions/sketch.js`).
 *
 * @typedef {"given" | "best" | "network" | "nearest" | "yours"} Style
 * @typedef {{style: Style, name?: string, knots: [number, number][], isFaint?: boolean}} Curve
 * @typedef {{at: [number, number], words: string, style: Style}} Badge words on a place
 *
 * @typedef {object} Model
 * @property {[number, number][]} points
 * @property {Curve[]} curves the last one on top
 * @property {[number, number][][]} band polygons
 * @property {number[]} knots x of bends
 * @property {Badge[]} badges
 */

import { element } from "../common/elements.js";
import { axisLabels, short, ticks } from "../common/numbers.js";
import { svg, write } from "../common/svg.js";
import { Chart } from "../questions/chart.js";

const ROOMY = 520; // pixels of width, from which on names stand beside the curves
const TICK = 12; // between their labels and the axis: a point on it is as wide
const BESIDE = { left: 44, right: 118, top: 12, bottom: 26 };
const BELOW = { left: 38, right: 14, top: 12, bottom: 26 };
const LINE = 15; // pixels between two lines of names
const LETTERS = 17; // in a line of names
const NOTHING = { points: [], curves: [], band: [], knots: [], badges: [] };

export class Stage extends Chart {
  places = []; // of what is put in order
  #model = NOTHING;
  #redrawn;

  /**
   * @param {[number, number][]} places that the axes reach over
   * @param {() => void} redrawn whenever it was drawn: what shares its axis follows
   */
  constructor(places, redrawn = () => {}) {
    super(places, "Chart");
    this.points = [];
    this.names = element("p", { class: "names" });
    this.#redrawn = redrawn;
  }

  get margin() {
    return this.isRoomy ? BESIDE : BELOW;
  }

  get isRoomy() {
    return this.element.clientWidth >= ROOMY;
  }

  /** @param {Partial<Model>} model what is shown beside what is drawn by hand */
  of(model) {
    this.#model = { ...NOTHING, ...model };
    this.points = this.#model.points;
    this.draw();
  }

  draw() {
    const { box, canvas } = this;
    const floor = box.top + box.height;
    canvas.replaceChildren();
    this.#drawAxes(floor);
    for (const x of this.#model.knots) {
      svg("line", { class: "knot", x1: this.left(x), x2: this.left(x), y1: box.top, y2: floor }, canvas);
    }
    for (const polygon of this.#model.band) svg("path", { class: "band", d: `${this.pathOf(polygon)}Z` }, canvas);
    if (this.#model.knots.length) {
      const last = this.left(Math.max(...this.#model.knots));
      write(canvas, "bend", { class: "name best", x: last + 4, y: box.top + 9 });
    }
    const curves = [...this.#model.curves, ...this.curves].filter(({ knots }) => knots.length > 1);
    for (const { style, knots, isFaint } of curves) {
      svg("path", { class: `curve ${style}${isFaint ? " faint" : ""}`, d: this.pathOf(knots) }, canvas);
    }
    this.drawPoints();
    if (this.pen) svg("circle", { class: "pen", cx: this.left(this.pen[0]), cy: this.top(this.pen[1]), r: 7 }, canvas);
    for (const badge of this.#model.badges) this.#drawBadge(badge);
    this.#nameCurves(curves.filter(({ name }) => name));
    this.#redrawn();
  }

  #drawAxes(floor) {
    const { left, width, height } = this.box;
    const grid = svg("g", { class: "grid" }, this.canvas);
    const across = ticks(...this.x, width / 80);
    axisLabels(across).labels.forEach((label, k) => {
      write(this.canvas, label, { x: this.left(across.values[k]), y: floor + 17, "text-anchor": "middle" });
    });
    const up = ticks(...this.y, height / 45);
    axisLabels(up).labels.forEach((label, k) => {
      const y = this.top(up.values[k]);
      svg("line", { x1: left, x2: left + width, y1: y, y2: y }, grid);
      write(this.canvas, label, { x: left - TICK, y: y + 4, "text-anchor": "end" });
    });
  }

  #drawBadge({ at: [x, y], words, style }) {
    const group = svg("g", { class: `badge ${style}` }, this.canvas);
    svg("circle", { cx: this.left(x), cy: this.top(y), r: 11 }, group);
    write(group, words, { x: this.left(x), y: this.top(y) + 4, "text-anchor": "middle" });
  }

  /** At the right ends of their curves, moved apart where they would lie on each other. */
  #nameCurves(curves) {
    const named = curves.filter(({ name }, k) => curves.findIndex((each) => each.name === name) === k);
    const entries = named.map(({ name, style }) => element("span", { class: style }, null, [name]));
    this.names.hidden = this.isRoomy;
    this.names.replaceChildren(...entries);
    if (!this.isRoomy) return;
    const { left, top, width, height } = this.box;
    const labels = named.map(({ name, style, knots }) => {
      const end = Math.min(top + height, Math.max(top, this.top(knots.at(-1)[1])));
      return { style, end, lines: lines(name) };
    });
    apart(labels, top, top + height);
    for (const { style, end, at, lines: words } of labels) {
      const [from, to] = [left + width + 2, left + width + 12];
      svg("path", { class: `leader ${style}`, d: `M${from} ${end}L${to} ${at}` }, this.canvas);
      words.forEach((line, k) => {
        const y = at + 4 + (k - (words.length - 1) / 2) * LINE;
        write(this.canvas, line, { class: `name ${style}`, x: to + 4, y });
      });
    }
  }

  /** What is seen, for who does not see it. */
  describe() {
    const points = this.points.map(([x, y]) => `(${short(x)}, ${short(y)})`).join(", ");
    const curves = this.#model.curves
      .filter(({ name }) => name)
      .map(({ name, knots }) => {
        const places = knots.length > 12 ? [knots[0], knots[Math.floor(knots.length / 2)], knots.at(-1)] : knots;
        return `${name}: ${places.map(([x, y]) => `(${short(x)}, ${short(y)})`).join(", ")}`;
      });
    const bends = this.#model.knots.length ? [`Bends at x = ${this.#model.knots.map(short).join(", ")}`] : [];
    const said = [...(points ? [`Points: ${points}`] : []), ...curves, ...bends];
    return `Chart of the lesson, x from ${short(this.x[0])} to ${short(this.x[1])}. ${said.map((each) => `${each}. `).join("")}`;
  }
}

/** Words of a name in as many lines as they need. */
function lines(name) {
  const found = [""];
  for (const word of name.split(" ")) {
    if (found.at(-1) && found.at(-1).length + word.length >= LETTERS) found.push("");
    found[found.length - 1] = `${found.at(-1)} ${word}`.trim();
  }
  return found;
}

/** Gives labels places `at` in the order of their ends, at least a line apart, within a range. */
function apart(labels, low, high) {
  labels.sort((one, other) => one.end - other.end);
  let next = low;
  for (const label of labels) {
    const half = (label.lines.length * LINE) / 2;
    label.at = Math.max(label.end, next + half);
    next = label.at + half;
  }
  let last = high;
  for (const label of labels.toReversed()) {
    const half = (label.lines.length * LINE) / 2;
    label.at = Math.min(label.at, last - half);
    last = label.at - half;
  }
}
