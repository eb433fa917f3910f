/** Shapes of an svg: elements, polylines, the marks of curves. */

import { clamp } from "./numbers.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
export const MARKS = {
  optimum: "m0-4.2 4.6 8h-9.2z",
  network: "m0-4.8 4.4 4.8-4.4 4.8-4.4-4.8z",
  spline: "m-3.3 0a3.3 3.3 0 1 0 6.6 0a3.3 3.3 0 1 0-6.6 0z",
  sparsest: "m-3.5-3.5h7v7h-7z",
};

/** Sets attributes, by name. */
export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

/** A new element, appended to `parent` if there is one. */
export function svg(tag, attributes = {}, parent = null) {
  const node = document.createElementNS(NAMESPACE, tag);
  set(node, attributes);
  parent?.append(node);
  return node;
}

/** So many new groups, one above the other. */
export const groups = (parent, count) => Array.from({ length: count }, () => svg("g", {}, parent));

/** A new text. */
export function write(parent, words, attributes) {
  const text = svg("text", attributes, parent);
  text.textContent = words;
  return text;
}

/**
 * Pixel positions of a polyline, one array per unbroken piece, cut exactly where it leaves [ceiling, floor]:
 * diverging networks reach 1e30, more than a browser draws.
 * @param {{left: (x: number) => number, top: (y: number) => number}} scale
 */
export function trace(xs, ys, scale, ceiling, floor) {
  const pieces = [];
  let previous = null;
  xs.forEach((x, i) => {
    const point = [scale.left(x), scale.top(ys[i])];
    if (x === null || ys[i] === null || !point.every(Number.isFinite)) {
      previous = null;
      return;
    }
    if (!previous) pieces.push([]);
    else {
      const [[left, top], [right, bottom]] = [previous, point];
      const cuts = [ceiling, floor].map((edge) => (edge - top) / (bottom - top)).filter((t) => t > 0 && t < 1);
      for (const t of cuts.sort((a, b) => a - b)) {
        pieces.at(-1).push([left + t * (right - left), top + t * (bottom - top)]);
      }
    }
    pieces.at(-1).push(point);
    previous = point;
  });
  return pieces.map((piece) => piece.map(([left, top]) => [left, clamp(top, ceiling, floor)]));
}

/** The path along such pieces. */
export const path = (pieces) =>
  pieces.map((piece) => `M${piece.map(([left, top]) => `${left.toFixed(1)} ${top.toFixed(1)}`).join("L")}`).join("");

/** The path around what is between two lines over the same places, cut as `trace` does. */
export function area(xs, upper, lower, scale, ceiling, floor) {
  const [there, back] = [upper, lower].map((ys) => trace(xs, ys, scale, ceiling, floor).flat());
  return there.length ? `${path([[...there, ...back.reverse()]])}Z` : "";
}

/** The path of a curve's marks at these places. */
export const marks = (style, lefts, top) => lefts.map((left) => `M${left.toFixed(1)} ${top}${MARKS[style]}`).join("");
