/**
 * The numbers above a picture, each with its kind.
 *
 * @typedef {object} Tile
 * @property {string} title
 * @property {string} value
 * @property {"exact" | "certified" | "measured" | ""} [tag] how the number is known
 * @property {"certified" | "measured" | ""} [tone] whose colour it has: of what is best, or of the network
 * @property {string} [note] what it says, in a line or two
 */

import { element } from "../common/elements.js";
import { short } from "../common/numbers.js";
import { explain } from "../common/terms.js";

const AGREE = 1e-6; // shares below are said as they are
const ROUND_OFF = 1e-15;

/** How far an objective is from a value, as a share of it, in words. */
export function apart(share) {
  if (Math.abs(share) < AGREE) return `${oneDigit(Math.max(Math.abs(share), ROUND_OFF))} apart`;
  return `${(100 * Math.abs(share)).toPrecision(3)} % ${share < 0 ? "below" : "above"}`;
}

const oneDigit = (share) => short(Number(share.toPrecision(1)));

/** Whose the number is, where it is of a film that other values have left behind; "" where it is of those shown. */
export const whoseIf = (isOld, of) => (isOld ? `of ${of}; the new training is on its way` : "");

/** Tiles by how their number is known: what is best is exact or certified, what a network does is measured. */
export const tileOf = {
  exact: (title, value, note) => ({ title, value, note, tag: "exact", tone: "certified" }),
  certified: (title, value, note) => ({ title, value, note, tag: "certified", tone: "certified" }),
  measured: (title, value, note) => ({ title, value, note, tag: "measured", tone: "measured" }),
};

function make(parent) {
  const tile = element("div", { class: "tile" }, parent);
  element("p", { class: "title" }, tile, [element("span"), " ", element("i")]);
  element("p", { class: "big" }, tile);
  element("p", { class: "note" }, tile);
  return tile;
}

/** Sets what has changed: what stays is not laid out anew at every frame. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The numbers as a sentence. */
export function inWords(tiles) {
  const each = tiles.map(({ title, value, tag }) => `${title}: ${value}${tag ? `, ${tag}` : ""}`);
  return `${each.join("; ")}.`;
}

/**
 * @param {HTMLElement} parent
 * @param {Tile[]} tiles
 */
export function drawTiles(parent, tiles) {
  while (parent.childElementCount > tiles.length) parent.lastChild.remove();
  tiles.forEach(({ title, value, tag = "", tone = "", note = "" }, k) => {
    const tile = parent.children[k] ?? make(parent);
    const [name, kind] = tile.firstChild.querySelectorAll("span, i");
    explain(name, title);
    explain(kind, tag);
    kind.hidden = !tag;
    kind.className = `tag ${tag === "exact" ? "certified" : tag}`;
    const big = tile.children[1];
    say(big, value);
    big.className = `big of-${tone || "none"}`;
    say(tile.children[2], note);
  });
}
