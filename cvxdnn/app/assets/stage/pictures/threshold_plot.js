/**
 * What weight decay leaves of each class, over its size: a curve that is zero up to a threshold, the classes on it, and
 * where the network has them.
 */

import { short } from "../../common/numbers.js";
import { groups, svg, write } from "../../common/svg.js";
import { Axes } from "../axes.js";
import { markOf } from "./classes.js";

const SMALL = 150; // pixels of width below which words and marks are smaller
const BAND = 34; // pixels from the top in which names of classes would meet the words about the threshold
const AWAY = 8; // pixels between both

const at = (axes, x, y, scale) => `translate(${axes.left(x).toFixed(1)} ${axes.top(y).toFixed(1)}) scale(${scale})`;

export class ThresholdPlot {
  /** @param {SVGElement} parent */
  constructor(parent) {
    [this.grid, this.shapes] = groups(parent, 2);
  }

  /**
   * @param {object} drawn
   * @param {import("../axes.js").Box} drawn.box
   * @param {{x: import("../axes.js").Axis, y: import("../axes.js").Axis}} drawn.axes both from 0
   * @param {string} drawn.title of the plot
   * @param {number} drawn.threshold
   * @param {(x: number) => number} drawn.curve from the threshold on
   * @param {number[]} drawn.xs of the classes
   * @param {?{xs: number[], ys: number[]}} drawn.network where it has them
   * @param {boolean} drawn.isOld whether the network is of other values
   */
  draw({ box, axes: { x, y }, title, threshold, curve, xs, network, isOld }) {
    const axes = new Axes(box, { x, y });
    axes.draw(this.grid);
    this.shapes.replaceChildren();
    const isSmall = box.width < SMALL;
    this.#drawCut(axes, threshold);
    svg("path", { class: "kept-curve", d: kept(axes, threshold, curve) }, this.shapes);
    write(this.shapes, title, { class: "title", x: box.left - 28, y: box.top - 9 });
    const scale = isSmall ? 1.2 : 1.6;
    const names = [];
    for (const [size, classes] of groupedBy(xs)) {
      const value = size < threshold ? 0 : curve(size);
      const place = { d: markOf(classes[0], 0, 0), transform: at(axes, size, value, scale) };
      svg("path", { class: "exact-mark", ...place }, this.shapes);
      const label = { class: "class-name", x: axes.left(size) - 12, y: axes.top(value) - 6, "text-anchor": "end" };
      names.push(write(this.shapes, classes.map((k) => k + 1).join(", "), label));
    }
    this.#sayThreshold(axes, threshold, isSmall, names);
    network?.xs.forEach((size, k) => {
      const value = Math.min(Math.max(network.ys[k], 0), y.high);
      const place = { d: markOf(k, 0, 0), transform: at(axes, size, value, scale / 2) };
      svg("path", { class: `network-mark ${isOld ? "old" : ""}`, ...place }, this.shapes);
    });
  }

  /** What is below the threshold. */
  #drawCut(axes, threshold) {
    const { left, top, height } = axes.box;
    const { high } = axes.axes.x;
    const edge = axes.left(Math.min(threshold, high));
    svg("rect", { class: "cut", x: left, y: top, width: edge - left, height }, this.shapes);
    if (threshold < high) {
      svg("line", { class: "cut-edge", x1: edge, x2: edge, y1: top, y2: top + height }, this.shapes);
    }
  }

  /** With the word where there is room for it before the names of classes, else without, or not at all. */
  #sayThreshold(axes, threshold, isSmall, names) {
    const { left, top, width } = axes.box;
    const edge = axes.left(Math.min(threshold, axes.axes.x.high));
    const isRight = edge > left + width / 2;
    const high = names.map((name) => name.getBBox()).filter(({ y }) => y < top + BAND);
    const end = isRight ? left + width : Math.min(left + width, ...high.map(({ x }) => x - AWAY));
    const place = { x: edge + (isRight ? -5 : 5), y: top + 14, "text-anchor": isRight ? "end" : "start" };
    const text = write(this.shapes, "", place);
    for (const words of [isSmall ? "" : `threshold ${short(threshold)}`, short(threshold), ""]) {
      text.textContent = words;
      if (words && (isRight || place.x + text.getComputedTextLength() <= end)) return;
    }
  }
}

/** Where the plot's rectangle is, as high as it looks well, in what is left of the picture. */
export function boxOf(left, top, width, height) {
  const tall = Math.min(height, 1.3 * width);
  return { left, top: top + (height - tall) / 2, width, height: tall };
}

/** The path of the curve, which is zero up to the threshold, as far as it is within the plot. */
function kept(axes, threshold, curve) {
  const { x, y } = axes.axes;
  if (threshold >= x.high) return axes.line([0, x.high], [0, 0]);
  const xs = Array.from({ length: 120 }, (_, k) => threshold + ((x.high - threshold) * k) / 119);
  const ys = xs.map(curve).map((value) => (value <= y.high ? value : null));
  return axes.line([0, threshold, ...xs], [0, 0, ...ys]);
}

/** Each size with its classes. */
function groupedBy(sizes) {
  return [...new Set(sizes)].map((size) => [size, sizes.flatMap((one, k) => (one === size ? [k] : []))]);
}
