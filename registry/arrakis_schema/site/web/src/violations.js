// Every place where an instance breaks a schema: the leaves of what @cfworker/json-schema reports, in words.
// The validator interprets the schema as it lies on the site; no code is made from it.

import { dereference, validate } from "@cfworker/json-schema";

import { draft } from "./dialect.js";
import { steps } from "./json.js";
import { exactly } from "./standins.js";
import { cut, discovery, dotted, expectation } from "./words.js";

/** @typedef {import("./json.js").Json} Json */
/**
 * @typedef {{ path: (string | number)[], pointer: string, keyword: string, expected: string, found: string }}
 *   Violation
 */
/** @typedef {Record<string, string | null> | undefined} Patterns what stands for patterns of another language */
/** @typedef {{ keyword: string, keywordLocation: string, instanceLocation: string }} Unit */

const LONGEST_PATH = 160;

/** Keywords that are reported as a whole: the failures of their branches would not help. */
const OPAQUE = new Set(["anyOf", "oneOf", "not", "contains"]);
/** Keywords that are reported as a whole where their value is `false`. */
const FORBIDDING = new Set(["additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems"]);
/** The booleans of draft-04 that make a bound exclusive. @type {Record<string, string>} */
const MODIFIERS = { minimum: "exclusiveMinimum", maximum: "exclusiveMaximum" };

/**
 * Return every violation of the schemas, in the order of their paths; none for a valid instance. Beyond `most` the
 * others are left out: the page stays usable whatever is pasted.
 * @param {Json} instance
 * @param {Json[]} schemas
 * @param {Patterns} [patterns]
 * @param {number} [most]
 * @returns {Violation[]}
 */
export function violations(instance, schemas, patterns = undefined, most = Infinity) {
  /** @type {Map<string, Violation>} */
  const unique = new Map();
  for (const schema of schemas)
    for (const entry of brokenKeywords(instance, schema, patterns)) {
      unique.set(JSON.stringify(entry), entry);
      if (unique.size >= most) break;
    }
  return [...unique.values()].sort(inOrder);
}

/**
 * Say a violation in one clause.
 * @param {Violation} violation
 */
export function sentence({ path, expected, found }) {
  return `${cut(dotted(path), LONGEST_PATH) || "the whole"}: expected ${expected}, found ${found}`;
}

/**
 * Tell whether a subschema of a document accepts an instance.
 * @param {Json} instance
 * @param {Json} part
 * @param {Json} root
 * @param {Patterns} patterns
 */
export function holds(instance, part, root, patterns) {
  const { instance: lean, schema, originals } = exactly(instance, root, patterns);
  const lookup = dereference(schema);
  const copy = [...originals].find(([, original]) => original === part)?.[0] ?? part;
  return validate(lean, /** @type {any} */ (copy), draft(schema), lookup, true).valid;
}

/** @param {Json} instance @param {Json} exact @param {Patterns} patterns @returns {Generator<Violation>} */
function* brokenKeywords(instance, exact, patterns) {
  const { instance: lean, schema, originals, multiples } = exactly(instance, exact, patterns);
  const lookup = dereference(schema);
  const dialect = draft(schema);
  const { errors } = validate(lean, schema, dialect, lookup, false);
  let reportedPrefix = "";
  for (const [index, unit] of errors.entries()) {
    const location = unit.keywordLocation;
    if (reportedPrefix && location.startsWith(reportedPrefix)) continue;
    reportedPrefix = "";
    const { keyword, value, named } = assertedKeyword(unit, schema, lookup, originals, multiples);
    const isWhole = OPAQUE.has(unit.keyword) || (value === false && forbids(keyword, dialect));
    if (isWhole) reportedPrefix = `${location}/`;
    const inner = unit.keyword === "if" || errors[index + 1]?.keywordLocation.startsWith(`${location}/`);
    if (isWhole || !inner) yield violation(instance, decodeLocation(unit.instanceLocation), keyword, value, named);
  }
}

/**
 * Tell whether `false` under this keyword is reported as a whole; `items` is what `additionalItems` was before 2020-12.
 * @param {string} keyword
 * @param {string} dialect
 */
function forbids(keyword, dialect) {
  return FORBIDDING.has(keyword) || (keyword === "items" && dialect === "2020-12");
}

/** Return a JSON Pointer that the validator wrote as the fragment of a URI. @param {string} location */
function decodeLocation(location) {
  return decodeURI(location.slice(1));
}

/**
 * Return the keyword of a unit and its value in the original schema, and whether it is asserted of a member's name.
 * @param {Unit} unit
 * @param {any} schema
 * @param {Record<string, any>} lookup
 * @param {Map<object, any>} originals
 * @param {Map<object, any>} multiples
 */
function assertedKeyword(unit, schema, lookup, originals, multiples) {
  let node = schema;
  let named = false;
  for (const step of steps(decodeLocation(unit.keywordLocation)).slice(0, -1)) {
    named ||= step === "propertyNames" && originals.has(node);
    node = step === "$ref" && originals.has(node) ? lookup[node.__absolute_ref__ ?? node.$ref] : node[step];
  }
  const original = originals.get(node);
  if (multiples.has(node)) return { keyword: "multipleOf", value: multiples.get(node), named };
  if (original === false) return { keyword: "false", value: false, named };
  const modifier = MODIFIERS[unit.keyword];
  const keyword = original[modifier] === true ? modifier : unit.keyword;
  return { keyword, value: original[unit.keyword], named };
}

/** @param {any} instance @param {string} pointer @param {string} keyword @param {any} value @param {boolean} named */
function violation(instance, pointer, keyword, value, named) {
  const names = steps(pointer);
  const name = named ? names.pop() : undefined;
  /** @type {(string | number)[]} */
  const path = [];
  let part = instance;
  for (const step of names) {
    path.push(Array.isArray(part) ? Number(step) : step);
    part = part[step];
  }
  const judged = named ? name : part;
  const target = named ? pointer.slice(0, pointer.lastIndexOf("/")) : pointer;
  return {
    path,
    pointer: target,
    keyword,
    expected: expectation(keyword, value, judged),
    found: discovery(keyword, judged),
  };
}

/** @param {Violation} first @param {Violation} second */
function inOrder(first, second) {
  for (const [index, step] of first.path.entries()) {
    if (index >= second.path.length) return 1;
    const order = compareText(String(step), String(second.path[index]));
    if (order) return order;
  }
  return first.path.length - second.path.length || compareText(first.keyword, second.keyword);
}

/** @param {string} first @param {string} second */
function compareText(first, second) {
  return first < second ? -1 : first > second ? 1 : 0;
}
