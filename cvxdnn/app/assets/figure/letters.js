/**
 * Words in the fonts that every reader of PDF has: Helvetica for Latin letters, Symbol for Greek ones and for signs of
 * mathematics; raised and lowered figures are small ones of Helvetica.
 *
 * @typedef {{font: "H" | "S", codes: number[], rise: number}} Run letters of one font; `rise` 1 above, -1 below the line
 */

const GREEK = "αaβbχcδdεeφfγgηhιiκkλlμmνnοoπpθqρrσsτtυuωwξxψyζzΓGΔDΘQΛLΞXΠPΣSΦFΨYΩW";
const SIGNS = {
  "−": 0x2d, "≤": 0xa3, "≥": 0xb3, "∞": 0xa5, "≈": 0xbb, "≠": 0xb9, "√": 0xd6, "←": 0xac, "↑": 0xad,
  "→": 0xae, "↓": 0xaf, "∑": 0xe5, "∏": 0xd5, "∫": 0xf2, "∂": 0xb6, "′": 0xa2, "∈": 0xce, "⋅": 0xd7,
}; // biome-ignore format: a table
const WINDOWS = { "–": 0x96, "—": 0x97, "‘": 0x91, "’": 0x92, "“": 0x93, "”": 0x94, "…": 0x85, "•": 0x95, "€": 0x80 };
const RAISED = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁻-⁺+ᵀTᵗt";
const LOWERED = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9";

const pairs = (text) =>
  new Map([...text.matchAll(/(.)(.)/gu)].map(([, letter, code]) => [letter, code.codePointAt(0)]));
const symbol = new Map([...pairs(GREEK), ...Object.entries(SIGNS)]);
const [raised, lowered] = [pairs(RAISED), pairs(LOWERED)];

/** Widths of the letters of Helvetica from the space to the tilde, in thousandths of their size. */
const HELVETICA = [
  ...[
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  ],
  ...[556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556],
  ...[833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556],
  ...[500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500],
  ...[500, 500, 334, 260, 334, 584],
];
const OTHER = 550; // of what the table has not
export const SMALL = 0.62; // size of raised and lowered letters

/** @param {string} text @returns {Run[]} what no font has is a question mark */
export function runs(text) {
  const found = [];
  for (const letter of text.normalize("NFC")) {
    const [font, code, rise] = placed(letter);
    const last = found.at(-1);
    if (last && last.font === font && last.rise === rise) last.codes.push(code);
    else found.push({ font, codes: [code], rise });
  }
  return found;
}

function placed(letter) {
  const code = letter.codePointAt(0);
  if (raised.has(letter)) return ["H", raised.get(letter), 1];
  if (lowered.has(letter)) return ["H", lowered.get(letter), -1];
  if (symbol.has(letter)) return ["S", symbol.get(letter), 0];
  if (/\s/.test(letter)) return ["H", 0x20, 0];
  if (letter in WINDOWS) return ["H", WINDOWS[letter], 0];
  return ["H", (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code < 0x100) ? code : 0x3f, 0];
}

/** How wide such letters are, of size 1. @param {Run[]} letters */
export function widthOf(letters) {
  const each = ({ font, codes, rise }) => {
    const sum = codes.reduce((total, code) => total + ((font === "H" && HELVETICA[code - 0x20]) || OTHER), 0);
    return (rise ? SMALL : 1) * sum;
  };
  return letters.reduce((total, run) => total + each(run), 0) / 1000;
}
