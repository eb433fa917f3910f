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
import { path, svg } from "../../common/svg.js";
import { Axes } from "../axes.js";
import { DepthFunctions } from "./depth_functions.js";
import { Landscape } from "./depth_landscape.js";

const BALL = 6.5; // pixels
const MARGIN = { left: 58, right: 10, top: 26, bottom: 38 };
const GROUND = 48; // pixels below the deepest valley, for words
const SKY = 0.28; // share of the height above the landscape, to fall through
const EVERY = 2; // pixels from one point of the curve to the next
const REACH = 1.8; // times the last valley's path norm are shown
const BESIDE = 600; // pixels of width from which on the functions have room beside

export default class Depth {
  constructor({ element }) {
    this.picture = svg("svg", { role: "img", class: "depth" }, null);
    element.append(this.picture);
    [this.backdrop, this.ground, this.valleys, this.balls, this.words, this.side] = Array.from({ length: 6 }, () =>
      svg("g", {}, this.picture),
    );
    this.area = svg("path", { class: "ground" }, this.ground);
    this.ridge = svg("path", { class: "curve optimum" }, this.ground);
    this.functions = new DepthFunctions(this.side);
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    const landscape = new Landscape(model.curve, values.beta, values.depth);
    const valleys = landscape.valleys();
    const runs = runsOf(moment, landscape, valleys, model.near);
    const hasRoom = width >= BESIDE && model.fitted !== null;
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const axes = this.#drawLandscape(landscape, hasRoom ? 0.68 * width : width, height);
    this.#drawValleys(valleys, runs, axes, isOld);
    this.#drawBalls(runs, axes, isOld);
    const box = hasRoom && { left: 0.68 * width + 40, top: MARGIN.top, width: 0.32 * width - 50 };
    this.functions.draw(box && { ...box, height: axes.box.height }, { model, landscape, valleys, moment, isOld });
    this.picture.setAttribute("aria-label", described(landscape, valleys, runs));
    return { tiles: tiles(model, landscape, valleys, runs, isOld, of) };
  }

  #drawLandscape(landscape, width, height) {
    const { left, right, top, bottom } = MARGIN;
    const box = { left, top, width: width - left - right, height: height - top - bottom };
    const x = { low: 0, high: end(landscape), kind: "root", title: "path norm r: how much the function bends" };
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

  #drawValleys(valleys, runs, axes, isOld) {
    this.valleys.replaceChildren();
    this.words.replaceChildren();
    const least = Math.min(...valleys.map(({ objective }) => objective));
    const write = (words, attributes) => {
      svg("text", attributes, this.words).textContent = words;
    };
    valleys.forEach(({ r, objective, isDeepest }, k) => {
      const [left, top] = [axes.left(r), axes.top(objective)];
      const mark = isDeepest ? "m0-9 8 9-8 9-8-9z" : "m-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z";
      const style = `valley ${isDeepest ? "deepest" : ""}`;
      svg("path", { class: style, d: `M${left.toFixed(1)} ${top.toFixed(1)}${mark}` }, this.valleys);
      const place = { x: left + (r === 0 ? 12 : 0), "text-anchor": r === 0 ? "start" : "middle" };
      write(nameOf(r), { ...place, y: top + 24, class: isDeepest ? "strong" : "" });
      write(isDeepest ? "deepest" : above(objective / least - 1), { ...place, y: top + 39 });
      const inside = runs.filter(({ valley }) => valley === k).length;
      if (inside && !isOld) write(`${inside} of ${runs.length}`, { ...place, y: top - 2 * BALL - 10, class: "count" });
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
      ball.setAttribute("class", `ball ${isBeyond ? "beyond" : ""}`);
      ball.setAttribute("cx", x.toFixed(2));
      ball.setAttribute("cy", (Math.max(y, top + BALL) - BALL).toFixed(2));
    });
  }
}

/** The path norm at the right end of the picture. */
function end(landscape) {
  const { norms, betas } = landscape.curve;
  const quarter = norms[betas.findIndex((lambda) => lambda <= betas[0] / 4)];
  return Math.min(1.02 * norms.at(-1), Math.max(REACH * landscape.reach(), quarter));
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
const above = (share) => (share < 10 ? `${(100 * share).toPrecision(2)} % above` : `${Math.round(1 + share)} times it`);

function tiles(model, { beta, depth }, valleys, runs, isOld, of) {
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
        ? `${nameOf(deepest.r)}; no network is lower by more than ${certified.gap}`
        : `${nameOf(deepest.r)}; certified when you let go`,
    },
    {
      title: "networks that found it",
      tag: "measured",
      tone: "measured",
      value: runs.length ? `${found} of ${runs.length}` : "…",
      note: isOld ? `of ${of}, priced anew` : `${stuck} in other valleys, ${runs.length - found - stuck} on their way`,
    },
    {
      title: valleys.length === 1 ? "valley" : "valleys",
      tag: "exact",
      tone: "certified",
      value: String(valleys.length),
      note: jump
        ? `the deepest jumps ${beta > jump ? "away from" : "to"} the constant at β = ${short(jump)}`
        : "with two layers the deepest moves without a jump",
    },
  ];
}

const short4 = (value) => String(Number(value.toPrecision(4))).replace("-", "−");

function described({ beta, depth }, valleys, runs) {
  const places = valleys.map(({ r, objective, isDeepest }, k) => {
    const inside = runs.filter(({ valley }) => valley === k).length;
    return `${nameOf(r)} at ${short4(objective)}${isDeepest ? ", the deepest" : ""}, with ${inside} networks`;
  });
  return `Landscape for weight decay ${short(beta)} and ${depth} layers. Valleys: ${places.join("; ")}.`;
}
