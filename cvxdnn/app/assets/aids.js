/**
 * What every page has besides its content: ways for the keyboard past what comes first, the meanings of its words, and,
 * on paper, its address.
 *
 * Two links stand before everything else, to the picture and to the controls beside it; from the end of a picture's
 * sliders a button of class "onward" leads on to these controls. All of them are seen while they have the focus.
 */

import { element } from "./common/elements.js";
import { equip } from "./common/terms.js";

const IN_PICTURE = '.points [tabindex="0"], .picture [tabindex="0"], .controls .rail, .weight-decay .rail, .film .rail';
const CAN_FOCUS = 'button:not(:disabled), input:not(:disabled), summary, [role="slider"]';
const CONTROLS = [
  '[class*="_buttons"] button:not(:disabled)', // those of the training
  ".st-key-split > * > .stHorizontalBlock > .stColumn:last-child",
  ".stMainBlockContainer",
];

/** The first thing of the first picture that takes keys. */
function picture() {
  const roots = [...document.querySelectorAll(".stMain *")].map((node) => node.shadowRoot).filter(Boolean);
  const all = roots.flatMap((root) => [...root.querySelectorAll(IN_PICTURE)]);
  return all.find((node) => node.checkVisibility() && !node.disabled);
}

/** The button that trains, or else the first control beside the picture. */
function controls() {
  const found = CONTROLS.map((place) => document.querySelector(place)).filter(Boolean);
  return found.map((place) => (place.matches(CAN_FOCUS) ? place : place.querySelector(CAN_FOCUS))).find(Boolean);
}

function go(find) {
  const goal = find();
  goal?.focus();
  goal?.scrollIntoView({ block: "nearest" });
}

function addLinks() {
  const nav = element("nav", { class: "skip-links", "aria-label": "Skip" });
  const link = (words, find) => {
    element("button", { type: "button" }, nav, [words]).onclick = () => go(find);
  };
  link("Skip to the picture", picture);
  link("Skip to the controls", controls);
  document.body.prepend(nav);
  document.addEventListener("click", (event) => {
    if (event.composedPath()[0].closest?.(".onward")) go(controls);
  });
}

function addAddress() {
  const address = element("p", { class: "on-paper" }, document.body);
  const write = () => {
    address.textContent = window.location.href;
  };
  window.addEventListener("beforeprint", write);
  window.matchMedia("print").addEventListener("change", write);
}

/**
 * Shows what the address names behind its "#" until its reader does something: Streamlit scrolls to a heading once, as
 * soon as it is there, and what comes before it may still grow.
 */
function followAddress() {
  const named = new URLSearchParams(window.location.hash.replace("#", "name=")).get("name");
  let isFollowed = true;
  const stop = () => {
    isFollowed = false;
  };
  for (const act of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    window.addEventListener(act, stop, { once: true, passive: true });
  }
  return () => isFollowed && named && document.getElementById(named)?.scrollIntoView();
}

/** At once, and in the frame after each change of the page: Streamlit writes when it likes. */
function afterEachChange(act) {
  let isDue = false;
  const observer = new MutationObserver(() => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      act();
    });
  });
  observer.observe(document.body, { childList: true, subtree: true });
  act();
}

/** Once for all pages: they come and go between. */
export default function mount() {
  if (!document.querySelector(".skip-links")) {
    addLinks();
    addAddress();
    const follow = followAddress();
    afterEachChange(() => {
      equip(document);
      follow();
    });
  }
  return { update() {}, destroy() {} };
}
