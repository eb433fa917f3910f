/**
 * Films of numbers and arrays by name, the same in every still; between two stills each entry is between theirs.
 *
 * @typedef {Record<string, number | Float32Array> & {step: number, shapes: Record<string, number[]>, last: Moment}} Moment
 *   arrays lie flat, the last index first to change; with the `film` it is of, the `position` there, and its `last` moment
 */

const PER_SECOND = 16; // stills

/** What is between two entries; where one of them is nothing, the former. */
const between = (a, b, t) => (t === 0 || Number.isNaN(a) || Number.isNaN(b) ? a : a + t * (b - a));

const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/** A film for the player. */
export class Moments {
  perSecond = PER_SECOND;

  /**
   * @param {number} length
   * @param {Record<string, Float64Array>} numbers
   * @param {Record<string, {shape: number[], values: Float32Array}>} arrays
   */
  constructor(length, numbers, arrays) {
    Object.assign(this, { length, numbers, arrays });
    this.shapes = Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
  }

  /**
   * @param {number} position from 0 to the last index
   * @returns {Moment}
   */
  at(position) {
    const k = Math.min(Math.floor(position), this.length - 1);
    const t = k + 1 < this.length ? position - k : 0;
    const moment = { shapes: this.shapes, film: this, position };
    for (const [name, values] of Object.entries(this.numbers)) moment[name] = between(values[k], values[k + 1], t);
    for (const [name, { shape, values }] of Object.entries(this.arrays)) {
      const size = sizeOf(shape);
      const [a, b] = [values.subarray(k * size, (k + 1) * size), values.subarray((k + 1) * size, (k + 2) * size)];
      moment[name] = t === 0 ? a : a.map((value, i) => between(value, b[i], t));
    }
    moment.step = Math.round(moment.step);
    moment.last = k + 1 < this.length ? this.#last() : moment;
    return moment;
  }

  #last() {
    this.end ??= this.at(this.length - 1);
    return this.end;
  }

  /** How far the objective is above a bound at every still, as a share of it. */
  gaps(bound) {
    return Array.from(this.numbers.objective ?? [], (objective) => objective / bound - 1);
  }
}

/** @param {ArrayBuffer} buffer as `cvxdnn.tasks.moments.Moments.to_bytes` writes it */
export function read(buffer) {
  const [length] = new Float64Array(buffer, 0, 1);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  let next = 8 + length;
  const take = (Kind, size) => {
    const values = new Kind(buffer, next, size);
    next += values.byteLength;
    return values;
  };
  const numbers = Object.fromEntries(head.numbers.map((name) => [name, take(Float64Array, head.count)]));
  const arrays = head.arrays.map(([name, shape]) => {
    return [name, { shape, values: take(Float32Array, head.count * sizeOf(shape)) }];
  });
  return new Moments(head.count, numbers, Object.fromEntries(arrays));
}
