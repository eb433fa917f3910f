/**
 * Words beside places of a picture that do not lie on each other: each is put at the first side of its place where it
 * covers no other, the side where it was before being tried first; what finds none is left out. Words of the style
 * "strong" are larger and need more room.
 *
 * @typedef {{key: string, words: string, at: [number, number], style?: string}} Label in the order of importance
 */

import { set, svg } from "../common/svg.js";

const LETTERS = 12; // pixels: the size of letters
const STRONG = 14; // of those of that style
const HIGH = 1.31; // of their size: a line, from the highest letter to the lowest
const BELOW = 0.3; // of it, below the line that letters stand on
const WIDE = 0.6; // a letter, on average
const AWAY = 10;
const SIDES = [
  [1, 0],
  [1, -1],
  [-1, -1],
  [-1, 0],
  [0, -1.4],
  [0, 1.4],
  [1, 1],
  [-1, 1],
];

export class Labels {
  #sides = new Map(); // by key, where it was last
  #nodes = new Map();

  constructor(parent) {
    this.parent = parent;
  }

  /**
   * @param {Label[]} labels
   * @param {{left: number, top: number, width: number, height: number}} room
   * @param {number[][]} marks places that no words should cover
   */
  draw(labels, room, marks) {
    const taken = marks.map(([x, y]) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
    const shown = new Set();
    for (const label of labels) {
      const last = this.#sides.get(label.key);
      const sides = last === undefined ? SIDES : [SIDES[last], ...SIDES];
      const side = sides.find((each) => {
        const box = boxOf(label, each);
        return isWithin(box, room) && !taken.some((other) => overlap(box, other));
      });
      if (!side) continue;
      this.#sides.set(label.key, SIDES.indexOf(side));
      taken.push(boxOf(label, side));
      shown.add(label.key);
      this.#write(label, boxOf(label, side));
    }
    for (const [key, node] of this.#nodes) {
      if (shown.has(key)) continue;
      node.remove();
      this.#nodes.delete(key);
    }
  }

  #write({ key, words, style = "" }, { left, bottom }) {
    const base = bottom - BELOW * sizeOf(style);
    const node = this.#nodes.get(key) ?? svg("text", {}, this.parent);
    this.#nodes.set(key, node);
    set(node, { class: `word ${style}`, x: left.toFixed(1), y: base.toFixed(1) });
    if (node.textContent !== words) node.textContent = words;
  }
}

const sizeOf = (style) => (style.split(" ").includes("strong") ? STRONG : LETTERS);

function boxOf({ words, at: [x, y], style = "" }, [across, down]) {
  const width = WIDE * sizeOf(style) * words.length;
  const height = HIGH * sizeOf(style);
  const left = across > 0 ? x + AWAY : across < 0 ? x - AWAY - width : x - width / 2;
  const middle = y + down * 0.9 * height;
  return { left, right: left + width, top: middle - height / 2, bottom: middle + height / 2 };
}

const isWithin = (box, { left, top, width, height }) =>
  box.left >= left && box.right <= left + width && box.top >= top && box.bottom <= top + height;

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
