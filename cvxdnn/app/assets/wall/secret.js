/**
 * The class that this tab has opened, kept in it alone: the secret lets nobody else lock or reveal. With it the entries
 * of the address under which it was opened: they name its lessons.
 */

import * as tab from "../common/tab.js";

const NAME = "cvxdnn-class";

/** @returns {?{code: string, secret: string, search: string}} */
export const kept = () => tab.kept(NAME);

/** @param {{code: string, secret: string}} opened */
export function keep({ code, secret }) {
  const former = kept();
  const { search } = former?.code === code ? former : location;
  tab.keep(NAME, { code, secret, search });
}

/** @param {string} code of a class that is over */
export function forget(code) {
  if (kept()?.code === code) sessionStorage.removeItem(NAME);
}
