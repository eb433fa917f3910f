/** How many tapped each point: dots below the points, and the number. */

import { svg, write } from "../common/svg.js";

const RADIUS = 0.24; // in heights of the text
const COLUMNS = 6;

/**
 * @param {SVGElement} canvas
 * @param {import("./board.js").Frame & {height: number}} frame
 * @param {import("./index.js").Class} state
 */
export function drawTaps(canvas, { em, start, end, left, height }, { question, counts, reveal }) {
  const floor = height - 1.6 * em;
  const rows = Math.ceil(Math.max(1, ...counts) / COLUMNS);
  const radius = Math.min(RADIUS * em, (floor - 2) / (2.2 * rows));
  canvas.setAttribute("aria-label", `Taps on ${question.points.length} places`);
  svg("line", { class: "axis", x1: start, x2: end, y1: floor, y2: floor }, canvas);
  question.points.forEach(([x], k) => {
    const isRight = reveal?.right?.includes(k) ?? false;
    const across = Math.min(counts[k], COLUMNS);
    for (let j = 0; j < counts[k]; j++) {
      const cx = left(x) + ((j % COLUMNS) - (across - 1) / 2) * 2.2 * radius;
      const cy = floor - 1.2 * radius - Math.floor(j / COLUMNS) * 2.2 * radius;
      svg("circle", { class: isRight ? "seat right" : "seat", cx, cy, r: radius, "data-place": k }, canvas);
    }
    if (!counts[k] && !isRight) return;
    const attributes = { x: left(x), y: floor + 1.25 * em, "text-anchor": "middle", "data-place": k };
    write(canvas, String(counts[k]), { ...attributes, class: isRight ? "name best" : "" });
  });
}
