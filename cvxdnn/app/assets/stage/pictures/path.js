/**
 * The optimum of every weight decay: the spline through the points, and below, over the same x, the lives of its knots.
 *
 * A life is a ribbon from the weight decay of its birth down to that of its death, as wide as the function's slope
 * changes there (`path_walk.js`). The line across them is the present weight decay. It moves with the film, which is of
 * no training: the weight decay falls, evenly in its logarithm. Where it is left standing is a control's value, 0 at the
 * end of the film.
 */

import { listed } from "../../common/at_rest.js";
import { clamp, coordinate, counted, short } from "../../common/numbers.js";
import { groups, path, set, svg, write } from "../../common/svg.js";
import { Axes, around } from "../axes.js";
import { tileOf } from "../tiles.js";
import { PathHandle } from "./path_handle.js";
import { lives, optimumAt } from "./path_walk.js";

const MARGIN = { left: 58, right: 26, top: 26, bottom: 38 };
const BETWEEN = 30; // pixels from the spline's axes to those of the lives
const SPLINE = 0.56; // share of the height
const ROOM = { x: 0.04, y: 0.08 }; // share of the range, around what is drawn
const [WIDEST, NARROWEST] = [14, 0.9]; // pixels, half a ribbon
const EVERY = 1.5; // pixels from one place of a ribbon's edge to the next
const ASIDE = 0.06; // share of the width from the axis, whose title is above it, to what is written at the best
const MANY = 40; // points, which are drawn smaller, and knots, of which no lines go down to their lives
const STILLS = 181;
const PER_SECOND = 20;
const CONTROL = "path_beta";
const DIGITS = 4; // of the weight decay that is told: to a hundredth of a pixel
const SAME = 0.05; // stills

/** The weight decay falls. */
class Fall {
  of = "the falling weight decay";
  length = STILLS;
  perSecond = PER_SECOND;

  constructor({ highest, lowest }) {
    Object.assign(this, { highest, lowest });
  }

  at(position) {
    const last = this.length - 1;
    const beta = this.highest * (this.lowest / this.highest) ** (position / last);
    return { step: Math.round(position), position, last, beta, words: `β = ${short(beta)}` };
  }

  /** The place of a weight decay, at an end of the film for one beyond it. */
  placeOf(beta) {
    const share = Math.log(beta / this.highest) / Math.log(this.lowest / this.highest);
    return clamp(share, 0, 1) * (this.length - 1);
  }
}

export default class Path {
  #still = {}; // for which model and size what does not move is drawn
  #agreed = 0; // the weight decay that Python knows of
  #range = ""; // of the path on which that was shown

  constructor(stage) {
    this.stage = stage;
    this.picture = svg("svg", { role: "group", class: "path-picture" }, stage.element);
    [this.backdrop, this.ground, this.lives] = groups(this.picture, 3);
    this.handle = new PathHandle(this.picture, (position) => stage.player.seek(position));
    this.guides = svg("path", { class: "guides" }, this.picture);
    this.spline = svg("path", { class: "curve optimum" }, this.picture);
    this.points = svg("path", {}, this.picture);
    this.knots = svg("path", { class: "knots" }, this.picture);
  }

  film(model) {
    this.fall = new Fall(model);
    return this.fall;
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, width, height }) {
    this.#follow(values[CONTROL]);
    const now = moment ?? this.fall.at(STILLS - 1);
    const optimum = optimumAt(model, now.beta);
    this.#drawStill(model, width, height);
    this.#drawOptimum(optimum, now.beta);
    this.#placeWords(model, now.beta);
    const said = `weight decay ${short(now.beta)}, ${counted(optimum.knots, "knot")}`;
    this.handle.draw(this.below, now, said);
    this.picture.setAttribute("class", `path-picture ${model.waiting ? "old" : ""}`);
    Object.assign(this.picture.dataset, { beta: now.beta, knots: optimum.knots });
    return { tiles: tiles(model, optimum), caption: model.waiting, says: described(optimum, now.beta, model.letters) };
  }

  /** Goes to the weight decay that Python says, and on another path stays at the same. */
  #follow(beta) {
    const range = `${this.fall.highest} ${this.fall.lowest}`;
    const { player } = this.stage;
    const isOther = beta !== this.#agreed || (range !== this.#range && !player.isPlaying);
    [this.#agreed, this.#range] = [beta, range];
    if (isOther) player.seek(this.fall.placeOf(beta));
  }

  /** Tells Python the weight decay at which the line was left. */
  rests() {
    const { host, player } = this.stage;
    const { position, last, beta } = this.handle.moment;
    const isHeld = host.querySelector(":active") !== null;
    if (isHeld) this.stage.schedule(); // and looks again
    if (isHeld || player.isPlaying || Math.abs(position - this.fall.placeOf(this.#agreed)) <= SAME) return;
    this.#agreed = position === last ? 0 : Number(beta.toPrecision(DIGITS));
    this.stage.set(CONTROL, this.#agreed);
    this.stage.commit();
  }

  /** Axes, points and lives: anew with another path or size only. */
  #drawStill(model, width, height) {
    const still = this.#still;
    if (still.model === model && still.width === width && still.height === height) return;
    this.#still = { model, width, height };
    const { left, right, top, bottom } = MARGIN;
    const room = height - top - bottom - BETWEEN;
    const box = { left, width: width - left - right };
    const x = { ...around(model.x, ROOM.x), title: model.axes.x };
    const heights = [model.points.y, [model.constant], ...model.pieces.flatMap(({ high, low }) => [high, low])];
    const y = { ...around(heights.flat(), ROOM.y), title: model.axes.y };
    const beta = { low: model.lowest, high: model.highest, kind: "log", title: "weight decay β" };
    const under = { ...box, top: top + SPLINE * room + BETWEEN, height: (1 - SPLINE) * room };
    this.above = new Axes({ ...box, top, height: SPLINE * room }, { x: { ...x, isBare: true }, y });
    this.below = new Axes(under, { x, y: beta });
    this.above.draw(this.backdrop);
    this.below.draw(this.ground);
    const { x: at, y: to } = model.points;
    set(this.points, { d: this.above.dots(at, to), class: `points ${at.length > MANY ? "many" : ""}` });
    this.#drawLives(model);
  }

  #drawLives(model) {
    const all = lives(model);
    const largest = all.reduce(
      (most, { samples }) => samples.reduce((m, { change }) => Math.max(m, Math.abs(change)), most),
      0,
    );
    const widest = Math.max(Math.min(WIDEST, this.below.box.width / model.x.length), 4 * NARROWEST);
    this.lives.replaceChildren();
    this.#drawBest(model);
    for (const { x, sign, samples } of all) {
      const left = this.below.left(x);
      const edge = thinned(samples, this.below).map(({ top, change }) => {
        return { top: top.toFixed(1), half: Math.max((widest * Math.abs(change)) / largest, NARROWEST) };
      });
      const right = edge.map(({ top, half }) => `${(left + half).toFixed(2)} ${top}`);
      const back = edge.reverse().map(({ top, half }) => `${(left - half).toFixed(2)} ${top}`);
      svg("path", { class: `life ${sign > 0 ? "up" : "down"}`, d: `M${[...right, ...back].join("L")}Z` }, this.lives);
    }
  }

  /** The weight decay that predicts best, if it is known and in the picture. */
  #drawBest({ best, highest, lowest }) {
    if (!best || best > highest || best < lowest) return;
    const { left, width } = this.below.box;
    const top = this.below.top(best);
    svg("path", { class: "best", d: `M${left} ${top.toFixed(1)}h${width}` }, this.lives);
    write(this.lives, "predicts best", { class: "best-words", x: (left + ASIDE * width).toFixed(1) });
  }

  /** On the side of its line where the line of now is not. */
  #placeWords({ best }, beta) {
    const words = this.lives.querySelector(".best-words");
    if (words) set(words, { y: (this.below.top(best) + (beta > best ? 14 : -5)).toFixed(1) });
  }

  /** Beyond the outermost points the function goes on as it is. */
  #drawOptimum({ x, y, knots }, beta) {
    const { low, high } = this.above.axes.x;
    const first = y[0] + ((low - x[0]) * (y[1] - y[0])) / (x[1] - x[0]);
    const last = y.at(-1) + ((high - x.at(-1)) * (y.at(-1) - y.at(-2))) / (x.at(-1) - x.at(-2));
    const [xs, ys] = [
      [low, ...x, high],
      [first, ...y, last],
    ];
    this.spline.setAttribute("d", path([xs.map((at, k) => [this.above.left(at), this.above.top(ys[k])])]));
    const inner = x
      .slice(1, -1)
      .map((at, k) => ({ left: this.above.left(at).toFixed(1), top: this.above.top(y[k + 1]) }));
    const size = knots > MANY ? 3 : 4.5;
    const ring = `m${-size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0z`;
    this.knots.setAttribute("d", inner.map(({ left, top }) => `M${left} ${top.toFixed(1)}${ring}`).join(""));
    const down = this.below.top(beta).toFixed(1);
    const guides = inner.map(({ left, top }) => `M${left} ${(top + 6).toFixed(1)}V${down}`);
    this.guides.setAttribute("d", knots > MANY ? "" : guides.join(""));
  }
}

/** Places of a life in pixels, some apart. */
function thinned(samples, axes) {
  const places = samples.map(({ beta, change }) => ({ top: axes.top(beta), change }));
  let previous = Number.NEGATIVE_INFINITY;
  return places.filter(({ top }, k) => {
    if (k < places.length - 1 && top - previous < EVERY) return false;
    previous = top;
    return true;
  });
}

function described({ x, y, knots }, beta, letters) {
  const span = x.at(-1) - x[0];
  const places = listed(x.slice(1, -1).map((at) => coordinate(at, span)));
  const best = `The best network for weight decay ${short(beta)}: ${counted(knots, "knot")}${knots ? ` at ${letters.x} = ${places}` : ""}`;
  return `${best}, from ${letters.y} = ${short(y[0])} to ${short(y.at(-1))}. Below, the lives of all knots over the weight decay.`;
}

function tiles(model, { knots, freedom, loss, pathNorm, objective }) {
  return [
    tileOf.exact(
      "knots now",
      String(knots),
      `${counted(freedom, "degree")} of freedom; the straight lines through all points have ${counted(model.straightest, "knot")}`,
    ),
    tileOf.exact(
      "a constant from",
      `β = ${short(model.betas[0])}`,
      `upwards: there the best network is the constant ${short(model.constant)}`,
    ),
    tileOf.certified(
      "objective",
      short(objective),
      `loss ${short(loss)} + β times path norm ${short(pathNorm)}; gap at breakpoints < ${bound(model.gap)}`,
    ),
  ];
}

/** A power of ten that is not below. */
const bound = (gap) => short(10 ** Math.ceil(Math.log10(Math.max(gap, 1e-15))));
