/**
 * The outlines of shapes of an svg, as moves, lines and cubic curves: all that a file of any kind can draw.
 *
 * @typedef {["M" | "L", number, number] | ["C", number, number, number, number, number, number] | ["Z"]} Step
 *   absolute coordinates
 */

const ROUND = 0.5522847498; // handle of a cubic that draws a quarter of a circle of radius 1
const NUMBERS = { m: 2, l: 2, h: 1, v: 1, c: 6, a: 7, z: 0 }; // what our pictures use
const TOKEN = /[a-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;

/**
 * @param {SVGGeometryElement} shape path, line, polyline, polygon, circle, ellipse or rect
 * @returns {Step[]}
 */
export function outline(shape) {
  const value = (name) => shape[name].baseVal.value;
  switch (shape.tagName) {
    case "line":
      return [
        ["M", value("x1"), value("y1")],
        ["L", value("x2"), value("y2")],
      ];
    case "circle":
      return ellipse(value("cx"), value("cy"), value("r"), value("r"));
    case "ellipse":
      return ellipse(value("cx"), value("cy"), value("rx"), value("ry"));
    case "rect":
      return box(value("x"), value("y"), value("width"), value("height"), value("rx") || value("ry"));
    case "polyline":
    case "polygon": {
      const steps = [...shape.points].map(({ x, y }, k) => [k ? "L" : "M", x, y]);
      return shape.tagName === "polygon" ? [...steps, ["Z"]] : steps;
    }
    default:
      return along(shape.getAttribute("d") ?? "");
  }
}

/** A rectangle, with round corners where a radius is given. @returns {Step[]} */
export function box(x, y, width, height, radius = 0) {
  const [right, bottom] = [x + width, y + height];
  const r = Math.min(radius, width / 2, height / 2);
  if (!r) return [["M", x, y], ["L", right, y], ["L", right, bottom], ["L", x, bottom], ["Z"]];
  const h = r * (1 - ROUND);
  return [
    ["M", x + r, y],
    ["L", right - r, y],
    ["C", right - h, y, right, y + h, right, y + r],
    ["L", right, bottom - r],
    ["C", right, bottom - h, right - h, bottom, right - r, bottom],
    ["L", x + r, bottom],
    ["C", x + h, bottom, x, bottom - h, x, bottom - r],
    ["L", x, y + r],
    ["C", x, y + h, x + h, y, x + r, y],
    ["Z"],
  ];
}

function ellipse(x, y, rx, ry) {
  const [h, v] = [rx * ROUND, ry * ROUND];
  return [
    ["M", x - rx, y],
    ["C", x - rx, y - v, x - h, y - ry, x, y - ry],
    ["C", x + h, y - ry, x + rx, y - v, x + rx, y],
    ["C", x + rx, y + v, x + h, y + ry, x, y + ry],
    ["C", x - h, y + ry, x - rx, y + v, x - rx, y],
    ["Z"],
  ];
}

/** The steps of a path as its text says them. @returns {Step[]} */
export function along(text) {
  const tokens = text.match(TOKEN) ?? [];
  const pen = new Pen();
  let command = "";
  for (let at = 0; at < tokens.length; ) {
    if (/[a-z]/i.test(tokens[at])) command = tokens[at++];
    const count = NUMBERS[command.toLowerCase()];
    pen.take(command, tokens.slice(at, at + count).map(Number));
    at += count;
    if (command === "M") command = "L";
    if (command === "m") command = "l";
  }
  return pen.steps;
}

/** Where a path is, and the steps that have led there. */
class Pen {
  steps = [];
  #at = [0, 0];
  #start = [0, 0];

  take(command, numbers) {
    const kind = command.toUpperCase();
    const from = command === kind ? [0, 0] : this.#at;
    const ends = () => numbers.map((number, k) => number + from[k % 2]);
    if (kind === "Z") this.#close();
    else if (kind === "M") this.#move(ends());
    else if (kind === "L") this.#line(...ends());
    else if (kind === "H") this.#line(numbers[0] + from[0], this.#at[1]);
    else if (kind === "V") this.#line(this.#at[0], numbers[0] + from[1]);
    else if (kind === "C") this.#curve(ends());
    else this.#arc(numbers, [numbers[5] + from[0], numbers[6] + from[1]]);
  }

  #move(end) {
    this.steps.push(["M", ...end]);
    this.#at = this.#start = end;
  }

  #line(x, y) {
    this.steps.push(["L", x, y]);
    this.#at = [x, y];
  }

  #curve(places) {
    this.steps.push(["C", ...places]);
    this.#at = places.slice(-2);
  }

  #close() {
    this.steps.push(["Z"]);
    this.#at = this.#start;
  }

  /** An arc of an ellipse in pieces of at most a quarter; the standard's way from ends to centre. */
  #arc([rx, ry, turn, isLarge, isClockwise], end) {
    const [x1, y1] = this.#at;
    const [x2, y2] = end;
    if (!rx || !ry) {
      this.#line(x2, y2);
      return;
    }
    const angle = (turn * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [dx, dy] = [(x1 - x2) / 2, (y1 - y2) / 2];
    const [u, v] = [cos * dx + sin * dy, cos * dy - sin * dx];
    const stretch = Math.sqrt(Math.max((u / rx) ** 2 + (v / ry) ** 2, 1));
    const [a, b] = [rx * stretch, ry * stretch];
    const inside = (a * b) ** 2 - (a * v) ** 2 - (b * u) ** 2;
    const away = (isLarge === isClockwise ? -1 : 1) * Math.sqrt(Math.max(inside, 0) / ((a * v) ** 2 + (b * u) ** 2));
    const [cu, cv] = [(away * a * v) / b, (-away * b * u) / a];
    const first = Math.atan2((v - cv) / b, (u - cu) / a);
    let sweep = Math.atan2((-v - cv) / b, (-u - cu) / a) - first;
    if (isClockwise && sweep < 0) sweep += 2 * Math.PI;
    if (!isClockwise && sweep > 0) sweep -= 2 * Math.PI;
    const center = [cos * cu - sin * cv + (x1 + x2) / 2, sin * cu + cos * cv + (y1 + y2) / 2];
    const place = (s, t) => [center[0] + cos * a * s - sin * b * t, center[1] + sin * a * s + cos * b * t];
    const pieces = Math.ceil(Math.abs(sweep) / (Math.PI / 2) - 1e-9);
    const step = sweep / pieces;
    const h = (4 / 3) * Math.tan(step / 4);
    for (let k = 0; k < pieces; k++) {
      const [from, to] = [first + k * step, first + (k + 1) * step];
      this.#curve([
        ...place(Math.cos(from) - h * Math.sin(from), Math.sin(from) + h * Math.cos(from)),
        ...place(Math.cos(to) + h * Math.sin(to), Math.sin(to) - h * Math.cos(to)),
        ...(k === pieces - 1 ? end : place(Math.cos(to), Math.sin(to))),
      ]);
    }
  }
}
