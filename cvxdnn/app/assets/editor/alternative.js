/**
 * The chart and the certificate in words, for who does not see them: what they show now, once it has come to rest.
 *
 * @typedef {import("./link.js").Data} Data
 */

import { AtRest, listed } from "../common/at_rest.js";
import { coordinate, counted, short } from "../common/numbers.js";

const TOLD = ["drawing", "optimum", "network"]; // styles of the curves whose bends and price are said

export class Alternative {
  #shown; // what was drawn last: {data, hidden}

  /** @param {import("./index.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.rest = new AtRest(() => this.#write());
  }

  /**
   * @param {Data} data as it is drawn
   * @param {Set<string>} hidden
   */
  show(data, hidden) {
    this.#shown = { data, hidden };
    this.rest.moved();
  }

  #write() {
    const { editor } = this;
    const { data, hidden } = this.#shown;
    const curves = data.curves.filter(({ name, style }) => TOLD.includes(style) && !hidden.has(name));
    const [{ width }, { x, y }] = [editor.drawing.view, data.letters];
    const chart = [
      `Chart of ${counted(editor.history.points.length, "point")}, ${y} over ${x}`,
      ...curves.map((curve) => ofCurve(curve, x, width)),
      editor.beat.isOpen ? editor.beat.said : editor.score.said,
      data.model ? `weight decay ${short(editor.link.beta)}` : "",
    ];
    editor.drawing.chart.setAttribute("aria-label", `${chart.filter(Boolean).join(". ")}.`);
    editor.certificate.describe(data.certificate, x, width);
    editor.hinges.describe();
  }

  destroy() {
    this.rest.destroy();
  }
}

/** A curve's bends and price, as "certified optimum: 3 bends, at x = 0.2, 0.5, 0.7; price 0.12". */
function ofCurve({ label, is_old: isOld, lines, knots, bends, price }, x, width) {
  if (!lines.length) return `${label}: not known yet`;
  if (isOld) return "the network is of earlier points or another weight decay";
  const places = (knots ?? []).filter((at) => at !== null).map((at) => coordinate(at, width));
  const count = bends ?? places.length;
  const bent = count ? `${counted(count, "bend")}, knots at ${x} = ${listed(places)}` : "no bend";
  return `${label}: ${bent}${price ? `; price ${short(price.misfit + price.charge)}` : ""}`;
}
