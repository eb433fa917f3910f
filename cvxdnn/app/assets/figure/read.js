/**
 * Reads a picture from the page as it is shown: what is drawn, the words around it, the legend; without what is only
 * there to be pressed. What comes out are marks in one system of pixels, with their colours: all kinds of files are
 * written from these (`svg_file.js`, `pdf_file.js`).
 *
 * @typedef {{hex: string, alpha: number}} Colour
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 *
 * @typedef {object} Line an outline, filled, stroked or both
 * @property {"line"} kind
 * @property {import("./outline.js").Step[]} steps
 * @property {?Colour} fill
 * @property {?{colour: Colour, width: number, dashes: number[], offset: number, cap: string, join: string}} stroke
 * @property {?Box} clip
 *
 * @typedef {object} Words in one line
 * @property {"words"} kind
 * @property {string} text
 * @property {number} x where they begin
 * @property {number} y their base line
 * @property {number} turn in degrees, clockwise
 * @property {number} size of the letters
 * @property {number} width
 * @property {boolean} isBold
 * @property {Colour} fill
 * @property {?{colour: Colour, width: number}} halo around the letters, below them
 * @property {?Box} clip
 *
 * @typedef {{kind: "image", source: HTMLCanvasElement} & Box} Image
 * @typedef {{width: number, height: number, paper: Colour, title: string, marks: (Line | Words | Image)[]}} Figure
 */

import { colour } from "./colour.js";
import { box, outline } from "./outline.js";
import { lines, Words } from "./words.js";

const LEFT_OUT =
  ".toolbar, .film, .onward, .announcer, .values, .ask, [data-action], .entry[aria-pressed='false'], title, defs, clipPath";
const SHAPES = "path, line, polyline, polygon, circle, ellipse, rect";
const EDGE = 14; // pixels around all
const GAP = 8; // at most, between what stands one under the other

/**
 * @param {HTMLElement} host of a component
 * @param {string} title
 * @returns {Figure}
 */
export function read(host, title) {
  const card = host.querySelector(".card");
  const paper = colour(getComputedStyle(card).backgroundColor) ?? { hex: "#ffffff", alpha: 1 };
  const outer = card.getBoundingClientRect();
  const head = Words.title(title, outer.width - 2 * EDGE, getComputedStyle(card), EDGE);
  const marks = [...head.marks];
  let bottom = EDGE + head.height; // in the figure
  let last = null; // the bottom of what is above, on the page
  for (const part of parts(card)) {
    const { top, bottom: end } = part.getBoundingClientRect();
    if (last === null) last = top - GAP;
    const shift = bottom + Math.min(top - last, GAP) - top;
    marks.push(...new Reader([-outer.left, shift]).read(part));
    bottom = Math.max(bottom, end + shift);
    last = Math.max(last, end);
  }
  return { width: outer.width, height: bottom + EDGE, paper, title, marks };
}

/** What a card holds, from top to bottom; of sliders their words. */
function parts(card) {
  const place = (part) => part.getBoundingClientRect();
  return [...card.children]
    .flatMap((part) => (part.matches(".controls") ? [...part.querySelectorAll("span")] : [part]))
    .filter((part) => !part.matches(LEFT_OUT) && place(part).height > 0)
    .sort((a, b) => place(a).top - place(b).top);
}

class Reader {
  #marks = [];

  /** @param {[number, number]} shift from the window to the figure */
  constructor(shift) {
    this.shift = shift;
  }

  read(element) {
    this.#walk(element, 1, null);
    return this.#marks;
  }

  #walk(element, opacity, clip) {
    if (element.matches(LEFT_OUT)) return;
    const style = getComputedStyle(element);
    if (style.display === "none") return;
    const seen = opacity * Number(style.opacity);
    if (style.visibility === "visible") this.#draw(element, style, seen, clip);
    const inside = this.#clipped(element, style, clip);
    for (const child of element.children) this.#walk(child, seen, inside);
  }

  #draw(element, style, opacity, clip) {
    if (element instanceof HTMLCanvasElement) {
      this.#marks.push({ kind: "image", source: element, ...this.#box(element.getBoundingClientRect()) });
    } else if (element instanceof HTMLElement) this.#drawBox(element, style, opacity);
    else if (element.matches(SHAPES)) this.#drawShape(element, style, opacity, clip);
    else if (element.matches("text") && element.textContent) {
      this.#marks.push(Words.ofSvg(element, style, opacity, this.#matrix(element), clip));
    }
  }

  /* Shapes */

  #drawShape(shape, style, opacity, clip) {
    const isOpen = shape.matches("line");
    const fill = isOpen ? null : colour(style.fill, opacity * Number(style.fillOpacity));
    const matrix = this.#matrix(shape);
    const stroke = strokeOf(style, opacity, Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c)));
    if (!fill && !stroke) return;
    const steps = outline(shape).map((step) => moved(step, matrix));
    if (steps.length) this.#marks.push({ kind: "line", steps, fill, stroke, clip });
  }

  /** From the shape's own coordinates to the figure's. */
  #matrix(element) {
    const [x, y] = this.shift;
    const { a, b, c, d, e, f } = element.getScreenCTM();
    return { a, b, c, d, e: e + x, f: f + y };
  }

  /** The ground and the border of an element, and the words in it. */
  #drawBox(element, style, opacity) {
    const place = this.#box(element.getBoundingClientRect());
    const fill = element.matches("button, input") ? null : colour(style.backgroundColor, opacity);
    const width = Number.parseFloat(style.borderTopWidth);
    const hasBorder = width > 0 && style.borderTopStyle === "solid" && !element.matches("button, input");
    const edge = hasBorder ? colour(style.borderTopColor, opacity) : null;
    if (fill || edge) {
      const half = edge ? width / 2 : 0;
      const radius = Number.parseFloat(style.borderTopLeftRadius) || 0;
      const steps = box(place.x + half, place.y + half, place.width - 2 * half, place.height - 2 * half, radius);
      const stroke = edge && { colour: edge, width, dashes: [], offset: 0, cap: "butt", join: "miter" };
      this.#marks.push({ kind: "line", steps, fill, stroke, clip: null });
    }
    this.#marks.push(...lines(element, style, opacity, this.shift));
  }

  /* Where something is cut */

  #clipped(element, style, clip) {
    let own = null;
    if (element.matches("svg") && style.overflow !== "visible") own = viewport(element);
    const name = style.clipPath.match(/url\("?#([^")]+)/)?.[1];
    const shape = name && element.ownerSVGElement?.querySelector(`#${CSS.escape(name)} rect`);
    if (shape) own = transformed(shape, element.getScreenCTM());
    if (!own) return clip;
    return clip ? common(clip, this.#box(own)) : this.#box(own);
  }

  #box({ x, y, width, height }) {
    return { x: x + this.shift[0], y: y + this.shift[1], width, height };
  }
}

function strokeOf(style, opacity, scale) {
  const found = colour(style.stroke, opacity * Number(style.strokeOpacity));
  const width = Number.parseFloat(style.strokeWidth) * scale;
  if (!found || !(width > 0)) return null;
  const dashes = style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat);
  return {
    colour: found,
    width,
    dashes: dashes.map((dash) => dash * scale),
    offset: Number.parseFloat(style.strokeDashoffset) * scale || 0,
    cap: style.strokeLinecap,
    join: style.strokeLinejoin,
  };
}

/** An svg's own window: where an inner one lies among its parent's coordinates, and the whole of an outer one. */
function viewport(element) {
  return element.ownerSVGElement
    ? transformed(element, element.parentNode.getScreenCTM())
    : element.getBoundingClientRect();
}

function transformed(element, { a, d, e, f }) {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => element[name].baseVal.value);
  return { x: a * x + e, y: d * y + f, width: a * width, height: d * height };
}

function common(a, b) {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const right = Math.min(a.x + a.width, b.x + b.width);
  const bottom = Math.min(a.y + a.height, b.y + b.height);
  return { x, y, width: Math.max(right - x, 0), height: Math.max(bottom - y, 0) };
}

function moved([name, ...places], { a, b, c, d, e, f }) {
  const out = [name];
  for (let k = 0; k < places.length; k += 2) {
    const [x, y] = [places[k], places[k + 1]];
    out.push(a * x + c * y + e, b * x + d * y + f);
  }
  return out;
}
