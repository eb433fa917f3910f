/**
 * The weight decay's slider, under the chart: a stop for each of Python's choices, which are evenly spaced in the
 * logarithm. A mark shows from where on the best network is flat.
 */

import { clamp, short } from "../common/numbers.js";

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
    this.flat = this.element.querySelector(".flat");
    this.#input = this.element.querySelector("input");
    this.#input.oninput = () => move(this.#betas[this.#input.valueAsNumber]);
    this.#input.onchange = rest;
  }

  /**
   * @param {?import("./preview.js").Model} model
   * @param {number} beta
   * @param {?import("./preview.js").Flat} flat where the best network becomes flat; null where that is not known
   */
  draw(model, beta, flat) {
    this.element.hidden = !model;
    if (!model) return;
    this.#betas = model.betas;
    const index = this.#betas.indexOf(beta);
    this.#input.max = this.#betas.length - 1;
    if (this.#input.valueAsNumber !== index) this.#input.value = index;
    this.output.textContent = short(beta);
    this.#input.setAttribute("aria-valuetext", short(beta));
    this.element.style.setProperty("--at", this.#share(index));
    this.#drawFlat(beta, flat);
  }

  #drawFlat(beta, flat) {
    const place = flat ? this.#place(flat.from) : Number.POSITIVE_INFINITY;
    this.element.style.setProperty("--flat", clamp(this.#share(place), 0, 1));
    if (!flat) this.flat.textContent = "";
    else if (beta >= flat.from) this.flat.textContent = "flat: bending costs more than it saves";
    else this.flat.textContent = `flat from ${flat.isExact ? "" : "about "}${short(flat.from)}`;
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
