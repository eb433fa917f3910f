/** The pull of the points in its tube, a proof of the best curve: as a share of the walls, which are at -1 and 1. */

import { path, svg, write } from "../common/svg.js";

const EDGE = 0.3; // room beyond the walls, in heights of the text

/**
 * @param {SVGElement} canvas
 * @param {import("./board.js").Frame} frame
 * @param {{x: number[], pull: number[]}} proof
 * @param {number[]} touches numbers of the places where it is at a wall; none before they are shown
 * @param {[number, number]} edges of the panel, in pixels from the top
 */
export function drawPull(canvas, { em, start, end, left }, { x, pull }, touches, [ceiling, floor]) {
  const middle = (ceiling + floor) / 2;
  const top = (share) => middle - share * ((floor - ceiling) / 2 - EDGE * em);
  const width = end - start;
  svg("rect", { class: "inside", x: start, y: top(1), width, height: top(-1) - top(1) }, canvas);
  for (const wall of [1, -1]) {
    svg("line", { class: "wall", x1: start, x2: end, y1: top(wall), y2: top(wall) }, canvas);
    write(canvas, "wall", { x: start - 0.5 * em, y: top(wall) + 0.35 * em, "text-anchor": "end" });
  }
  write(canvas, "pull", { x: start - 0.5 * em, y: middle + 0.35 * em, "text-anchor": "end" });
  svg("path", { class: "line pull", d: path([x.map((each, k) => [left(each), top(pull[k])])]) }, canvas);
  for (const k of touches) {
    svg("circle", { class: "touch", cx: left(x[k]), cy: top(pull[k]), r: 0.3 * em }, canvas);
  }
}
