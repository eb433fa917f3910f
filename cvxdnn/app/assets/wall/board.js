/**
 * The picture of a class: the points, all drawings over them, their median and envelope, and after the reveal the best.
 * Axes come from the question alone, so that nothing moves when answers come or the best is shown.
 */

import { axisLabels, columns, ticks, widened } from "../common/numbers.js";
import { area, path, set, svg, trace, write } from "../common/svg.js";
import { at, knotsOf, nearest } from "../lesson/frames.js";
import { drawPull } from "./pull.js";

const ROOM = 0.3; // above and below what is given, as a share of its height
const DOT = 0.32; // lengths are in heights of the text
const APART = 1.15;
const NAMES = 5.4; // room for names of curves at their ends
const MARGIN = 1.7;
const PANEL = 0.4; // of the height for the pull, where there is one

/**
 * @typedef {object} Frame
 * @property {number} em height of the text in pixels
 * @property {(x: number) => number} left
 * @property {number} start pixels from the left edge to the first place
 * @property {number} end and to the last one
 */

export class Board {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.canvas = svg("svg", { role: "img" }, host);
  }

  /**
   * @param {import("./index.js").Class} state
   * @param {Map<number, {knots: [number, number][]}>} lines
   * @param {number} t time of the reveal, from its first frame to its last
   * @returns {?Frame} how x lies on the screen; null where there is nothing to draw over
   */
  draw(state, lines, t) {
    const { points, curve, frame, kind } = state.question;
    const given = [...points, ...curve, ...frame];
    this.host.hidden = given.length < 2;
    this.canvas.replaceChildren();
    if (this.host.hidden) return null;
    const crowd = state.drawings?.crowd;
    const curves = state.reveal?.curves ?? [];
    const hasEnds = kind === "sketch";
    const scale = this.#scale(given, hasEnds, Boolean(state.pull));
    this.canvas.setAttribute("aria-label", described(lines, curves));
    this.#axes(scale);
    if (crowd) this.#area(scale, crowd);
    for (const [phone, { knots }] of lines) this.#line(scale, "ghost", ...columns(knots), { "data-phone": phone });
    this.#line(scale, "given", ...columns(curve));
    const ends = [];
    if (crowd) ends.push(this.#named(scale, { role: "median", name: "median", x: crowd.x, y: [crowd.median] }, 0));
    for (const each of curves) ends.push(this.#named(scale, each, t));
    const dragged = state.reveal?.dragged;
    points.forEach(([x, first], k) => {
      const y = dragged?.point === k ? at(dragged.y, t)[0] : first;
      svg("circle", { class: "dot", cx: scale.left(x), cy: scale.top(y), r: DOT * scale.em }, this.canvas);
    });
    if (state.pull) drawPull(this.canvas, scale, ...pullAt(state, t), scale.panel);
    if (hasEnds) this.#namesAtEnds(scale, ends);
    else
      this.#namesAbove(
        scale,
        ends.filter(({ role }) => role !== "given"),
      );
    return scale;
  }

  #scale(given, hasEnds, hasPanel) {
    const em = Number.parseFloat(getComputedStyle(this.host).fontSize);
    const { clientWidth: width, clientHeight: height } = this.host;
    const [x, y] = columns(given);
    const [x0, x1] = widened(Math.min(...x), Math.max(...x));
    const span = Math.max(...y) - Math.min(...y) || 1;
    const [y0, y1] = [Math.min(...y) - ROOM * span, Math.max(...y) + ROOM * span];
    const start = (hasPanel ? 3.2 : 2.6) * em;
    const end = width - (hasEnds ? NAMES : MARGIN) * em;
    const floor = height * (hasPanel ? 1 - PANEL : 1) - 1.7 * em;
    const ceiling = (hasEnds ? 0.6 : 1.8) * em;
    const left = (at) => start + ((at - x0) / (x1 - x0)) * (end - start);
    const top = (at) => floor - ((at - y0) / (y1 - y0)) * (floor - ceiling);
    const panel = [floor + 2 * em, height - 0.4 * em];
    return { em, x: [x0, x1], y: [y0, y1], start, end, ceiling, floor, left, top, panel };
  }

  #axes({ em, x, y, start, end, ceiling, floor, left, top }) {
    const rows = ticks(...y, (floor - ceiling) / (3.5 * em));
    axisLabels(rows).labels.forEach((label, k) => {
      const at = top(rows.values[k]);
      svg("line", { class: "grid", x1: start, x2: end, y1: at, y2: at }, this.canvas);
      write(this.canvas, label, { x: start - 0.5 * em, y: at + 0.35 * em, "text-anchor": "end" });
    });
    const wide = ticks(...x, (end - start) / (4 * em));
    axisLabels(wide).labels.forEach((label, k) => {
      write(this.canvas, label, { x: left(wide.values[k]), y: floor + 1.4 * em, "text-anchor": "middle" });
    });
  }

  #area(scale, { x, low, high }) {
    svg("path", { class: "envelope", d: area(x, high, low, scale, scale.ceiling, scale.floor) }, this.canvas);
  }

  #line(scale, style, xs, ys, attributes = {}) {
    if (xs.length < 2) return;
    const d = path(trace(xs, ys, scale, scale.ceiling, scale.floor));
    svg("path", { class: `line ${style}`, d, ...attributes }, this.canvas);
  }

  /** A curve with a name, as it is at a time. */
  #named(scale, { role, name, x: places, y }, t) {
    const [x, heights] = columns(knotsOf({ x: places, y }, t));
    const isDrawn = y.length === 1 && role === "best" && t < 1; // from left to right
    const part = isDrawn ? { pathLength: 1, "stroke-dasharray": `${t} 1` } : {};
    this.#line(scale, role, x, heights, { "data-name": name, ...part });
    const last = x.findLastIndex((each) => each <= scale.x[1] + 1e-9);
    return { role, name, top: Math.min(scale.floor, Math.max(scale.ceiling, scale.top(heights[last]))) };
  }

  /** Names in a row, or in several where one is too short, each once and beside a piece of its line. */
  #namesAbove({ em, start, end }, ends) {
    let [left, top] = [start, 0];
    const once = ends.filter(({ name }, k) => ends.findIndex((other) => other.name === name) === k);
    for (const { role, name } of once) {
      const line = svg("path", { class: `line ${role}` }, this.canvas);
      const words = svg("text", { class: `name ${role}` }, this.canvas);
      words.textContent = name;
      const width = 2.1 * em + words.getComputedTextLength();
      if (left > start && left + width > end + MARGIN * em) [left, top] = [start, top + 1.3 * em];
      set(line, { d: `M${left} ${top + 0.9 * em}h${1.6 * em}` });
      set(words, { x: left + 2.1 * em, y: top + 1.25 * em });
      left += width + 1.2 * em;
    }
  }

  /** Names at the ends, apart from each other. */
  #namesAtEnds({ em, end, ceiling, floor }, ends) {
    ends.sort((a, b) => a.top - b.top);
    let free = ceiling + 0.5 * em;
    const tops = ends.map(({ top }) => {
      const place = Math.max(top, free);
      free = place + APART * em;
      return place;
    });
    const over = Math.max(0, free - APART * em - floor);
    ends.forEach(({ role, name }, k) => {
      const place = { x: end + 0.7 * em, y: tops[k] - over + 0.35 * em, class: `name ${role}` };
      write(this.canvas, name, place);
    });
  }
}

/** The pull in its tube at a time, and where it is at a wall. */
function pullAt({ pull, reveal }, t) {
  if (!reveal?.pull) return [pull, []];
  return [{ x: pull.x, pull: at(reveal.pull.y, t) }, nearest(reveal.touches, t)];
}

function described(lines, curves) {
  const names = [...new Set(curves.map(({ name }) => name))].join(", ");
  return `${lines.size ? `${lines.size} drawings over the points` : "The question"}${names ? `, and ${names}` : ""}`;
}
