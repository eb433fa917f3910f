/**
 * Class means and samples of the last hidden layer, in the space that the means span: a line for two classes, a plane for
 * three, and for four classes a space that can be turned. Python has turned the network's places so that they lie as near
 * to the predicted ones as a rotation allows: distances and angles are those in the network.
 *
 * Beside it, how long the mean of a class of n samples is, sqrt(s / n) with s = max(sqrt(n) - beta, 0): longest at
 * n = 4 beta^2, and zero up to n = beta^2, where the class vanishes.
 */

import { clamp, short } from "../../common/numbers.js";
import { groups, set, svg, write } from "../../common/svg.js";
import { isUpright } from "../axes.js";
import { draggable } from "../handles.js";
import { apart, tileOf, whoseIf } from "../tiles.js";
import { markOf, styleOf } from "./classes.js";
import { followed } from "./restarts.js";
import { boxOf, ThresholdPlot } from "./threshold_plot.js";

const TOP = 26;
const SHARE = 0.56; // of the width, or of the height, that the space takes
const WORDS = 38; // pixels from the farthest mean on, for its number
const ROOM = 1.2; // radius of what is shown, in units of the longest predicted mean
const LEAST = 0.7; // of it, in units of the longest with the weakest weight decay
const GONE = 1e-3; // length of a mean
const TILT = (20 * Math.PI) / 180; // of the eye above a space of four classes
const FIRST_TURN = 25; // degrees
const STEP = 5; // degrees of an arrow key
const CLIP = "batch-norm-space";
const CROSS = "m-6-6 12 12m0-12-12 12";

export default class BatchNorm {
  #turn = FIRST_TURN;

  constructor(stage) {
    this.picture = svg("svg", { role: "group" }, stage.element);
    this.clip = svg("rect", {}, svg("clipPath", { id: CLIP }, this.picture));
    const space = svg("g", { "clip-path": `url(#${CLIP})` }, this.picture);
    [this.exact, this.samples, this.means] = groups(space, 3);
    this.names = svg("g", {}, this.picture);
    this.plot = new ThresholdPlot(this.picture);
    this.hint = svg("text", { class: "title" }, this.picture);
    this.hint.textContent = "drag to turn";
    const role = { class: "turn", role: "slider", tabindex: 0, "aria-label": "Turn the space of the class means" };
    this.handle = svg("rect", { ...role, "aria-valuemin": 0, "aria-valuemax": 360 }, this.picture);
    draggable(
      this.handle,
      this.#turning(() => stage.schedule()),
    );
  }

  /** @param {() => void} redraw at the next frame */
  #turning(redraw) {
    let from;
    const turn = (degrees) => {
      this.#turn = ((degrees % 360) + 360) % 360;
      redraw();
    };
    return {
      grab: () => {
        from = this.#turn;
      },
      drag: (across) => turn(from + across / 2),
      step: (across, down) => turn(from + STEP * (across - down)),
    };
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    const shape = model.shapes[`${values.beta} ${values.imbalance}`] ?? null;
    const network = moment && networkOf(moment);
    const { side, beside } = placed(width, height);
    this.side = side;
    const place = this.#view(shape, side);
    for (const rect of [this.clip, this.handle]) {
      set(rect, { x: side.left, y: side.top, width: side.width, height: side.height });
    }
    this.#drawHandle(shape);
    this.#drawPredicted(shape, place);
    this.#drawNetwork(network, place, isOld);
    this.#drawPlot(model, shape, network, isOld, beside);
    return { tiles: tiles(model, shape, network, isOld, of), says: described(shape, network, isOld) };
  }

  /**
   * From places in the space of the means to pixels. Between a scale that is the same for all weight decays, in which
   * strong ones leave a dot, and one that fills the room with every prediction, in which nothing would be seen to move.
   */
  #view(shape, { left, top, width, height }) {
    const { target, reach } = shape ?? { target: [[1]], reach: 1 };
    const radius = ROOM * Math.max(Math.sqrt(extent(target) * reach), LEAST * reach);
    const half = Math.min(width, height) / 2;
    const unit = Math.min(half / radius, (ROOM * (half - WORDS)) / radius);
    return (point) => {
      const [x, y] = seenFrom(point, this.#turn);
      return [left + width / 2 + unit * x, top + height / 2 - unit * y];
    };
  }

  #drawHandle(shape) {
    const canTurn = shape?.target.length === 4;
    this.handle.style.display = this.hint.style.display = canTurn ? "" : "none";
    this.hint.setAttribute("x", this.handle.getAttribute("x"));
    this.hint.setAttribute("y", Number(this.handle.getAttribute("y")) + 14);
    this.handle.setAttribute("aria-valuenow", this.#turn.toFixed(0));
  }

  #drawPredicted(shape, place) {
    this.exact.replaceChildren();
    this.names.replaceChildren();
    if (!shape) return;
    const corners = shape.target.map(place);
    const edges = corners.flatMap((a, i) => corners.slice(i + 1).map((b) => `M${a.join(" ")}L${b.join(" ")}`));
    svg("path", { class: "edge", d: edges.join("") }, this.exact);
    svg("path", { class: "zero", d: `M${place(shape.zero).join(" ")}${CROSS}` }, this.exact);
    corners.forEach(([left, top], k) => {
      const transform = `translate(${left.toFixed(1)} ${top.toFixed(1)}) scale(2)`;
      svg("path", { class: "exact-mark", "data-class": k, d: markOf(k, 0, 0), transform }, this.exact);
      if (!hasVanished(shape, k)) this.#write(k + 1, corners[k], place(shape.zero.map(() => 0)));
    });
    const gone = shape.counts.flatMap((_, k) => (hasVanished(shape, k) ? [k + 1] : []));
    if (gone.length) this.#write(`${gone.join(", ")} gone`, place(shape.zero), place(shape.zero.map(() => 0)));
  }

  /** Words at a corner, on the side away from the centre. */
  #write(words, [left, top], centre) {
    const [dx, dy] = [left - centre[0], top - centre[1]];
    const length = Math.hypot(dx, dy);
    const [x, y] = length > 1 ? [(26 * dx) / length, (26 * dy) / length] : [0, 26];
    const [low, high] = [this.side.top + 10, this.side.top + this.side.height - 2];
    const at = { x: left + x, y: clamp(top + y + 4, low, high), "text-anchor": "middle" };
    write(this.names, words, { class: "class-name", ...at });
  }

  #drawNetwork(network, place, isOld) {
    for (const group of [this.samples, this.means]) {
      group.replaceChildren();
      group.setAttribute("class", isOld ? "old" : "");
    }
    if (!network) return;
    const means = network.means.map(place);
    network.classes.forEach((samples, k) => {
      const places = samples.map(place);
      const tethers = places.map((at) => `M${means[k].join(" ")}L${at.join(" ")}`).join("");
      svg("path", { class: `tether ${styleOf(k)}`, d: tethers }, this.samples);
      const marks = places.map(([left, top]) => markOf(k, left, top)).join("");
      svg("path", { class: `sample ${styleOf(k)}`, d: marks }, this.samples);
      svg("path", { class: "network-mark", "data-class": k, d: markOf(k, ...means[k]) }, this.means);
    });
  }

  #drawPlot(model, shape, network, isOld, box) {
    if (!shape) return;
    const { beta, stretch, counts } = shape;
    this.plot.draw({
      box,
      axes: {
        x: { low: 0, high: 1.12 * model.largest, title: "samples n of a class" },
        y: { low: 0, high: 1.05 * Math.sqrt(stretch) },
      },
      title: "its mean, from zero",
      threshold: beta ** 2,
      curve: (n) => Math.sqrt((Math.max(Math.sqrt(n) - beta, 0) * stretch) / n),
      xs: counts,
      network: network && { xs: network.counts, ys: network.lengths },
      isOld,
    });
  }
}

/** Where the space of the means is, and where the plot beside or below it. */
function placed(width, height) {
  const [isBelow, bottom] = [isUpright(width, height), TOP + 40];
  const split = SHARE * (isBelow ? height : width);
  const side = { left: 4, top: 4, width: (isBelow ? width : split) - 8, height: (isBelow ? split : height) - 8 };
  const beside = isBelow
    ? boxOf(34, split + TOP, width - 44, height - split - bottom)
    : boxOf(split + 34, TOP, width - split - 44, height - bottom);
  return { side, beside };
}

const extent = (points) => Math.max(...points.map((point) => Math.hypot(...point)));
const hasVanished = ({ counts, beta }, k) => counts[k] <= beta ** 2;

/** Where a place in one, two or three dimensions is seen. */
function seenFrom(point, degrees) {
  const [x, y = 0, z] = point;
  if (z === undefined) return [x, y];
  const turn = (degrees * Math.PI) / 180;
  const depth = Math.sin(turn) * x + Math.cos(turn) * y;
  return [Math.cos(turn) * x - Math.sin(turn) * y, Math.cos(TILT) * z + Math.sin(TILT) * depth];
}

/** Rows of a flat array. */
const rows = (flat, length) =>
  Array.from({ length: flat.length / length }, (_, k) => [...flat.subarray(k * length, (k + 1) * length)]);

/** The network that is best at the end of the film, at this moment of it. */
function networkOf(moment) {
  const { objective, now } = followed(moment);
  const axes = moment.shapes.zero[1];
  const counts = [...moment.counts].map(Math.round);
  const samples = rows(now("samples"), axes);
  const starts = counts.map((_, k) => counts.slice(0, k).reduce((a, b) => a + b, 0));
  const [nc1, norms, angles, nc3, nc4] = now("signs");
  return {
    objective,
    counts,
    means: rows(now("means"), axes),
    classes: counts.map((count, k) => samples.slice(starts[k], starts[k] + count)),
    lengths: [...now("lengths")],
    signs: { nc1, norms, angles, nc3, nc4 },
  };
}

/** How far the means are from the predicted ones, as a share of how far those are from their centre, if they are. */
function distance({ means }, { target }) {
  const [missed, size] = [means.map((mean, k) => mean.map((x, i) => x - target[k][i])), target].map((matrix) =>
    Math.hypot(...matrix.flat()),
  );
  if (size > GONE) return percent(missed / size);
  return missed < GONE ? "all at zero" : short(missed);
}

const said = (value) => (Number.isNaN(value) ? "none" : value < 1 ? value.toFixed(3) : value.toPrecision(3));
const percent = (share) => (share < 1e-5 ? "under 0.001 %" : `${(100 * share).toPrecision(2)} %`);

function others({ nc1, norms, angles, nc3, nc4 }) {
  if (Number.isNaN(nc4)) return "every class has vanished";
  const uneven = `means uneven in length by ${said(norms)}, in angle by ${said(angles)} (NC2)`;
  const fewer = Number.isNaN(nc1) ? "not of fewer than two classes" : uneven;
  const nearest = `the nearest mean decides alike for ${(100 * nc4).toFixed(0)} % (NC4)`;
  return `${fewer}; last weights off the means by ${said(nc3)} (NC3); ${nearest}`;
}

function tiles(model, shape, network, isOld, of) {
  const whose = whoseIf(isOld, of);
  const isNow = network && shape && !isOld;
  const signs = network?.signs;
  const excess = isNow && network.objective / shape.value - 1;
  return [
    tileOf.measured(
      "means off the simplex",
      isNow ? distance(network, shape) : "…",
      whose || "distance to the predicted means, as a share of their size",
    ),
    tileOf.measured("NC1, spread in classes", signs ? said(signs.nc1) : "…", whose || (signs ? others(signs) : "")),
    tileOf.measured(
      "objective",
      isNow ? apart(excess) : network ? short(network.objective) : "…",
      whose || (shape ? `closed form: ${short(shape.value)}, ${model.claim}` : ""),
    ),
  ];
}

function described(shape, network, isOld) {
  const gone = shape?.counts.flatMap((_, k) => (hasVanished(shape, k) ? [k + 1] : [])) ?? [];
  const predicted = gone.length ? `Classes that vanish: ${gone.join(", ")}.` : "Every class has a corner.";
  if (!network || isOld || !shape) return predicted;
  return `${predicted} The network's class means are off the predicted ones by ${distance(network, shape)}.`;
}
