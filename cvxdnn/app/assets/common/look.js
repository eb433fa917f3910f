/**
 * How the page around a component wants it to look, as the style sheets read it: the theme, and the view with what it
 * leaves out (`cvxdnn.app.view`). On a wall everything is drawn as in a window of a fixed small height, and magnified.
 */

const WHITE = [255, 255, 255];
const HEIGHT = 340; // pixels of that window: words of 12 pixels are 1/28 of it
const WIDTH = { wide: 490, upright: 400 }; // its least width: sliders that stand side by side need more

function magnify() {
  const width = window.innerHeight > window.innerWidth ? WIDTH.upright : WIDTH.wide;
  const zoom = Math.max(1, Math.min(window.innerHeight / HEIGHT, window.innerWidth / width));
  document.documentElement.style.setProperty("--wall", zoom.toFixed(3));
}

magnify();
window.addEventListener("resize", magnify);

function showTheme(host) {
  const paper = getComputedStyle(host.querySelector(".card")).backgroundColor;
  const [red, green, blue] = paper.match(/[\d.]+/g)?.map(Number) ?? WHITE;
  host.dataset.theme = 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
}

/**
 * @param {HTMLElement} host with a card in it
 * @param {?{name: string, hidden: string[]}} view none: the whole page
 */
export function showLook(host, view) {
  showTheme(host);
  host.dataset.view = view?.name ?? "page";
  host.toggleAttribute("data-fits", ["wall", "embed"].includes(view?.name)); // on one screen
  host.dataset.hidden = view?.hidden.join(" ") ?? "";
}

/** Whether somebody wants nothing to move. */
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Scrolls to an element, where not all of it is in sight. */
export function bringInSight(element) {
  element.scrollIntoView({ block: "nearest", behavior: isCalm() ? "instant" : "smooth" });
}

/** How many pixels of the screen a pixel of this element is. */
export const magnification = (element) => element.getBoundingClientRect().width / element.clientWidth || 1;

/** @returns {[number, number]} where a pointer is, in pixels of an element from its corner */
export function placeIn(element, { clientX, clientY }) {
  const { left, top } = element.getBoundingClientRect();
  const zoom = magnification(element);
  return [(clientX - left) / zoom, (clientY - top) / zoom];
}
