/**
 * What is dragged in a picture: circles that are sliders in two directions, for a finger, a pointer and arrow keys.
 */

import { magnification } from "../common/look.js";
import { set, svg } from "../common/svg.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const RADIUS = 7;
const REACH = 17; // pixels around a handle that belong to it

/**
 * Reports how an element is dragged, in pixels from where it was grabbed.
 * @param {SVGElement} element
 * @param {object} told
 * @param {() => void} [told.grab]
 * @param {(across: number, down: number) => void} told.drag pixels since it was grabbed
 * @param {(across: number, down: number) => void} told.step an arrow key
 * @param {() => void} [told.drop]
 */
export function draggable(element, { grab = () => {}, drag, step, drop = () => {} }) {
  let from = null;
  element.onpointerdown = (event) => {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    from = [event.clientX, event.clientY];
    grab();
  };
  element.onpointermove = (event) => {
    if (!from) return;
    const zoom = magnification(element.ownerSVGElement ?? element);
    drag((event.clientX - from[0]) / zoom, (event.clientY - from[1]) / zoom);
  };
  element.onpointerup = element.onpointercancel = () => {
    if (from) drop();
    from = null;
  };
  element.onkeydown = (event) => {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    grab();
    step(...way);
    drop();
  };
}

export class Handle {
  /**
   * @param {SVGElement} parent
   * @param {string} style class
   * @param {object} told as `draggable` takes it
   */
  constructor(parent, style, told) {
    this.node = svg("g", { class: `handle ${style}`, role: "slider", tabindex: 0 }, parent);
    svg("circle", { class: "reach", r: REACH }, this.node);
    svg("circle", { class: "dot", r: RADIUS }, this.node);
    this.number = svg("text", { "text-anchor": "middle", y: 3.8 }, this.node);
    draggable(this.node, told);
  }

  /**
   * @param {[number, number]} place in pixels
   * @param {string} name for who does not see it
   * @param {number} value the first of what it changes
   * @param {string} words all of it
   */
  draw([left, top], name, value, words) {
    const transform = `translate(${left.toFixed(1)} ${top.toFixed(1)})`;
    set(this.node, { transform, "aria-label": name, "aria-valuenow": value, "aria-valuetext": words });
  }
}
