/**
 * The two small pictures beside the body: where the samples are, and what is wanted of them against what comes out.
 *
 * @typedef {{left: number, top: number, width: number, height: number}} Box in pixels
 */

import { coordinate } from "../../common/numbers.js";
import { path, set, svg, trace } from "../../common/svg.js";
import { Handle } from "../handles.js";

const REACH = 1.5; // of both axes
const ARROW = 1.2; // length of a neuron's input weights, in inputs

/** Samples in the plane of two inputs, or of input and target. */
export class Samples {
  #handles = [];

  /**
   * @param {SVGElement} parent
   * @param {(sample: number) => object} told by the handle of a sample: `draggable` in units of pixels
   */
  constructor(parent, told) {
    this.told = told;
    this.group = svg("g", { class: "samples" }, parent);
    this.frame = svg("rect", { class: "frame", rx: 6 }, this.group);
    this.cross = svg("path", { class: "cross" }, this.group);
    this.title = svg("text", { class: "title" }, this.group);
    this.curve = svg("path", { class: "of-best" }, this.group);
  }

  /**
   * @param {Box} box
   * @param {string} title
   * @param {number[][]} places (n, 2)
   * @param {number[][]} arrows (k, 2) input weights of neurons
   * @param {?((x: number) => number)} network drawn as a curve, where there is one input
   */
  draw(box, title, places, arrows, network) {
    this.scale = Math.min(box.width, box.height) / 2 / REACH;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const place = ([a, b]) => [x + this.scale * a, y - this.scale * b];
    set(this.frame, { x: box.left, y: box.top, width: box.width, height: box.height });
    this.cross.setAttribute("d", `M${box.left} ${y}h${box.width}M${x} ${box.top}v${box.height}`);
    this.title.textContent = title;
    set(this.title, { x: box.left, y: box.top - 6 });
    this.curve.setAttribute("d", network ? this.#curve(network, box, places) : rays(arrows, place));
    while (this.#handles.length > places.length) this.#handles.pop().node.remove();
    places.forEach((each, k) => {
      this.#handles[k] ??= new Handle(this.group, "sample", this.told(k));
      const words = each.map((value) => coordinate(value, 1)).join(", ");
      this.#handles[k].draw(place(each), `sample ${k + 1}`, each[0], words);
      this.#handles[k].number.textContent = k + 1;
    });
  }

  #curve(network, box, places) {
    const middle = box.left + box.width / 2;
    const bottom = box.top + box.height;
    const end = box.width / 2 / this.scale;
    const at = [-end, ...places.map(([x]) => x).sort((a, b) => a - b), end];
    const scale = { left: (x) => middle + this.scale * x, top: (y) => box.top + box.height / 2 - this.scale * y };
    return path(trace(at, at.map(network), scale, box.top, bottom));
  }
}

const rays = (arrows, place) =>
  arrows
    .map(([a, b]) => {
      const [[x, y], [to, at]] = [place([0, 0]), place([ARROW * a, ARROW * b])];
      return `M${x.toFixed(1)} ${y.toFixed(1)}L${to.toFixed(1)} ${at.toFixed(1)}`;
    })
    .join("");

/** A rail for each sample: its target, which is dragged, and the output of the best network. */
export class Targets {
  #handles = [];

  constructor(parent, told) {
    this.told = told;
    this.group = svg("g", { class: "targets" }, parent);
    this.title = svg("text", { class: "title" }, this.group);
    this.rails = svg("path", { class: "cross" }, this.group);
    this.zero = svg("path", { class: "cross" }, this.group);
    this.pulls = svg("path", { class: "missed" }, this.group);
    this.outputs = svg("path", { class: "of-best output" }, this.group);
  }

  /**
   * @param {?Box} box null where they are in the other picture
   * @param {number[]} targets
   * @param {number[]} outputs
   * @param {number} reach of the rails
   */
  draw(box, targets, outputs, reach) {
    this.group.style.display = box ? "" : "none";
    if (!box) return;
    this.scale = (box.height / 2 - 8) / reach;
    const middle = box.top + box.height / 2;
    const left = (k) => box.left + (box.width * (k + 0.5)) / targets.length;
    const top = (value) => middle - this.scale * value;
    this.title.textContent = "targets y";
    set(this.title, { x: box.left, y: box.top - 6 });
    this.rails.setAttribute("d", targets.map((_, k) => `M${left(k)} ${box.top}v${box.height}`).join(""));
    this.zero.setAttribute("d", `M${box.left} ${middle}h${box.width}`);
    this.pulls.setAttribute("d", targets.map((y, k) => `M${left(k)} ${top(y)}V${top(outputs[k])}`).join(""));
    this.outputs.setAttribute("d", outputs.map((f, k) => `M${left(k) - 11} ${top(f)}h22`).join(""));
    while (this.#handles.length > targets.length) this.#handles.pop().node.remove();
    targets.forEach((y, k) => {
      this.#handles[k] ??= new Handle(this.group, "target", this.told(k));
      this.#handles[k].draw([left(k), top(y)], `target of sample ${k + 1}`, y, coordinate(y, 1));
      this.#handles[k].number.textContent = k + 1;
    });
  }
}
