/**
 * A plot: what Python has computed, over two axes. It is drawn anew for new data and for another width or theme.
 *
 * @typedef {object} Curve null where it is broken
 * @property {(?number)[]} x
 * @property {(?number)[]} y
 * @property {string} style
 *
 * @typedef {object} Data what `plot` in Python sends
 * @property {{x: import("./axes.js").Axis, y: import("./axes.js").Axis}} axes
 * @property {string} told what is to be seen, in words
 * @property {{x: number[], low: number[], high: number[], style: string}[]} bands
 * @property {Curve[]} curves
 * @property {Curve[]} points
 * @property {{x: number, y: number, style: "optimum" | "network", words: string}[]} marks
 * @property {{label: string, style: string}[]} legend
 */

import { enter } from "../common/figures.js";
import { showLook } from "../common/look.js";
import { groups, MARKS, set, svg } from "../common/svg.js";
import { Axes, within } from "./axes.js";
import { Labels } from "./labels.js";
import { drawLegend } from "./legend.js";

const MARGIN = { left: 46, right: 16, top: 24, bottom: 38 };
const MARK = 1.5; // times as large as on a curve
const APART = 12; // pixels

export class Plot {
  /** @type {Data} */
  data;
  #observer = new ResizeObserver(() => this.#draw());

  constructor(root) {
    this.host = root.querySelector(".plot-page");
    this.element = this.host.querySelector(".drawn");
    this.picture = svg("svg", { role: "img" }, this.element);
    [this.backdrop, this.shapes, this.words] = groups(this.picture, 3);
    this.labels = new Labels(this.words);
    this.figure = enter({ host: this.host, title: () => this.#title() });
    this.#observer.observe(this.element);
  }

  /** New data from Python, or another theme. */
  update({ data }) {
    this.data = data;
    showLook(this.host, data.view);
    drawLegend(this.host.querySelector(".legend"), data.legend);
    this.#draw();
  }

  /** What stands at its axes. */
  #title() {
    const { x, y } = this.data?.axes ?? {};
    return [y?.title, x?.title].filter(Boolean).join(" over ");
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!this.data || !width) return;
    const axes = new Axes(within(MARGIN, width, height), this.data.axes);
    set(this.picture, { viewBox: `0 0 ${width} ${height}`, "aria-label": this.data.told });
    axes.draw(this.backdrop);
    this.#drawShapes(axes);
    this.#drawMarks(axes);
  }

  #drawShapes(axes) {
    const { bands, curves, points } = this.data;
    this.shapes.replaceChildren();
    const draw = (style, d) => svg("path", { class: style, d }, this.shapes);
    for (const { x, low, high, style } of bands) {
      draw(style, `${axes.line([...x, ...x.toReversed()], [...high, ...low.toReversed()])}Z`);
    }
    for (const { x, y, style } of curves) draw(style, axes.line(x, y));
    for (const { x, y, style } of points) draw(style, axes.dots(x, y));
  }

  #drawMarks(axes) {
    const { marks, curves } = this.data;
    const places = marks.map(({ x, y }) => [axes.left(x), axes.top(y)]);
    marks.forEach(({ style }, k) => {
      const place = `translate(${places[k].map((it) => it.toFixed(1)).join(" ")}) scale(${MARK})`;
      svg("path", { class: `mark ${style}`, d: `M0 0${MARKS[style]}`, transform: place }, this.shapes);
    });
    const labels = marks.map(({ words, style }, k) => ({ key: String(k), words, at: places[k], style }));
    const lines = curves.flatMap((curve) => along(curve, axes));
    this.labels.draw(labels, axes.box, [...places, ...lines]);
    if (this.words.childElementCount < labels.length) this.labels.draw(labels, axes.box, places);
  }

  destroy() {
    this.figure.destroy();
    this.#observer.disconnect();
  }
}

/** Places on a curve, not far from each other, which words cover only where there is no other room. */
function along({ x, y }, axes) {
  const places = x.map((each, k) => (each === null || y[k] === null ? null : [axes.left(each), axes.top(y[k])]));
  return places.flatMap((place, k) => {
    const last = places[k - 1];
    if (!place || !last) return [];
    const count = Math.ceil(Math.hypot(place[0] - last[0], place[1] - last[1]) / APART);
    return Array.from({ length: count }, (_, j) => place.map((to, i) => last[i] + ((j + 1) / count) * (to - last[i])));
  });
}

/** Takes the component's elements over. */
export default function mount(root) {
  return new Plot(root);
}
