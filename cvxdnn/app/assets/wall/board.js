/**
 * The picture of a class: the points, all drawings over them, their median and envelope, and after the reveal the best.
 * Axes come from the question alone, so that nothing moves when answers come or the best is shown.
 */

import { axisLabels, ticks, widened } from "../common/numbers.js";
import { path, svg, trace, write } from "../common/svg.js";

const ROOM = 0.3; // above and below what is given, as a share of its height
const DOT = 0.32; // lengths are in heights of the text
const APART = 1.15;
const DRAWN = 1800; // milliseconds in which the best curve is drawn
const NAMES = 5.4; // room for names of curves at their ends

/**
 * @typedef {object} Frame
 * @property {number} em height of the text in pixels
 * @property {number} width of the canvas
 * @property {(x: number) => number} left
 * @property {number} start pixels from the left edge to the first place
 * @property {number} end and to the last one
 */

export class Board {
  #revealed = null; // when the curves of a reveal were shown first, and of which one

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.canvas = svg("svg", { role: "img" }, host);
  }

  /**
   * @param {import("./index.js").Class} state
   * @param {Map<number, {knots: [number, number][]}>} lines
   * @returns {?Frame} how x lies on the screen; null where there is nothing to draw over
   */
  draw(state, lines) {
    const { points, curve } = state.question;
    const given = [...points, ...curve];
    this.host.hidden = given.length < 2;
    this.canvas.replaceChildren();
    if (this.host.hidden) return null;
    this.#noteReveal(state);
    const crowd = state.drawings?.crowd;
    const curves = state.reveal?.curves ?? [];
    const hasEnds = state.question.kind === "sketch";
    const scale = this.#scale(given, hasEnds);
    this.canvas.setAttribute("aria-label", described(lines, curves));
    this.#axes(scale);
    if (crowd) this.#area(scale, crowd);
    for (const [phone, { knots }] of lines) this.#line(scale, "ghost", knots, { "data-phone": phone });
    this.#line(scale, "given", curve);
    const ends = [];
    if (crowd) ends.push(this.#named(scale, "median", "median", zipped(crowd.x, crowd.median)));
    for (const { role, name, knots } of curves) ends.push(this.#named(scale, role, name, knots));
    for (const [x, y] of points) {
      svg("circle", { class: "dot", cx: scale.left(x), cy: scale.top(y), r: DOT * scale.em }, this.canvas);
    }
    if (hasEnds) this.#namesAtEnds(scale, ends);
    else this.#namesAbove(scale, ends);
    return scale;
  }

  #noteReveal({ code, step, reveal }) {
    const of = reveal ? `${code} ${step}` : "";
    if (this.#revealed?.of !== of) this.#revealed = { of, at: performance.now() };
  }

  #scale(given, hasEnds) {
    const em = Number.parseFloat(getComputedStyle(this.host).fontSize);
    const { clientWidth: width, clientHeight: height } = this.host;
    const [x, y] = [0, 1].map((k) => given.map((place) => place[k]));
    const [x0, x1] = widened(Math.min(...x), Math.max(...x));
    const span = Math.max(...y) - Math.min(...y) || 1;
    const [y0, y1] = [Math.min(...y) - ROOM * span, Math.max(...y) + ROOM * span];
    const start = 2.6 * em;
    const end = width - (hasEnds ? NAMES : 1) * em;
    const [ceiling, floor] = [(hasEnds ? 0.6 : 1.8) * em, height - 1.7 * em];
    const left = (at) => start + ((at - x0) / (x1 - x0)) * (end - start);
    const top = (at) => floor - ((at - y0) / (y1 - y0)) * (floor - ceiling);
    return { em, width, height, x: [x0, x1], y: [y0, y1], start, end, ceiling, floor, left, top };
  }

  #axes({ em, x, y, start, end, ceiling, floor, left, top }) {
    const rows = ticks(...y, (floor - ceiling) / (3.5 * em));
    axisLabels(rows).labels.forEach((label, k) => {
      const at = top(rows.values[k]);
      svg("line", { class: "grid", x1: start, x2: end, y1: at, y2: at }, this.canvas);
      write(this.canvas, label, { x: start - 0.5 * em, y: at + 0.35 * em, "text-anchor": "end" });
    });
    const columns = ticks(...x, (end - start) / (4 * em));
    axisLabels(columns).labels.forEach((label, k) => {
      write(this.canvas, label, { x: left(columns.values[k]), y: floor + 1.4 * em, "text-anchor": "middle" });
    });
  }

  #area(scale, { x, low, high }) {
    const { ceiling, floor } = scale;
    const edges = [
      ...trace(x, high, scale, ceiling, floor).flat(),
      ...trace(x, low, scale, ceiling, floor).flat().reverse(),
    ];
    svg("path", { class: "envelope", d: `${path([edges])}Z` }, this.canvas);
  }

  #line(scale, style, knots, attributes = {}) {
    if (knots.length < 2) return;
    const [xs, ys] = [0, 1].map((k) => knots.map((knot) => knot[k]));
    const d = path(trace(xs, ys, scale, scale.ceiling, scale.floor));
    return svg("path", { class: `line ${style}`, d, ...attributes }, this.canvas);
  }

  /** A curve that has a name at its end; one of the reveal is drawn from left to right. */
  #named(scale, style, name, knots) {
    const since = performance.now() - this.#revealed.at;
    const line = this.#line(scale, style, knots, { pathLength: 1, "data-name": name });
    if (style !== "median" && since < DRAWN) {
      line?.classList.add("fresh");
      line?.style.setProperty("animation-delay", `${-since}ms`);
    }
    const last = knots.findLast(([x]) => x <= scale.x[1] + 1e-9) ?? knots.at(-1);
    return { style, name, top: Math.min(scale.floor, Math.max(scale.ceiling, scale.top(last[1]))) };
  }

  /** Names in a row, each beside a piece of its line. */
  #namesAbove({ em, start }, ends) {
    let left = start;
    for (const { style, name } of ends) {
      const d = `M${left} ${0.9 * em}h${1.6 * em}`;
      svg("path", { class: `line ${style}`, d }, this.canvas);
      write(this.canvas, name, { x: left + 2.1 * em, y: 1.25 * em, class: `name ${style}` });
      left += 2.1 * em + this.canvas.lastElementChild.getComputedTextLength() + 1.5 * em;
    }
  }

  /** Names at the ends, apart from each other. */
  #namesAtEnds({ em, end, ceiling, floor }, ends) {
    ends.sort((a, b) => a.top - b.top);
    let free = ceiling + 0.5 * em;
    const tops = ends.map(({ top }) => {
      const at = Math.max(top, free);
      free = at + APART * em;
      return at;
    });
    const over = Math.max(0, free - APART * em - floor);
    ends.forEach(({ style, name }, k) => {
      const at = { x: end + 0.7 * em, y: tops[k] - over + 0.35 * em, class: `name ${style}` };
      write(this.canvas, name, at);
    });
  }
}

const zipped = (xs, ys) => xs.map((x, k) => [x, ys[k]]);

function described(lines, curves) {
  const names = curves.map(({ name }) => name).join(", ");
  return `${lines.size ? `${lines.size} drawings over the points` : "The question"}${names ? `, and ${names}` : ""}`;
}
