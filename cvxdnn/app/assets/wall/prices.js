/**
 * What each drawing costs, a dot each, stacked, on a logarithmic axis that is there before the best price is known.
 * The reveal adds the best and how far above it one is; no dot moves.
 */

import { clamp } from "../common/numbers.js";
import { svg, write } from "../common/svg.js";

const RADIUS = 0.27; // in heights of the text
const ABOVE = [1, 3, 9]; // of the best price, as shares of it
const WORD = 4; // room for a label, in heights of the text

/**
 * @param {SVGElement} canvas
 * @param {import("./board.js").Frame & {height: number}} frame
 * @param {import("./index.js").Class} state
 * @param {Map<number, {price: number}>} lines
 */
export function drawPrices(canvas, { em, start, end, height }, { drawings, reveal }, lines) {
  const [low, high] = drawings.axis.map(Math.log);
  const left = (price) => start + clamp((Math.log(price) - low) / (high - low), 0, 1) * (end - start);
  const floor = height - 1.7 * em;
  svg("line", { class: "axis", x1: start, x2: end, y1: floor, y2: floor }, canvas);
  canvas.setAttribute("aria-label", `What each of ${lines.size} drawings costs, cheap ones on the left`);
  for (const { phone, at, up } of stacked(lines, left, RADIUS * em, floor)) {
    svg("circle", { class: "seat", cx: at, cy: up, r: RADIUS * em, "data-phone": phone }, canvas);
  }
  if (reveal?.best) drawBest(canvas, { em, end, floor, left }, reveal.best);
  else {
    const say = (words, x, anchor) => write(canvas, words, { x, y: floor + 1.3 * em, "text-anchor": anchor });
    say("cheap", start, "start");
    say("price of each drawing", (start + end) / 2, "middle");
    say("dear", end, "end");
  }
}

/** Dots of the same place one above the other, closer where there are too many. */
function stacked(lines, left, radius, floor) {
  const heaps = new Map();
  const dots = [...lines].map(([phone, { price }]) => {
    const column = Math.round(left(price) / (2.2 * radius));
    const below = heaps.get(column) ?? 0;
    heaps.set(column, below + 1);
    return { phone, at: column * 2.2 * radius, below };
  });
  const most = Math.max(1, ...heaps.values());
  const step = Math.min(2.15 * radius, (floor - 2.2 * radius) / Math.max(1, most - 1));
  return dots.map(({ phone, at, below }) => ({ phone, at, up: floor - 1.2 * radius - below * step }));
}

function drawBest(canvas, { em, end, floor, left }, best) {
  const at = left(best);
  svg("line", { class: "best", x1: at, x2: at, y1: 0.2 * em, y2: floor }, canvas);
  write(canvas, "best", { class: "name best", x: at, y: floor + 1.3 * em, "text-anchor": "middle" });
  let free = at + WORD * em;
  for (const above of ABOVE) {
    const x = left(best * (1 + above));
    if (x < free || x > end - 2 * em) continue;
    svg("line", { class: "axis", x1: x, x2: x, y1: floor, y2: floor + 0.25 * em }, canvas);
    write(canvas, `+${100 * above} %`, { x, y: floor + 1.3 * em, "text-anchor": "middle" });
    free = x + WORD * em;
  }
}
