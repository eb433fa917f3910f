/**
 * The weight decay's slider, under the chart: a stop for each of Python's choices, which are evenly spaced in the
 * logarithm. A mark shows from where on the best network is flat.
 *
 * Words at its ends say what the best curve does there. As weight decay goes to 0 its misfit goes to the least there is:
 * that is none, and it joins the points, unless some are above each other, or the loss has a margin or is for classes,
 * where the sign is enough. The other way its bending never grows, and from a finite weight decay on it is flat.
 */

import { clamp, short } from "../common/numbers.js";
import { isFunction } from "./points.js";

export class WeightDecay {
  #input;
  #betas = [];

  /**
   * @param {HTMLElement} host
   * @param {(beta: number) => void} move while the slider moves
   * @param {() => void} rest when it is let go
   */
  constructor(host, move, rest) {
    this.element = host.querySelector(".weight-decay");
    this.output = this.element.querySelector("output");
    [this.low, this.high] = ["low", "high"].map((name) => this.element.querySelector(`.${name}`));
    this.#input = this.element.querySelector("input");
    this.#input.oninput = () => move(this.#betas[this.#input.valueAsNumber]);
    this.#input.onchange = rest;
  }

  /**
   * @param {import("./link.js").Data} data
   * @param {number} beta
   * @param {?import("./preview.js").Flat} flat where the best network becomes flat; null where that is not known
   * @param {import("./points.js").Point[]} points
   */
  draw({ model, levels }, beta, flat, points) {
    this.element.hidden = !model;
    if (!model) return;
    this.#betas = model.betas;
    const index = this.#betas.indexOf(beta);
    this.#input.max = this.#betas.length - 1;
    if (this.#input.valueAsNumber !== index) this.#input.value = index;
    this.output.textContent = short(beta);
    this.#input.setAttribute("aria-valuetext", short(beta));
    this.element.style.setProperty("--at", this.#share(index));
    const place = flat ? this.#place(flat.from) : Number.POSITIVE_INFINITY;
    this.element.style.setProperty("--flat", clamp(this.#share(place), 0, 1));
    this.low.textContent = atLow(model.loss, Boolean(levels), isFunction(points));
    this.high.textContent = flat ? `flat from ${flat.isExact ? "" : "≈ "}${short(flat.from)}` : "bends less";
  }

  /** Where a weight decay lies among the stops. */
  #place(beta) {
    const above = this.#betas.findIndex((each) => each >= beta);
    if (above < 0) return Number.POSITIVE_INFINITY;
    if (above === 0) return 0;
    const [low, high] = [this.#betas[above - 1], this.#betas[above]].map(Math.log);
    return above - 1 + (Math.log(beta) - low) / (high - low);
  }

  #share(place) {
    return place / Math.max(this.#betas.length - 1, 1);
  }
}

/** What the best curve does where weight decay is next to nothing. */
function atLow(loss, areLabels, canBeMet) {
  if (!canBeMet || loss === "epsilon_insensitive") return "follows the dots";
  return areLabels ? "signs right" : "joins the dots";
}
