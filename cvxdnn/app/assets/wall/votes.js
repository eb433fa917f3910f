/** Votes for options as bars, and how often each option was put at each place of an order. */

import { element } from "../common/elements.js";
import { columns } from "../common/numbers.js";
import { path, svg } from "../common/svg.js";

const WIDE = 90; // of a small picture of an option, in its own units
const HIGH = 36;
const LONG = 200; // characters of all options: of longer ones a wide wall has a line each, with the letters of phones

/** @param {import("./index.js").Class} state */
export function votes({ question, options, counts, phones, answered, reveal }) {
  const most = Math.max(1, phones, answered);
  const isLong = question.options.join("").length > LONG;
  const rows = question.options.map((words, k) => {
    const isRight = reveal?.right === k;
    const bar = element("span", { class: "bar" }, null, [element("i")]);
    bar.firstElementChild.style.width = `${(100 * counts[k]) / most}%`;
    const parts = [
      element("span", { class: "words" }, null, [isLong ? `${String.fromCharCode(65 + k)}: ${words}` : words]),
      bar,
      element("b", {}, null, [String(counts[k])]),
    ];
    if (options[k]) parts.unshift(small(options[k], options));
    return element("li", { class: isRight ? "right" : "", "data-option": String(k) }, null, parts);
  });
  return element("ol", { class: `votes${options.length ? " drawn" : ""}${isLong ? " long" : ""}` }, null, rows);
}

/** @param {import("./index.js").Class} state */
export function places({ question, counts, answered, reveal }) {
  const numbers = question.options.map((_, place) => element("th", { scope: "col" }, null, [ordinal(place)]));
  const head = element("tr", {}, null, [element("td"), ...numbers]);
  const rows = question.options.map((words, k) => {
    const cells = counts[k].map((count, place) => {
      const isRight = reveal?.right?.[place] === k;
      const cell = element("td", { class: isRight ? "right" : "" }, null, [String(count)]);
      cell.style.setProperty("--share", String(count / Math.max(1, answered)));
      return cell;
    });
    return element("tr", { "data-option": String(k) }, null, [
      element("th", { scope: "row" }, null, [words]),
      ...cells,
    ]);
  });
  return element("table", { class: "places" }, null, [head, ...rows]);
}

const ordinal = (place) => ["1st", "2nd", "3rd"][place] ?? `${place + 1}th`;

/** What an option looks like, in the same frame as the others. */
function small(curve, all) {
  const [xs, ys] = columns(all.flat());
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const place = ([x, y]) => [2 + ((x - x0) / (x1 - x0)) * (WIDE - 4), HIGH - 2 - ((y - y0) / (y1 - y0)) * (HIGH - 4)];
  const canvas = svg("svg", { class: "small", viewBox: `0 0 ${WIDE} ${HIGH}`, "aria-hidden": "true" });
  svg("path", { class: "line given", d: path([curve.map(place)]) }, canvas);
  return canvas;
}
