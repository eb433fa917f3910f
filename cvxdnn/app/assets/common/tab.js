/** What a tab keeps until it is closed. */

/** @returns {any} what is kept under this name; null where nothing is */
export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Keeps a value until the tab is closed; where a browser keeps nothing, the page works until it is reloaded. */
export function keep(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // private windows of some browsers
  }
}
