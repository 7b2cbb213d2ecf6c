// Create elements without parsing HTML, so that untrusted text stays text.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Return an element with attributes, listeners (`onclick`) and children.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | EventListener | undefined>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") created.addEventListener(name.slice(2), value);
    else if (value === true) created.setAttribute(name, "");
    else if (value !== false && value !== undefined) created.setAttribute(name, String(value));
  }
  created.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return created;
}

/**
 * Return a label with its control.
 * @param {string} text
 * @param {HTMLElement} control
 * @param {string} [kind] a further class
 */
export function withLabel(text, control, kind = "") {
  return element("label", { class: `try-label ${kind}`.trim() }, element("span", {}, text), control);
}

/**
 * Return a select.
 * @param {{ value: string, text: string, group?: string }[]} options
 * @param {EventListener} onchange
 */
export function makeSelect(options, onchange) {
  const select = element("select", { onchange });
  /** @type {Map<string, HTMLElement>} */
  const groups = new Map();
  for (const { value, text, group } of options) {
    if (group && !groups.has(group)) groups.set(group, element("optgroup", { label: group }));
    const parent = group ? groups.get(group) : select;
    if (parent && parent !== select && !parent.parentNode) select.append(parent);
    parent?.append(element("option", { value }, text));
  }
  return select;
}

/**
 * Return a function that runs the task once, after it has not been called for this many milliseconds.
 * @param {() => void} task
 * @param {number} milliseconds
 */
export function debounce(task, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(task, milliseconds);
  };
}

/**
 * Return a table whose columns have headings.
 * @param {string} caption
 * @param {string[]} headings
 * @param {Child[][]} rows the first cell of each is its heading; null continues the heading of the row above
 * @param {string} [kind] a class
 */
export function table(caption, headings, rows, kind = "") {
  const head = element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map(([first, ...cells], index) => {
    const next = rows.slice(index + 1).findIndex(([title]) => title !== null);
    const span = next < 0 ? rows.length - index : next + 1;
    const heading =
      first !== null && element("th", span > 1 ? { scope: "rowgroup", rowspan: span } : { scope: "row" }, first);
    return element("tr", {}, heading, ...cells.map((cell) => element("td", {}, cell)));
  });
  return element(
    "div",
    { class: "try-scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      { class: `try-table ${kind}` },
      element("caption", {}, caption),
      element("thead", {}, head),
      element("tbody", {}, ...body),
    ),
  );
}
