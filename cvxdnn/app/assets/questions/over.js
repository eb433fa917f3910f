/** Buttons that lie over places of a chart, so that fingers, keys and screen readers find them. */

import { element } from "../common/elements.js";

/**
 * @param {import("./chart.js").Chart} chart
 * @param {string[]} names of the buttons, for who cannot see where they are
 * @returns {HTMLButtonElement[]}
 */
export const buttonsOver = (chart, names) =>
  names.map((name) => element("button", { class: "tap", type: "button", "aria-label": name }, chart.element));

/**
 * Puts them where their places are by now.
 * @param {HTMLButtonElement[]} buttons
 * @param {import("./chart.js").Chart} chart
 * @param {[number, number][]} places
 */
export function putOver(buttons, chart, places) {
  buttons.forEach((button, k) => {
    button.style.left = `${chart.left(places[k][0])}px`;
    button.style.top = `${chart.top(places[k][1])}px`;
  });
}
