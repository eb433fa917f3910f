/** Elements of HTML, made without any markup. */

/**
 * @param {string} tag
 * @param {{[name: string]: string}} [attributes] "class" among them
 * @param {Element} [parent]
 * @param {(Node | string)[]} [children]
 */
export function element(tag, attributes = {}, parent = null, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  parent?.append(node);
  return node;
}
