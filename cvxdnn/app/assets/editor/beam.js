/**
 * The proof as a beam: springs from the points pull at the best curve, and it kinks where its bending moment reaches its
 * strength. Loads are the residuals, their sums from the left the shear force, the sums of those along x the moment,
 * which is the curve in the tube (docs/beam.md).
 */

import { clamp } from "../common/numbers.js";
import { path, svg } from "../common/svg.js";
import { interpolate } from "./points.js";

export const NAME = "beam"; // among what is hidden
const LEAST = 3; // pixels of a spring that is drawn
const LEAD = 0.12; // share of a spring at each end that is straight
const TURN = 6; // pixels of length per turn
const WIDEST = 7; // pixels from its middle
const GLOW = 11; // pixels

export class Beam {
  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.rod = svg("path", { class: "rod of-optimum" });
    drawing.plot.prepend(this.rod);
    this.springs = svg("path", { class: "springs of-optimum" }, drawing.plot);
    this.glows = svg("g", { class: "glows of-optimum" }, drawing.plot);
  }

  /**
   * @param {import("./link.js").Data} data
   * @param {Set<string>} hidden
   * @param {import("./points.js").Point[]} points
   */
  draw(data, hidden, points) {
    const optimum = data.curves.find(({ style }) => style === "optimum");
    const isShown = isBeam(data, hidden) && optimum?.lines.length > 0;
    const line = isShown ? optimum.lines[0] : [[], []];
    const { left, top } = this.drawing.scale;
    this.rod.setAttribute("d", path(isShown ? [line[0].map((x, i) => [left(x), top(line[1][i])])] : []));
    this.springs.setAttribute("d", isShown ? this.#springs(points, line) : "");
    drawGlows(this.glows, isShown ? data.certificate.touching.map((x) => [left(x), top(interpolate(...line, x))]) : []);
  }

  #springs(points, [xs, ys]) {
    const { scale, shown } = this.drawing;
    const wide = clamp((0.35 * shown.plotWidth) / points.length, 2, WIDEST);
    return points
      .map(({ x, y }) => [scale.left(x), scale.top(y), scale.top(interpolate(xs, ys, x))])
      .filter(([, from, to]) => Math.abs(to - from) > LEAST)
      .map(([left, from, to]) => path([spring(left, from, to, wide)]))
      .join("");
  }
}

/** Whether the proof is shown as a beam. */
export const isBeam = ({ certificate }, hidden) => !hidden.has(NAME) && Boolean(certificate?.x.length);

/** Lights where the beam kinks, in the chart and in its moment. */
export function drawGlows(parent, places) {
  parent.replaceChildren(...places.map(([cx, cy]) => svg("circle", { class: "glow", cx, cy, r: GLOW })));
}

function spring(left, from, to, wide) {
  const turns = clamp(Math.round(Math.abs(to - from) / TURN), 3, 11);
  const at = (share) => from + share * (to - from);
  const coil = Array.from({ length: turns }, (_, k) => [
    left + (k % 2 ? wide : -wide),
    at(LEAD + ((1 - 2 * LEAD) * (k + 0.5)) / turns),
  ]);
  return [[left, from], [left, at(LEAD)], ...coil, [left, at(1 - LEAD)], [left, to]];
}
