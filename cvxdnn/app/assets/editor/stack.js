/**
 * The stack: how the ramps of the network that is shown add up to its curve. It begins with the line they stand on; each
 * layer adds the ramps of one place and side, from left to right, so the edge of the last is the curve:
 *
 *   s_0(x) = constant + slope x,    s_k(x) = s_{k-1}(x) + sum of the ramps of layer k
 */

import { area, svg } from "../common/svg.js";
import { corners, rampAt } from "./film.js";
import { colour } from "./hinges.js";
import { normalised } from "./preview.js";

const NAME = "stack"; // among what is hidden
const NEAR = 0.01; // of the data's range, within which hinges of a side are one layer

export class Stack {
  /**
   * @param {HTMLElement} host
   * @param {import("./drawing.js").Drawing} drawing
   * @param {(name: string) => void} toggle
   */
  constructor(host, drawing, toggle) {
    this.drawing = drawing;
    this.button = host.querySelector('[data-action="stack"]');
    this.button.onclick = () => toggle(NAME);
    this.group = svg("g", { class: "stack" });
    drawing.band.after(this.group);
  }

  /**
   * @param {?import("./film.js").Still} still null where there is none to be shown
   * @param {Set<string>} hidden
   * @param {import("./points.js").Point[]} points
   */
  draw(still, hidden, points) {
    const isShown = !hidden.has(NAME);
    this.button.hidden = !still;
    this.button.setAttribute("aria-pressed", String(isShown));
    this.group.replaceChildren();
    if (still && isShown) this.#drawLayers(still, normalised(points));
  }

  #drawLayers(still, { x, y }) {
    const { drawing } = this;
    const places = corners(still, x.from(drawing.view.x0), x.from(drawing.view.x1)).map(([at]) => at);
    const xs = places.map(x.to);
    let below = places.map((at) => still.constant + still.slope * at);
    svg("path", { class: "ground", d: drawing.line(xs, below.map(y.to)) }, this.group);
    for (const layer of layersOf(still)) {
      const above = below.map((value, i) => layer.reduce((sum, { ramp }) => sum + rampAt(ramp, places[i]), value));
      const [lower, upper] = [below, above].map((values) => values.map(y.to));
      const inside = area(xs, upper, lower, drawing.scale, ...drawing.edges);
      const shape = svg("path", { class: "layer", d: inside }, this.group);
      const edge = svg("path", { class: "edge", d: drawing.line(xs, upper) }, this.group);
      shape.style.fill = edge.style.stroke = colour(layer[0].index);
      below = above;
    }
  }
}

/** Ramps with their numbers, those of about one place and the same side together, from left to right. */
function layersOf({ ramps }) {
  const ordered = ramps.map((ramp, index) => ({ ramp, index })).sort((a, b) => a.ramp.place - b.ramp.place);
  const layers = [];
  for (const each of ordered) {
    const { place, side } = each.ramp;
    const same = layers.find(([{ ramp }]) => ramp.side === side && place - ramp.place < NEAR);
    if (same) same.push(each);
    else layers.push([each]);
  }
  return layers;
}
