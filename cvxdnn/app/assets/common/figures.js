/**
 * The pictures that are on the page now, for who wants to take one home: each component enters its own when it is made
 * and leaves when it goes. All components of a page share this module.
 *
 * @typedef {object} Shown
 * @property {HTMLElement} host the component's element, with a card in it
 * @property {() => string} title what the picture is called; "" for what the page is called
 */

/** @type {Set<Shown>} */
const all = new Set();
const listeners = new Set();

function tell() {
  for (const listener of listeners) listener();
}

/**
 * @param {Shown} figure
 * @returns {{destroy: () => void}} to be called when it goes
 */
export function enter(figure) {
  all.add(figure);
  tell();
  return {
    destroy: () => {
      all.delete(figure);
      tell();
    },
  };
}

/**
 * @param {() => void} listener called whenever one comes or goes
 * @returns {{destroy: () => void}}
 */
export function watch(listener) {
  listeners.add(listener);
  return { destroy: () => listeners.delete(listener) };
}

/** @returns {Shown[]} from top to bottom */
export function figures() {
  const place = ({ host }) => host.getBoundingClientRect();
  return [...all]
    .filter(({ host }) => host.isConnected)
    .sort((a, b) => place(a).top - place(b).top || place(a).left - place(b).left);
}
