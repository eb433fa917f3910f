/** Whether Streamlit's theme is light or dark, as the style sheets read it. */

const WHITE = [255, 255, 255];

/** @param {HTMLElement} host with a card in it */
export function showTheme(host) {
  const paper = getComputedStyle(host.querySelector(".card")).backgroundColor;
  const [red, green, blue] = paper.match(/[\d.]+/g)?.map(Number) ?? WHITE;
  host.dataset.theme = 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
}
