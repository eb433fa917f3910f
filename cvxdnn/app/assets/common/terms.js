/**
 * The words of the glossary where they stand: each is a button, or a link to its entry, that says its meaning when it is
 * pointed at, has the focus or is tapped. Escape, or a press elsewhere, takes that away.
 *
 * A meaning is an element of its own in the same root as the word, which `aria-describedby` names; it is shown in the
 * browser's top layer, so that no card cuts it. The text comes from `glossary.js`, which the server writes
 * (`cvxdnn.app.glossary`).
 */

import { MEANINGS, NAMES, PATTERN } from "../glossary.js";
import { element } from "./elements.js";
import { clamp } from "./numbers.js";

const EDGE = 8; // pixels between a meaning and the window's edge
const LEAVE = 200; // milliseconds in which a pointer may go from the word to its meaning
const UNMARKED = '[data-term]:not([aria-describedby]), a[href*="glossary#"]:not([aria-describedby])';

let [shown, seen] = [null, null]; // the word whose meaning is seen, and that meaning
let leaving;

/** The name of the first term in a text; undefined where there is none. */
export const termIn = (text) => NAMES[new RegExp(PATTERN, "i").exec(text)?.[1].toLowerCase()];

/**
 * Puts words into an element: the first of each term that they hold is a button. Where only what stands around the terms
 * is new, the buttons stay, with the pointer or the focus on them.
 * @param {Element} parent
 * @param {string} text
 * @param {number} [most] how many terms; each is a stop of the Tab key
 */
export function explain(parent, text, most = Number.POSITIVE_INFINITY) {
  if (parent.textContent === text) return;
  const pieces = split(text, most);
  const old = [...parent.childNodes];
  if (old.length === pieces.length && pieces.every(({ term }, k) => old[k].dataset?.term === term)) {
    pieces.forEach(({ words }, k) => {
      if (old[k].textContent !== words) old[k].textContent = words;
    });
    return;
  }
  parent.replaceChildren(...pieces.map(({ words, term }) => (term ? button(term, words) : words)));
  equip(parent);
}

/** Words between terms, which may be empty, and terms, in turn. */
function split(text, most) {
  const [pieces, known] = [[], new Set()];
  let end = 0;
  for (const match of text.matchAll(new RegExp(PATTERN, "gi"))) {
    const term = NAMES[match[1].toLowerCase()];
    if (known.has(term) || known.size === most) continue;
    known.add(term);
    pieces.push({ words: text.slice(end, match.index) }, { words: match[0], term });
    end = match.index + match[0].length;
  }
  return [...pieces, { words: text.slice(end) }];
}

/** A word that says what a term means; in place of words a question mark where these are a button already. */
export const button = (term, words) =>
  element("button", { type: "button", class: "term", "data-term": term }, null, [words]);

/** Gives all marked words within an element what makes them speak; the element is on the page. */
export function equip(parent) {
  for (const word of parent.querySelectorAll(UNMARKED)) speak(word, word.dataset.term ?? named(word.hash));
}

/** The term of the end of an address, as `anchor` in Python writes it. */
const named = (hash) =>
  Object.keys(MEANINGS).find((name) => `#${name.toLowerCase().replaceAll(" ", "-")}` === decode(hash));

function decode(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return ""; // somebody's own link
  }
}

function speak(word, term) {
  if (!MEANINGS[term]) return;
  word.setAttribute("aria-describedby", meaningOf(word, term).id);
  word.classList.add("term");
  let wasShown = false;
  word.addEventListener("pointerenter", ({ pointerType }) => pointerType !== "touch" && show(word));
  word.addEventListener("pointerleave", leave);
  word.addEventListener("focus", () => word.matches(":focus-visible") && show(word));
  word.addEventListener("blur", hide);
  word.addEventListener("pointerdown", () => {
    wasShown = shown === word;
  });
  word.addEventListener("click", (event) => {
    event.stopPropagation();
    if (event.pointerType !== "touch") {
      if (word.matches("button")) show(word);
    } else if (!wasShown) {
      event.preventDefault(); // of a link: the second tap follows it
      show(word);
    } else if (word.matches("button")) hide();
  });
}

/** The element with the meaning, made once for each root. */
function meaningOf(word, term) {
  const root = word.getRootNode();
  const id = `meaning-${Object.keys(MEANINGS).indexOf(term)}`;
  const known = root.getElementById(id);
  if (known) return known;
  const meaning = element("div", { id, class: "meaning", role: "tooltip", popover: "manual" }, null, [MEANINGS[term]]);
  meaning.addEventListener("pointerenter", () => clearTimeout(leaving));
  meaning.addEventListener("pointerleave", leave);
  (root.body ?? root).append(meaning);
  return meaning;
}

function show(word) {
  clearTimeout(leaving);
  if (shown === word) return;
  hide();
  [shown, seen] = [word, word.getRootNode().getElementById(word.getAttribute("aria-describedby"))];
  seen.showPopover();
  place();
}

/** Beside its word, within the window; also while the page moves, as it does to show what has the focus. */
function place() {
  if (!seen) return;
  const [{ left, top, bottom }, { width, height }] = [shown.getBoundingClientRect(), seen.getBoundingClientRect()];
  const isBelow = bottom + height + EDGE < window.innerHeight || top < height + EDGE;
  seen.style.left = `${clamp(left, EDGE, Math.max(EDGE, window.innerWidth - width - EDGE))}px`;
  seen.style.top = `${isBelow ? bottom + 4 : top - height - 4}px`;
}

function leave() {
  clearTimeout(leaving);
  leaving = setTimeout(() => !shown?.matches(":focus-visible") && hide(), LEAVE);
}

function hide() {
  if (seen?.isConnected) seen.hidePopover();
  [shown, seen] = [null, null];
}

document.addEventListener("pointerdown", (event) => {
  if (shown && !event.composedPath().some((node) => node === shown || node === seen)) hide();
});
document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
document.addEventListener("scroll", place, { capture: true, passive: true });
