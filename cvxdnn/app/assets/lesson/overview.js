/** The list of all lessons. */

import { element } from "../common/elements.js";

/**
 * @param {{title: string, line: string, is_in_path: boolean}[]} entries
 * @param {(n: number) => void} open
 */
export const overview = (entries, open) =>
  entries.map(({ title, line, is_in_path: isInPath }, k) => {
    const star = element("span", { class: "star" }, null, [isInPath ? "★ one lecture" : ""]);
    const button = element("button", { type: "button" }, null, [
      element("span", { class: "number" }, null, [String(k + 1)]),
      element("b", {}, null, [title]),
      star,
      element("span", { class: "line" }, null, [line]),
    ]);
    button.onclick = () => open(k + 1);
    return element("li", {}, null, [button]);
  });
