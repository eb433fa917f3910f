/**
 * Names at the right ends of the curves, in the margin beside the plot.
 *
 * Each name is wanted at the height h_k where its curve ends. Names in their order from top to bottom are put at the
 * heights t_k that are nearest in the sum of squares and at least APART from each other. With s_k = t_k - k APART that is
 * monotone regression: s rises, so neighbours that are out of order take their mean (Ayer et al. 1955), and limits are
 * kept by clamping. Names whose curves end at nearly the same height stay in the order they were in.
 */

import { clamp } from "../common/numbers.js";
import { set, svg } from "../common/svg.js";

const NAMES = {
  optimum: "optimum",
  network: "network",
  spline: "linear spline",
  sparsest: "fewest knots",
  stuck: "stuck",
  drawing: "yours",
};
const OLD = "earlier network";
const APART = 16; // pixels from one name to the next
const SAME = 8; // pixels between ends within which names do not change places
const LEADER = 12; // pixels from the plot to a name
const EDGE = 8; // pixels that a name stays away from the ends of the margin

export class Ends {
  #order = []; // styles from top to bottom, as they were last

  /** @param {SVGElement} parent */
  constructor(parent) {
    this.group = svg("g", { class: "ends", "aria-hidden": "true" }, parent);
  }

  /**
   * @param {{style: string, lines: number[][][], is_old?: boolean, classes: string}[]} curves those that are seen
   * @param {import("./drawing.js").Drawing} drawing
   */
  draw(curves, { shown: { names, margin, plotWidth }, bottom, scale, spline }) {
    const [left, top] = [margin.left + plotWidth, margin.top];
    const heightOf = ({ style, lines }) => scale.top((style === "spline" ? spline.y : lines[0]?.[1])?.at(-1) ?? NaN);
    const named = curves
      .map((curve) => ({ ...curve, end: clamp(heightOf(curve), top, bottom) }))
      .filter(({ end }) => names && Number.isFinite(end));
    const ordered = this.#ordered(named);
    const wanted = ordered.map(({ end }) => end);
    const heights = spread(wanted, top + EDGE, bottom - EDGE);
    for (const old of [...this.group.children]) if (!this.#order.includes(old.dataset.end)) old.remove();
    ordered.forEach(({ style, is_old, classes, end }, k) => {
      const [line, name] = this.#nodesOf(style, classes);
      set(line, { d: `M${left + 1} ${end.toFixed(1)}L${left + LEADER - 3} ${heights[k].toFixed(1)}` });
      set(name, { x: left + LEADER, y: (heights[k] + 4).toFixed(1) });
      const said = is_old ? OLD : NAMES[style];
      if (name.textContent !== said) name.textContent = said;
    });
  }

  /** The line to a name, and the name: kept from one drawing to the next. */
  #nodesOf(style, classes) {
    let group = this.group.querySelector(`[data-end="${style}"]`);
    if (!group) {
      group = svg("g", { "data-end": style }, this.group);
      svg("path", {}, group);
      svg("text", {}, group);
    }
    set(group, { class: `end ${style} ${classes}` });
    return group.children;
  }

  /** From top to bottom: put in one after the other, in the order of before, each above those that end clearly lower. */
  #ordered(curves) {
    const before = ({ style }) => (this.#order.indexOf(style) + 1 || this.#order.length + 1) - 1;
    const sorted = [];
    for (const curve of curves.toSorted((a, b) => before(a) - before(b))) {
      const place = sorted.findIndex(({ end }) => end > curve.end + SAME);
      sorted.splice(place < 0 ? sorted.length : place, 0, curve);
    }
    this.#order = sorted.map(({ style }) => style);
    return sorted;
  }
}

/** The heights nearest to those wanted that are APART from each other and between low and high. */
export function spread(wanted, low, high) {
  const blocks = []; // {sum, count}: neighbours that share their mean
  wanted.forEach((height, k) => {
    blocks.push({ sum: height - k * APART, count: 1 });
    while (blocks.length > 1 && mean(blocks.at(-2)) >= mean(blocks.at(-1))) {
      const { sum, count } = blocks.pop();
      blocks.at(-1).sum += sum;
      blocks.at(-1).count += count;
    }
  });
  const last = high - (wanted.length - 1) * APART;
  const risen = blocks.flatMap((block) => Array(block.count).fill(clamp(mean(block), low, Math.max(last, low))));
  return risen.map((height, k) => height + k * APART);
}

const mean = ({ sum, count }) => sum / count;
