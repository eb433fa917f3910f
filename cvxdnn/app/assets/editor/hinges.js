/**
 * A neuron is a hinge: the ramps that add up to the network, on a strip over the chart's x axis, and a bead where each
 * bends the curve. Pointing at one, or choosing it with the arrow keys, lights it in both and says what it is.
 */

import { placeIn } from "../common/look.js";
import { coordinate, counted } from "../common/numbers.js";
import { svg, write } from "../common/svg.js";
import { explain } from "../common/terms.js";
import { rampAt, valueAt } from "./film.js";
import { normalised } from "./preview.js";

const LEAST = 1e-3; // share of all bending below which a neuron is not drawn: it has been switched off
const MOST_NAMED = 4; // neurons of a layer
const GOLDEN_ANGLE = 137.508; // neighbours in the order of neurons get different hues

export const colour = (index) => `hsl(${Math.round(index * GOLDEN_ANGLE) % 360} 55% 52%)`;

/** The neurons behind a bend, layer by layer. */
function named(behind) {
  const names = [...new Set(behind.map(([layer]) => layer))].map((layer) => {
    const numbers = behind.filter(([each]) => each === layer).map(([, unit]) => unit + 1);
    const shown = numbers.length > MOST_NAMED ? [...numbers.slice(0, MOST_NAMED), "…"] : numbers;
    return `layer ${layer + 1}, ${numbers.length > 1 ? "neurons" : "neuron"} ${shown.join(", ")}`;
  });
  return names.length ? `Bend by ${names.join("; ")}` : "Bend";
}

export class Hinges {
  #chosen = null; // index of a ramp
  #shown = []; // {index, ramp, share}
  #areNeurons;
  #behind; // of each ramp, where that is known
  #x;
  #width;

  /**
   * @param {HTMLElement} host
   * @param {SVGElement} beads where they are drawn on the chart
   * @param {{choose: () => void, announce: (text: string) => void}} editor
   */
  constructor(host, beads, editor) {
    this.element = host.querySelector(".hinges");
    [this.words, this.explanation] = this.element.querySelector("p").children;
    this.strip = this.element.querySelector("svg");
    this.beads = beads;
    this.editor = editor;
    this.strip.addEventListener("pointermove", (event) => this.#point(event));
    this.strip.addEventListener("pointerdown", (event) => this.#point(event));
    this.strip.addEventListener("pointerleave", () => this.#choose(null));
    this.strip.addEventListener("blur", () => this.#choose(null));
    this.strip.addEventListener("keydown", (event) => this.#key(event));
  }

  clear() {
    this.beads.replaceChildren();
    this.strip.replaceChildren();
    this.#say("");
    this.#shown = [];
  }

  /**
   * @param {?import("./film.js").Still} still null where there is none to be shown
   * @param {import("./link.js").Data} data
   */
  show(still, { model, curves }, points, drawing) {
    this.element.hidden = !model;
    if (!still) {
      this.clear();
      return;
    }
    const { bends } = curves.find(({ style }) => style === "network");
    this.draw(still, bends, normalised(points), model?.depth === 2, drawing);
  }

  /**
   * @param {import("./film.js").Still} still
   * @param {number} bends of it that can be told apart
   * @param {{x: object, y: object}} units
   * @param {boolean} areNeurons or bends of a deeper network
   */
  draw(still, bends, units, areNeurons, drawing) {
    this.clear();
    const total = still.ramps.reduce((sum, { change }) => sum + Math.abs(change), 0) || 1;
    this.#shown = still.ramps
      .map((ramp, index) => ({ index, ramp, share: Math.abs(ramp.change) / total }))
      .filter(({ share }) => share > LEAST);
    this.#x = units.x;
    this.#width = drawing.view.width;
    this.drawing = drawing;
    this.#drawStrip(drawing);
    this.#drawBeads(still, units, drawing);
    this.#areNeurons = areNeurons;
    this.#behind = still.behind;
    this.#count(bends);
    if (still.entering) this.#drawEntering(still, units, drawing);
  }

  #drawStrip({ view, shown, scale }) {
    const middle = shown.hinges / 2;
    this.strip.setAttribute("viewBox", `0 0 ${shown.width} ${shown.hinges}`);
    const [low, high] = [view.x0, view.x1].map(this.#x.from);
    const reach = Math.max(...this.#shown.map(({ ramp }) => this.#tallest(ramp, low, high)), 1e-300);
    const top = (value) => middle - (value / reach) * (middle - 6);
    const [left, right] = [view.x0, view.x1].map(scale.left);
    svg("line", { class: "ground", x1: left, x2: right, y1: middle, y2: middle }, this.strip);
    for (const { index, ramp } of this.#shown) {
      const edge = ramp.side > 0 ? high : low;
      const from = Math.min(Math.max(ramp.place, low), high);
      const isTilt = ramp.side > 0 ? ramp.place >= high : ramp.place <= low;
      if (isTilt) continue;
      const points = [from, edge].map(
        (x) => `${scale.left(this.#x.to(x)).toFixed(1)} ${top(rampAt(ramp, x)).toFixed(1)}`,
      );
      const line = svg("path", { d: `M${points.join("L")}`, "data-index": index }, this.strip);
      line.style.stroke = colour(index);
      line.classList.toggle("chosen", index === this.#chosen);
    }
    if (!shown.row) write(this.strip, counted(this.#shown.length, "hinge"), { x: right + 12, y: middle + 4 });
    for (const { index, ramp } of this.#shown) {
      const x = this.#x.to(ramp.place);
      if (x < view.x0 || x > view.x1) continue;
      this.#bead(this.strip, index, scale.left(x), middle, 3);
    }
  }

  #tallest(ramp, low, high) {
    return Math.max(Math.abs(rampAt(ramp, low)), Math.abs(rampAt(ramp, high)));
  }

  #drawBeads(still, units, { view, scale }) {
    for (const { index, ramp, share } of this.#shown) {
      const x = units.x.to(ramp.place);
      if (x < view.x0 || x > view.x1) continue;
      const y = units.y.to(valueAt(still, ramp.place));
      this.#bead(this.beads, index, scale.left(x), scale.top(y), 2.5 + 5 * Math.sqrt(share));
    }
  }

  /** A ramp that falls to its place on the curve. */
  #drawEntering({ entering, ...still }, units, { scale, shown }) {
    const { index, ramp, fallen } = entering;
    const left = scale.left(units.x.to(ramp.place));
    const [top, bottom] = [shown.margin.top, shown.margin.top + shown.plotHeight];
    const goal = scale.top(units.y.to(valueAt(still, ramp.place)));
    svg("line", { class: "fall", x1: left, x2: left, y1: top, y2: bottom }, this.beads);
    this.#bead(this.beads, index, left, top + fallen * (goal - top), 6);
  }

  #bead(parent, index, cx, cy, r) {
    const bead = svg("circle", { class: "bead", cx: cx.toFixed(1), cy: cy.toFixed(1), r: r.toFixed(1) }, parent);
    bead.style.fill = colour(index);
    bead.classList.toggle("chosen", index === this.#chosen);
  }

  /** The neuron that is pointed at: its share of all bending, and its colour; null where there is none. */
  get lit() {
    const chosen = this.#areNeurons && this.#shown.find(({ index }) => index === this.#chosen);
    return chosen ? { share: chosen.share, colour: colour(chosen.index) } : null;
  }

  #say(words, explanation = "") {
    explain(this.words, words, 1);
    this.explanation.textContent = explanation;
  }

  #count(bends) {
    const chosen = this.#shown.find(({ index }) => index === this.#chosen);
    if (chosen) this.#say(this.#described(chosen));
    else if (this.#areNeurons) {
      const hinges = counted(this.#shown.length, "hinge");
      this.#say(`${hinges}, ${counted(bends, "bend")}`, ": each neuron is a ramp, the network their sum");
    } else this.#say(counted(bends, "bend"), ": the network is a line and a ramp at each");
  }

  #described({ index, ramp, share }) {
    const name = this.#areNeurons ? `Neuron ${index + 1}` : named(this.#behind?.[index] ?? []);
    const place = coordinate(this.#x.to(ramp.place), this.#width);
    return `${name}: x = ${place}, ${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of all bending`;
  }

  /** Says what the strip shows, for who does not see it. */
  describe() {
    const words = this.element.querySelector("p").textContent;
    this.strip.setAttribute("aria-label", `Hinges of the network. ${words}. Arrow keys go from one to the next`);
  }

  #point(event) {
    if (!this.#shown.length) return;
    const [left] = placeIn(this.strip, event);
    const off = ({ ramp }) => Math.abs(this.drawing.scale.left(this.#x.to(ramp.place)) - left);
    this.#choose(this.#shown.reduce((best, each) => (off(each) < off(best) ? each : best)).index);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !this.#shown.length) return;
    event.preventDefault();
    const ordered = this.#shown.toSorted((a, b) => a.ramp.place - b.ramp.place);
    const now = ordered.findIndex(({ index }) => index === this.#chosen);
    const next = now < 0 ? 0 : Math.min(Math.max(now + step, 0), ordered.length - 1);
    this.#choose(ordered[next].index);
    this.editor.announce(this.#described(ordered[next]));
  }

  #choose(index) {
    if (index === this.#chosen) return;
    this.#chosen = index;
    this.editor.choose();
  }
}
