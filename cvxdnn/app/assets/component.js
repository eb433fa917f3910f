/**
 * A component of Streamlit that is drawn by an ES module of ours, served beside the app.
 *
 * Streamlit calls the default export once when the component is mounted and again whenever Python sends new data or the
 * theme changes; it must answer at once, so the newest call waits here until the module has arrived. What the module
 * makes of the component's elements is one object for as long as they stay on the page.
 *
 * What Python sends is JSON in bytes (`cvxdnn/app/component.py`); modules are given what it means, the same object as
 * long as it says the same.
 */

/** @type {Promise<(root: Element) => {update: (component: object) => void, destroy: () => void}>} */
const mount = import(new URL("MODULE_ADDRESS", document.baseURI)).then((module) => module.default);
const states = new WeakMap();

async function start(root, state) {
  let make;
  try {
    make = await mount;
  } catch {
    const words = document.createElement("p");
    words.textContent = "This part of the page did not arrive. Reload the page to ask for it again.";
    root.prepend(words);
    return;
  }
  state.widget = make(root);
  state.widget.update(state.newest);
}

function read(state, bytes) {
  const text = new TextDecoder().decode(bytes);
  if (state.text !== text) [state.text, state.data] = [text, JSON.parse(text)];
  return state.data;
}

export default function component(sent) {
  const root = sent.parentElement;
  const state = states.get(root) ?? {};
  const newest = sent.data ? { ...sent, data: read(state, sent.data) } : sent;
  state.newest = newest;
  if (!states.has(root)) {
    states.set(root, state);
    start(root, state);
  } else state.widget?.update(newest);
  // Streamlit also cleans up after a call that newer data overtook, while the component stays on the page.
  return () =>
    setTimeout(() => {
      if (root.firstElementChild?.isConnected) return;
      state.widget?.destroy();
      states.delete(root);
    });
}
