/**
 * The points as they are drawn: one node each, kept from one drawing to the next, with the focus on it. All points are
 * one stop of the Tab key, the one that had the focus last.
 *
 * @typedef {import("./points.js").Point} Point
 */

import { svg } from "../common/svg.js";

const FINGER = 22; // radius of a point's touch area

export class Dots {
  #nodes = new Map();
  #stop = null; // id of the point that Tab reaches

  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(root, drawing) {
    Object.assign(this, { root, drawing });
    this.group = svg("g", { class: "points", role: "group", "aria-label": "Data points" }, drawing.chart);
  }

  focusedId() {
    const active = this.root.activeElement ?? document.activeElement;
    const node = active?.closest?.("[data-id]");
    return node && this.group.contains(node) ? Number(node.dataset.id) : null;
  }

  focus(id) {
    (this.#nodes.get(id) ?? this.drawing.chart).focus({ preventScroll: true });
  }

  /** @param {Point[]} points */
  draw(points) {
    const radius = points.length > 60 ? "4.5" : points.length > 30 ? "5.5" : "7";
    const present = new Set(points.map(({ id }) => id));
    for (const [id, node] of this.#nodes) {
      if (present.has(id)) continue;
      node.remove();
      this.#nodes.delete(id);
    }
    for (const point of points) {
      const node = this.#nodes.get(point.id) ?? this.#make(point.id);
      const [left, top] = this.drawing.place(point);
      const place = `translate(${left.toFixed(2)} ${top.toFixed(2)})`;
      if (node.getAttribute("transform") !== place) node.setAttribute("transform", place);
      if (node.lastChild.getAttribute("r") !== radius) node.lastChild.setAttribute("r", radius);
    }
  }

  #make(id) {
    const role = { role: "button", "aria-roledescription": "draggable point" };
    const node = svg("g", { class: "point", tabindex: "-1", ...role, "data-id": id }, this.group);
    svg("circle", { class: "hit", r: FINGER }, node);
    svg("circle", { class: "ring", r: 11.5 }, node);
    svg("circle", { class: "dot" }, node);
    node.addEventListener("focus", () => this.#stopAt(id));
    this.#nodes.set(id, node);
    return node;
  }

  #stopAt(id) {
    this.#stop = id;
    for (const [each, node] of this.#nodes) node.setAttribute("tabindex", each === id ? "0" : "-1");
  }

  /** Tab order and labels follow x. The focused node stays in place: a node that moves loses the focus. */
  order(points, label) {
    const nodes = points.map(({ id }) => this.#nodes.get(id));
    const fixed = this.#nodes.get(this.focusedId()) ?? null;
    const split = nodes.indexOf(fixed);
    nodes.forEach((node, i) => {
      node.setAttribute("aria-label", `${label(i)}. Arrow keys move, Delete removes, Page Down goes on`);
      node.dataset.index = i;
    });
    if (!this.#nodes.has(this.#stop) && points.length) this.#stopAt(points[0].id);
    if (nodes.every((node, i) => this.group.children[i] === node)) return;
    nodes.forEach((node, i) => {
      if (node !== fixed) this.group.insertBefore(node, i < split ? fixed : null);
    });
  }
}
