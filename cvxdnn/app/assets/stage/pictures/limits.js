/**
 * Objectives of all networks over the steps, against lines said to be their limit; beside them, what did it.
 *
 * Everything is in multiples of the first line, so that line is at 1. It is drawn as what it is: solid where it is the
 * optimum, dashed where it is an upper bound, dotted where it bounds nothing. The axis of the objectives is logarithmic,
 * that of the steps one of roots: most happens at the beginning.
 *
 * @typedef {object} Case what is known of a setting, before training
 * @property {{share: number, name: string, style: string}[]} lines `share`: of the first line
 * @property {import("../tiles.js").Tile[]} tiles
 * @property {object} [beside] what is drawn beside the lines
 *
 * @typedef {object} Model
 * @property {Record<string, Case>} cases by the values of the controls, for those that one of them reaches
 * @property {{title: string, low: number, high: number}} axis of the objectives
 * @property {number} steps that a training takes at most
 * @property {number} same share below the line from which on it counts as crossed
 * @property {string} against what the first line is called
 * @property {"functions" | "cosines" | ""} beside
 */

import { percent, short } from "../../common/numbers.js";
import { groups, path, svg, trace } from "../../common/svg.js";
import { Axes, within } from "../axes.js";
import { tileOf, whoseIf } from "../tiles.js";
import { Cosines } from "./limits_cosines.js";
import { Functions } from "./limits_functions.js";
import { SoFar } from "./so_far.js";

const MARGIN = { left: 44, right: 18, top: 26, bottom: 38 };
const BESIDE = 500; // pixels of width from which on there is room beside
const LOW = 300; // and so low a picture has no room for one below the other
const SHARE = 0.56; // of the width, or of the height, that the lines take
const MOST_RUNS = 12; // drawn thin, besides the best
const BESIDES = { functions: Functions, cosines: Cosines };
const APART = 17; // pixels between two names
const ROUNDING = 0.01; // pixels

export default class Limits {
  #soFar = new SoFar();
  #known; // of the values; before Python has taken over a move, two at once are not known

  constructor({ element, data }) {
    const Beside = BESIDES[data.model.beside];
    this.picture = svg("svg", { role: "img", class: `limits ${Beside ? "double" : ""}` }, element);
    [this.backdrop, this.lines, this.runs, this.names, this.side] = groups(this.picture, 5);
    this.others = svg("path", { class: "other-run" }, this.runs);
    this.best = svg("path", { class: "best-run" }, this.runs);
    this.crossing = svg("path", { class: "crossing" }, this.runs);
    this.beside = Beside ? new Beside(this.side) : null;
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    this.#known = model.cases[Object.values(values).join(" ")] ?? this.#known;
    const known = this.#known;
    const rows = this.#soFar.until(moment).map(({ step, objective, objectives, value }) => {
      return { step, shares: Array.from(objectives, (each) => each / value), best: objective / value };
    });
    const [box, beside] = places(this.beside, width, height);
    const axes = this.#axes(model, box, moment);
    axes.draw(this.backdrop);
    this.#drawLines(known.lines, axes);
    this.runs.setAttribute("class", isOld ? "old" : "");
    const crossed = rows.find(({ best }) => best < 1 - model.same);
    this.#drawRuns(rows, crossed, axes);
    this.beside?.draw(beside, { known, moment, isOld });
    const says = described(known, rows.at(-1), crossed);
    return { tiles: [...measured(model, moment, rows.at(-1), crossed, isOld, of), ...known.tiles], says };
  }

  /** Nothing that the film ever reaches is below the picture. */
  #axes({ axis, steps }, box, moment) {
    const least = Math.min(...this.#soFar.all.map(({ objective, value }) => objective / value));
    const low = Number.isFinite(least) ? Math.min(axis.low, 0.98 * least) : axis.low;
    const x = { low: 0, high: this.#soFar.end(moment, steps), kind: "root", title: "step" };
    return new Axes(box, { x, y: { low, high: axis.high, kind: "log", title: axis.title } });
  }

  #drawLines(lines, axes) {
    const { left, width } = axes.box;
    this.lines.replaceChildren();
    this.names.replaceChildren();
    const tops = lines.map(({ share }) => axes.top(share));
    lines.forEach(({ name, style }, k) => {
      const top = tops[k];
      svg("line", { class: `limit ${style}`, x1: left, x2: left + width, y1: top, y2: top }, this.lines);
      const isCrowded = tops.some((other, j) => other < top + (j < k ? 1 : 0) && top - other < APART);
      const place = { x: left + width, y: top + (isCrowded ? 16 : -7), "text-anchor": "end", class: style };
      const words = svg("text", place, this.names);
      words.textContent = name;
      if (words.getComputedTextLength() > width) words.textContent = name.split(": ").at(-1); // else it covers the axis
    });
  }

  #drawRuns(rows, crossed, axes) {
    const { top, height } = axes.box;
    const steps = rows.map(({ step }) => step);
    const along = (shares) => path(trace(steps, shares, axes, top, top + height).map((piece) => entered(piece, top)));
    const count = Math.min(rows[0]?.shares.length ?? 0, MOST_RUNS);
    const others = Array.from({ length: count }, (_, run) => along(rows.map(({ shares }) => shares[run])));
    this.others.setAttribute("d", others.join(""));
    this.best.setAttribute("d", along(rows.map(({ best }) => best)));
    const at = crossed && `M${axes.left(crossed.step).toFixed(1)} ${axes.top(1).toFixed(1)}m0-7 7 7-7 7-7-7z`;
    this.crossing.setAttribute("d", at ?? "");
  }
}

/** Where the lines are, and what is beside them: on a phone below. */
function places(beside, width, height) {
  const { left, right, top, bottom } = MARGIN;
  const whole = within(MARGIN, width, height);
  if (!beside) return [whole, null];
  if (width < BESIDE && height > LOW) {
    const high = SHARE * height;
    const below = { ...whole, top: high + top, height: height - high - top - bottom };
    return [{ ...whole, height: high - top - bottom }, below];
  }
  const wide = SHARE * width;
  return [
    { ...whole, width: wide - left - right },
    { ...whole, left: wide + left, width: width - wide - left - right },
  ];
}

/** A piece without what runs along the upper edge before it comes into the picture. */
function entered(piece, ceiling) {
  const first = piece.findIndex(([, top]) => top > ceiling + ROUNDING);
  return first < 0 ? piece.slice(-1) : piece.slice(Math.max(first - 1, 0));
}

function measured({ against, same }, moment, row, crossed, isOld, of) {
  const whose = whoseIf(isOld, of);
  const below = row?.shares.filter((share) => share < 1 - same).length ?? 0;
  return [
    tileOf.measured(
      "lowest network",
      row ? percent(row.best - 1) : "…",
      whose || (moment ? `its objective ${short(moment.objective)}, ${against} ${short(moment.value)}` : ""),
    ),
    tileOf.measured(
      "networks below it",
      row ? `${below} of ${row.shares.length}` : "…",
      whose || (crossed ? `the first by step ${crossed.step.toLocaleString("en")}` : "none up to this step"),
    ),
  ];
}

function described({ lines }, row, crossed) {
  const told = lines.map(({ name, share }) => `${name}: ${short(share)}`).join(", ");
  if (!row) return `Lines, as multiples of the first: ${told}.`;
  const when = crossed ? `, crossed by step ${crossed.step}` : "";
  return `Lines, as multiples of the first: ${told}. Best network at step ${row.step}: ${short(row.best)}${when}.`;
}
