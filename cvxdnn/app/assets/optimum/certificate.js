/**
 * The training problem of two-layer networks of one input, and its proof; every function here is O(n).
 *
 *   objective  1/2 sum_i w_i (f_i - y_i)^2 + scatter + beta R(f)
 *   R(f)       max(TV, (TV + |m_1 + m_{n-1}|) / 2) with slopes m_i and TV = sum of |m_{i+1} - m_i|: the smallest path
 *              norm of a network that draws f
 *
 * Proof. For multipliers l of sum zero let c = sum_i l_i x_i and z(t) = sum_i l_i (x_i - t)_+ - c/2. If z stays in the
 * tube |z| <= beta - |c|/2, then sum_i l_i y_i - 1/2 sum_i l_i^2 / w_i (+ scatter) is below every network's objective.
 * The residuals w_i (y_i - f_i), scaled until they fit, are such multipliers; those of the optimum fit as they are.
 *
 * Inputs are distinct and ascending; of equal ones `grouped` makes one point with their number as its weight.
 *
 * @typedef {object} Data
 * @property {Float64Array} x
 * @property {Float64Array} y means of the points at each x
 * @property {Float64Array} w how many there are
 * @property {number} scatter what they differ by among themselves: part of every objective
 *
 * Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; derived in docs/certificate.md.
 */

/** Their mean, taken of the offsets from the first, so that equal numbers have exactly their own. */
export const average = (values) =>
  values[0] + values.reduce((sum, each) => sum + (each - values[0]), 0) / values.length;

/**
 * @param {number[]} xs in any order
 * @returns {Data}
 */
export function grouped(xs, ys) {
  const order = [...xs.keys()].sort((i, j) => xs[i] - xs[j]);
  const groups = [];
  for (const i of order) {
    if (groups.length && groups.at(-1).x === xs[i]) groups.at(-1).ys.push(ys[i]);
    else groups.push({ x: xs[i], ys: [ys[i]] });
  }
  const y = Float64Array.from(groups, (group) => average(group.ys));
  let scatter = 0;
  groups.forEach((group, i) => {
    for (const each of group.ys) scatter += 0.5 * (each - y[i]) ** 2;
  });
  const of = (value) => Float64Array.from(groups, value);
  return { x: of((group) => group.x), y, w: of((group) => group.ys.length), scatter };
}

export function slopes({ x }, values) {
  const found = new Float64Array(x.length - 1);
  for (let i = 0; i < found.length; i++) found[i] = (values[i + 1] - values[i]) / (x[i + 1] - x[i]);
  return found;
}

/** Values at low and at high, beyond which no input lies, of the spline whose end pieces go on straight. */
export function atEdges({ x }, values, slopes, low, high) {
  const last = x.length - 1;
  const start = values[0] + (slopes[0] ?? 0) * (low - x[0]);
  return [start, values[last] + (slopes[last - 1] ?? 0) * (high - x[last])];
}

/** Total variation of the slopes. */
export function variation(slopes) {
  let sum = 0;
  for (let i = 1; i < slopes.length; i++) sum += Math.abs(slopes[i] - slopes[i - 1]);
  return sum;
}

/** R(f) from the slopes of f. */
export function pathNorm(slopes) {
  if (!slopes.length) return 0;
  const total = variation(slopes);
  return Math.max(total, 0.5 * (total + Math.abs(slopes[0] + slopes[slopes.length - 1])));
}

export function loss({ y, w, scatter }, values) {
  let sum = scatter;
  for (let i = 0; i < y.length; i++) sum += 0.5 * w[i] * (values[i] - y[i]) ** 2;
  return sum;
}

/** The weighted mean of y. */
export function mean({ y, w }) {
  let [sum, count] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    sum += w[i] * (y[i] - y[0]);
    count += w[i];
  }
  return y[0] + sum / count;
}

/** What the best lines are made of: means, and the sums of squares and of products about them. */
export function moments({ x, y, w }) {
  let [count, xMean, yMean, square, product] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    count += w[i];
    xMean += w[i] * x[i];
    yMean += w[i] * y[i];
  }
  [xMean, yMean] = [xMean / count, yMean / count];
  for (let i = 0; i < x.length; i++) {
    square += w[i] * (x[i] - xMean) ** 2;
    product += w[i] * (x[i] - xMean) * (y[i] - yMean);
  }
  return { xMean, yMean, square, product };
}

/**
 * Residuals of sum zero and their double integral.
 * @returns {{multipliers: Float64Array, z: Float64Array, c: number, needed: number}} `needed`: the smallest beta whose
 *   tube holds z
 */
export function tube({ x, y, w }, values) {
  const n = x.length;
  const multipliers = new Float64Array(n);
  let [sum, count] = [0, 0];
  for (let i = 0; i < n; i++) {
    multipliers[i] = w[i] * (y[i] - values[i]);
    sum += multipliers[i];
    count += w[i];
  }
  for (let i = 0; i < n; i++) multipliers[i] -= (w[i] * sum) / count;
  // From left to right: the integral of the running sums S_j of the multipliers is phi - c, and ends at -c.
  const z = new Float64Array(n);
  let [running, integral] = [0, 0];
  for (let i = 0; i < n - 1; i++) {
    running += multipliers[i];
    integral += running * (x[i + 1] - x[i]);
    z[i + 1] = integral;
  }
  const c = -integral;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    z[i] += c / 2;
    largest = Math.max(largest, Math.abs(z[i]));
  }
  return { multipliers, z, c, needed: largest + Math.abs(c) / 2 };
}

/**
 * What the residuals of f prove: a lower bound on every objective.
 * @param {ReturnType<typeof tube>} proof
 */
export function lowerBound({ y, w, scatter }, proof, beta) {
  const { multipliers, needed } = proof;
  let [linear, quadratic] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    linear += multipliers[i] * (y[i] - y[0]); // they sum to zero
    quadratic += multipliers[i] ** 2 / w[i];
  }
  const most = needed > 0 ? beta / needed : Number.POSITIVE_INFINITY;
  const scale = quadratic > 0 ? Math.max(0, Math.min(linear / quadratic, most)) : 0;
  return scatter + scale * (linear - 0.5 * scale * quadratic);
}

/** The smallest weight decay at which the best constant is optimal. */
export function betaMax(data) {
  return tube(data, new Float64Array(data.x.length).fill(mean(data))).needed;
}
