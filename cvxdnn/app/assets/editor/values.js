/**
 * What is read off the chart and the proof: x, value, slope and bend, in a line under the chart, which covers no data.
 *
 *   mouse    over curves, knots and the proof
 *   finger   on the rows of knots and on the proof; a tap on the chart itself adds a point
 *   keys     left and right to the next point or knot, with Shift a little further; up and down to another curve
 *
 * At a knot a curve bends by the slope after less the slope before. Corners within a share LEAST of the axis count once.
 */

import { placeIn } from "../common/look.js";
import { clamp, coordinate, short } from "../common/numbers.js";
import { set, svg } from "../common/svg.js";
import { interpolate } from "./points.js";

const NEAR = 12; // pixels from a knot
const LEAST = 1e-3; // share of the x axis
const NOISE = 4e-6; // share of the largest value, to which Python rounds them
const FINE = 200; // steps of the Shift key along the axis
const PROOF = "proof";

/** The slope from x to the first corner on that side (-1 or 1) which is not too close; NaN beyond the last. */
function slopeBeside([xs, ys], x, side, width) {
  const corners = xs.map((at, i) => ({ off: side * (at - x), y: ys[i] })).filter(({ off, y }) => off > 0 && y !== null);
  if (side < 0) corners.reverse();
  const { off, y } = corners.find((each) => each.off >= LEAST * width) ?? corners.at(-1) ?? {};
  const rise = side * (y - interpolate(xs, ys, x));
  return Math.abs(rise) <= NOISE * Math.max(...ys.map(Math.abs)) ? 0 : rise / off;
}

export class Values {
  #readable = []; // curves {name, label, style, line: [xs, ys], knots}
  #asked = {}; // {pointer: {picture, left, top}} or, where keys have gone, {chosen: {name, x}}

  /** @param {import("./index.js").Editor} editor */
  constructor(editor) {
    Object.assign(this, { editor, drawing: editor.drawing, proof: editor.certificate.picture });
    this.element = editor.host.querySelector(".values");
    [this.sample, this.label, this.words] = this.element.querySelector(".reading").children;
    this.ring = svg("circle", { class: "ring-of-reading", r: 5 });
    for (const picture of [this.drawing.chart, this.proof]) {
      picture.addEventListener("pointermove", (event) => this.#point(picture, event));
      picture.addEventListener("pointerdown", (event) => this.#point(picture, event));
      picture.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && this.#show({}));
    }
    this.element.onfocus = () => {
      const [curve] = this.#readable;
      this.#show({ chosen: curve && { name: curve.name, x: curve.knots[0] ?? curve.line[0][0] } });
    };
    this.element.onblur = () => this.#show({});
    this.element.onkeydown = (event) => this.#key(event);
  }

  /** @param {import("./link.js").Data} data as it is shown */
  draw({ curves, certificate }, hidden) {
    const { x, y, knots } = this.drawing.spline;
    this.#readable = curves
      .filter(({ name, style }) => style !== "networks" && !hidden.has(name))
      .map((curve) => ({ ...curve, line: curve.lines[0], ...(curve.style === "spline" && { line: [x, y], knots }) }))
      .filter(({ line }) => line?.[0].length > 1);
    if (certificate?.x.length && this.proof.checkVisibility()) {
      const line = [certificate.x, certificate.z];
      this.#readable.push({ name: PROOF, label: PROOF, style: PROOF, line, knots: certificate.x.slice(1, -1) });
    }
    this.#show();
  }

  /* What is pointed at */

  #point(picture, event) {
    const [left, top] = placeIn(picture, event);
    const isFree = event.pointerType === "mouse" ? !event.buttons : top > this.drawing.bottom;
    this.#show(isFree || picture === this.proof ? { pointer: { picture, left, top } } : {});
  }

  /** @returns {?{curve: object, x: number}} */
  #found() {
    const { pointer, chosen } = this.#asked;
    if (pointer) return this.#under(pointer);
    const curve = this.#readable.find(({ name }) => name === chosen?.name);
    return curve ? { curve, x: chosen.x } : null;
  }

  /** The knot of a curve that is pointed at, or else, within a plot, its place. */
  #under({ picture, left, top }) {
    const { scale, view } = this.drawing;
    const x = clamp(scale.x(left), view.x0, view.x1);
    const isBelow = picture !== this.proof && top > this.drawing.bottom;
    const name = picture === this.proof ? PROOF : isBelow ? this.drawing.rowAt(top) : this.#nearest(x, top);
    const curve = this.#readable.find((each) => each.name === name);
    const off = (knot) => Math.abs(scale.left(knot) - left);
    const knot = curve?.knots.reduce((best, each) => (off(each) < off(best) ? each : best), Number.POSITIVE_INFINITY);
    if (off(knot) <= NEAR) return { curve, x: knot };
    return !curve || isBelow ? null : { curve, x };
  }

  /** The name of the curve next to a place; of those that coincide the first. */
  #nearest(x, top) {
    const off = ({ line }) => Math.abs(this.drawing.scale.top(interpolate(...line, x)) - top);
    const curves = this.#readable.filter(({ name }) => name !== PROOF);
    return curves.reduce((best, each) => (!best || off(each) < off(best) - 1 ? each : best), null)?.name;
  }

  /* Keys */

  #key(event) {
    const place = this.#next(event);
    if (!place) return;
    event.preventDefault();
    event.stopPropagation();
    this.#show({ chosen: place });
  }

  #next({ key, shiftKey }) {
    const now = this.#asked.chosen;
    const index = this.#readable.findIndex(({ name }) => name === now?.name);
    const other = { ArrowUp: -1, ArrowDown: 1 }[key];
    const side = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (index < 0 || !(other || side)) return null;
    if (other) return { ...now, name: this.#readable.at((index + other) % this.#readable.length).name };
    const { x0, x1, width } = this.drawing.view;
    if (shiftKey) return { ...now, x: clamp(now.x + (side * width) / FINE, x0, x1) };
    const points = this.editor.history.points.map(({ x }) => x);
    const ahead = [...points, ...this.#readable[index].knots, x0, x1].filter((x) => side * (x - now.x) > 0);
    return { ...now, x: side * Math.min(...ahead.map((x) => side * x), side * (side > 0 ? x1 : x0)) };
  }

  /* What is shown */

  #show(asked = this.#asked) {
    this.#asked = asked;
    const found = this.#found();
    const value = found ? interpolate(...found.curve.line, found.x) : Number.NaN;
    this.element.classList.toggle("busy", Number.isFinite(value));
    if (Number.isFinite(value)) this.#say(found, value);
    else this.ring.remove();
  }

  #say({ curve, x }, value) {
    const { width, height, x0, x1 } = this.drawing.view;
    const isProof = curve.name === PROOF;
    const slopes = [-1, 1].map((side) => slopeBeside(curve.line, x, side, width)).filter(Number.isFinite);
    const isKnot = curve.knots.includes(x) && slopes.length === 2;
    const words = [
      `x ${coordinate(x, width)}`,
      isProof ? `z ${short(value)}` : `y ${coordinate(value, height)}`,
      `slope ${isKnot ? slopes.map(short).join(" → ") : short(slopes.at(-1) ?? 0)}`,
      ...(isKnot ? [`bend ${short(slopes[1] - slopes[0])}`] : []),
    ].join(", ");
    this.sample.className = `sample ${curve.style}`;
    this.label.textContent = `${curve.label}: `;
    this.words.textContent = words;
    const range = { "aria-valuemin": x0, "aria-valuemax": x1, "aria-valuenow": x };
    set(this.element, { ...range, "aria-valuetext": `${curve.label}: ${words}` });
    const top = isProof ? this.editor.certificate.top(value) : this.drawing.scale.top(value);
    set(this.ring, { cx: this.drawing.scale.left(x).toFixed(1), cy: top.toFixed(1) });
    (isProof ? this.proof : this.drawing.plot).append(this.ring);
  }
}
