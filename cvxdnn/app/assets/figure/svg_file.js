/** Writes a figure as an SVG that stands alone: shapes with their colours, words in a font that every machine has. */

import { svg } from "../common/svg.js";

const FONT = "Helvetica, Arial, sans-serif";
const rounded = (value) => Number(value.toFixed(2));

/** @param {import("./read.js").Figure} figure @returns {string} */
export function svgFile(figure) {
  const { width, height, paper, title, marks } = figure;
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const root = svg("svg", { ...size, viewBox: `0 0 ${size.width} ${size.height}`, "font-family": FONT });
  svg("title", {}, root).textContent = title;
  svg("rect", { ...size, fill: paper.hex }, root);
  const clips = new Clips(root);
  for (const mark of marks) clips.parent(mark.clip).append(drawn(mark));
  return new XMLSerializer().serializeToString(root);
}

/** Groups of marks that are cut in the same way, one after the other. */
class Clips {
  #names = new Map();
  #group = null;
  #shown = "";

  constructor(root) {
    this.root = root;
  }

  parent(clip) {
    if (!clip) {
      this.#group = null;
      return this.root;
    }
    const key = Object.values(clip).map(rounded).join(" ");
    if (this.#group && this.#shown === key) return this.#group;
    if (!this.#names.has(key)) {
      const name = `cut${this.#names.size + 1}`;
      this.#names.set(key, name);
      const [x, y, width, height] = key.split(" ");
      svg("rect", { x, y, width, height }, svg("clipPath", { id: name }, this.root));
    }
    this.#shown = key;
    this.#group = svg("g", { "clip-path": `url(#${this.#names.get(key)})` }, this.root);
    return this.#group;
  }
}

function drawn(mark) {
  if (mark.kind === "words") return words(mark);
  if (mark.kind === "line") return line(mark);
  const { x, y, width, height, source } = mark;
  return svg("image", { x, y, width, height, href: source.toDataURL("image/png") });
}

function line({ steps, fill, stroke }) {
  const d = steps.map(([name, ...places]) => name + places.map(rounded).join(" ")).join("");
  return svg("path", { d, ...filled(fill), ...stroked(stroke) });
}

const filled = (fill) => ({ fill: fill?.hex ?? "none", ...opaque("fill-opacity", fill) });

const opaque = (name, found) => (found && found.alpha < 1 ? { [name]: rounded(found.alpha) } : {});

function stroked(stroke) {
  if (!stroke) return {};
  return {
    stroke: stroke.colour.hex,
    ...opaque("stroke-opacity", stroke.colour),
    "stroke-width": rounded(stroke.width),
    "stroke-linecap": stroke.cap,
    "stroke-linejoin": stroke.join,
    ...(stroke.dashes.length
      ? { "stroke-dasharray": stroke.dashes.map(rounded).join(" "), "stroke-dashoffset": rounded(stroke.offset) }
      : {}),
  };
}

/** As wide as on the page, whatever the font. */
function words({ text, x, y, turn, size, width, isBold, fill, halo }) {
  const node = svg("text", {
    x: rounded(x),
    y: rounded(y),
    "font-size": rounded(size),
    textLength: rounded(width),
    lengthAdjust: "spacingAndGlyphs",
    ...filled(fill),
    ...(isBold ? { "font-weight": "bold" } : {}),
    ...(turn ? { transform: `rotate(${rounded(turn)} ${rounded(x)} ${rounded(y)})` } : {}),
    ...(halo
      ? { ...stroked({ ...halo, dashes: [], offset: 0, cap: "round", join: "round" }), "paint-order": "stroke" }
      : {}),
  });
  node.textContent = text;
  return node;
}
