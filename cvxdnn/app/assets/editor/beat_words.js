/** What is said of a drawing: while it is drawn, and when the best network has been revealed beside it. */

import { coordinate, percent } from "../common/numbers.js";

export const EMPTY = "Draw one line over all points, from left to right. It is priced while you draw.";
const SHORT = "Draw on until the line covers all points.";
const CHANGE = "Pull a corner or draw over a part to get nearer.";
const NEVER = "It can be met, never beaten.";
const MET = 1e-6; // share of the best price: nearer no hand comes
const ADVICE = {
  up: "It pays most to move all of it up.",
  down: "It pays most to move all of it down.",
  tilt: "It pays most to change the slope of all of it.",
  missing: "It pays most to bend it more at",
  needless: "It pays most to take out the bend at",
};

/**
 * @param {import("../sketch/pencil.js").Pencil} pencil
 * @param {import("./link.js").Data["score"]} score
 */
export function caption({ line, isWhole }, { instead, tag }) {
  if (!line.length) return EMPTY;
  if (!isWhole) return SHORT;
  if (instead) return instead;
  return tag === "certified" ? `${CHANGE} ${NEVER}` : CHANGE;
}

/**
 * All gaps of one objective in one line; how much of the drawing lies inside the band; what pays most to change.
 * @param {import("./link.js").Data} data as it is shown
 * @param {object} of
 * @param {string} of.gap of the drawing, in words
 * @param {?import("./link.js").Verdict} of.verdict
 * @param {number} of.width of the x axis
 * @returns {string[]}
 */
export function revealed({ score, curves }, { gap, verdict, width }) {
  const isCertified = score.tag === "certified";
  const network = curves.find(({ style, is_old: isOld }) => style === "network" && !isOld)?.price;
  const share = network && score.bound ? (network.misfit + network.charge) / score.bound - 1 : null;
  const gaps = [
    `your drawing ${gap}`,
    share === null ? "" : `the trained network ${percent(isCertified ? Math.max(share, 0) : share)}`,
    isCertified ? "best 0 %" : "upper bound 0 %",
  ];
  return [`${gaps.filter(Boolean).join(", ")}. `, inside(verdict), verdict ? advised(verdict, width) : ""];
}

function inside(verdict) {
  if (!verdict || verdict.inside === null) return "";
  return `${Math.floor(100 * verdict.inside)} % of it lies inside the band. `;
}

function advised({ advice, gap }, width) {
  if (!advice) return gap !== null && gap < MET ? "You have met the best: nothing is left to gain." : "";
  const [kind, x] = advice;
  return x === null ? ADVICE[kind] : `${ADVICE[kind]} x = ${coordinate(x, width)}.`;
}
