/**
 * Makes an element. Texts become text and never HTML, whatever they hold.
 * @param {string} tag
 * @param {Record<string, unknown>} properties of the element: `className`, `value`, `onclick`
 * @param {...(Node | string)} children
 */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/**
 * A table that scrolls by itself on a narrow screen.
 * @param {string} caption for screen readers
 * @param {readonly string[]} columns
 * @param {readonly (readonly (Node | string)[])[]} rows
 */
export function table(caption, columns, rows) {
  const head = element('tr', {}, ...columns.map((column) => element('th', { scope: 'col' }, column)));
  const body = rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))));
  const made = element('table', { ariaLabel: caption }, element('thead', {}, head), element('tbody', {}, ...body));
  return element('div', { className: 'scroll' }, made);
}

export const find = (selector) => document.querySelector(selector);
