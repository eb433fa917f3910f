/**
 * The proof of a best curve under the chart: the pull of the points, as a share of the wall, between its walls at -1
 * and 1; or the size of the pull, below one wall. It has the x axis of the chart. Where the pull touches a wall, the curve
 * may bend.
 *
 * @typedef {{x: number[], pull: number[], walls?: number[], touches?: number[], tapped?: number[]}} Proof `touches`,
 *   `tapped`: numbers of places
 */

import { element } from "../common/elements.js";
import { path, svg, write } from "../common/svg.js";

const EDGE = 16; // pixels beyond the walls
const BESIDE = 18; // pixels between the last place and a name: half of a ring that is tapped there
const MOST = 4; // what is beyond so many walls is beyond the picture

export class Tube {
  reach = 1; // what is as high as the picture, as a share of the wall
  walls = [1, -1];
  /** @type {?Proof} */
  #proof = null;

  /** @param {import("./stage.js").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.element = element("div", { class: "chart tube" });
    this.canvas = svg("svg", { role: "img" }, this.element);
    this.resized = () => {};
  }

  left(x) {
    return this.stage.left(x);
  }

  top(share) {
    const low = this.walls.includes(-1) ? -this.reach : 0;
    const height = Math.max(2, this.element.clientHeight - 2 * EDGE);
    return EDGE + ((this.reach - share) / (this.reach - low)) * height;
  }

  show() {} // its curve is the pull

  /**
   * @param {Proof} proof
   * @param {number} [reach] the largest pull that will be shown
   */
  of(proof, reach = 1) {
    this.walls = proof.walls ?? [1, -1];
    this.reach = Math.min(MOST, Math.max(1, reach));
    this.#proof = proof;
    this.draw();
  }

  draw() {
    if (!this.#proof) return;
    const { x, pull, touches = [], tapped = [] } = this.#proof;
    const { left, width } = this.stage.box;
    this.element.toggleAttribute("data-empty", !x.length);
    this.canvas.replaceChildren();
    this.canvas.setAttribute("aria-label", this.#describe());
    this.resized();
    if (!x.length) return; // its room stays empty
    const inside = { x: left, width, y: this.top(1), height: this.top(Math.min(0, ...this.walls)) - this.top(1) };
    svg("rect", { class: "inside", ...inside }, this.canvas);
    for (const wall of this.walls) {
      svg("line", { class: "wall", x1: left, x2: left + width, y1: this.top(wall), y2: this.top(wall) }, this.canvas);
    }
    svg("line", { class: "axis", x1: left, x2: left + width, y1: this.top(0), y2: this.top(0) }, this.canvas);
    const line = x.map((each, k) => [this.left(each), this.top(pull[k])]);
    svg("path", { class: "pull", d: path([line]) }, this.canvas);
    for (const k of touches) {
      svg("circle", { class: "touch", cx: this.left(x[k]), cy: this.top(pull[k]), r: 8 }, this.canvas);
    }
    for (const k of tapped) {
      svg("circle", { class: "tapped", cx: this.left(x[k]), cy: this.top(pull[k]), r: 13 }, this.canvas);
    }
    const ends = pull.slice(-2).map((share) => this.top(share));
    this.#name(this.stage.box, ends);
  }

  /** Beside the walls, or where there is no room beyond them; `ends`: of the pull, in pixels from the top. */
  #name({ left, width }, [before, end]) {
    const { isRoomy } = this.stage;
    const right = left + width;
    const place = (words, at) => write(this.canvas, words, { class: `name ${words}`, ...at });
    for (const wall of this.walls) {
      const top = this.top(wall);
      place("wall", isRoomy ? { x: right + BESIDE, y: top + 4 } : { x: left, y: top + (wall > 0 ? -4 : 12) });
    }
    const clear = end > before ? end + 13 : end - 6; // on the side from which it does not come
    const within = { x: right - BESIDE, y: clear, "text-anchor": "end" };
    place("pull", isRoomy ? { x: right + BESIDE, y: this.top(0) + 4 } : within);
  }

  #describe() {
    const { x, pull, touches } = this.#proof;
    if (!x.length) return "Nothing yet: the pull of the points is shown here later.";
    const places = x.map((each, k) => `${pull[k].toFixed(2)} at ${each}`).join(", ");
    const found = touches ? ` It touches a wall at x = ${touches.map((k) => x[k]).join(", ") || "no place"}.` : "";
    return `Pull, with ${this.walls.length > 1 ? "walls at -1 and 1" : "a wall at 1"}: ${places}.${found}`;
  }
}
