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

  /** @param {import("./link.js").Data} data */
  draw({ curves, model }) {
    this.element.hidden = !model;
    if (!model) return;
    for (const row of this.rows) {
      drawRow(
        row,
        curves.find(({ style }) => style === row.dataset.of),
        model.flat,
      );
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
