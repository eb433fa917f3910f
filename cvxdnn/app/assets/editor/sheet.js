/** What lies over the chart while a drawing is open: its corners, the keyboard's pencil, and where to change it. */

import { svg } from "../common/svg.js";
import { heightAt } from "../sketch/line.js";

/**
 * @param {SVGSVGElement} sheet
 * @param {import("../sketch/pencil.js").Pencil} pencil
 * @param {import("./drawing.js").Drawing} drawing
 * @param {?number} advised x
 */
export function drawSheet(sheet, pencil, { scale, shown }, advised) {
  const { line } = pencil;
  const at = ([x, y]) => ({ cx: scale.left(x).toFixed(1), cy: scale.top(y).toFixed(1) });
  sheet.setAttribute("viewBox", `0 0 ${shown.width} ${shown.height}`);
  sheet.replaceChildren();
  if (advised !== null && line.length) {
    const place = at([advised, heightAt(line, advised)]);
    const { margin, plotHeight } = shown;
    const ends = { x1: place.cx, x2: place.cx, y1: margin.top, y2: margin.top + plotHeight };
    svg("line", { class: "advised", ...ends }, sheet);
    svg("circle", { class: "advised", ...place, r: 13 }, sheet);
  }
  if (pencil.isWhole && !pencil.isDrawing) {
    for (const knot of line) svg("circle", { class: "corner", ...at(knot), r: 4.5 }, sheet);
  }
  if (pencil.pen) svg("circle", { class: "pen", ...at(pencil.pen), r: 8 }, sheet);
}
