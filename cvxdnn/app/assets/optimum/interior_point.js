/**
 * Primal-dual interior point method on the banded optimality conditions; O(n) a step.
 *
 * Unknowns are the values f_i at the n inputs, multipliers z_j of the n - 2 slope changes (the curve in the tube), and
 * (t, kappa): half width and -c. At the optimum
 *
 *   W f + D^T z + kappa e = W y      D f = p - q      |z_j| <= t <= beta - |kappa|/2,  |kappa| <= 2 t
 *
 * where D takes slope changes, e the mean of the first and the last slope, and p, q >= 0 are the rising and falling
 * slope changes. Four more multipliers belong to the constraints on (t, kappa). f and z are interleaved, so that the
 * matrix has three diagonals on either side; rows of D are scaled to the size of W. It is quasidefinite, so its factors
 * exist without pivoting.
 *
 * Source: Mehrotra (1992), SIAM J. Optim. 2, 575-601, for the step rules.
 */

import { loss, moments } from "./certificate.js";

const MAX_STEPS = 60;
const TOLERANCE = 1e-12; // relative gap at which the method stops
const TO_BOUNDARY = 0.995;
// beta - t - kappa/2, beta - t + kappa/2, t - kappa/2 and t + kappa/2 must be positive.
const OF_T = [-1, -1, 1, 1];
const OF_KAPPA = [-0.5, 0.5, -0.5, 0.5];

const array = (size) => new Float64Array(size);

/** Work arrays for n >= 3 inputs, and the method on them. Kept from one frame to the next: nothing is allocated. */
export class InteriorPoint {
  /** @param {number} n */
  constructor(n) {
    const [m, size, count] = [n - 2, 2 * n - 2, 2 * n];
    Object.assign(this, { n, m, size, count });
    // D: its rows hold before, -1 and after, times 1 / scale.
    for (const name of ["before", "after", "scale"]) this[name] = array(m);
    this.ends = array(size); // e
    this.moment = array(size); // W y
    this.factor = array(4 * size); // of the matrix, L D L^T by rows: (i, i-3), (i, i-2), (i, i-1), D_i
    this.unknowns = array(size);
    this.theta = [0, 0];
    for (const name of ["multipliers", "slack", "ratio", "target"]) this[name] = array(count);
    for (const name of ["residual", "tColumn", "tSolved", "eSolved"]) this[name] = array(size);
    const direction = () => ({ unknowns: array(size), theta: [0, 0], slack: array(count), multipliers: array(count) });
    [this.predictor, this.corrector] = [direction(), direction()];
  }

  /** Where f_i stands among the unknowns; z_j stands at 2 j, j = 1 .. n - 2. */
  #place(i) {
    return i === 0 ? 0 : i === this.n - 1 ? this.size - 1 : 2 * i - 1;
  }

  /**
   * The optimum as well as rounding allows.
   * @param {import("./certificate.js").Data} data
   * @param {number} beta positive
   * @returns {Float64Array} the values at the inputs
   */
  solve(data, beta) {
    this.#prepare(data, beta);
    for (let step = 0; step < MAX_STEPS; step++) {
      this.#takeSlacks(this.slack, this.unknowns, this.theta);
      this.slack[2 * this.m] += beta;
      this.slack[2 * this.m + 1] += beta;
      let gap = 0;
      for (let k = 0; k < this.count; k++) gap += this.multipliers[k] * this.slack[k];
      if (step > 0 && gap <= TOLERANCE * this.#objective(data, beta)) break;
      if (!this.#step(gap)) break;
    }
    return Float64Array.from(data.x, (_, i) => this.unknowns[this.#place(i)]);
  }

  #prepare({ x, y, w }, beta) {
    const { n, m, before, after, scale, ends, moment } = this;
    this.w = w;
    for (let j = 0; j < m; j++) {
      const [left, right] = [1 / (x[j + 1] - x[j]), 1 / (x[j + 2] - x[j + 1])];
      scale[j] = 1 / (left + right);
      before[j] = left * scale[j];
      after[j] = right * scale[j];
    }
    ends.fill(0);
    const [first, last] = [0.5 / (x[1] - x[0]), 0.5 / (x[n - 1] - x[n - 2])];
    ends[this.#place(0)] -= first;
    ends[this.#place(1)] += first;
    ends[this.#place(n - 2)] -= last;
    ends[this.#place(n - 1)] += last;
    moment.fill(0);
    for (let i = 0; i < n; i++) moment[this.#place(i)] = w[i] * y[i];
    this.#start({ x, y, w, scatter: 0 }, beta);
  }

  /** The least squares line, and multipliers of the size that its loss lets one expect. */
  #start(data, beta) {
    const { n, m, unknowns, multipliers } = this;
    const { xMean, yMean, square, product } = moments(data);
    const values = data.x.map((each) => yMean + (product / square) * (each - xMean));
    unknowns.fill(0);
    for (let i = 0; i < n; i++) unknowns[this.#place(i)] = values[i];
    this.theta = [beta / 2, 0];
    const size = Math.max(loss(data, values) / (beta * m), 1e-12);
    multipliers.fill(size, 0, 2 * m);
    multipliers.fill(size * m, 2 * m);
  }

  #objective({ y, w }, beta) {
    let sum = beta * (this.multipliers[2 * this.m] + this.multipliers[2 * this.m + 1]);
    for (let i = 0; i < this.n; i++) sum += 0.5 * w[i] * (this.unknowns[this.#place(i)] - y[i]) ** 2;
    return sum;
  }

  /** The linear part of all constraints: t - z, t + z, then the four on (t, kappa). */
  #takeSlacks(slack, unknowns, [t, kappa]) {
    const { m, scale } = this;
    for (let j = 0; j < m; j++) {
      const z = scale[j] * unknowns[2 * j + 2];
      slack[j] = t - z;
      slack[m + j] = t + z;
    }
    for (let k = 0; k < 4; k++) slack[2 * m + k] = OF_T[k] * t + OF_KAPPA[k] * kappa;
  }

  /** One predictor-corrector step; false when no further progress is possible. */
  #step(gap) {
    const { count, multipliers, slack, ratio, target, predictor, corrector } = this;
    for (let k = 0; k < count; k++) ratio[k] = multipliers[k] / slack[k];
    this.#factorise();
    this.#takeResidual();
    this.#eliminateTheta();
    for (let k = 0; k < count; k++) target[k] = -multipliers[k];
    this.#direct(predictor);
    const reach = this.#reach(predictor, 1);
    let predicted = 0;
    for (let k = 0; k < count; k++) {
      predicted += (multipliers[k] + reach * predictor.multipliers[k]) * (slack[k] + reach * predictor.slack[k]);
    }
    const centre = ((Math.max(predicted, 0) / gap) ** 3 * gap) / count;
    // The whole correction of a predictor that gets nowhere would send the method round in circles.
    for (let k = 0; k < count; k++) {
      const bent = reach * predictor.multipliers[k] * predictor.slack[k];
      target[k] = (centre - bent) / slack[k] - multipliers[k];
    }
    this.#direct(corrector);
    const length = this.#reach(corrector, TO_BOUNDARY);
    if (!(length >= 1e-10)) return false; // also when it is not a number
    for (let i = 0; i < this.size; i++) this.unknowns[i] += length * corrector.unknowns[i];
    for (let k = 0; k < count; k++) multipliers[k] += length * corrector.multipliers[k];
    this.theta = this.theta.map((value, k) => value + length * corrector.theta[k]);
    return true;
  }

  /** L D L^T of the matrix with minus the ratios on the rows of z. */
  #factorise() {
    const { n, m, size, factor, ratio, scale, before, after, w } = this;
    factor.fill(0);
    for (let i = 0; i < n; i++) factor[4 * this.#place(i) + 3] = w[i];
    for (let j = 0; j < m; j++) {
      const [left, at, right] = [this.#place(j), 2 * j + 2, this.#place(j + 2)];
      factor[4 * at + 3] = -(ratio[j] + ratio[m + j]) * scale[j] ** 2;
      factor[4 * at + 3 - (at - left)] = before[j];
      factor[4 * at + 2] = -1;
      factor[4 * right + 3 - (right - at)] = after[j];
    }
    for (let i = 0; i < size; i++) {
      const from = Math.max(i - 3, 0);
      for (let k = from; k < i; k++) {
        let entry = factor[3 * i + 3 + k];
        for (let l = from; l < k; l++) entry -= factor[3 * i + 3 + l] * factor[3 * k + 3 + l] * factor[4 * l + 3];
        factor[3 * i + 3 + k] = entry / factor[4 * k + 3];
      }
      for (let k = from; k < i; k++) factor[4 * i + 3] -= factor[3 * i + 3 + k] ** 2 * factor[4 * k + 3];
    }
  }

  /** The unknowns for a right side, which may be the same array. */
  #solved(into, right) {
    const { size, factor } = this;
    for (let i = 0; i < size; i++) {
      let value = right[i];
      for (let k = Math.max(i - 3, 0); k < i; k++) value -= factor[3 * i + 3 + k] * into[k];
      into[i] = value;
    }
    for (let i = 0; i < size; i++) into[i] /= factor[4 * i + 3];
    for (let i = size - 1; i >= 0; i--) {
      for (let k = Math.max(i - 3, 0); k < i; k++) into[k] -= factor[3 * i + 3 + k] * into[i];
    }
  }

  /** What is missing in the equations of f and z, and in those of (t, kappa). */
  #takeResidual() {
    const { n, m, residual, moment, ends, unknowns, multipliers, before, after, scale, w } = this;
    const kappa = this.theta[1];
    for (let i = 0; i < this.size; i++) residual[i] = moment[i] - kappa * ends[i];
    for (let i = 0; i < n; i++) residual[this.#place(i)] -= w[i] * unknowns[this.#place(i)];
    for (let j = 0; j < m; j++) {
      const [left, middle, right] = [this.#place(j), this.#place(j + 1), this.#place(j + 2)];
      const z = unknowns[2 * j + 2];
      residual[left] -= before[j] * z;
      residual[middle] += z;
      residual[right] -= after[j] * z;
      const change = before[j] * unknowns[left] - unknowns[middle] + after[j] * unknowns[right];
      residual[2 * j + 2] += scale[j] * (multipliers[j] - multipliers[m + j]) - change;
    }
    this.thetaResidual = this.#onTheta(multipliers).map((value) => -value);
    for (let i = 0; i < this.size; i++) this.thetaResidual[1] -= ends[i] * unknowns[i];
  }

  /** What multipliers contribute to the equations of (t, kappa). */
  #onTheta(multipliers) {
    let [t, kappa] = [0, 0];
    for (let k = 0; k < 2 * this.m; k++) t += multipliers[k];
    for (let k = 0; k < 4; k++) {
      t += OF_T[k] * multipliers[2 * this.m + k];
      kappa += OF_KAPPA[k] * multipliers[2 * this.m + k];
    }
    return [t, kappa];
  }

  /** The columns of t and kappa, and the inverse of their Schur complement. */
  #eliminateTheta() {
    const { m, size, ratio, scale, ends, tColumn, tSolved, eSolved } = this;
    for (let j = 0; j < m; j++) tColumn[2 * j + 2] = scale[j] * (ratio[j] - ratio[m + j]);
    this.#solved(tSolved, tColumn);
    this.#solved(eSolved, ends);
    let [tt, tk, kk] = [0, 0, 0];
    for (let k = 0; k < 2 * m; k++) tt -= ratio[k];
    for (let k = 0; k < 4; k++) {
      tt -= ratio[2 * m + k] * OF_T[k] ** 2;
      tk -= ratio[2 * m + k] * OF_T[k] * OF_KAPPA[k];
      kk -= ratio[2 * m + k] * OF_KAPPA[k] ** 2;
    }
    for (let i = 0; i < size; i++) {
      tt -= tColumn[i] * tSolved[i];
      tk -= tColumn[i] * eSolved[i];
      kk -= ends[i] * eSolved[i];
    }
    this.schur = { tt, tk, kk, determinant: tt * kk - tk * tk };
  }

  /** The step whose multipliers change by `target` less ratio times the change of the slacks. */
  #direct(direction) {
    const { m, size, count, target, ratio, scale, residual, tColumn, tSolved, ends, eSolved, schur } = this;
    const { unknowns } = direction;
    unknowns.set(residual);
    for (let j = 0; j < m; j++) unknowns[2 * j + 2] += scale[j] * (target[j] - target[m + j]);
    this.#solved(unknowns, unknowns);
    let [t, kappa] = this.#onTheta(target).map((value, k) => this.thetaResidual[k] - value);
    for (let i = 0; i < size; i++) {
      t -= unknowns[i] * tColumn[i];
      kappa -= unknowns[i] * ends[i];
    }
    const byT = (schur.kk * t - schur.tk * kappa) / schur.determinant;
    const byKappa = (schur.tt * kappa - schur.tk * t) / schur.determinant;
    for (let i = 0; i < size; i++) unknowns[i] -= tSolved[i] * byT + eSolved[i] * byKappa;
    direction.theta = [byT, byKappa];
    this.#takeSlacks(direction.slack, unknowns, direction.theta);
    for (let k = 0; k < count; k++) direction.multipliers[k] = target[k] - ratio[k] * direction.slack[k];
  }

  /** How far to go at most, so that no multiplier or slack loses more than `share` of itself. */
  #reach({ slack, multipliers }, share) {
    let worst = 1;
    for (let k = 0; k < this.count; k++) {
      worst = Math.max(worst, -multipliers[k] / (share * this.multipliers[k]), -slack[k] / (share * this.slack[k]));
    }
    return 1 / worst;
  }
}
