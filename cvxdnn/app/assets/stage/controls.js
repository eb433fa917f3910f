/**
 * The sliders under a picture: one for each control, with a stop for each value. What is dragged in the picture itself
 * has no label, and no slider.
 *
 * @typedef {object} Control as Python sends it
 * @property {string} name
 * @property {string} label
 * @property {(number | string)[]} values
 * @property {string[]} labels of the values
 * @property {number | string} value
 */

import { element } from "../common/elements.js";
import { explain } from "../common/terms.js";

export class Controls {
  #rows = new Map(); // by name: {row, input, output}

  /**
   * @param {HTMLElement} parent
   * @param {(name: string, value: number | string) => void} move while a slider moves
   * @param {() => void} rest when it is let go
   */
  constructor(parent, move, rest) {
    Object.assign(this, { parent, move, rest });
  }

  /**
   * @param {Control[]} controls
   * @param {Record<string, number | string>} values
   */
  draw(controls, values) {
    const shown = controls.filter(({ label }) => label);
    for (const [name, { row }] of this.#rows) {
      if (shown.some((control) => control.name === name)) continue;
      row.remove();
      this.#rows.delete(name);
    }
    for (const control of shown) this.#drawRow(control, values[control.name]);
  }

  #drawRow({ name, label, values, labels }, value) {
    const { row, input, output } = this.#rows.get(name) ?? this.#make(name);
    const index = values.indexOf(value);
    explain(row.querySelector(".name"), label);
    output.textContent = labels[index];
    input.max = values.length - 1;
    input.oninput = () => this.move(name, values[input.valueAsNumber]);
    if (input.valueAsNumber !== index) input.value = index;
    input.setAttribute("aria-label", label);
    input.setAttribute("aria-valuetext", labels[index]);
    row.style.setProperty("--at", index / Math.max(values.length - 1, 1));
  }

  #make(name) {
    const row = element("div", { class: "control", "data-control": name }, this.parent);
    const output = element("output");
    element("span", {}, row, [element("span", { class: "name" }), " = ", output]);
    const input = element("input", { class: "rail", type: "range", min: 0, step: 1 }, row);
    input.onchange = this.rest;
    this.#rows.set(name, { row, input, output });
    return { row, input, output };
  }
}
