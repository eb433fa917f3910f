/**
 * What the best function and the network cost: misfit and weight decay's charge, two bars that trade against each other.
 * A full bar is the price of the best flat line.
 */

import { short } from "../common/numbers.js";
import { equip } from "../common/terms.js";

export class Price {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.element = host.querySelector(".price");
    equip(this.element);
    this.rows = [...this.element.querySelectorAll("[data-of]")];
  }

  /**
   * @param {import("./link.js").Data} data
   * @param {?{share: number, colour: string}} lit of the network's bending, what is pointed at
   */
  draw({ curves, model }, lit) {
    this.element.hidden = !model;
    if (!model) return;
    for (const row of this.rows) {
      const { of } = row.dataset;
      const curve = curves.find(({ style }) => style === of);
      drawRow(row, curve, model.flat);
      light(row.children[1], of === "network" ? lit : null);
    }
  }
}

function drawRow(row, curve, full) {
  row.hidden = !curve;
  row.classList.toggle("old", Boolean(curve?.is_old));
  const price = curve?.price;
  const [name, bar, sum] = row.children;
  if (price?.name) name.textContent = price.name;
  const share = (part) => (price && full > 0 ? Math.min(part / full, 1) : 0);
  bar.style.setProperty("--misfit", share(price?.misfit));
  bar.style.setProperty("--charge", share(price?.charge));
  bar.classList.toggle("beyond", Boolean(price) && price.misfit + price.charge > full * (1 + 1e-9));
  sum.textContent = price
    ? `${short(price.misfit)} + ${short(price.charge)} = ${short(price.misfit + price.charge)}`
    : "–";
}

/** Weight decay charges each neuron for its bending. */
function light({ style }, lit) {
  style.setProperty("--lit", lit?.share ?? 0);
  style.setProperty("--lit-colour", lit?.colour ?? "transparent");
}
