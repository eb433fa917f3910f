/**
 * The drawings of a class, by numbers of phones, as they come.
 *
 * News have those since a serial number that this browser has said before. Where it does not have what was before that,
 * as after it was mounted anew, it asks for all of them; and after many it says up to where it has them.
 *
 * @typedef {object} News
 * @property {number} since
 * @property {number} serial
 * @property {?[number, number]} axis lowest and highest price that are shown; null where prices say nothing
 * @property {?{x: number[], low: number[], median: number[], high: number[]}} crowd
 * @property {[number, number, [number, number][]][]} lines phone, price, knots
 */

const MANY = 20;

export class Drawings {
  /** @type {Map<number, {price: number, knots: [number, number][]}>} */
  lines = new Map();
  #of = "";
  #serial = 0;

  /** @param {(serial: number) => void} say up to where they are known */
  constructor(say) {
    this.say = say;
  }

  /** @param {?{code: string, step: number, drawings: ?News}} state */
  take(state) {
    const of = state ? `${state.code} ${state.step}` : "";
    if (of !== this.#of) {
      this.lines.clear();
      this.#serial = 0;
      this.#of = of;
    }
    const news = state?.drawings;
    if (!news) return;
    for (const [phone, price, knots] of news.lines) this.lines.set(phone, { price, knots });
    if (news.since > this.#serial) {
      this.say(0);
      return;
    }
    this.#serial = news.serial;
    if (news.lines.length > MANY) this.say(news.serial);
  }
}
