/** The panel below the chart: the dual in its tube, over the same x axis. */

import { clamp, short } from "./numbers.js";
import { interpolate } from "./points.js";
import { path, svg, trace } from "./svg.js";

const HEIGHT = 88;

export class Certificate {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.element = host.querySelector(".proof");
    this.picture = host.querySelector(".certificate");
    this.caption = host.querySelector(".caption");
  }

  /** The panel stays away until the first certificate, and is kept, empty, when there is none later. */
  draw({ certificate, words }, drawing) {
    if (!certificate && this.picture.childElementCount === 0) return;
    if (certificate) for (const part of [this.element, this.caption]) part.hidden = false;
    this.picture.setAttribute("viewBox", `0 0 ${drawing.shown.width} ${HEIGHT}`);
    this.picture.style.height = `${HEIGHT}px`;
    this.picture.replaceChildren();
    if (!certificate) return;
    const wall = wallOf(certificate, words);
    const caption = words.caption.replace("{wall}", wall.name);
    this.picture.setAttribute("aria-label", caption);
    if (this.caption.textContent !== caption) this.caption.textContent = caption;
    if (!certificate.x.length) return; // one is to come: this is the room for it
    const scale = { left: drawing.scale.left, top: heights(certificate) };
    const group = svg("g", { class: "of-optimum" }, this.picture);
    drawTube(group, certificate.half_width, wall.labels, drawing, scale);
    drawDual(group, certificate, drawing, scale);
  }
}

/** From values of the dual to pixels. One far outside the tube is cut, so that the tube stays visible. */
function heights({ z, half_width: half }) {
  const largest = Math.max(...z.map((value) => Math.abs(value ?? 0)));
  const reach = 1.5 * (clamp(largest, half, 4 * half) || 1);
  return (value) => HEIGHT / 2 - (value / reach) * (HEIGHT / 2);
}

function drawTube(group, half, [above, below], drawing, scale) {
  const { margin, plotWidth } = drawing.shown;
  const [top, bottom, right] = [scale.top(half), scale.top(-half), margin.left + plotWidth];
  svg("rect", { class: "tube", x: margin.left, y: top, width: plotWidth, height: bottom - top }, group);
  drawing.drawDrops(group, 0, HEIGHT);
  for (const y of [top, bottom]) svg("line", { class: "wall", x1: margin.left, x2: right, y1: y, y2: y }, group);
  svg("text", { x: margin.left + 2, y: top - 8 }, group).textContent = above;
  svg("text", { x: margin.left + 2, y: bottom + 18 }, group).textContent = below;
}

function drawDual(group, { x, z, touching }, drawing, scale) {
  const { margin, plotWidth } = drawing.shown;
  const plot = svg("svg", { x: margin.left, y: 0, width: plotWidth, height: HEIGHT, overflow: "hidden" }, group);
  plot.setAttribute("viewBox", `${margin.left} 0 ${plotWidth} ${HEIGHT}`);
  svg("path", { class: "dual", "data-name": "dual", d: path(trace(x, z, scale, -60, HEIGHT + 60)) }, plot);
  for (const at of touching) {
    if (!drawing.isInside(at)) continue;
    const level = clamp(scale.top(interpolate(x, z, at)), 0, HEIGHT);
    svg("circle", { class: "touching", cx: scale.left(at), cy: level, r: 4.5 }, group);
  }
}

/** The half width is the weight decay, less |c|/2: its name, and what stands at the walls. */
function wallOf({ half_width: half, c }, { decay }) {
  const isWhole = Math.abs(c) < 1e-6 * half;
  const name = decay.replace("effective", "the effective");
  if (isWhole) return { name, labels: [`+${decay} = ${short(half)}`, `−${decay} = −${short(half)}`] };
  return { name: `${name} − |c|/2`, labels: [`+${short(half)}`, `−${short(half)}`] };
}
