/** The class that this tab has opened, kept in it alone: the secret lets nobody else lock or reveal. */

const NAME = "cvxdnn-class";

/** @returns {?{code: string, secret: string}} */
export function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null; // a browser may keep nothing
  }
}

/** @param {{code: string, secret: string}} opened */
export function keep({ code, secret }) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ code, secret }));
  } catch {}
}

/** @param {string} code of a class that is over */
export function forget(code) {
  if (kept()?.code === code) sessionStorage.removeItem(NAME);
}
