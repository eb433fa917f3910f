/**
 * Draws the body, the plane that leans on it, the neurons where they touch, targets and outputs.
 *
 * The body lies on one side of the plane, so one of them is wholly before the other.
 */

import { element as make } from "../../common/elements.js";
import { clamp, short } from "../../common/numbers.js";
import { set, svg } from "../../common/svg.js";
import { Labels } from "../labels.js";
import { fill } from "./surface.js";
import { cross, dot, minus, norm, plus, times, unit } from "./vectors.js";

const ROUND = 56; // corners of the plane's disc
const DISC = 0.44; // its radius, as a share of what the picture shows
const DIAMOND = "m0-7.5 6.5 7.5-6.5 7.5-6.5-7.5z";
const SQUARE = "m-4-4h8v8h-8z";
const FACING = 0.35; // of the light that does not depend on where a surface looks

export class Scene {
  constructor(element) {
    this.back = svg("svg", { "aria-hidden": "true" }, element);
    this.canvas = make("canvas", { class: "body", "aria-hidden": "true" }, element);
    this.front = svg("svg", { role: "group" }, element);
    this.axes = svg("path", { class: "axes" }, this.back);
    this.ground = svg("rect", { class: "ground", role: "slider", tabindex: 0 }, this.front);
    this.plane = svg("path", { class: "plane" }, this.back);
    const path = (style) => svg("path", { class: style }, this.front);
    const styles = ["output-way", "missed", "touching", "touching idle", "trained"];
    [this.output, this.rest, this.touching, this.idle, this.trained] = styles.map(path);
    this.fitted = svg("circle", { class: "fitted", r: 5.5 }, this.front);
    this.words = new Labels(svg("g", { class: "words" }, this.front));
  }

  /**
   * @param {object} seen
   * @param {import("./camera.js").Camera} seen.camera
   * @param {import("./body.js").Body} seen.body
   * @param {import("./optimum.js").Optimum} seen.found
   * @param {number[]} seen.y
   * @param {number} seen.beta
   * @param {number} seen.reach radius of what is shown
   * @param {string[]} seen.axes names, where they have any
   * @param {number[][]} seen.trained points of trained neurons
   * @param {{left: number, top: number, width: number, height: number}} seen.box
   * @param {[number, number]} seen.size of the picture in pixels
   */
  draw(seen) {
    const { camera, found, y, box, trained, axes, reach } = seen;
    const at = camera.projection;
    set(this.ground, { x: box.left, y: box.top, width: box.width, height: box.height });
    const ends = axes.map((_, k) => [0, 1, 2].map((i) => (i === k ? 0.97 * reach : 0)));
    this.axes.setAttribute("d", ends.map((end) => line(at(times(-1, end)), at(end))).join(""));
    this.#drawBody(seen);
    this.#drawPlane(seen);
    const draw = (node, points, mark) =>
      node.setAttribute("d", points.map((point) => `M${spot(at(point))}${mark}`).join(""));
    const pointsOf = (neurons) => neurons.map(({ point }) => point);
    const used = found.touched.filter(({ weight }) => weight > 0);
    const idle = found.touched.filter(({ weight }) => !weight);
    this.output.setAttribute("d", line(at([0, 0, 0]), at(found.fitted)));
    this.rest.setAttribute("d", line(at(found.fitted), at(y)));
    draw(this.touching, pointsOf(used), DIAMOND);
    draw(this.idle, pointsOf(idle), DIAMOND);
    draw(this.trained, trained, SQUARE);
    const [left, top] = at(found.fitted);
    set(this.fitted, { cx: left.toFixed(1), cy: top.toFixed(1) });
    const places = [at(y), at(found.fitted), ...found.touched.map(({ point }) => at(point))];
    this.words.draw(labels(found, y, at, axes, ends), box, places);
  }

  /** Anew only where the body, the eye or the colours are others: while the plane rolls it stays. */
  #drawBody({ body, camera, size }) {
    const { theme } = this.canvas.closest(".stage-page").dataset; // a style would be computed anew at every frame
    const dense = window.devicePixelRatio || 1;
    const view = [...camera.towards, ...camera.middle, camera.scale, ...size, dense, theme].join();
    if (this.drawn?.body === body && this.drawn.view === view) return;
    const { color, outlineColor } = getComputedStyle(this.canvas);
    this.drawn = { body, view };
    const [width, height] = size.map((length) => Math.round(dense * length));
    Object.assign(this.canvas, { width, height }); // which clears it
    const context = this.canvas.getContext("2d");
    context.setTransform(dense, 0, 0, dense, 0, 0);
    const light = unit(plus(times(0.5, camera.up), plus(times(-0.4, camera.right), camera.towards)));
    const lit = ({ normal }) => FACING + (1 - FACING) * Math.abs(dot(normal, light));
    const faint = camera.isFlat ? 0.05 : 0.08;
    fill(context, body.hull, camera, color, (facing) => (facing < 0 ? faint : 0));
    fill(context, body.outputs, camera, outlineColor, (_, each) => (each.sign > 0 ? 0.17 : 0.1) * lit(each));
    fill(context, body.hull, camera, color, (facing, each) => {
      return facing > 0 ? (each.isPatch ? 0.5 : 0.2) * lit(each) : 0;
    });
    drawExtreme(context, body, camera, color, outlineColor);
  }

  #drawPlane({ camera, found, beta, reach }) {
    const { dual, touched, fitted, total } = found;
    const normal = unit(dual, 1e-9);
    const size = normal ? beta / dot(dual, normal) : Number.POSITIVE_INFINITY;
    const middle = total > 0 ? times(1 / total, fitted) : times(size, normal ?? [0, 0, 0]);
    const isShown = normal !== null && norm(middle) < 1.5 * reach;
    const isInFront = camera.isFlat || (isShown && dot(normal, camera.towards) > 0);
    const parent = isInFront ? this.front : this.back;
    if (this.plane.parentNode !== parent) parent.insertBefore(this.plane, isInFront ? this.ground.nextSibling : null);
    this.plane.setAttribute("class", `plane ${found.isLoose ? "loose" : ""} ${camera.isFlat ? "flat" : ""}`);
    const far = Math.max(...touched.map(({ point }) => norm(minus(point, middle))), 0);
    const radius = clamp(1.2 * far, DISC * reach, 3 * reach);
    const draw = camera.isFlat
      ? () => chordOf(size, normal, reach, camera)
      : () => discOf(middle, normal, radius, camera);
    this.plane.setAttribute("d", isShown ? draw() : "");
  }
}

/** In the plane it is seen from the side: a line as far as the picture reaches. */
function chordOf(distance, normal, reach, camera) {
  const foot = times(distance, normal);
  const along = times(Math.sqrt(Math.max(reach ** 2 - distance ** 2, 0)), [-normal[1], normal[0], 0]);
  return line(camera.projection(minus(foot, along)), camera.projection(plus(foot, along)));
}

function discOf(middle, normal, radius, camera) {
  const at = camera.projection;
  const axis = Math.abs(normal[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const across = unit(cross(normal, axis));
  const up = cross(normal, across);
  const corners = Array.from({ length: ROUND }, (_, k) => {
    const angle = (2 * Math.PI * k) / ROUND;
    return at(plus(middle, plus(times(radius * Math.cos(angle), across), times(radius * Math.sin(angle), up))));
  });
  return `M${corners.map(spot).join("L")}Z`;
}

/** Arcs and tips, those in front stronger. */
function drawExtreme(context, { arcs, tips, outputs, radius }, { projection, towards }, color, outlineColor) {
  context.lineCap = "round";
  const isNear = (point) => dot(point, towards) >= -1e-9 * radius;
  for (const near of [false, true]) {
    const lines = new Path2D();
    for (const arc of arcs) {
      if (isNear(arc[0]) !== near) continue;
      lines.addPath(new Path2D(`M${arc.map((point) => spot(projection(point))).join("L")}`));
    }
    const dots = new Path2D();
    for (const tip of tips) {
      const [x, y] = projection(tip);
      if (isNear(tip) === near) dots.addPath(new Path2D(`M${x - 4.5} ${y}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z`));
    }
    context.globalAlpha = near ? 1 : 0.45;
    [context.strokeStyle, context.fillStyle] = [outputs.length ? color : outlineColor, color];
    context.lineWidth = near ? 3 : 2;
    context.stroke(lines);
    context.fill(dots);
  }
  context.globalAlpha = 1;
}

function labels(found, y, at, axes, ends) {
  const touched = found.touched.map(({ point, sign, weight }, k) => {
    return {
      key: `neuron ${k}`,
      words: weight ? `${sign > 0 ? "+" : "−"}${short(weight)}` : "0",
      at: at(point),
      style: "of-best",
    };
  });
  return [
    { key: "y", words: "y", at: at(y), style: "strong" },
    ...touched,
    { key: "f", words: "f", at: at(found.fitted), style: "of-best strong" },
    ...axes.map((words, k) => ({ key: words, words, at: at(ends[k]) })),
  ];
}

const spot = ([left, top]) => `${left.toFixed(1)} ${top.toFixed(1)}`;
const line = (from, to) => `M${spot(from)}L${spot(to)}`;
