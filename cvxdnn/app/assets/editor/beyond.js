/** Curves that leave the chart between the outermost points: at the edge it says which, and how far they go. */

import { clamp, short } from "../common/numbers.js";
import { write } from "../common/svg.js";

const ROW = 15; // pixels
const SLACK = 2; // pixels that a curve may be outside

/**
 * @param {SVGElement} parent emptied
 * @param {{label: string, style: string, lines: number[][][]}[]} curves those that are seen
 * @param {[number, number]} range of the points
 * @param {import("./drawing.js").Drawing} drawing
 */
export function drawBeyond(parent, curves, [low, high], { scale, shown: { margin, plotWidth, plotHeight } }) {
  parent.replaceChildren();
  for (const [side, edge] of [
    [1, margin.top],
    [-1, margin.top + plotHeight],
  ]) {
    let row = 0;
    for (const {
      label,
      style,
      lines: [[xs, ys] = [[], []]],
    } of curves) {
      const inside = xs.flatMap((x, i) => (x >= low && x <= high && ys[i] !== null ? [{ x, y: ys[i] }] : []));
      const far = inside.reduce((best, each) => (side * (each.y - best.y) > 0 ? each : best), inside[0]);
      if (!far || side * (edge - scale.top(far.y)) < SLACK) continue;
      const left = clamp(scale.left(far.x), margin.left + 4, margin.left + plotWidth - 4);
      const anchor = left > margin.left + plotWidth / 2 ? "end" : "start";
      const y = edge + side * (ROW * row++ + (side > 0 ? 12 : 5));
      const words = `${side > 0 ? "▲" : "▼"} ${label} ${side > 0 ? "up" : "down"} to ${short(far.y)}`;
      write(parent, words, { class: `beyond ${style}`, "text-anchor": anchor, x: left, y });
    }
  }
}
