/** The legend: a button for each curve, which switches it on and off. */

import { element } from "../common/elements.js";
import { MARKS, marks, svg } from "../common/svg.js";
import { equip, button as termButton, termIn } from "../common/terms.js";
import { NAME as BEAM } from "./beam.js";

const OLD = "earlier network"; // trained on other points, or for another weight decay

export class Legend {
  #signature;
  #bandLabel; // kept when there is no band for a moment

  /** @param {(name: string) => void} toggle */
  constructor(element, toggle) {
    this.element = element;
    this.toggle = toggle;
  }

  draw(data, hidden) {
    const entries = this.#entries(data);
    const signature = JSON.stringify(entries);
    if (signature !== this.#signature) {
      this.#signature = signature;
      const styles = [...new Set(data.curves.map(({ style }) => style))].filter((style) => style in MARKS);
      const terms = entries.map(({ label, style }) => (style === "band" ? "band" : termIn(label)));
      const asked = (term, k) => (term && terms.lastIndexOf(term) === k ? [question(term)] : []); // each once
      this.element.replaceChildren(
        ...entries.map((entry, k) => together(this.#entry(entry, styles), ...asked(terms[k], k))),
      );
      equip(this.element);
    }
    for (const button of this.element.querySelectorAll(".entry")) {
      button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.name)));
    }
  }

  #entries({ curves, band, certificate }) {
    const entries = curves.map(({ name, label, style, is_old }) => ({ name, label: is_old ? OLD : label, style }));
    if (band) this.#bandLabel = band.label;
    if (this.#bandLabel) entries.push({ name: "band", label: this.#bandLabel, style: "band" });
    if (curves.some(({ style }) => style in MARKS)) entries.push({ name: "knots", label: "knots", style: "knots" });
    if (certificate) entries.push({ name: BEAM, label: BEAM, style: BEAM });
    return entries;
  }

  #entry({ name, label, style }, styles) {
    const button = element("button", { type: "button", class: "entry", "data-name": name });
    const sample = svg("svg", { viewBox: "0 0 30 14", "aria-hidden": "true" }, button);
    if (style === "band") svg("rect", { class: "band", x: 1, y: 1, width: 28, height: 12, rx: 2 }, sample);
    else if (style === "knots") markSamples(sample, styles);
    else if (style === BEAM) svg("path", { class: "springs", d: "M2 7H6L8 2 12 12 16 2 20 12 22 7H28" }, sample);
    else lineSample(sample, style);
    button.append(label);
    if (style in MARKS) {
      const mark = svg("svg", { class: "tiny", viewBox: "0 0 12 14", "aria-hidden": "true" }, button);
      svg("path", { class: `mark ${style}`, d: marks(style, [6], 7) }, mark);
    }
    button.addEventListener("click", () => this.toggle(name));
    return button;
  }
}

/** On one line. */
const together = (...parts) => element("span", { class: "whole" }, null, parts);

/** Beside an entry, which is a button itself, what its words mean. */
function question(term) {
  const made = termButton(term, "?");
  made.classList.add("ask");
  made.setAttribute("aria-label", `What is: ${term}`);
  return made;
}

function lineSample(sample, style) {
  const d = style === "networks" ? "M2 7 28 2M2 7H28M2 7 28 12" : "M3 7H27";
  svg("path", { class: `curve ${style}`, d }, sample);
}

function markSamples(sample, styles) {
  sample.setAttribute("viewBox", `0 0 ${12 * styles.length} 14`);
  sample.style.width = `${12 * styles.length}px`;
  styles.forEach((style, i) => {
    svg("path", { class: `mark ${style}`, d: marks(style, [12 * i + 6], 7) }, sample);
  });
}
