/**
 * What stands at the axes of the chart: that of x below its end, that of y along it.
 *
 * A title is a name, and a note that says how to read the numbers. A name that is too long for its axis is cut, the note
 * never is. Where the chart has no rows of marks, that of x stands in the margin beside its numbers.
 */

import { set, svg } from "../common/svg.js";
import { fit } from "../common/title.js";

const EDGE = 4; // pixels from the lower edge of the chart
const AWAY = 13; // from its left edge
const GAP = 16; // from the last number, where the title stands beside it

/**
 * @param {SVGElement} parent
 * @param {{x?: string, y?: string}} names
 * @param {{x: string, y: string}} notes
 * @param {object} shown sizes, as the chart measures them
 * @returns {number} the length of the title of x in pixels
 */
export function drawTitles(parent, names, notes, { width, height, margin, plotHeight, strip, row }) {
  const { right: beside, top } = margin;
  const [end, room, edge] = row ? [width - beside, width - beside, EDGE] : [width, beside - GAP, EDGE + 2];
  const x = svg("text", { class: "note", x: end, y: height - edge, "text-anchor": "end" }, parent);
  const y = svg("text", { class: "note", "text-anchor": "middle" }, parent);
  const along = fit(y, names.y, notes.y, plotHeight + strip);
  set(y, { transform: `translate(${AWAY} ${top + Math.max(plotHeight, along) / 2}) rotate(-90)` });
  return fit(x, names.x, notes.x, room);
}
