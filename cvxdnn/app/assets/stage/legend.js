/** What lines and marks mean, below a picture: a sample of each, drawn as the style sheet says, and its words. */

import { element } from "../common/elements.js";
import { svg } from "../common/svg.js";
import { explain } from "../common/terms.js";

const written = new WeakMap(); // of each parent, what is in it

/**
 * @param {HTMLElement} parent
 * @param {{label: string, style: string}[]} entries `style`: classes of a line that the picture draws in the same way
 */
export function drawLegend(parent, entries) {
  const text = JSON.stringify(entries);
  if (written.get(parent) === text) return;
  written.set(parent, text);
  parent.replaceChildren();
  for (const { label, style } of entries) {
    const entry = element("span", { class: "entry said" }, parent);
    const sample = svg("svg", { viewBox: "0 0 30 14", "aria-hidden": "true" }, entry);
    svg("path", { class: style, d: "M2 7H28" }, sample);
    explain(element("span", {}, entry), label);
  }
}
