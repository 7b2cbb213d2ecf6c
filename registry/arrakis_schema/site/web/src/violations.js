// Find every violation of a schema: the leaves of the errors that @cfworker/json-schema reports.
// The validator interprets the schema; it generates no code from it.

import { dereference, validate } from "@cfworker/json-schema";

import { evaluatedParts, innerScope, referenceTarget } from "./evaluated.js";
import { pointerSteps } from "./json.js";
import { EXCLUSIVE, replaceLargeNumbers } from "./standins.js";
import { describeExpected, describeFound, formatPath, truncate } from "./words.js";

/** @typedef {import("./json.js").Json} Json */
/**
 * @typedef {{ path: (string | number)[], pointer: string, keyword: string, expected: string, found: string }}
 *   Violation
 */
/** @typedef {Record<string, string | null> | undefined} Patterns the translations of patterns of another regex dialect */
/** @typedef {{ dialect: (schema: any) => string, targets: (schema: any) => any[] }} Reading */
/** @typedef {{ keyword: string, keywordLocation: string, instanceLocation: string }} Unit */

const LONGEST_PATH = 160;

/** Keywords that are reported as a whole: the failures of their branches would not help. */
const OPAQUE = new Set(["anyOf", "oneOf", "not", "contains"]);
/** Keywords that are reported as a whole where their value is `false`. */
const FORBIDDING = new Set(["additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems"]);
/** Keywords for which the validator ignores what a failing subschema evaluates. */
const UNEVALUATED = new Set(["unevaluatedProperties", "unevaluatedItems"]);
/** The booleans of draft-04 that make a bound exclusive. @type {Record<string, string>} */
const MODIFIERS = { minimum: "exclusiveMinimum", maximum: "exclusiveMaximum" };

/**
 * Return every violation of the schemas, in the order of their paths; none for a valid instance. At most
 * `most` are returned, so that the page stays usable whatever is pasted.
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
  return [...unique.values()].sort(compareViolations);
}

/**
 * Describe a violation in one clause.
 * @param {Violation} violation
 */
export function describeViolation({ path, expected, found }) {
  return `${truncate(formatPath(path), LONGEST_PATH) || "top level"}: expected ${expected}, found ${found}`;
}

/**
 * Return whether a subschema of a document accepts an instance.
 * @param {Json} instance
 * @param {Json} part
 * @param {Json} root
 * @param {Patterns} patterns
 */
export function accepts(instance, part, root, patterns) {
  const { instance: lean, schema, originals, draft } = replaceLargeNumbers(instance, root, patterns);
  const lookup = indexReferences(schema);
  const copy = [...originals].find(([, original]) => original === part)?.[0] ?? part;
  return validate(lean, /** @type {any} */ (copy), draft, lookup, true).valid;
}

/**
 * Return functions for the dialect of each schema of a document, and for the targets of its references.
 * @param {Json} root
 * @param {Patterns} patterns
 * @returns {Reading}
 */
export function readDocument(root, patterns) {
  const { schema: written, originals, dialects } = replaceLargeNumbers(null, root, patterns);
  const lookup = indexReferences(written);
  const copies = new Map([...originals].map(([copy, original]) => [original, copy]));
  return {
    dialect: (schema) => dialects.get(copies.get(schema) ?? {}) ?? "",
    targets: (schema) => {
      const copy = /** @type {any} */ (copies.get(schema));
      const further = (copy.allOf ?? []).filter((/** @type {any} */ part) => originals.get(part) === part);
      const referring = [copy, ...further].filter((part) => "$ref" in part);
      return referring.map((part) => lookup[part.__absolute_ref__]).map((part) => originals.get(part) ?? part);
    },
  };
}

/**
 * Return the schemas that references lead to, by their URIs. The validator registers an anchor in the resource around its
 * own one, too, where it may hide another one of that name.
 * @param {any} schema
 * @returns {Record<string, any>}
 */
function indexReferences(schema) {
  /** @type {Record<string, any>} */
  const lookup = dereference(schema);
  for (const part of Object.values(lookup))
    if (typeof part?.$anchor === "string") lookup[`${part.__absolute_uri__.split("#")[0]}#${part.$anchor}`] = part;
  return lookup;
}

/** @param {Json} instance @param {Json} exact @param {Patterns} patterns @returns {Generator<Violation>} */
function* brokenKeywords(instance, exact, patterns) {
  const {
    instance: lean,
    schema,
    originals,
    multiples,
    dialects,
    draft,
  } = replaceLargeNumbers(instance, exact, patterns);
  const lookup = indexReferences(schema);
  const { errors } = validate(lean, schema, draft, lookup, false);
  let reportedPrefix = "";
  for (const [index, unit] of errors.entries()) {
    const location = unit.keywordLocation;
    if (reportedPrefix && location.startsWith(reportedPrefix)) continue;
    reportedPrefix = "";
    const { keyword, value, named, node, scope, sought } = assertedKeyword(
      unit,
      schema,
      { draft, dialect: "", dialects, lookup, anchor: null },
      originals,
      multiples,
    );
    if (sought) continue;
    if (UNEVALUATED.has(unit.keyword) && isEvaluated(lean, unit, errors[index + 1], node, scope)) {
      reportedPrefix = `${location}/`;
      continue;
    }
    const isWhole = OPAQUE.has(unit.keyword) || (value === false && forbids(keyword, scope.dialect));
    if (isWhole) reportedPrefix = `${location}/`;
    const isOuter = unit.keyword === "if" || errors[index + 1]?.keywordLocation.startsWith(`${location}/`);
    if (isWhole || !isOuter)
      yield makeViolation(instance, decodeLocation(unit.instanceLocation), keyword, value, named);
  }
}

/**
 * Return whether a part that is reported as unevaluated is evaluated by a subschema that reports its own errors.
 * @param {any} instance
 * @param {Unit} unit
 * @param {Unit} next the first unit of the member or item itself
 * @param {any} node
 * @param {import("./evaluated.js").Scope} scope
 */
function isEvaluated(instance, unit, next, node, scope) {
  const holder = pointerSteps(decodeLocation(unit.instanceLocation));
  const value = holder.reduce((part, step) => part[step], instance);
  const beside = Object.create(node, { [unit.keyword]: { value: undefined } });
  return evaluatedParts(value, beside, scope).has(pointerSteps(decodeLocation(next.instanceLocation))[holder.length]);
}

/**
 * Return whether `false` under this keyword is reported as a whole; in 2020-12, `items` replaces `additionalItems`.
 * @param {string} keyword
 * @param {string} dialect
 */
function forbids(keyword, dialect) {
  return FORBIDDING.has(keyword) || (keyword === "items" && dialect === "2020-12");
}

/** Decode a JSON Pointer that the validator wrote as the fragment of a URI. @param {string} location */
function decodeLocation(location) {
  return decodeURI(location.slice(1));
}

/**
 * Return the keyword of a unit and its value in the original schema, the schema that has it with its scope, whether it
 * is asserted of a member's name, and whether it is about an item that `contains` looked for.
 * @param {Unit} unit
 * @param {any} schema
 * @param {import("./evaluated.js").Scope} scope
 * @param {Map<object, any>} originals
 * @param {Map<object, any>} multiples
 */
function assertedKeyword(unit, schema, scope, originals, multiples) {
  let node = schema;
  let [named, sought] = [false, false];
  for (const step of pointerSteps(decodeLocation(unit.keywordLocation)).slice(0, -1)) {
    const isSchema = originals.has(node);
    named ||= step === "propertyNames" && isSchema;
    sought ||= step === "contains" && isSchema;
    if (isSchema) scope = innerScope(node, scope);
    node = (step === "$ref" || step === "$recursiveRef") && isSchema ? referenceTarget(node, step, scope) : node[step];
  }
  const at = { named, sought, node, scope: innerScope(node, scope) };
  const original = originals.get(node);
  if (multiples.has(node)) return { ...at, keyword: "multipleOf", value: multiples.get(node) };
  if (original === false) return { ...at, keyword: "false", value: false };
  const modifier = MODIFIERS[unit.keyword];
  const keyword = original[modifier] === true ? modifier : unit.keyword;
  const bound = original[unit.keyword] === true ? EXCLUSIVE[unit.keyword] : undefined;
  return { ...at, keyword, value: original[bound ?? unit.keyword] };
}

/** @param {any} instance @param {string} pointer @param {string} keyword @param {any} value @param {boolean} named */
function makeViolation(instance, pointer, keyword, value, named) {
  const names = pointerSteps(pointer);
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
    expected: describeExpected(keyword, value, judged),
    found: describeFound(keyword, judged),
  };
}

/** @param {Violation} first @param {Violation} second */
function compareViolations(first, second) {
  for (const [index, step] of first.path.entries()) {
    if (index >= second.path.length) return 1;
    const order = compareSteps(step, second.path[index]);
    if (order) return order;
  }
  return first.path.length - second.path.length || compareText(first.keyword, second.keyword);
}

/**
 * Compare items of an array by their number, names by their text.
 * @param {string | number} first
 * @param {string | number} second
 */
function compareSteps(first, second) {
  return typeof first === "number" && typeof second === "number"
    ? first - second
    : compareText(String(first), String(second));
}

/** @param {string} first @param {string} second */
function compareText(first, second) {
  return first < second ? -1 : first > second ? 1 : 0;
}
