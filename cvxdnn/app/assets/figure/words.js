/** Words of a picture, line by line, where the page has them: those in an svg, those around it, and a title. */

import { colour } from "./colour.js";

const TITLE = 17; // pixels
const ruler = document.createElement("canvas").getContext("2d");

export const Words = {
  /** The words of an svg's text. */
  ofSvg(element, style, opacity, { a, b, c, d, e, f }, clip) {
    const { x, y } = element.getStartPositionOfChar(0);
    const scale = Math.hypot(a, b);
    const halo = style.paintOrder.startsWith("stroke") ? colour(style.stroke, opacity) : null;
    return {
      kind: "words",
      text: element.textContent,
      x: a * x + c * y + e,
      y: b * x + d * y + f,
      turn: (Math.atan2(b, a) * 180) / Math.PI,
      size: Number.parseFloat(style.fontSize) * scale,
      width: element.getComputedTextLength() * scale,
      isBold: isBold(style),
      fill: colour(style.fill, opacity) ?? { hex: "#000000", alpha: 0 },
      halo: halo && { colour: halo, width: Number.parseFloat(style.strokeWidth) * scale },
      clip,
    };
  },

  /** A title in as many lines as it needs. @returns {{marks: object[], height: number}} */
  title(text, width, style, edge) {
    ruler.font = `bold ${TITLE}px ${style.fontFamily}`;
    const rows = [];
    for (const word of text.split(/\s+/).filter(Boolean)) {
      const longer = rows.length ? `${rows.at(-1)} ${word}` : word;
      if (rows.length && ruler.measureText(longer).width <= width) rows[rows.length - 1] = longer;
      else rows.push(word);
    }
    const fill = colour(style.color);
    const marks = rows.map((row, k) => ({
      kind: "words",
      text: row,
      x: edge,
      y: edge + TITLE * (0.9 + 1.3 * k),
      turn: 0,
      size: TITLE,
      width: ruler.measureText(row).width,
      isBold: true,
      fill,
      halo: null,
      clip: null,
    }));
    return { marks, height: 1.3 * TITLE * rows.length };
  },
};

const isBold = ({ fontWeight }) => Number(fontWeight) >= 600;

/**
 * The words that stand in an element itself, one mark for each line and text of it.
 * @param {[number, number]} shift from the window to the figure
 */
export function lines(element, style, opacity, [left, top]) {
  const fill = colour(style.color, opacity);
  const marks = [];
  for (const node of element.childNodes) {
    if (!fill || !(node instanceof Text) || !node.data.trim()) continue;
    for (const { text, box } of rows(node)) {
      marks.push({
        kind: "words",
        text,
        x: box.left + left,
        y: baseline(box, style) + top,
        turn: 0,
        size: Number.parseFloat(style.fontSize),
        width: box.right - box.left,
        isBold: isBold(style),
        fill,
        halo: null,
        clip: null,
      });
    }
  }
  return marks;
}

/** The lines into which a text is broken on the page. */
function rows(node) {
  const found = [];
  const range = document.createRange();
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    const last = found.at(-1);
    if (last && Math.abs(last.box.top - top) < 2) {
      last.text += ` ${word}`;
      last.box.right = right;
    } else found.push({ text: word, box: { left, right, top, bottom } });
  }
  return found.filter(({ box }) => box.right > box.left);
}

function baseline({ top, bottom }, { fontWeight, fontSize, fontFamily }) {
  ruler.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = ruler.measureText("x");
  return (top + bottom - above - below) / 2 + above;
}
