/**
 * How alike two classes look in each hidden layer: the cosine between their features, pale 0, dark 1.
 *
 * One row of squares for each network, one square for each of its hidden layers, one cell for each pair of classes.
 */

import { svg } from "../../common/svg.js";

const WORDS = 20; // pixels above each row, for the name of the network
const GAP = 18; // below it
const LARGEST = 76; // of a square, in pixels

export class Cosines {
  /** @param {SVGElement} parent */
  constructor(parent) {
    this.parent = parent;
  }

  /**
   * @param {import("../axes.js").Box} box
   * @param {object} shown
   */
  draw(box, { known: { beside }, moment, isOld }) {
    const rows = [...beside, ...(moment ? [measured(moment, isOld)] : [])];
    const layers = Math.max(...rows.map(({ cosines }) => cosines.length));
    const [height, width] = [(box.height + 30) / (beside.length + 1), box.width / layers];
    const size = Math.min(height - WORDS - GAP / 2, width - 8, LARGEST);
    const row = Math.min(height, size + WORDS + GAP);
    this.parent.replaceChildren();
    rows.forEach(({ name, style, cosines }, k) => {
      const top = box.top - 20 + k * row;
      const network = svg("g", { class: `cosines ${style}` }, this.parent);
      svg("text", { x: box.left, y: top + 12 }, network).textContent = name;
      cosines.forEach((square, layer) => {
        drawSquare(network, square, box.left + layer * (size + 8), top + WORDS, size);
      });
    });
    const place = { x: box.left, y: box.top - 20 + rows.length * row + 6 };
    svg("text", place, this.parent).textContent = "hidden layers, first to last";
  }
}

function drawSquare(parent, square, left, top, size) {
  const cell = size / square.length;
  square.forEach((row, i) => {
    row.forEach((cosine, j) => {
      const place = { x: left + j * cell, y: top + i * cell, width: cell, height: cell };
      svg("rect", { class: "cosine", style: `--cosine: ${cosine.toFixed(3)}`, ...place }, parent);
    });
  });
}

/** The best network at a moment. */
function measured(moment, isOld) {
  const [layers, count] = moment.shapes.cosines;
  const entry = (layer, i, j) => moment.cosines[(layer * count + i) * count + j];
  const numbers = (length, make) => Array.from({ length }, (_, k) => make(k));
  const cosines = numbers(layers, (layer) => numbers(count, (i) => numbers(count, (j) => entry(layer, i, j))));
  return { name: "best trained network, measured", style: `of-network ${isOld ? "old" : ""}`, cosines };
}
