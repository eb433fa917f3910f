/**
 * The layers of a network beside each other: the singular values of each as bars, and at each joint of two layers a dial
 * with two hands: the direction that leaves the one most strongly, and the one that the next takes in most strongly.
 *
 * A dial lies in the plane that its two hands span, so its angle is the true one; a direction has no sign, so it is at
 * most 90 degrees. Blue frames are the closed form of the weight decay and depth that are chosen.
 */

import { axisLabels, clamp, short, ticks } from "../../common/numbers.js";
import { groups, svg, write } from "../../common/svg.js";
import { apart, tileOf, whoseIf } from "../tiles.js";

const TOP = 6;
const DIAL = 0.3; // share of the height that the dials take
const BOTTOM = 22;
const LEFT = 40;
const SURVIVES = 1e-3; // share of the largest singular value
const MET = 1; // degrees below which two hands are one

export default class RankOne {
  constructor({ element }) {
    this.picture = svg("svg", { role: "img" }, element);
    [this.backdrop, this.frames, this.bars, this.dials] = groups(this.picture, 4);
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    const optimum = model.optima[`${values.beta} ${values.depth}`] ?? null;
    const measured = rowsOf(moment);
    const exact = optimum?.values ?? [];
    const layers = measured.length || exact.length || values.depth;
    const top = Math.max(...measured.flat(), ...exact.flat(), 0.1) * 1.05;
    const plot = { top: TOP + DIAL * height, bottom: height - BOTTOM, left: LEFT, right: width - 8 };
    const column = (plot.right - plot.left) / layers;
    const place = {
      top: (value) => plot.bottom - (value / top) * (plot.bottom - plot.top),
      left: (layer) => plot.left + layer * column,
      column,
    };
    this.#drawBackdrop(plot, place, top, layers);
    this.#drawBars(this.frames, exact, "frame", place);
    this.#drawBars(this.bars, measured, `bar ${isOld ? "old" : ""}`, place);
    const angles = moment ? [...moment.angles] : [];
    this.#drawDials(angles, isOld, place, DIAL * height);
    return { tiles: tiles(optimum, moment, angles, measured, isOld, of), says: described(angles, measured) };
  }

  #drawBackdrop(plot, place, top, layers) {
    this.backdrop.replaceChildren();
    const grid = svg("g", { class: "grid" }, this.backdrop);
    const found = ticks(0, top, (plot.bottom - plot.top) / 45);
    const { labels } = axisLabels(found);
    found.values.forEach((value, k) => {
      const y = place.top(value);
      svg("line", { x1: plot.left, x2: plot.right, y1: y, y2: y }, grid);
      write(this.backdrop, labels[k], { x: plot.left - 6, y: y + 4, "text-anchor": "end" });
    });
    for (let layer = 0; layer < layers; layer++) {
      const middle = { x: place.left(layer) + place.column / 2, y: plot.bottom + 16, "text-anchor": "middle" };
      write(this.backdrop, place.column > 70 ? `layer ${layer + 1}` : layer + 1, middle);
    }
  }

  #drawBars(parent, rows, style, { top, left, column }) {
    parent.setAttribute("class", style);
    const count = rows[0]?.length ?? 0;
    const thick = Math.min((0.7 * column) / Math.max(count, 1), 34);
    const marks = rows.flatMap((row, layer) =>
      row.map((value, k) => {
        const x = left(layer) + column / 2 + (k - count / 2) * thick;
        return `M${(x + 1.5).toFixed(1)} ${top(0)}V${top(value).toFixed(1)}h${(thick - 3).toFixed(1)}V${top(0)}z`;
      }),
    );
    const path = parent.firstChild ?? svg("path", {}, parent);
    path.setAttribute("d", marks.join(""));
  }

  #drawDials(angles, isOld, { left, column }, height) {
    this.dials.replaceChildren();
    this.dials.setAttribute("class", `dials ${isOld ? "old" : ""}`);
    const radius = Math.min(0.42 * column, height / 2 - 14);
    angles.forEach((angle, joint) => {
      const [x, y] = [left(joint + 1), TOP + radius];
      const isMet = angle < MET;
      svg("circle", { class: `dial ${isMet ? "met" : ""}`, cx: x, cy: y, r: radius }, this.dials);
      const words = Number.isNaN(angle) ? "vanished" : `${angle.toFixed(angle < 10 ? 1 : 0)}°`;
      write(this.dials, words, { x, y: y + radius + 15, "text-anchor": "middle" });
      if (Number.isNaN(angle)) return;
      for (const [style, turn] of [
        ["enters", angle / 2],
        ["leaves", -angle / 2],
      ]) {
        const radians = (turn * Math.PI) / 180;
        const [dx, dy] = [radius * Math.sin(radians), -radius * Math.cos(radians)];
        svg("line", { class: `hand ${style}`, x1: x, y1: y, x2: x + 0.86 * dx, y2: y + 0.86 * dy }, this.dials);
      }
    });
  }
}

/** Singular values of each layer at a moment. */
function rowsOf(moment) {
  if (!moment) return [];
  const [layers, count] = moment.shapes.values;
  return Array.from({ length: layers }, (_, k) => [...moment.values.subarray(k * count, (k + 1) * count)]);
}

/** How many of a layer's directions have not vanished. */
const rank = (row) => row.filter((value) => value > SURVIVES * Math.max(row[0], SURVIVES)).length;

/** The same of all layers, where it is the same. */
function ranks(rows) {
  const [low, high] = [Math.min(...rows.map(rank)), Math.max(...rows.map(rank))];
  return low === high ? String(low) : `${low} to ${high}`;
}

function tiles(optimum, moment, angles, measured, isOld, of) {
  const whose = whoseIf(isOld, of);
  const known = angles.filter((angle) => !Number.isNaN(angle));
  const excess = moment && optimum && !isOld ? moment.objective / optimum.value - 1 : null;
  return [
    tileOf.measured(
      "network against closed form",
      excess === null ? (moment ? short(moment.objective) : "…") : apart(excess),
      whose || (optimum ? `the closed form: ${short(optimum.value)}, ${optimum.name}` : "closed form being computed"),
    ),
    tileOf.measured(
      "largest angle between layers",
      known.length ? `${clamp(Math.max(...known), 0, 90).toFixed(1)}°` : "none",
      whose || (known.length ? "0° where every layer begins where the one before ends" : "all directions vanished"),
    ),
    {
      title: "directions that survive",
      tag: optimum?.values ? optimum.tag : "",
      tone: "certified",
      value: optimum?.values ? `${ranks(optimum.values)}` : "…",
      note: measured.length ? `in the network: ${ranks(measured)}` : "",
    },
  ];
}

function described(angles, measured) {
  const degrees = angles.map((angle) => (Number.isNaN(angle) ? "vanished" : `${angle.toFixed(0)} degrees`));
  const largest = measured.map(([value]) => short(value));
  return `Angles between neighbouring layers: ${degrees.join(", ")}. Largest singular values: ${largest.join(", ")}.`;
}
