/**
 * The chart: axes, curves, band, marks and points.
 *
 * Names: (x, y) are the user's coordinates, (left, top) are pixels within the chart.
 *
 * @typedef {import("./points.js").Point} Point
 * @typedef {import("./link.js").Data} Data
 */

import { placeIn } from "../common/look.js";
import { axisLabels, clamp, snap, ticks, widened } from "../common/numbers.js";
import { area, MARKS, marks, path, set, svg, trace, write } from "../common/svg.js";
import { drawBeyond } from "./beyond.js";
import { Dots } from "./dots.js";
import { Ends } from "./ends.js";
import { linearSpline } from "./points.js";
import { drawTitles } from "./titles.js";

const LAYERS = ["networks", "spline", "sparsest", "optimum", "network", "stuck", "drawing"]; // bottom to top, above the band
const FADED = { optimum: "of-optimum", sparsest: "of-points" }; // while they belong to older points
const faded = ({ style, is_old }) => `${FADED[style] ?? ""} ${is_old ? "old" : ""}`;
const TITLE = 16; // pixels beside the numbers of an axis
const BEYOND = 60; // pixels outside the plot, where curves are cut

/** What the style sheet says, in pixels: room above the plot and beside it, of a row of marks, of the strips below. */
function sizesOf(chart) {
  const style = getComputedStyle(chart);
  const names = ["head", "names", "row", "hinges", "tube"];
  return Object.fromEntries(names.map((name) => [name, Number(style.getPropertyValue(`--${name}`))]));
}

export class Drawing {
  /** The axes' range: {x0, x1, y0, y1, width, height}. */
  view;
  /** From coordinates to pixels (left, top) and back (x, y). */
  scale;
  /** Sizes in pixels, ticks and labels. */
  shown = { width: 0 };
  /** The one through the points, and where it bends. */
  spline = { x: [], y: [], knots: [] };
  #levels;
  #range = [0, 1]; // of the points' x
  #touching = []; // where the dual touches its tube
  #curvePaths = new Map();

  /** @param {SVGSVGElement} chart empty */
  constructor(root, chart) {
    this.root = root;
    this.chart = chart;
    this.backdrop = svg("g", { class: "backdrop", "aria-hidden": "true" }, chart);
    this.drops = svg("g", { "aria-hidden": "true" }, chart);
    this.plot = svg("svg", { class: "plot", overflow: "hidden", "aria-hidden": "true" }, chart);
    this.band = svg("path", { class: "band", "data-name": "band" }, this.plot);
    this.layers = Object.fromEntries(LAYERS.map((style) => [style, svg("g", {}, this.plot)]));
    this.marks = svg("g", { class: "marks", "aria-hidden": "true" }, chart);
    this.beyond = svg("g", { "aria-hidden": "true" }, this.plot);
    this.beads = svg("g", { class: "beads", "aria-hidden": "true" }, this.plot);
    this.ends = new Ends(chart);
    this.dots = new Dots(root, this);
  }

  /* Axes */

  /**
   * The axes: Python's domain, widened to hold every point (undo may bring back points of another scale).
   * @param {Data} data
   * @param {Point[]} points
   */
  fitView({ domain, levels }, points) {
    const [x0, x1, y0, y1] = domain;
    const xs = points.map(({ x }) => x);
    const ys = points.map(({ y }) => y);
    const [left, right] = widened(Math.min(x0, ...xs), Math.max(x1, ...xs));
    const [bottom, top] = widened(Math.min(y0, ...ys), Math.max(y1, ...ys));
    this.view = { x0: left, x1: right, y0: bottom, y1: top, width: right - left, height: top - bottom };
    this.#levels = levels;
  }

  /** Sizes and scales. They depend on the style sheet and the domain only, so that arriving data moves nothing. */
  #measure(rows) {
    const width = this.chart.clientWidth || 600;
    const height = this.chart.clientHeight || 300;
    const { x0, x1, y0, y1 } = this.view;
    const sizes = sizesOf(this.chart);
    const strip = sizes.row * rows + 4;
    const yTicks = ticks(y0, y1, height / 75);
    const xTicks = ticks(x0, x1, width / (width < 480 ? 70 : 110));
    const [yAxis, xAxis] = [yTicks, xTicks].map(axisLabels);
    const longest = Math.max(...yAxis.labels.map((text) => text.length), 0);
    const margin = {
      left: TITLE + Math.max(34, 14 + 7 * longest),
      right: Math.max(sizes.names, 18),
      top: sizes.head,
      bottom: strip + 22 + (sizes.row ? TITLE : 0),
    };
    const plotWidth = Math.max(width - margin.left - margin.right, 1);
    const plotHeight = Math.max(height - margin.top - margin.bottom, 1); // none while the page is laid out
    this.scale = {
      left: (x) => margin.left + ((x - x0) / (x1 - x0)) * plotWidth,
      top: (y) => margin.top + ((y1 - y) / (y1 - y0)) * plotHeight,
      x: (left) => x0 + ((left - margin.left) / plotWidth) * (x1 - x0),
      y: (top) => y1 - ((top - margin.top) / plotHeight) * (y1 - y0),
    };
    this.bottom = margin.top + plotHeight; // of the plot
    this.shown = { ...sizes, width, height, margin, plotWidth, plotHeight, strip, xTicks, yTicks, xAxis, yAxis };
    this.chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const box = { x: margin.left, y: margin.top, width: plotWidth, height: plotHeight };
    set(this.plot, box);
    this.plot.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
  }

  hasNewSize() {
    const { clientWidth: width, clientHeight: height } = this.chart;
    return width > 0 && (width !== this.shown.width || height !== this.shown.height);
  }

  isInside(x) {
    return x >= this.view.x0 && x <= this.view.x1;
  }

  /** Coordinates on the grid and inside the chart; y on a level where there are levels. */
  bounded(x, y) {
    const { x0, x1, y0, y1, width, height } = this.view;
    const nearer = (best, each) => (Math.abs(each - y) < Math.abs(best - y) ? each : best);
    const level = this.#levels?.reduce(nearer);
    return [clamp(snap(clamp(x, x0, x1), width), x0, x1), level ?? clamp(snap(clamp(y, y0, y1), height), y0, y1)];
  }

  /* Where things are */

  /** @returns {[number, number]} the pixels of an event in the chart */
  position(event) {
    return placeIn(this.chart, event);
  }

  /** @returns {[number, number]} the pixels of a point */
  place({ x, y }) {
    return [this.scale.left(x), this.scale.top(y)];
  }

  coordinatesAt(left, top) {
    return this.bounded(this.scale.x(left), this.scale.y(top));
  }

  /** The coordinates of an event, null where it is beside the plot. */
  placeAt(event) {
    const [left, top] = this.position(event);
    const { margin, width, plotHeight } = this.shown;
    const near = (value, low, high) => value >= low - 6 && value <= high + 6;
    if (!near(left, margin.left, width - margin.right) || !near(top, margin.top, margin.top + plotHeight)) return null;
    return this.coordinatesAt(left, top);
  }

  /**
   * The nearest point within reach; of points at the same place the one drawn last.
   * @param {Point[]} points
   */
  pointAt(points, event, reach) {
    const [left, top] = this.position(event);
    let nearest = null;
    for (const point of points) {
      const [x, y] = this.place(point);
      const distance = Math.hypot(x - left, y - top);
      if (distance <= (nearest?.distance ?? reach)) nearest = { point, distance };
    }
    return nearest?.point ?? null;
  }

  /* What stays during a drag */

  /** @param {Data} data */
  drawAxes(data) {
    this.#measure(data.curves.filter(({ style }) => style in MARKS).length);
    this.#drawBackdrop(data.axes ?? {});
  }

  #drawBackdrop(titles) {
    const { margin, plotWidth, plotHeight, strip, xTicks, yTicks, xAxis, yAxis } = this.shown;
    const base = margin.top + plotHeight + strip;
    this.backdrop.replaceChildren();
    const grid = svg("g", { class: "grid" }, this.backdrop);
    xTicks.values.forEach((x, i) => {
      const left = this.scale.left(x);
      svg("line", { x1: left, x2: left, y1: margin.top, y2: base }, grid);
      write(this.backdrop, xAxis.labels[i], { x: left, y: base + 16, "text-anchor": "middle" });
    });
    yTicks.values.forEach((y, i) => {
      const top = this.scale.top(y);
      svg("line", { x1: margin.left, x2: margin.left + plotWidth, y1: top, y2: top }, grid);
      write(this.backdrop, yAxis.labels[i], { x: margin.left - 8, y: top + 4, "text-anchor": "end" });
    });
    const length = drawTitles(this.backdrop, titles, { x: xAxis.note, y: yAxis.note }, this.shown);
    this.chart.parentNode.style.setProperty("--title", `${Math.ceil(length) + margin.right + 8}px`);
  }

  /** The name of the curve in whose row of marks a pixel is. */
  rowAt(top) {
    const row = (top - this.shown.margin.top - this.shown.plotHeight - 4) / this.shown.row;
    return this.marks.children[Math.floor(row)]?.dataset.knots;
  }

  /* What belongs to the optimum */

  /** @param {Data} data */
  drawOptimum(data, hidden) {
    const { margin, plotHeight, strip } = this.shown;
    this.#touching = data.certificate?.touching ?? [];
    this.drops.replaceChildren();
    this.drawDrops(this.drops, margin.top, margin.top + plotHeight + strip);
    this.#drawCurves(data.curves, hidden);
    this.#drawBand(data.band, hidden);
  }

  /** Lines where the dual touches its tube, from pixel y1 to y2. */
  drawDrops(parent, y1, y2) {
    const group = svg("g", { class: "of-optimum" }, parent);
    for (const x of this.#touching) {
      if (!this.isInside(x)) continue;
      svg("line", { class: "drop", x1: this.scale.left(x), x2: this.scale.left(x), y1, y2 }, group);
    }
  }

  /** From where to where, in pixels from the top, curves are drawn. */
  get edges() {
    return [this.shown.margin.top - BEYOND, this.bottom + BEYOND];
  }

  /** The path of a curve. */
  line(xs, ys) {
    return path(trace(xs, ys, this.scale, ...this.edges));
  }

  /** One path per curve, kept from one drawing to the next. */
  #drawCurves(curves, hidden) {
    for (const [name, line] of this.#curvePaths) {
      if (curves.some((curve) => curve.name === name)) continue;
      line.remove();
      this.#curvePaths.delete(name);
    }
    for (const curve of curves) {
      const { name, style, lines } = curve;
      if (!this.#curvePaths.has(name)) this.#curvePaths.set(name, svg("path", { "data-name": name }));
      const line = this.#curvePaths.get(name);
      const layer = this.layers[style] ?? this.layers.networks;
      if (line.parentNode !== layer) layer.append(line);
      line.setAttribute("class", `curve ${style} ${faded(curve)} ${hidden.has(name) ? "off" : ""}`);
      if (style !== "spline") line.setAttribute("d", lines.map(([xs, ys]) => this.line(xs, ys)).join(""));
    }
  }

  #drawBand(band, hidden) {
    this.band.classList.toggle("off", !band || hidden.has("band"));
    if (!band) {
      this.band.removeAttribute("d");
      return;
    }
    const known = band.x.map((_, i) => i).filter((i) => band.lower[i] !== null && band.upper[i] !== null);
    const xs = known.map((i) => band.x[i]);
    const [upper, lower] = [band.upper, band.lower].map((ys) => known.map((i) => ys[i]));
    this.band.setAttribute("d", area(xs, upper, lower, this.scale, ...this.edges));
  }

  /* What follows a drag */

  drawSpline({ curves }, points) {
    this.#range = [points[0]?.x, points.at(-1)?.x];
    this.spline = linearSpline(points, this.view.x0, this.view.x1);
    for (const { name, style } of curves) {
      if (style !== "spline") continue;
      this.#curvePaths.get(name).setAttribute("d", this.line(this.spline.x, this.spline.y));
    }
  }

  /** One row of marks above the x axis per curve that bends. */
  drawMarks(data, hidden) {
    const { margin, plotHeight } = this.shown;
    const curves = data.curves.filter(({ style }) => style in MARKS);
    while (this.marks.childElementCount > curves.length) this.marks.lastChild.remove();
    curves.forEach((curve, row) => {
      const { name, style, knots } = curve;
      const line = this.marks.children[row] ?? svg("path", {}, this.marks);
      const off = hidden.has(name) || hidden.has("knots");
      const given = style === "spline" ? this.spline.knots : (knots ?? []);
      const inside = given.filter((x) => x !== null && this.isInside(x));
      const top = margin.top + plotHeight + 4 + (row + 0.5) * this.shown.row;
      line.setAttribute("class", `mark ${style} ${faded(curve)} ${off ? "off" : ""}`);
      line.setAttribute("d", marks(style, inside.map(this.scale.left), top));
      Object.assign(line.dataset, { knots: name, count: inside.length });
    });
    const seen = data.curves.filter(({ name, style }) => style !== "networks" && !hidden.has(name));
    drawBeyond(this.beyond, seen, this.#range, this);
    this.ends.draw(
      seen.map((curve) => ({ ...curve, classes: faded(curve) })),
      this,
    );
  }
}
