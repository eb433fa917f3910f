/**
 * The line of the present weight decay across the lives of the knots: what is pulled, by pointer or by keys.
 *
 * It is the film's rail turned upright: a place on it is a place of the film. Fingers hold the line itself, and elsewhere
 * scroll the page; a press anywhere brings it there.
 */

import { placeIn } from "../../common/look.js";
import { clamp, short } from "../../common/numbers.js";
import { set, svg } from "../../common/svg.js";

const BAND = 44; // pixels around the line that can be held
const STEPS = { ArrowDown: 1, ArrowLeft: 1, ArrowUp: -1, ArrowRight: -1, PageDown: 12, PageUp: -12 }; // stills

export class PathHandle {
  #isHeld = false;

  /**
   * @param {SVGElement} parent
   * @param {(position: number) => void} seek in the film
   */
  constructor(parent, seek) {
    this.seek = seek;
    this.area = svg("rect", { class: "area" }, parent);
    this.veil = svg("rect", { class: "veil" }, parent);
    const role = { role: "slider", tabindex: 0, "aria-label": "weight decay", "aria-orientation": "vertical" };
    this.handle = svg("g", { class: "handle", ...role }, parent);
    this.band = svg("rect", { class: "band" }, this.handle);
    this.line = svg("path", { class: "now" }, this.handle);
    this.grip = svg("path", { class: "grip" }, this.handle);
    this.words = svg("text", { class: "strong", "text-anchor": "end" }, this.handle);
    this.area.onclick = (event) => this.#pull(event);
    this.handle.onpointerdown = (event) => {
      this.#isHeld = true;
      this.handle.setPointerCapture(event.pointerId);
      this.#pull(event);
    };
    this.handle.onpointermove = (event) => this.#isHeld && this.#pull(event);
    this.handle.onlostpointercapture = () => {
      this.#isHeld = false;
    };
    this.handle.onkeydown = (event) => this.#press(event);
  }

  /**
   * @param {import("../axes.js").Axes} axes of the lives
   * @param {{position: number, last: number, beta: number}} moment of the film
   * @param {string} said of it
   */
  draw(axes, moment, said) {
    Object.assign(this, { axes, moment });
    const { left, top, width, height } = axes.box;
    const at = axes.top(moment.beta);
    place(this.area, left, top, width, height);
    place(this.veil, left, at, width, Math.max(top + height - at, 0));
    place(this.band, left, at - BAND / 2, width + 24, BAND);
    this.line.setAttribute("d", `M${left} ${at.toFixed(1)}h${width + 22}`);
    this.grip.setAttribute("d", `M${left + width + 13} ${at.toFixed(1)}m-7-3 7-9 7 9zm0 6 7 9 7-9z`);
    this.words.textContent = `β = ${short(moment.beta)}`;
    set(this.words, { x: left + width - 4, y: (at - 7).toFixed(1) });
    const { low, high } = axes.axes.y;
    const range = { "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": moment.beta, "aria-valuetext": said };
    set(this.handle, range);
  }

  #pull(event) {
    const [, down] = placeIn(this.handle.ownerSVGElement, event);
    const { box } = this.axes;
    this.seek(clamp((down - box.top) / box.height, 0, 1) * this.moment.last);
  }

  #press(event) {
    const { position, last } = this.moment;
    const edge = { Home: last, End: 0 }[event.key];
    const next = edge ?? (event.key in STEPS ? position + STEPS[event.key] : undefined);
    if (next === undefined) return;
    event.preventDefault();
    this.seek(clamp(next, 0, last));
  }
}

const place = (rect, x, y, width, height) => set(rect, { x, y, width, height });
