/**
 * What weight decay on L layers leaves of a singular value s0 of the data: the minimum over s of
 *
 *     (s - s0)^2 / 2 + (beta L / 2) s^(2/L).
 *
 * A positive s is stationary for s0 = s + beta s^(2/L - 1), so the curve is drawn from s; with two layers it is the soft
 * threshold. For L > 2 it is a local minimum from s_e = (beta (L-2) / L)^(L/(2L-2)) on, and the minimum from
 * s_tau = (beta (L-2))^(L/(2L-2)) on, where s0 = tau; below tau the minimum is 0. The network's outputs are the dots.
 */

import { clamp, columns, short } from "../../common/numbers.js";
import { set, svg } from "../../common/svg.js";
import { Axes, within } from "../axes.js";
import { jump, threshold } from "../shrinkage.js";
import { tileOf, whoseIf } from "../tiles.js";

const MARGIN = { left: 36, right: 18, top: 26, bottom: 38 };
const LARGEST = 3.05; // singular value that is shown
const POINTS = 240; // of the curve
const LEAST = 0.01; // what is kept, if anything is

/** What is known of a weight decay and depth; `target` is the singular value for which s is stationary. */
export function shrinkage(beta, depth) {
  const target = (s) => s + beta * s ** (2 / depth - 1);
  const appears = ((beta * (depth - 2)) / depth) ** (depth / (2 * depth - 2));
  return { target, appears, jump: jump(beta, depth), threshold: threshold(beta, depth) };
}

export default class ShrinkagePicture {
  #known;

  constructor({ element }) {
    this.picture = svg("svg", { role: "img", class: "shrinkage" }, element);
    this.backdrop = svg("g", {}, this.picture);
    const curve = (style) => svg("path", { class: style }, this.picture);
    [this.soft, this.local, this.optimum] = ["nothing", "bound", "optimum"].map((style) => curve(`limit ${style}`));
    this.leap = curve("leap");
    this.dots = curve("dots");
    this.word = svg("text", { class: "optimum", "text-anchor": "middle" }, this.picture);
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    this.#known = model.cases[Object.values(values).join(" ")] ?? this.#known;
    const { beta, depth, targets, kept } = this.#known;
    const axes = new Axes(within(MARGIN, width, height), {
      x: { low: 0, high: LARGEST, title: "singular value of the data" },
      y: { low: 0, high: LARGEST, title: "what the network keeps of it" },
    });
    axes.draw(this.backdrop);
    const curve = shrinkage(beta, depth);
    this.#drawCurves(curve, beta, axes);
    const outputs = moment ? [...moment.outputs] : [];
    const heights = outputs.map((s) => clamp(s, 0, LARGEST));
    const dots = axes.dots(targets.slice(0, outputs.length), heights);
    set(this.dots, { d: dots, class: `dots ${isOld ? "old" : ""}` });
    const count = outputs.filter((s) => s > LEAST).length;
    const told = outputs.length ? `The network keeps ${count} of ${outputs.length} values, the optimum ${kept}.` : "";
    const says = `What is kept of a singular value: 0 up to ${short(curve.threshold)}, from ${short(curve.jump)} above. ${told}`;
    return { tiles: tiles(curve, depth, kept, count, outputs, isOld ? of : ""), says };
  }

  #drawCurves({ target, appears, jump, threshold }, beta, axes) {
    const draw = (node, xs, ys) => node.setAttribute("d", axes.line(xs, ys));
    const from = (low) => {
      const kept = Array.from({ length: POINTS + 1 }, (_, k) => low + (k / POINTS) * (LARGEST - low));
      return kept.map((s) => [s === 0 ? threshold : target(s), s]).filter(([x]) => x <= LARGEST);
    };
    const zero = [0, Math.min(threshold, LARGEST)].map((x) => [x, 0]);
    const above = threshold < LARGEST ? [[null, null], ...from(jump)] : [];
    draw(this.optimum, ...columns([...zero, ...above]));
    draw(this.local, ...columns(jump > 0 ? from(appears).filter(([, s]) => s <= jump) : []));
    draw(this.soft, [0, beta, LARGEST], [0, 0, LARGEST - beta]);
    const isSeen = jump > 0 && threshold < LARGEST;
    const [x, low, high] = [axes.left(threshold), axes.top(0), axes.top(Math.min(jump, LARGEST))];
    this.leap.setAttribute("d", isSeen ? `M${x.toFixed(1)} ${low.toFixed(1)}V${high.toFixed(1)}` : "");
    this.word.textContent = isSeen ? "τ" : "";
    set(this.word, { x: isSeen ? x : 0, y: low - 8 });
  }
}

function tiles({ threshold, jump }, depth, kept, count, outputs, of) {
  const sizes = outputs.length;
  return [
    tileOf.exact(
      "threshold τ",
      short(threshold),
      depth === 2 ? "with two layers it is β" : "smaller values are best left at 0",
    ),
    tileOf.exact(
      "kept just above it",
      short(jump),
      depth === 2 ? "the soft threshold does not jump" : "the soft threshold would begin at 0",
    ),
    tileOf.measured(
      "values kept",
      sizes ? `${count} of ${sizes}` : "…",
      whoseIf(of !== "", of) || `the optimum keeps ${kept}`,
    ),
  ];
}
