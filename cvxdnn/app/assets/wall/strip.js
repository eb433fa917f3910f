/** Below the picture what the class said, counted: prices of drawings, votes, taps, or places of an order. */

import { element } from "../common/elements.js";
import { svg } from "../common/svg.js";
import { drawPrices } from "./prices.js";
import { drawTaps } from "./taps.js";
import { places, votes } from "./votes.js";

export class Strip {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /**
   * @param {import("./index.js").Class} state
   * @param {Map<number, {price: number}>} lines
   * @param {?import("./board.js").Frame} frame
   */
  draw(state, lines, frame) {
    const { kind } = state.question;
    this.host.hidden = kind === "sketch" && !state.drawings.axis; // of what they cost nothing is said
    this.host.dataset.kind = kind;
    if (kind === "choice") this.host.replaceChildren(votes(state));
    else if (kind === "order") this.host.replaceChildren(places(state));
    else if (frame && !this.host.hidden) {
      const box = element("div", { class: "box" });
      this.host.replaceChildren(box);
      const canvas = svg("svg", { role: "img" }, box);
      const draw = kind === "sketch" ? drawPrices : drawTaps;
      draw(canvas, { ...frame, height: box.clientHeight }, state, lines);
    }
  }
}
