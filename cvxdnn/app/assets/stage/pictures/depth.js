/**
 * The landscape of training: the lowest objective of all networks whose function has path norm r, over r. Networks are
 * balls; the lowest point of a ball is at its path norm and objective, which is never below the landscape.
 *
 * A network of misfit m and with half the sum c of its squared weights has the objective m + beta c. So those of an
 * earlier training can be priced anew for another beta. For another depth they are shown at the least that a network of
 * that depth with the same function costs, m + p(r).
 *
 * The axis of r is one of roots: the cusp at 0 opens up. Beside it, the functions: of the valleys, and of networks.
 */

import { clamp, short } from "../../common/numbers.js";
import { groups, path, set, svg, write } from "../../common/svg.js";
import { Axes, within } from "../axes.js";
import { tileOf } from "../tiles.js";
import { DepthFunctions } from "./depth_functions.js";
import { Landscape } from "./depth_landscape.js";

const BALL = 6.5; // pixels
const MARGIN = { left: 58, right: 10, top: 26, bottom: 38 };
const GROUND = 48; // pixels below the deepest valley, for words
const SKY = 0.28; // share of the height above the landscape, to fall through
const EVERY = 2; // pixels from one point of the curve to the next
const REACH = 1.8; // times the last valley's path norm are shown
const [LINE, WORDS] = [15, 78]; // pixels from line to line, and of the longest
const BESIDE = 600; // pixels of width from which on the functions have room beside

export default class Depth {
  constructor({ element }) {
    this.picture = svg("svg", { role: "img", class: "depth" }, element);
    [this.backdrop, this.ground, this.valleys, this.balls, this.words, this.side] = groups(this.picture, 6);
    this.area = svg("path", { class: "ground" }, this.ground);
    this.ridge = svg("path", { class: "curve optimum" }, this.ground);
    this.functions = new DepthFunctions(this.side);
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    const landscape = new Landscape(model.curve, values.beta, values.depth);
    const valleys = landscape.valleys();
    const runs = runsOf(moment, landscape, valleys, model.near);
    const { x, y } = model.letters;
    const hasRoom = width >= BESIDE && model.fitted !== null;
    const axes = this.#drawLandscape(landscape, valleys, hasRoom ? 0.68 * width : width, height);
    this.#drawValleys(valleys, landscape, runs, axes, isOld);
    this.#drawBalls(runs, axes, isOld);
    const box = hasRoom && { left: 0.68 * width + 40, top: MARGIN.top, width: 0.32 * width - 50 };
    this.functions.draw(box && { ...box, height: axes.box.height }, { model, landscape, valleys, moment, isOld });
    const says = described(landscape, valleys, runs) + (hasRoom ? ` Beside it their functions, ${y} over ${x}.` : "");
    return { tiles: tiles(model, landscape, valleys, runs, isOld ? moment : null, of), says };
  }

  #drawLandscape(landscape, valleys, width, height) {
    const box = within(MARGIN, width, height);
    const x = {
      low: 0,
      high: end(landscape, valleys),
      kind: "root",
      title: "path norm r: how much the function bends",
    };
    const count = Math.ceil(box.width / EVERY);
    const norms = Array.from({ length: count + 1 }, (_, k) => x.high * (k / count) ** 2);
    const heights = norms.map((r) => landscape.objective(r));
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const unit = (high - low) / (box.height * (1 - SKY) - GROUND);
    const y = { low: low - GROUND * unit, high: high + SKY * box.height * unit, title: "objective" };
    const axes = new Axes(box, { x, y });
    axes.draw(this.backdrop);
    const line = path([norms.map((r, k) => [axes.left(r), axes.top(heights[k])])]);
    this.ridge.setAttribute("d", line);
    this.area.setAttribute("d", `${line}V${box.top + box.height}H${box.left}Z`);
    return axes;
  }

  #drawValleys(valleys, landscape, runs, axes, isOld) {
    this.valleys.replaceChildren();
    this.words.replaceChildren();
    const least = Math.min(...valleys.map(({ objective }) => objective));
    const taken = []; // by words below the curve
    valleys.forEach((valley, k) => {
      const { r, objective, isDeepest } = valley;
      const [left, top] = [axes.left(r), axes.top(objective)];
      const mark = isDeepest ? "m0-9 8 9-8 9-8-9z" : "m-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z";
      const style = `valley ${isDeepest ? "deepest" : ""}`;
      svg("path", { class: style, d: `M${left.toFixed(1)} ${top.toFixed(1)}${mark}` }, this.valleys);
      const inside = runs.filter((run) => run.valley === k).length;
      const { x, anchor, start, isBelow, above: highest } = placeOfWords(valley, landscape, axes);
      const lines = [
        [nameOf(r), isDeepest ? "strong" : ""],
        [isDeepest ? "deepest" : above(objective / least - 1), ""],
      ];
      const count = inside && !isOld ? [[`${inside} of ${runs.length}`, "count"]] : [];
      const stack = (entries, first) => {
        entries.forEach(([words, style], line) => {
          write(this.words, words, { x, y: first + LINE * line, "text-anchor": anchor, class: style });
        });
      };
      if (isBelow) {
        taken.push({ start, first: freeBelow(taken, start, top + 24) });
        stack(lines, taken.at(-1).first);
        stack(count, top - 2 * BALL - 10);
      } else stack([...count, ...lines], highest - 10 - LINE * (count.length + 1));
    });
  }

  #drawBalls(runs, axes, isOld) {
    const { left, top, width } = axes.box;
    this.balls.setAttribute("class", isOld ? "old" : "");
    while (this.balls.childElementCount > runs.length) this.balls.lastChild.remove();
    runs.forEach(({ r, objective }, k) => {
      const ball = this.balls.children[k] ?? svg("circle", { r: BALL }, this.balls);
      const [x, y] = [clamp(axes.left(r), left, left + width), axes.top(objective)];
      const isBeyond = y < top || axes.left(r) > x;
      const place = { cx: x.toFixed(2), cy: (Math.max(y, top + BALL) - BALL).toFixed(2) };
      set(ball, { class: `ball ${isBeyond ? "beyond" : ""}`, ...place });
    });
  }
}

/**
 * Words of a valley stand in the ground below it if that goes on for their width, else above the curve.
 * @returns {{x: number, anchor: string, start: number, isBelow: boolean, above: number}} `start`: their left end;
 *   `above`: pixels from the top of what is highest there, the curve or the balls
 */
function placeOfWords({ r, objective }, landscape, axes) {
  const { left, width } = axes.box;
  const [at, top] = [axes.left(r), axes.top(objective)];
  const anchor = at < left + WORDS / 2 ? "start" : at > left + width - WORDS / 2 ? "end" : "middle";
  const x = anchor === "start" ? at + 12 : at;
  const start = x - { start: 0, middle: 0.5, end: 1 }[anchor] * WORDS;
  const tops = [0, 0.25, 0.5, 0.75, 1].map((share) => axes.top(landscape.objective(axes.x(start + share * WORDS))));
  return { x, anchor, start, isBelow: Math.max(...tops) < top + 14, above: Math.min(...tops, top - 2 * BALL) };
}

/** Pixels from the top to the first of two lines of words, lower than wanted where others would be in the way. */
function freeBelow(taken, start, wanted) {
  const isInTheWay = (other) => Math.abs(other.start - start) < WORDS && Math.abs(other.first - wanted) < 2 * LINE;
  const other = taken.find(isInTheWay);
  return other ? freeBelow(taken, start, other.first + 2 * LINE) : wanted;
}

/** The path norm at the right end of the picture. */
function end(landscape, valleys) {
  const { norms, betas } = landscape.curve;
  const quarter = norms[betas.findIndex((lambda) => lambda <= betas[0] / 4)];
  return Math.min(1.15 * norms.at(-1), Math.max(REACH * landscape.reach(valleys), quarter));
}

/** Networks that have not diverged: where they are, and the number of the valley that each has reached; -1 for none. */
function runsOf(moment, landscape, valleys, [nearIn, nearAcross]) {
  if (!moment) return [];
  const isOfDepth = moment.depth === landscape.depth;
  const widest = Math.max(...valleys.map(({ r }) => r));
  const runs = Array.from(moment.path_norms, (r, k) => {
    const price = isOfDepth ? landscape.beta * moment.charges[k] : landscape.price(r);
    return { r, objective: moment.misfits[k] + price, valley: -1 };
  }).filter(({ r, objective }) => Number.isFinite(r) && Number.isFinite(objective));
  for (const run of runs) {
    let nearest = nearAcross * widest + 1e-6;
    valleys.forEach(({ r, objective }, k) => {
      const distance = Math.abs(run.r - r);
      if (Math.abs(run.objective - objective) > nearIn * objective || distance > nearest) return;
      [run.valley, nearest] = [k, distance];
    });
  }
  return runs;
}

const nameOf = (r) => (r === 0 ? "the constant" : `r = ${short(r)}`);
const above = (share) =>
  share < 10 ? `${(100 * share).toPrecision(2)} % above` : `${Math.round(1 + share)} times as high`;

function tiles(model, { beta, depth }, valleys, runs, old, of) {
  const deepest = valleys.find(({ isDeepest }) => isDeepest);
  const { certified } = model;
  const isCertified = certified.beta === beta && certified.depth === depth;
  const found = runs.filter(({ valley }) => valleys[valley]?.isDeepest).length;
  const stuck = runs.filter(({ valley }) => valley >= 0 && !valleys[valley].isDeepest).length;
  const jump = model.jumps[depth];
  return [
    {
      title: "deepest valley",
      tag: isCertified ? "certified" : "exact",
      tone: "certified",
      value: short4(isCertified ? certified.objective : deepest.objective),
      note: isCertified
        ? `${nameOf(deepest.r)}; no network is lower by ${short(Number(certified.gap.toPrecision(1)))} of it`
        : `${nameOf(deepest.r)}; certified when you let go`,
    },
    tileOf.measured(
      "networks in it",
      runs.length ? `${found} of ${runs.length}` : "…",
      old
        ? `of ${of}, ${old.depth === depth ? "priced anew" : `at the least price for ${depth}`}`
        : `${stuck} in other valleys, ${runs.length - found - stuck} on their way`,
    ),
    tileOf.exact(
      valleys.length === 1 ? "valley" : "valleys",
      String(valleys.length),
      jump
        ? `${beta > jump ? "below" : "above"} β = ${short(jump)} the deepest is ${beta > jump ? "not " : ""}the constant`
        : "with two layers the deepest moves without a jump",
    ),
  ];
}

const short4 = (value) => String(Number(value.toPrecision(4))).replace("-", "−");

function described({ beta, depth }, valleys, runs) {
  const places = valleys.map(({ r, objective, isDeepest }, k) => {
    const inside = runs.filter((run) => run.valley === k).length;
    return `${nameOf(r)} at ${short4(objective)}${isDeepest ? ", the deepest" : ""}, with ${inside} networks`;
  });
  return `Landscape for weight decay ${short(beta)} and ${depth} layers. Valleys: ${places.join("; ")}.`;
}
