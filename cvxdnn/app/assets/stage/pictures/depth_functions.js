/**
 * The functions of the landscape: points, the spline of each valley, and what networks fit.
 *
 * Optimal fitted values are linear between breakpoints of the two-layer path, in lambda and so in r. The straight lines
 * between them are an optimal function, and for a network they are the function whose path norm its ball is at. All are
 * computed in normalised units, and drawn in the user's.
 */

import { groups, set, svg } from "../../common/svg.js";
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
    const { user, x, y } = inUnits(model);
    const titled = (values, title) => ({ ...around(values, ROOM), title });
    const axes = new Axes(box, { x: titled(x, model.axes.x), y: titled(y, model.axes.y) });
    axes.draw(this.backdrop);
    const inputs = model.inputs.map(user.x);
    const along = (values) => axes.line(inputs, values.map(user.y));
    lines(this.networks, functionsOf(moment).map(along), () => "function");
    this.networks.setAttribute("class", isOld ? "old" : "");
    const splines = valleys.map(({ r }) => along(fittedAt(model, landscape, r)));
    lines(this.splines, splines, (k) => (valleys[k].isDeepest ? "curve optimum" : "curve other"));
    lines(this.points, [axes.dots(x, y)], () => `points ${x.length > MANY ? "many" : ""}`);
  }
}

/** The points in the user's units, and the maps to these. */
function inUnits({ x, y, units }) {
  const user = {
    x: (value) => units.x_offset + units.x_scale * value,
    y: (value) => units.y_offset + units.y_scale * value,
  };
  return { user, x: x.map(user.x), y: y.map(user.y) };
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
