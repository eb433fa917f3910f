/** The panel below the chart: the dual in its tube, over the same x axis, and the pull of the network that is shown. */

import { listed } from "../common/at_rest.js";
import { clamp, coordinate, short } from "../common/numbers.js";
import { area, path, svg, trace, write } from "../common/svg.js";
import { explain } from "../common/terms.js";
import { drawGlows, isBeam } from "./beam.js";
import { interpolate } from "./points.js";
import { edges } from "./pull.js";

const WALL = 0.31; // of the height, from the middle
const BEYOND = 0.17; // of the height, for what is outside
const FAR = 1000; // times the half width, where they end
const FINE = 3; // pixels between corners of what is curved by the scale

export class Certificate {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.element = host.querySelector(".proof");
    this.picture = host.querySelector(".certificate");
    this.caption = host.querySelector(".caption");
    this.readout = host.querySelector(".pull-words");
    this.said = this.readout.querySelectorAll("span");
  }

  /**
   * The panel stays away until the first certificate, and is kept, empty, when there is none later.
   * @param {import("./link.js").Data} data
   * @param {Set<string>} hidden
   * @param {?import("./pull.js").Pull} pull
   */
  draw(data, hidden, drawing, pull) {
    const { certificate, words, model } = data;
    if (!certificate && this.picture.childElementCount === 0) return;
    if (certificate) for (const part of [this.element, this.caption]) part.hidden = false;
    const { width, tube } = drawing.shown;
    this.picture.setAttribute("viewBox", `0 0 ${width} ${tube}`);
    this.picture.replaceChildren();
    if (!certificate) return;
    const wall = wallOf(certificate, words);
    const asBeam = isBeam(data, hidden);
    explain(this.caption, words[asBeam ? "beam" : "caption"].replace("{wall}", wall.name));
    this.readout.hidden = model?.depth !== 2 || !model.is_squared;
    const said = pull && certificate.x.length ? described(pull, words.decay, drawing.view.width) : ["", ""];
    for (const [i, text] of said.entries()) explain(this.said[i], text);
    if (!certificate.x.length) return; // one is to come: this is the room for it
    this.top = heights(certificate, tube); // from a value of the dual to pixels
    const scale = { left: drawing.scale.left, top: this.top, height: tube };
    const group = svg("g", { class: "of-optimum" }, this.picture);
    if (pull) drawPull(plotOf(group, drawing), pull, certificate, drawing, scale);
    const labels = asBeam ? wall.strengths : drawing.shown.row ? wall.labels : wall.beside;
    drawTube(group, certificate.half_width, labels, drawing, scale);
    drawDual(group, certificate, drawing, scale, asBeam);
    if (pull?.isBeyond) drawMissing(group, pull, certificate, scale);
  }

  /**
   * Says what the panel shows, for who does not see it.
   * @param {import("./link.js").Data["certificate"]} certificate
   * @param {string} x what x is called
   * @param {number} width of the chart, in the user's units
   */
  describe(certificate, x, width) {
    const touching = (certificate?.touching ?? []).map((at) => coordinate(at, width));
    const where = certificate ? ` It touches at ${x} = ${listed(touching)}.` : "";
    const pull = this.readout.hidden ? "" : ` ${this.readout.textContent}`;
    this.picture.setAttribute("aria-label", `${this.caption.textContent}${where}${pull}`);
  }
}

/** From values of the dual to pixels: in proportion inside the tube, outside by their logarithm, so that all is in sight. */
function heights({ half_width: half }, tube) {
  const wall = half || 1;
  return (value) => {
    const times = Math.abs(value) / wall;
    const share = times <= 1 ? times * WALL : WALL + BEYOND * Math.min(Math.log(times) / Math.log(FAR), 1);
    return tube * (0.5 - Math.sign(value) * share);
  };
}

/** The pull in words, and what that means. */
function described({ times, at, isBeyond }, decay, width) {
  if (!isBeyond) return ["network’s pull inside the tube", ": no new neuron would lower the price"];
  const [many, place] = [times < 1.1 ? times.toFixed(3) : short(times), coordinate(at, width)];
  return [
    `network’s pull ${many} ${decay} at x = ${place}`,
    ", outside the tube: a neuron there would lower the price",
  ];
}

function drawTube(group, half, labels, drawing, scale) {
  const { margin, plotWidth, row } = drawing.shown;
  const [top, bottom, right] = [scale.top(half), scale.top(-half), margin.left + plotWidth];
  svg("rect", { class: "tube", x: margin.left, y: top, width: plotWidth, height: bottom - top }, group);
  drawing.drawDrops(group, 0, scale.height);
  for (const y of [top, bottom]) svg("line", { class: "wall", x1: margin.left, x2: right, y1: y, y2: y }, group);
  const [x, above, below] = row ? [margin.left + 2, top - 8, bottom + 16] : [right + 12, top + 4, bottom + 4];
  write(group, labels[0], { x, y: above });
  write(group, labels[1], { x, y: below });
}

function plotOf(parent, drawing) {
  const { margin, plotWidth, tube } = drawing.shown;
  const plot = svg("svg", { x: margin.left, y: 0, width: plotWidth, height: tube, overflow: "hidden" }, parent);
  plot.setAttribute("viewBox", `${margin.left} 0 ${plotWidth} ${tube}`);
  return plot;
}

/** A ribbon between what pulls at neurons to the right and to the left; a line where that is the same. */
function drawPull(plot, pull, { c }, drawing, scale) {
  const { x, z } = finely(pull, drawing.scale.left);
  const [upper, lower] = edges(pull, c).map((edge) => z.map(edge));
  svg("path", { class: "pull", "data-name": "pull", d: area(x, upper, lower, scale, 0, scale.height) }, plot);
}

/** The same curve with corners a few pixels apart. */
function finely({ x, z }, left) {
  const fine = { x: [x[0]], z: [z[0]] };
  for (let i = 1; i < x.length; i++) {
    const count = Math.max(Math.ceil((left(x[i]) - left(x[i - 1])) / FINE), 1);
    for (let k = 1; k <= count; k++) {
      const mix = (values) => values[i - 1] + (k / count) * (values[i] - values[i - 1]);
      fine.x.push(mix(x));
      fine.z.push(mix(z));
    }
  }
  return fine;
}

function drawMissing(group, pull, { c }, scale) {
  const z = interpolate(pull.x, pull.z, pull.at);
  const outer = edges(pull, c)[z < 0 ? 1 : 0](z);
  svg("circle", { class: "missing", cx: scale.left(pull.at), cy: scale.top(outer), r: 6 }, group);
}

function drawDual(group, { x, z, touching }, drawing, scale, asBeam) {
  const plot = plotOf(group, drawing);
  const pieces = trace(x, z, scale, -60, scale.height + 60);
  const below = (piece) => downTo(scale.height / 2, piece);
  if (asBeam) svg("path", { class: "moment", d: pieces.map(below).join("") }, plot);
  svg("path", { class: "dual", "data-name": "dual", d: path(pieces) }, plot);
  const places = touching
    .filter((at) => drawing.isInside(at))
    .map((at) => [scale.left(at), clamp(scale.top(interpolate(x, z, at)), 0, scale.height)]);
  if (asBeam) drawGlows(svg("g", {}, group), places);
  for (const [cx, cy] of places) svg("circle", { class: "touching", cx, cy, r: 4.5 }, group);
}

/** The area between a piece and the middle. */
function downTo(middle, piece) {
  return `${path([[[piece[0][0], middle], ...piece, [piece.at(-1)[0], middle]]])}Z`;
}

/** The half width is the weight decay, less |c|/2: where the walls are, in words, and what stands at them. */
function wallOf({ half_width: half, c }, { decay }) {
  const isWhole = Math.abs(c) < 1e-6 * half;
  const name = decay.replace("effective", "the effective");
  const heights = ["+", "−"].map((sign) => `${sign}${short(half)}`);
  return {
    name: isWhole ? `±${name}` : `±(${name} − |c|/2), where c is the sum of them, each times its x,`,
    labels: isWhole ? [`+${decay} = ${short(half)}`, `−${decay} = −${short(half)}`] : heights,
    beside: heights.map((height) => `wall ${height}`),
    strengths: heights.map((height) => `strength ${height}`),
  };
}
