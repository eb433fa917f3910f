/**
 * The map of a sweep: a cell for each pair of two settings, the fuller its colour the larger its value, and its figures
 * in it. The film takes the seeds one after the other: what the map would have said with fewer starts. A press opens the
 * cell's first run on the page where it can be watched.
 *
 * Between two stills colours are between theirs, figures those of the former.
 */

import { counted, percent, short } from "../../common/numbers.js";
import { set, svg, write } from "../../common/svg.js";

const LIGHT = 0.6; // share of the colour from which on figures are of the paper's
const PALE = 0.04;
const GAP = 3; // pixels between cells
const TALLEST = 130; // and from one row to the next; more where a picture that is very high has few of them
const FIGURES = 13; // pixels, where there is room for them
const LETTER = 0.58; // of them, about, is as wide as a letter
const PER_SECOND = 1.5;
const BOTTOM = 44;
const FEW = 6;

/** The map with more and more seeds. */
class Film {
  perSecond = PER_SECOND;

  constructor(stills) {
    this.stills = stills;
    this.length = stills.length;
  }

  at(position) {
    const k = Math.min(Math.floor(position), this.length - 1);
    const [still, next] = [this.stills[k], this.stills[Math.min(k + 1, this.length - 1)]];
    const mix = (shade, i) =>
      shade === null || next.shades[i] === null ? shade : mixed(shade, next.shades[i], position - k);
    const words = counted(still.seeds, "seed");
    return { step: still.seeds, words, texts: still.texts, shades: still.shades.map(mix) };
  }
}

/** The whole map, row by row. */
function described({ measure, rows, columns, rowTitle, columnTitle }, { texts }) {
  const each = rows.map((row, k) => {
    const told = texts.slice(k * columns.length, (k + 1) * columns.length).map((text) => text || "no run");
    return `${row}: ${told.join(", ")}`;
  });
  return `${measure} for each ${rowTitle} (rows) and ${columnTitle} (columns ${columns.join(", ")}). ${each.join("; ")}.`;
}

const mixed = (a, b, t) => a + t * (b - a);

export default class Sweep {
  #nodes = []; // of each cell: {cell, rectangle, text, note, title}
  #at = null; // the cell that is pointed at or focused

  constructor(stage) {
    this.stage = stage;
    this.picture = svg("svg", { role: "group" }, stage.element);
    this.backdrop = svg("g", {}, this.picture);
    this.cells = svg("g", { class: "cells" }, this.picture);
    this.cells.addEventListener("keydown", (event) => this.#key(event));
    this.picture.addEventListener("pointerleave", () => this.#point(null));
  }

  film({ stills }) {
    return stills.length > 1 ? new Film(stills) : null;
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, moment, width, height }) {
    this.model = model;
    const seen = moment ?? { ...model.stills.at(-1) };
    const { rows, columns } = model;
    const left = 30 + 7.5 * Math.max(...rows.map((label) => label.length), 2);
    const box = { left, top: 4, width: width - left - 4, height: height - BOTTOM - 4 };
    const size = {
      width: box.width / columns.length,
      height: Math.min(box.height / rows.length, Math.max(TALLEST, box.height / FEW)),
    };
    const longest = Math.max(1, ...seen.texts.map((text) => text.length));
    const figures = Math.min(FIGURES, (size.width - GAP) / (LETTER * longest));
    this.cells.style.setProperty("--figures", `${figures.toFixed(1)}px`);
    this.#drawLabels(box, size, height);
    this.#make(rows.length * columns.length);
    this.#nodes.forEach((_, index) => {
      this.#drawCell(index, seen, box, size);
    });
    return { tiles: this.#tiles(seen), says: described(model, seen) };
  }

  #drawLabels({ left, top, width }, size, height) {
    const { rows, columns, rowTitle, columnTitle } = this.model;
    this.backdrop.replaceChildren();
    const bottom = top + size.height * rows.length;
    rows.forEach((label, row) => {
      write(this.backdrop, label, { x: left - 8, y: top + (row + 0.5) * size.height + 4, "text-anchor": "end" });
    });
    const every = Math.ceil((7.5 * Math.max(...columns.map((label) => label.length)) + 8) / size.width);
    columns.forEach((label, column) => {
      if (column % every) return;
      write(this.backdrop, label, { x: left + (column + 0.5) * size.width, y: bottom + 18, "text-anchor": "middle" });
    });
    write(this.backdrop, columnTitle, {
      class: "title",
      x: left + width / 2,
      y: Math.min(bottom + 38, height - 4),
      "text-anchor": "middle",
    });
    const middle = (top + bottom) / 2;
    write(this.backdrop, rowTitle, {
      class: "title",
      "text-anchor": "middle",
      transform: `translate(12 ${middle}) rotate(-90)`,
    });
  }

  #make(count) {
    while (this.#nodes.length > count) this.#nodes.pop().cell.remove();
    while (this.#nodes.length < count) {
      const index = this.#nodes.length;
      const cell = svg("g", { class: "cell", role: "button", tabindex: index ? -1 : 0 }, this.cells);
      const rectangle = svg("rect", { rx: 4 }, cell);
      const [text, note] = ["figures", "note"].map((style) =>
        svg("text", { class: style, "text-anchor": "middle" }, cell),
      );
      cell.addEventListener("pointerenter", () => this.#point(index));
      cell.addEventListener("focus", () => this.#point(index));
      cell.addEventListener("click", () => this.#open(index));
      this.#nodes.push({ cell, rectangle, text, note });
    }
  }

  #drawCell(index, { shades, texts }, { left, top }, size) {
    const { columns, notes } = this.model;
    const { cell, rectangle, text, note } = this.#nodes[index];
    const [row, column] = [Math.floor(index / columns.length), index % columns.length];
    const [x, y] = [left + column * size.width, top + row * size.height];
    const shade = shades[index];
    const box = { x, y, width: Math.max(size.width - GAP, 1), height: Math.max(size.height - GAP, 1) };
    set(rectangle, box);
    const tone = this.model.tone === "certified" ? "var(--certified)" : "var(--measured)";
    const full = shade === null ? 0 : PALE + (1 - PALE) * shade;
    rectangle.style.fill = `color-mix(in srgb, ${tone} ${(100 * full).toFixed(1)}%, var(--pale))`;
    cell.classList.toggle("light", shade !== null && shade > LIGHT);
    cell.classList.toggle("at", index === this.#at);
    const centre = { x: x + box.width / 2, y: y + box.height / 2 + (notes[index] ? 0 : 4) };
    set(text, centre);
    text.textContent = texts[index];
    set(note, { ...centre, y: centre.y + 12 });
    note.textContent = notes[index];
    cell.setAttribute("aria-label", `${this.#named(index)}: ${texts[index] || "no run yet"}. Opens it in the explorer`);
  }

  #named(index) {
    const { rows, columns, rowTitle, columnTitle } = this.model;
    return `${rowTitle} ${rows[Math.floor(index / columns.length)]}, ${columnTitle} ${columns[index % columns.length]}`;
  }

  #tiles({ texts }) {
    const { reached, known, median, measure, tone, tag } = this.model;
    const at = this.#at !== null && this.#at < texts.length ? this.#at : null;
    return [
      {
        title: "runs that reach the optimum",
        tag: "certified",
        tone: "certified",
        value: known ? `${((100 * reached) / known).toFixed(0)} %` : "none yet",
        note: known ? `${reached} of ${known}: within 0.1 % of the proven bound` : "press Run",
      },
      {
        title: "median gap of all runs",
        tag: "certified",
        tone: "measured",
        value: median === null ? "none yet" : percent(median),
        note: "how far half of them stay above the bound",
      },
      {
        title: at === null ? "cells" : this.#named(at),
        ...(at === null ? {} : { tone, tag }),
        value: at === null ? short(texts.length) : texts[at] || "no run",
        note:
          at === null
            ? "point at one to read it; a press opens it in the explorer"
            : `${measure}; a press opens it in the explorer`,
      },
    ];
  }

  #point(index) {
    if (index === this.#at) return;
    this.#at = index;
    this.stage.schedule();
  }

  #open(index) {
    const { columns } = this.model;
    this.stage.act({ row: Math.floor(index / columns.length), column: index % columns.length });
  }

  #key(event) {
    const { rows, columns } = this.model;
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const index = this.#nodes.findIndex(({ cell }) => cell === event.target);
    if (event.key === "Enter" || event.key === " ") this.#open(index);
    else if (steps[event.key]) {
      const [down, right] = steps[event.key];
      const row = Math.min(Math.max(Math.floor(index / columns.length) + down, 0), rows.length - 1);
      const column = Math.min(Math.max((index % columns.length) + right, 0), columns.length - 1);
      this.#nodes[index].cell.setAttribute("tabindex", -1);
      const { cell } = this.#nodes[row * columns.length + column];
      cell.setAttribute("tabindex", 0);
      cell.focus();
    } else return;
    event.preventDefault();
  }
}
