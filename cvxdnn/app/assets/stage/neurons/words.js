/** The numbers above the body of all neurons, each with what it says. */

import { powerOfTen } from "../../common/numbers.js";
import { tileOf } from "../tiles.js";

const EQUAL = 1e-9; // share of the objective

/**
 * @param {import("./optimum.js").Optimum} found
 * @param {?{objective: number, best: number}} trained network of the targets at the end of the film
 * @param {boolean} isOld whether something else is chosen by now
 * @param {boolean} isAtRest whether the film is at its end
 * @returns {import("../tiles.js").Tile[]}
 */
export function tilesOf(found, trained, isOld, isAtRest) {
  const used = found.touched.filter(({ weight }) => weight > 0).length;
  const idle = found.touched.length - used;
  return [
    tileOf.certified(
      "neurons needed",
      String(used),
      found.isLoose
        ? "the plane touches none: zero is best"
        : idle
          ? `${idle} more may be used`
          : "the plane touches no others",
    ),
    tileOf.certified(
      "lowest objective",
      found.objective.toPrecision(5),
      `no network is lower by more than ${shareOf(found)} of it`,
    ),
    network(trained, isOld, isAtRest),
  ];
}

function network(trained, isOld, isAtRest) {
  const excess = trained && trained.objective / trained.best - 1;
  const distance = Math.abs(excess) < EQUAL ? "equal to the best to 9 digits" : `${percent(excess)} the best network`;
  return {
    title: "trained network",
    tag: "measured",
    tone: "measured",
    value: trained ? trained.objective.toPrecision(5) : "…",
    note: trained ? (isAtRest ? distance : elsewhere(trained, isOld)) : "training begins",
  };
}

/** Whose number it is while the picture is of other targets: it may be below their lowest. */
function elsewhere({ best }, isOld) {
  if (isOld) return "of the former targets; training follows";
  return `of the targets at the end of the film, where the lowest is ${best.toPrecision(5)}`;
}

const percent = (share) => `${(100 * Math.abs(share)).toPrecision(2)} % ${share < 0 ? "below" : "above"}`;

/** The gap as a power of ten. */
function shareOf({ gap, objective }) {
  const share = objective > 0 ? gap / objective : 0;
  return powerOfTen(Math.max(Math.ceil(Math.log10(Math.max(share, 1e-300))), -15));
}
