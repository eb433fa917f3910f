/**
 * Who fires for whom: classes at the left, neurons of the last hidden layer at the right, and between them lines as wide
 * as the class's features in that neuron are long. Beside it, how strong the channel of each class is.
 *
 * A film has all restarts. The picture follows the one that is best in the end, and sorts its neurons by the class that
 * fires them most in the end: so lines thin out, and nothing changes its place. A blue frame is a channel of the closed
 * form (`shrinkage.js`) at the weight decay, depth and class sizes that are chosen.
 */

import { short } from "../../common/numbers.js";
import { groups, set, svg, write } from "../../common/svg.js";
import { price, strength, threshold } from "../shrinkage.js";
import { apart, tileOf, whoseIf } from "../tiles.js";
import { markOf, styleOf } from "./classes.js";
import { followed } from "./restarts.js";
import { boxOf, ThresholdPlot } from "./threshold_plot.js";

const MOST_NEURONS = 16; // the strongest
const SILENT = 0.02; // share of the strongest neuron
const WIDEST = 11; // pixels of a line
const GAP = 12; // between the neurons of two classes
const TOP = 26;

export default class Whitened {
  #links = []; // the nodes of lines, used again at every frame

  constructor({ element }) {
    this.picture = svg("svg", { role: "img" }, element);
    [this.frames, this.lines, this.nodes] = groups(this.picture, 3);
    this.plot = new ThresholdPlot(this.picture);
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, of, width, height }) {
    const targets = model.targets[values.imbalance];
    const optimum = closedForm(targets, values.beta, values.depth);
    const network = moment && networkOf(moment);
    const neurons = network ? sorted(network.last) : [];
    const place = arranged(neurons, optimum.strengths, width, height);
    this.#drawFrames(place);
    this.#drawLines(network, neurons, place, isOld);
    this.#drawNodes(model, values, targets, optimum, neurons, place);
    this.#drawPlot(model, targets, optimum, values, network, isOld, place.box);
    return {
      tiles: tiles(model, values, targets, optimum, network, isOld, of),
      caption: model.claims[values.depth].said,
      says: described(model.names, optimum, neurons),
    };
  }

  #drawFrames({ frames, right }) {
    this.frames.replaceChildren();
    for (const { k, top, height } of frames) {
      svg("rect", { class: "channel", "data-class": k, x: right - 13, y: top, width: 26, height, rx: 9 }, this.frames);
    }
  }

  #drawLines(network, neurons, place, isOld) {
    this.lines.setAttribute("class", isOld ? "old" : "");
    const drawn = neurons.flatMap(({ j }, row) =>
      place.classes.map((top, k) => ({ k, from: top, to: place.rows[row], size: network.at(k, j) })),
    );
    while (this.#links.length > drawn.length) this.#links.pop().remove();
    const middle = (place.left + place.right) / 2;
    drawn.forEach(({ k, from, to, size }, index) => {
      this.#links[index] ??= svg("path", {}, this.lines);
      const share = size / network.largest;
      set(this.#links[index], {
        class: `link ${styleOf(k)}`,
        d: `M${place.left} ${from}C${middle} ${from} ${middle} ${to} ${place.right - 6} ${to}`,
        "stroke-width": (WIDEST * share).toFixed(2),
        opacity: (0.25 + 0.6 * Math.sqrt(share)).toFixed(2),
      });
    });
  }

  #drawNodes(model, { imbalance }, targets, { strengths }, neurons, { classes, rows, left, right }) {
    this.nodes.replaceChildren();
    classes.forEach((top, k) => {
      const lost = strengths[k] > 0 ? "" : "lost";
      svg("path", { class: `of-class ${styleOf(k)} ${lost}`, d: markOf(k, left - 9, top) }, this.nodes);
      write(this.nodes, model.names[k], {
        class: `class-name ${lost}`,
        x: left - 20,
        y: top - 2,
        "text-anchor": "end",
      });
      const size = model.sizes ? `n = ${model.sizes[imbalance][k]}` : `norm ${short(targets[k])}`;
      write(this.nodes, lost ? "no channel" : size, { class: lost, x: left - 20, y: top + 12, "text-anchor": "end" });
    });
    neurons.forEach(({ k }, row) => {
      const style = k === null ? "silent" : styleOf(k);
      svg("circle", { class: `neuron ${style}`, cx: right, cy: rows[row], r: 5 }, this.nodes);
    });
    write(this.nodes, "neurons", { class: "title", x: right + 13, y: 14, "text-anchor": "end" });
  }

  /** The strength of a channel over the length of its target, and where the classes are on it. */
  #drawPlot(model, targets, optimum, { beta, depth }, network, isOld, box) {
    const high = 1.12 * model.largest;
    const isSame = network?.classes === targets.length;
    this.plot.draw({
      box,
      axes: { x: { low: 0, high, title: model.measure }, y: { low: 0, high } },
      title: "strength of its channel",
      threshold: optimum.threshold,
      curve: (target) => strength(target, beta, depth),
      xs: targets,
      network: isSame ? { xs: network.targets, ys: network.served } : null,
      isOld,
    });
  }
}

function closedForm(targets, beta, depth) {
  return {
    threshold: threshold(beta, depth),
    strengths: targets.map((target) => strength(target, beta, depth)),
    value: targets.reduce((sum, target) => sum + price(target, beta, depth), 0),
  };
}

/** The network that is best at the end of the film, at this moment of it. */
function networkOf(moment) {
  const { objective, now, end } = followed(moment);
  const [, classes, neurons] = moment.shapes.strengths;
  const [strengths, last] = [now("strengths"), end("strengths")];
  return {
    classes,
    objective,
    largest: Math.max(...strengths, ...last, 1e-9),
    at: (k, j) => (k < classes ? strengths[k * neurons + j] : 0),
    last: { classes, neurons, at: (k, j) => last[k * neurons + j] },
    served: [...now("served")],
    targets: [...moment.targets],
  };
}

/** The neurons that are drawn, by the class that fires them most: {j: which, k: the class or null, size}. */
function sorted({ classes, neurons, at: fires }) {
  const all = Array.from({ length: neurons }, (_, j) => {
    const sizes = Array.from({ length: classes }, (_, k) => fires(k, j));
    return { j, k: sizes.indexOf(Math.max(...sizes)), size: Math.hypot(...sizes) };
  });
  all.sort((a, b) => b.size - a.size);
  const least = Math.max(SILENT * all[0].size, 1e-6);
  const shown = all.slice(0, MOST_NEURONS).map((one) => ({ ...one, k: one.size > least ? one.k : null }));
  return shown.sort((a, b) => (a.k ?? classes) - (b.k ?? classes) || b.size - a.size);
}

/** Where everything stands, in pixels; a predicted channel that no neuron serves has a place, too. */
function arranged(neurons, strengths, width, height) {
  const isNarrow = width < 480;
  const split = (isNarrow ? 0.56 : 0.6) * width;
  const [left, right] = [isNarrow ? 78 : 92, split - 22];
  const served = strengths.map((_, k) => neurons.filter((one) => one.k === k).length);
  const sizes = strengths.map((size, k) => Math.max(served[k], size > 0 ? 1 : 0));
  const silent = neurons.filter(({ k }) => k === null || k >= strengths.length).length;
  const gaps = GAP * (sizes.filter(Boolean).length + (silent ? 1 : 0));
  const room = height - TOP - 8;
  const all = sizes.reduce((a, b) => a + b, silent);
  const row = Math.min((room - gaps) / Math.max(all, 1), 30);
  const rows = [];
  const frames = [];
  let next = TOP;
  sizes.forEach((count, k) => {
    if (!count) return;
    if (strengths[k] > 0) frames.push({ k, top: next, height: count * row + 4 });
    for (let i = 0; i < served[k]; i++) rows.push(next + 2 + (i + 0.5) * row);
    next += count * row + GAP;
  });
  for (let i = 0; i < silent; i++) rows.push(next + 2 + (i + 0.5) * row);
  const classes = strengths.map((_, k) => TOP + ((k + 0.5) * room) / strengths.length);
  const box = boxOf(split + 34, TOP, width - split - 44, height - TOP - 40);
  return { classes, rows, frames, left, right, box };
}

function tiles(model, { depth }, targets, optimum, network, isOld, of) {
  const whose = whoseIf(isOld, of);
  const excess = network && !isOld ? network.objective / optimum.value - 1 : null;
  const present = optimum.strengths.filter((size) => size > 0).length;
  const isThere = (served, k) => served > model.nothing * network.targets[k];
  const claim = model.claims[depth];
  return [
    tileOf.measured(
      "objective of the network",
      excess === null ? (network ? short(network.objective) : "…") : apart(excess),
      whose || `one channel a class: ${short(optimum.value)}, ${claim.name}`,
    ),
    tileOf.exact(
      model.counted,
      `${present} of ${targets.length}`,
      network
        ? whose ||
            `${claim.isProved ? "" : "one channel a class is a bound; "}in the network: ${network.served.filter(isThere).length}`
        : "",
    ),
    tileOf.exact(
      "threshold",
      short(optimum.threshold),
      `${model.measure} that a channel needs; the least here has ${short(Math.min(...targets))}`,
    ),
  ];
}

function described(names, { strengths }, neurons) {
  const each = names.map((name, k) => {
    const count = neurons.filter((one) => one.k === k).length;
    return `${name}: ${strengths[k] > 0 ? "a channel" : "no channel"} predicted, fires ${count} neurons most`;
  });
  return `${each.join("; ")}.`;
}
