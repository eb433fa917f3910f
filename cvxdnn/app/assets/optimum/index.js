/**
 * The global optimum of training, with its proof, quickly enough for every frame of a drag.
 *
 * Two layers: closed forms where there are any, else the interior point method. More layers: the optimum of L layers is
 * that of two layers for another weight decay, which minimises loss + (beta L / 2) R^(2/L) over the whole path
 * (docs/depth.md). Here that is searched on a grid and refined, which finds the valley but proves nothing about others.
 */

import { betaMax, grouped, loss, lowerBound, mean, moments, pathNorm, slopes, tube, variation } from "./certificate.js";
import { InteriorPoint } from "./interior_point.js";

export { betaMax, grouped };

const LINE_IS_ENOUGH = 1e-9; // relative gap up to which a line is the answer: the method stalls on collinear data
const KNOT = 1e-5; // a slope change below this share of all is the method's rounding
const GRID = 16; // weight decays looked at for more layers, evenly in the logarithm
const REFINED = 5; // and then around the best of them
const FLATTENED = 16; // weight decays looked at for where the optimum of more layers becomes flat

/** @typedef {import("./certificate.js").Data} Data */

/** @type {?InteriorPoint} */
let method = null;

/**
 * @param {Data} data
 * @param {number} beta weight decay, at least 0
 * @returns {{values: Float64Array, knots: number[], slopes: Float64Array, loss: number, pathNorm: number,
 *   objective: number, gap: number, z: Float64Array, c: number, halfWidth: number}} values, z: at data.x; knots:
 *   indices; gap: no network of two layers is better by more
 */
export function optimum(data, beta) {
  const values = optimalValues(data, beta);
  const itsSlopes = slopes(data, values);
  const [itsLoss, itsNorm, proof] = [loss(data, values), pathNorm(itsSlopes), tube(data, values)];
  const objective = itsLoss + beta * itsNorm;
  return {
    values,
    knots: knots(itsSlopes),
    slopes: itsSlopes,
    loss: itsLoss,
    pathNorm: itsNorm,
    objective,
    gap: Math.max(objective - lowerBound(data, proof, beta), 0),
    z: proof.z,
    c: proof.c,
    halfWidth: beta - Math.abs(proof.c) / 2,
  };
}

function knots(slopes) {
  const least = KNOT * variation(slopes);
  const found = [];
  for (let i = 1; i < slopes.length; i++) if (Math.abs(slopes[i] - slopes[i - 1]) > least) found.push(i);
  return found;
}

function optimalValues(data, beta) {
  const n = data.x.length;
  if (n === 1 || beta <= 0) return Float64Array.from(data.y);
  if (beta >= betaMax(data)) return new Float64Array(n).fill(mean(data));
  const line = bestLine(data, beta);
  if (n === 2) return line;
  const price = loss(data, line) + beta * pathNorm(slopes(data, line));
  if (price - lowerBound(data, tube(data, line), beta) <= LINE_IS_ENOUGH * price) return line;
  if (method?.n !== n) method = new InteriorPoint(n);
  return method.solve(data, beta);
}

/** The best of all straight lines: its slope is paid for once. */
function bestLine(data, beta) {
  const { xMean, yMean, square, product } = moments(data);
  const slope = (Math.sign(product) * Math.max(0, Math.abs(product) - beta)) / square;
  return data.x.map((each) => yMean + slope * (each - xMean));
}

/**
 * The best function found of a network with `depth` weight layers.
 * @param {Data} data
 * @returns {ReturnType<typeof optimum> & {weightDecay: number, twoLayerObjective: number}} the optimum of two layers at
 *   `weightDecay`, to which tube and gap belong, with the `objective` of the deeper network that draws it
 */
export function deepOptimum(data, beta, depth) {
  const price = (found) => found.loss + ((beta * depth) / 2) * found.pathNorm ** (2 / depth);
  const at = (weightDecay) => {
    const found = optimum(data, weightDecay);
    return { ...found, objective: price(found), weightDecay, twoLayerObjective: found.objective };
  };
  if (beta <= 0 || depth === 2) return at(beta);
  const top = betaMax(data);
  if (top === 0) return at(beta);
  // The path norm of the optimum is at most that of the data, which bounds the weight decay from below.
  const least = Math.min(top, beta * Math.max(pathNorm(slopes(data, data.y)), 1e-300) ** (2 / depth - 1));
  const looked = Array.from({ length: GRID }, (_, k) => at(least * (top / least) ** (k / (GRID - 1))));
  const best = [at(0), ...looked].reduce(better);
  return best.weightDecay > 0 && best.weightDecay < top
    ? [best, ...refined(best, at, beta, depth)].reduce(better)
    : best;
}

/**
 * The weight decay from which on the best constant is the best network; for more than two layers the largest found.
 *
 * A function f beats the constant c as long as loss(f) + (beta L / 2) R(f)^(2/L) < loss(c).
 */
export function flatWeightDecay(data, depth) {
  const top = betaMax(data);
  if (depth === 2 || top === 0) return top;
  const flat = loss(data, new Float64Array(data.x.length).fill(mean(data)));
  const until = (share) => {
    const found = optimum(data, top * share);
    return (2 * (flat - found.loss)) / (depth * found.pathNorm ** (2 / depth)) || 0;
  };
  // The path norm shrinks linearly towards the top: at an even grid of weight decays no jump is passed over.
  const shares = Array.from({ length: FLATTENED }, (_, k) => (k + 0.5) / FLATTENED);
  return Math.max(...shares.map(until), ...shares.map((share) => until(share ** 4)));
}

const better = (a, b) => (b.objective < a.objective ? b : a);

/** Optima on the way to the nearest stationary point, where the weight decay is the slope of the penalty. */
function refined(start, at, beta, depth) {
  const slope = ({ pathNorm }) => beta * pathNorm ** (2 / depth - 1);
  const misses = ({ weightDecay }, wanted) => Math.log(wanted / weightDecay);
  let [before, now] = [start, at(slope(start))];
  const found = [now];
  while (found.length < REFINED && now.pathNorm > 0 && now.weightDecay !== before.weightDecay) {
    // A secant in the logarithm; at a minimum going straight to the slope would come nearer, too, but slowly.
    const [a, b] = [misses(before, slope(before)), misses(now, slope(now))];
    const step = (-b * Math.log(now.weightDecay / before.weightDecay)) / (b - a);
    if (!(Math.abs(step) < 2)) break;
    [before, now] = [now, at(now.weightDecay * Math.exp(step))];
    found.push(now);
  }
  return found;
}
