/**
 * Writes a figure as a page of PDF: shapes stay shapes, and words are words that can be searched. Three of the fonts
 * that every reader has are named, none is put in; a drawing on a canvas is put in as a picture.
 *
 * The page is measured in pixels of the figure, downwards from its left upper corner; 4 pixels are 3 points.
 */

import { runs, SMALL, widthOf } from "./letters.js";

const POINTS = 0.75; // of a pixel
const CAPS = { butt: 0, round: 1, square: 2 };
const JOINS = { miter: 0, round: 1, bevel: 2 };
const STEPS = { M: "m", L: "l", C: "c", Z: "h" };
const HEAD = "%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n"; // bytes beyond 127 say that this is no text

const short = (value) => String(Number(value.toFixed(3)));
const several = (...values) => values.map(short).join(" ");
/** PDF knows no negative offset of dashes: that of a whole pattern more. An odd number of them is gone through twice. */
function phase(dashes, offset) {
  const whole = dashes.reduce((sum, dash) => sum + dash, 0) * (dashes.length % 2 ? 2 : 1);
  return ((offset % whole) + whole) % whole;
}

const mixed = ({ hex }) => several(...[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255));

/** @param {import("./read.js").Figure} figure @returns {Promise<Blob>} */
export async function pdfFile({ width, height, paper, title, marks }) {
  const page = new Page();
  page.write(several(POINTS, 0, 0, -POINTS, 0, height * POINTS), "cm");
  page.write(mixed(paper), "rg", several(0, 0, width, height), "re f");
  for (const mark of marks) page.draw(mark);
  const box = several(0, 0, width * POINTS, height * POINTS);
  return written(box, title, page, await Promise.all(page.images.map(pixels)));
}

/** What is drawn, and what that refers to. */
class Page {
  #lines = [];
  opacities = []; // [of fills, of strokes], each with a name
  images = [];

  get content() {
    return this.#lines.join("\n");
  }

  write(...words) {
    this.#lines.push(words.join(" "));
  }

  draw(mark) {
    this.write("q");
    if (mark.clip) {
      const { x, y, width, height } = mark.clip;
      this.write(several(x, y, width, height), "re W n");
    }
    if (mark.kind === "line") this.#line(mark);
    else if (mark.kind === "words") this.#words(mark);
    else this.#image(mark);
    this.write("Q");
  }

  #line({ steps, fill, stroke }) {
    this.#opaque(fill?.alpha ?? 1, stroke?.colour.alpha ?? 1);
    if (fill) this.write(mixed(fill), "rg");
    if (stroke) this.#pen(stroke);
    for (const [name, ...places] of steps) this.write(several(...places), STEPS[name]);
    this.write(fill && stroke ? "B" : fill ? "f" : "S");
  }

  #pen({ colour, width, dashes, offset, cap, join }) {
    this.write(mixed(colour), "RG", short(width), "w", CAPS[cap] ?? 0, "J", JOINS[join] ?? 0, "j");
    if (dashes.some((dash) => dash > 0)) this.write(`[${several(...dashes)}] ${short(phase(dashes, offset))} d`);
  }

  /** As wide as on the page: the letters of another font are drawn narrower or wider. */
  #words({ text, x, y, turn, size, width, isBold, fill, halo }) {
    const letters = runs(text);
    const natural = widthOf(letters) * size * (isBold ? 1.06 : 1);
    const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
    this.#opaque(fill.alpha, halo?.colour.alpha ?? 1);
    const say = () => {
      this.write("BT", several(cos, sin, sin, -cos, x, y), "Tm", short((100 * width) / natural), "Tz");
      for (const { font, codes, rise } of letters) {
        const bytes = codes.map((code) => code.toString(16).padStart(2, "0")).join("");
        const name = font === "S" ? "/S" : isBold ? "/B" : "/H";
        this.write(name, short(rise ? SMALL * size : size), "Tf", short((rise > 0 ? 0.35 : rise * 0.15) * size), "Ts");
        this.write(`<${bytes}>`, "Tj");
      }
      this.write("ET");
    };
    if (halo) {
      this.#pen({ ...halo, dashes: [], offset: 0, cap: "round", join: "round" });
      this.write("1 Tr");
      say();
    }
    this.write("0 Tr", mixed(fill), "rg");
    say();
  }

  #image({ x, y, width, height, source }) {
    this.images.push(source);
    this.write(several(width, 0, 0, -height, x, y + height), "cm", `/I${this.images.length - 1} Do`);
  }

  #opaque(...alphas) {
    const key = several(...alphas);
    if (!this.opacities.includes(key)) this.opacities.push(key);
    this.write(`/O${this.opacities.indexOf(key)} gs`);
  }
}

/** The colours of a canvas and how opaque they are, packed. */
async function pixels(source) {
  const { width, height } = source;
  const { data } = source.getContext("2d").getImageData(0, 0, width, height);
  const [colours, alphas] = [new Uint8Array(3 * width * height), new Uint8Array(width * height)];
  for (let k = 0; k < alphas.length; k++) {
    colours.set(data.subarray(4 * k, 4 * k + 3), 3 * k);
    alphas[k] = data[4 * k + 3];
  }
  return { width, height, colours: await packed(colours), alphas: await packed(alphas) };
}

async function packed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function written(box, title, page, images) {
  const [catalog, pages, sheet, content, info, fonts, first] = [1, 2, 3, 4, 5, 6, 9];
  const named = (entries) => `<< ${entries.map(([name, what]) => `/${name} ${what}`).join(" ")} >>`;
  const opacities = page.opacities.map((pair, k) => {
    const [fill, stroke] = pair.split(" ");
    return [`O${k}`, named([["ca", fill], ["CA", stroke]])]; // biome-ignore format: a pair
  });
  const resources = named([
    ["Font", named(["H", "B", "S"].map((name, k) => [name, `${fonts + k} 0 R`]))],
    ["ExtGState", named(opacities)],
    ["XObject", named(images.map((_, k) => [`I${k}`, `${first + 2 * k} 0 R`]))],
  ]);
  const font = (name, encoding) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} ${encoding} >>`;
  const latin = "/Encoding /WinAnsiEncoding";
  const pdf = new Objects();
  pdf.add(catalog, `<< /Type /Catalog /Pages ${pages} 0 R >>`);
  pdf.add(pages, `<< /Type /Pages /Kids [${sheet} 0 R] /Count 1 >>`);
  pdf.add(
    sheet,
    `<< /Type /Page /Parent ${pages} 0 R /MediaBox [${box}] /Resources ${resources} /Contents ${content} 0 R >>`,
  );
  pdf.add(content, `<< /Length ${page.content.length} >>`, page.content);
  pdf.add(info, `<< /Title ${utf16(title)} >>`);
  ["Helvetica", "Helvetica-Bold", "Symbol"].forEach((name, k) => {
    pdf.add(fonts + k, font(name, name === "Symbol" ? "" : latin));
  });
  images.forEach(({ width, height, colours, alphas }, k) => {
    const image = (space, bytes, more = "") =>
      `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /${space} ` +
      `/BitsPerComponent 8 /Filter /FlateDecode /Length ${bytes.length} ${more}>>`;
    const [number, mask] = [first + 2 * k, first + 2 * k + 1];
    pdf.add(number, image("DeviceRGB", colours, `/SMask ${mask} 0 R `), colours);
    pdf.add(mask, image("DeviceGray", alphas), alphas);
  });
  return pdf.file(catalog, info);
}

const utf16 = (text) =>
  `<FEFF${Array.from({ length: text.length }, (_, k) => text.charCodeAt(k).toString(16).padStart(4, "0")).join("")}>`;

/** The numbered objects of a file, and where each of them begins. */
class Objects {
  #parts = [];
  #length = 0;
  #places = new Map();

  constructor() {
    this.#put(HEAD);
  }

  add(number, head, stream = null) {
    this.#places.set(number, this.#length);
    this.#put(`${number} 0 obj\n${head}\n`);
    if (stream !== null) for (const part of ["stream\n", stream, "\nendstream\n"]) this.#put(part);
    this.#put("endobj\n");
  }

  #put(part) {
    const bytes = typeof part === "string" ? Uint8Array.from(part, (letter) => letter.charCodeAt(0)) : part;
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  file(root, info) {
    const count = this.#places.size + 1;
    const start = this.#length;
    const rows = [...this.#places].sort(([a], [b]) => a - b);
    const table = rows.map(([, place]) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
    this.#put(`xref\n0 ${count}\n0000000000 65535 f \n${table}`);
    this.#put(`trailer\n<< /Size ${count} /Root ${root} 0 R /Info ${info} 0 R >>\nstartxref\n${start}\n%%EOF\n`);
    return new Blob(this.#parts, { type: "application/pdf" });
  }
}
