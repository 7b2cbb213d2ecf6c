// Messages for violations, the same as those of the Python package: `args.days: expected more than 0, found 0`.
// The templates are in `json_schema/words.json`, which both read; a test compares the messages.

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
export function formatPath(path) {
  const parts = path.map((part) =>
    typeof part === "string" && PLAIN.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`,
  );
  return parts.join("").replace(/^\./, "");
}

/**
 * Return a text of at most this many characters; a truncated one ends in `…`.
 * @param {string} text
 * @param {number} [longest]
 */
export function truncate(text, longest = LONGEST) {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

/**
 * Return a value as JSON, truncated if it is long.
 * @param {unknown} value
 * @param {number} [longest]
 */
function shortJson(value, longest = LONGEST) {
  return truncate(compactJson(value), longest);
}

/**
 * Return a value as JSON in one line, every digit of an integer kept.
 * @param {unknown} value
 * @returns {string}
 */
export function compactJson(value) {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(compactJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value)
    .map(([name, part]) => `${JSON.stringify(name)}: ${compactJson(part)}`)
    .join(", ")}}`;
}

/**
 * Return a value as JSON in lines, every digit of an integer kept.
 * @param {unknown} value
 * @param {string} [indent]
 * @returns {string}
 */
export function indentedJson(value, indent = "\n") {
  if (typeof value !== "object" || value === null || !Object.keys(value).length) return compactJson(value);
  const inner = `${indent}  `;
  const named = (/** @type {[string, unknown]} */ [name, part]) =>
    `${Array.isArray(value) ? "" : `${JSON.stringify(name)}: `}${indentedJson(part, inner)}`;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}${inner}${Object.entries(value).map(named).join(`,${inner}`)}${indent}${close}`;
}

/**
 * Describe what a keyword with this value expects of an instance.
 * @param {string} keyword
 * @param {any} value
 * @param {any} instance
 * @returns {string}
 */
export function describeExpected(keyword, value, instance) {
  if (!Object.hasOwn(EXPECTATIONS, keyword)) return truncate(`what ${keyword} ${shortJson(value)} allows`);
  return truncate(EXPECTATIONS[keyword].replace(/\{(\w+)\}/g, (_, part) => PARTS[part](value, instance)));
}

/**
 * Describe what was found instead.
 * @param {string} keyword
 * @param {any} instance
 * @returns {string}
 */
export function describeFound(keyword, instance) {
  return truncate(DESCRIPTIONS[FOUND[keyword] ?? "value"](instance));
}

/**
 * Return a number with its noun.
 * @param {number | bigint} number
 * @param {string} noun
 */
export function formatCount(number, noun) {
  return `${number} ${noun}${Number(number) === 1 ? "" : "s"}`;
}

/** @param {any} instance */
function describeValue(instance) {
  const text = shortJson(instance);
  if (!text.endsWith("…") || typeof instance !== "object") return text;
  return `${Array.isArray(instance) ? "an array" : "an object"} of ${formatCount(Object.keys(instance).length, "member")}`;
}

/** @param {any} instance */
function describeMembers(instance) {
  const names = Object.keys(instance);
  return names.length ? `only ${names.map((name) => JSON.stringify(name)).join(", ")}` : "an empty object";
}

/** @param {any} instance */
function describeLength(instance) {
  if (typeof instance !== "string") return `${instance.length}`;
  return `${shortJson(instance, LONGEST_TEXT)} with ${[...instance].length}`;
}

/** @param {any} value */
function describeTypes(value) {
  return [value]
    .flat()
    .map((name) => ARTICLES[name] ?? `a ${name}`)
    .join(" or ");
}

/** @param {any} value @param {any} instance */
function describeMissing(value, instance) {
  const names = value.filter((/** @type {string} */ name) => !Object.hasOwn(instance, name));
  return `the member${names.length > 1 ? "s" : ""} ${names.map((/** @type {string} */ name) => JSON.stringify(name)).join(", ")}`;
}

/** @type {Record<string, (value: any, instance: any) => string>} */
const PARTS = {
  type: describeTypes,
  value: (value) => shortJson(value),
  values: (value) => value.map((/** @type {unknown} */ member) => shortJson(member)).join(", "),
  characters: (value) => formatCount(value, "character"),
  items: (value) => formatCount(value, "item"),
  members: (value) => formatCount(value, "member"),
  missing: describeMissing,
};

/** @type {Record<string, (instance: any) => string>} */
const DESCRIPTIONS = { value: describeValue, members: describeMembers, length: describeLength };
