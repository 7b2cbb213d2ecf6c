// Messages for violations, in the words of the Python package: `args.days: expected more than 0, found 0`.
// What each keyword expects is in `json_schema/words.json`, which both read; how it is filled in, a test compares.

import words from "../../../json_schema/words.json" with { type: "json" };

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const LONGEST = 80;
const LONGEST_TEXT = 50;

/** @type {Record<string, string>} */
const ARTICLES = words.types;
/** @type {Record<string, string>} */
const EXPECTATIONS = words.expected;
/** @type {Record<string, string>} */
const FOUND = words.found;

/**
 * Return an instance path in the notation of the reference pages; a name that is not plain is put in brackets.
 * @param {(string | number)[]} path
 */
export function dotted(path) {
  const parts = path.map((part) =>
    typeof part === "string" && PLAIN.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`,
  );
  return parts.join("").replace(/^\./, "");
}

/**
 * Return a text of at most this many characters; one that was cut ends in `…`.
 * @param {string} text
 * @param {number} [longest]
 */
export function cut(text, longest = LONGEST) {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

/**
 * Return a value as JSON, cut where it is long.
 * @param {unknown} value
 * @param {number} [longest]
 */
function shortened(value, longest = LONGEST) {
  return cut(dumped(value), longest);
}

/**
 * Return a value as JSON in one line, every digit of an integer kept.
 * @param {unknown} value
 * @returns {string}
 */
export function dumped(value) {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(dumped).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value)
    .map(([name, part]) => `${JSON.stringify(name)}: ${dumped(part)}`)
    .join(", ")}}`;
}

/**
 * Return a value as JSON in lines, every digit of an integer kept.
 * @param {unknown} value
 * @param {string} [indent]
 * @returns {string}
 */
export function laidOut(value, indent = "\n") {
  if (typeof value !== "object" || value === null || !Object.keys(value).length) return dumped(value);
  const inner = `${indent}  `;
  const named = (/** @type {[string, unknown]} */ [name, part]) =>
    `${Array.isArray(value) ? "" : `${JSON.stringify(name)}: `}${laidOut(part, inner)}`;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}${inner}${Object.entries(value).map(named).join(`,${inner}`)}${indent}${close}`;
}

/**
 * Say what a keyword with this value expects of an instance.
 * @param {string} keyword
 * @param {any} value
 * @param {any} instance
 * @returns {string}
 */
export function expectation(keyword, value, instance) {
  if (!Object.hasOwn(EXPECTATIONS, keyword)) return cut(`what ${keyword} ${shortened(value)} allows`);
  return cut(EXPECTATIONS[keyword].replace(/\{(\w+)\}/g, (_, part) => PARTS[part](value, instance)));
}

/**
 * Say what was found instead.
 * @param {string} keyword
 * @param {any} instance
 * @returns {string}
 */
export function discovery(keyword, instance) {
  return cut(DESCRIPTIONS[FOUND[keyword] ?? "value"](instance));
}

/**
 * Return a number with its noun.
 * @param {number | bigint} number
 * @param {string} thing
 */
export function count(number, thing) {
  return `${number} ${thing}${Number(number) === 1 ? "" : "s"}`;
}

/** @param {any} instance */
function describe(instance) {
  const text = shortened(instance);
  if (!text.endsWith("…") || typeof instance !== "object") return text;
  return `${Array.isArray(instance) ? "an array" : "an object"} of ${count(Object.keys(instance).length, "member")}`;
}

/** @param {any} instance */
function members(instance) {
  const names = Object.keys(instance);
  return names.length ? `only ${names.map((name) => JSON.stringify(name)).join(", ")}` : "an empty object";
}

/** @param {any} instance */
function length(instance) {
  if (typeof instance !== "string") return `${instance.length}`;
  return `${shortened(instance, LONGEST_TEXT)} with ${[...instance].length}`;
}

/** @param {any} value */
function types(value) {
  return [value]
    .flat()
    .map((name) => ARTICLES[name] ?? `a ${name}`)
    .join(" or ");
}

/** @param {any} value @param {any} instance */
function missing(value, instance) {
  const names = value.filter((/** @type {string} */ name) => !Object.hasOwn(instance, name));
  return `the member${names.length > 1 ? "s" : ""} ${names.map((/** @type {string} */ name) => JSON.stringify(name)).join(", ")}`;
}

/** @type {Record<string, (value: any, instance: any) => string>} */
const PARTS = {
  type: types,
  value: (value) => shortened(value),
  values: (value) => value.map((/** @type {unknown} */ member) => shortened(member)).join(", "),
  characters: (value) => count(value, "character"),
  items: (value) => count(value, "item"),
  members: (value) => count(value, "member"),
  missing,
};

/** @type {Record<string, (instance: any) => string>} */
const DESCRIPTIONS = { value: describe, members, length };
