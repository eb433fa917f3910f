/**
 * The functions of the landscape: points, the spline of each valley, and what networks fit.
 *
 * Optimal fitted values are linear between breakpoints of the two-layer path, in lambda and so in r. The straight lines
 * between them are an optimal function, and for a network they are the function whose path norm its ball is at.
 */

import { groups, set, svg, write } from "../../common/svg.js";
import { Axes, around } from "../axes.js";

const ROOM = 0.12; // share of the range of the points, around them
const MANY = 40; // points, which are drawn smaller

export class DepthFunctions {
  /** @param {SVGElement} parent */
  constructor(parent) {
    this.parent = parent;
    [this.backdrop, this.splines, this.networks, this.points] = groups(parent, 4);
  }

  /**
   * @param {?import("../axes.js").Box} box where; null where there is no room
   * @param {object} shown
   */
  draw(box, { model, landscape, valleys, moment, isOld }) {
    this.parent.style.display = box ? "" : "none";
    if (!box) return;
    const { inputs, x, y } = model;
    const axes = new Axes(box, { x: around(x, ROOM), y: around(y, ROOM) });
    axes.draw(this.backdrop);
    write(this.backdrop, "the functions", { class: "title", x: box.left, y: box.top - 8 });
    const along = (values) => axes.line(inputs, values);
    lines(this.networks, functionsOf(moment).map(along), () => "function");
    this.networks.setAttribute("class", isOld ? "old" : "");
    const splines = valleys.map(({ r }) => along(fittedAt(model, landscape, r)));
    lines(this.splines, splines, (k) => (valleys[k].isDeepest ? "curve optimum" : "curve other"));
    lines(this.points, [axes.dots(x, y)], () => `points ${x.length > MANY ? "many" : ""}`);
  }
}

/** Values at the distinct inputs, of the best function of a path norm. */
function fittedAt({ fitted }, landscape, r) {
  const { piece, share } = landscape.place(r);
  const [before, after] = [fitted[piece], fitted[Math.min(piece + 1, fitted.length - 1)]];
  return before.map((value, k) => value + share * (after[k] - value));
}

function functionsOf(moment) {
  if (!moment) return [];
  const [count, size] = moment.shapes.functions;
  return Array.from({ length: count }, (_, k) => [...moment.functions.subarray(k * size, (k + 1) * size)]);
}

/** As many paths as there are shapes. */
function lines(parent, shapes, style) {
  while (parent.childElementCount > shapes.length) parent.lastChild.remove();
  shapes.forEach((shape, k) => {
    const node = parent.children[k] ?? svg("path", {}, parent);
    set(node, { class: style(k), d: shape });
  });
}
