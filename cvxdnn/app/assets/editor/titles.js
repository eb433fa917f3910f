/**
 * What stands at the axes of the chart: that of x below its end, that of y along it.
 *
 * A title is a name, and a note that says how to read the numbers. A name that is too long for its axis is cut, the note
 * never is.
 */

import { set, svg } from "../common/svg.js";

const EDGE = 4; // pixels from the lower edge of the chart
const AWAY = 13; // from its left edge

/**
 * @param {SVGElement} parent
 * @param {{x?: string, y?: string}} names
 * @param {{x: string, y: string}} notes
 * @param {object} shown sizes, as the chart measures them
 * @returns {number} the length of the title of x in pixels
 */
export function drawTitles(parent, names, notes, { width, height, margin, plotHeight, strip }) {
  const [right, top] = [width - margin.right, margin.top];
  const x = svg("text", { class: "note", x: right, y: height - EDGE, "text-anchor": "end" }, parent);
  const y = svg("text", { class: "note", "text-anchor": "middle" }, parent);
  const along = fit(y, names.y, notes.y, plotHeight + strip);
  set(y, { transform: `translate(${AWAY} ${top + Math.max(plotHeight, along) / 2}) rotate(-90)` });
  return fit(x, names.x, notes.x, right);
}

/** Writes a title into so many pixels; returns how many it takes. */
function fit(text, name = "", note = "", room = 0) {
  const letters = [...name];
  const say = (count) => {
    const short = count < letters.length ? `${letters.slice(0, count).join("").trimEnd()}…` : name;
    text.textContent = [short, note].filter(Boolean).join(" ");
    return text.getComputedTextLength(); // 0 while the page is laid out
  };
  let count = letters.length;
  let length = say(count);
  while (length > room && count > 1) {
    count = Math.max(1, Math.min(count - 1, Math.floor((count * room) / length)));
    length = say(count);
  }
  return length;
}
