/** The buttons that save the pictures of a page: one row for each picture, a button for each kind of file. */

import { element } from "../common/elements.js";
import { figures, watch } from "../common/figures.js";
import { pdfFile } from "./pdf_file.js";
import { read } from "./read.js";
import { svgFile } from "./svg_file.js";

const DENSE = 2; // pixels of a PNG for one on the page
const KINDS = {
  SVG: async (figure) => new Blob([svgFile(figure)], { type: "image/svg+xml" }),
  PNG: pngFile,
  PDF: pdfFile,
};

async function pngFile(figure) {
  const address = URL.createObjectURL(await KINDS.SVG(figure));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: DENSE * image.width, height: DENSE * image.height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it only when asked where to
}

class Buttons {
  #page = "";
  #watch = watch(() => this.#draw()); // the menu may be open before the picture is there

  constructor(root) {
    this.host = root.querySelector(".figures");
  }

  update({ data }) {
    this.#page = data.page;
    this.#draw();
  }

  #draw() {
    const shown = figures();
    this.host.replaceChildren(...shown.map((figure, k) => this.#row(figure, k, shown.length)));
  }

  #row({ host, title }, k, count) {
    const page = this.#page;
    const called = title() || document.querySelector("h1")?.textContent || page;
    const row = element("div", { class: "row", role: "group", "aria-label": called });
    element("span", {}, row, [count > 1 ? called : "Picture, as it is now"]);
    const name = count > 1 ? `${page}_picture_${k + 1}` : `${page}_picture`;
    for (const [kind, make] of Object.entries(KINDS)) {
      const button = element("button", { type: "button", class: "tool" }, row, [kind]);
      button.onclick = async () => save(await make(read(host, called)), `${name}.${kind.toLowerCase()}`);
    }
    return row;
  }

  destroy() {
    this.#watch.destroy();
  }
}

/** Takes the component's elements over. */
export default function mount(root) {
  return new Buttons(root);
}
