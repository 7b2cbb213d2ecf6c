// Messages for violations, in the words of the Python package: `args.days: expected more than 0, found 0`.
// One table from keyword to what it expects; `json_schema/violations.py` has the same table, and a test compares them.

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const LONGEST = 80;
const LONGEST_TEXT = 50;

/** @type {Record<string, string>} */
const ARTICLES = { integer: "an integer", array: "an array", object: "an object", null: "null" };

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
export function shortened(value, longest = LONGEST) {
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
  const wording = EXPECTATIONS[keyword];
  return cut(wording ? wording(value, instance) : `what ${keyword} ${shortened(value)} allows`);
}

/**
 * Say what was found instead.
 * @param {string} keyword
 * @param {any} instance
 * @returns {string}
 */
export function discovery(keyword, instance) {
  return cut((FOUND[keyword] ?? describe)(instance));
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
function type(value) {
  return [value]
    .flat()
    .map((name) => ARTICLES[name] ?? `a ${name}`)
    .join(" or ");
}

/** @param {any} value */
function oneOf(value) {
  return `one of ${value.map((/** @type {unknown} */ member) => shortened(member)).join(", ")}`;
}

/** @param {any} value @param {any} instance */
function required(value, instance) {
  const missing = value.filter((/** @type {string} */ name) => !Object.hasOwn(instance, name));
  return `the member${missing.length > 1 ? "s" : ""} ${missing.map((/** @type {string} */ name) => JSON.stringify(name)).join(", ")}`;
}

/**
 * The wording of a bound: on the value itself, or on a count of `unit`.
 * @param {string} relation
 * @param {string} [unit]
 */
function at(relation, unit) {
  return (/** @type {any} */ value) => `${relation} ${unit ? count(value, unit) : shortened(value)}`;
}

/** The wording of a bound on how many items `contains` allows. @param {string} relation */
function contained(relation) {
  return (/** @type {any} */ value) => `${relation} ${count(value, "item")} that the schema of contains allows`;
}

/** The wording of a keyword whose value says nothing to people. @param {string} words */
function fixed(words) {
  return () => words;
}

/** @type {Record<string, (value: any, instance: any) => string>} */
export const EXPECTATIONS = {
  type,
  enum: oneOf,
  const: at("exactly"),
  minimum: at("at least"),
  maximum: at("at most"),
  exclusiveMinimum: at("more than"),
  exclusiveMaximum: at("less than"),
  multipleOf: at("a multiple of"),
  minLength: at("at least", "character"),
  maxLength: at("at most", "character"),
  pattern: at("text that matches the pattern"),
  format: at("text in the format"),
  minItems: at("at least", "item"),
  maxItems: at("at most", "item"),
  uniqueItems: fixed("items that all differ"),
  items: fixed("no further items"),
  contains: fixed("an item that fits the schema of contains"),
  minContains: contained("at least"),
  maxContains: contained("at most"),
  additionalItems: fixed("no further items"),
  unevaluatedItems: fixed("no further items"),
  minProperties: at("at least", "member"),
  maxProperties: at("at most", "member"),
  required,
  additionalProperties: fixed("only members that the schema describes"),
  unevaluatedProperties: fixed("only members that the schema describes"),
  dependencies: fixed("the members that go with those it has"),
  dependentRequired: fixed("the members that go with those it has"),
  anyOf: fixed("something that fits one of the schemas of anyOf"),
  oneOf: fixed("something that fits exactly one of the schemas of oneOf"),
  not: fixed("something that does not fit the schema of not"),
  false: fixed("nothing here"),
};

/** @type {Record<string, (instance: any) => string>} */
const FOUND = {
  required: members,
  minLength: length,
  maxLength: length,
  minItems: length,
  maxItems: length,
  additionalProperties: members,
  unevaluatedProperties: members,
};
