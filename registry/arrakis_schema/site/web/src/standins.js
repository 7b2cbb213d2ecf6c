// Compare numbers exactly with a validator that has only doubles: those beyond 2^50 are replaced by stand-ins below 2^52 with the
// same order and the same equalities. `multipleOf` is computed beforehand, on decimal digits.

import { dialectInside, dialectOf, draftOf } from "./dialect.js";
import { resourcesOf, staticReference } from "./dynamic.js";
import { exactInteger, toFraction } from "./json.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./violations.js").Patterns} Patterns */
/** @typedef {(value: any) => any} Replace */

const FAR = 2 ** 50;
const MAPS = new Set(["properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"]);
const LISTS = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const SINGLE = new Set([
  ...["additionalItems", "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"],
  ...["unevaluatedItems", "unevaluatedProperties"],
]);
/** Keywords whose values are not schemas, whatever they look like. */
const VALUES = new Set(["const", "enum", "default", "examples", "required", "$id", "$schema", "$ref", "$anchor"]);
/** The dialects in which the keywords beside a `$ref` are ignored. */
export const LONE_REF = new Set(["draft-04", "draft-06", "draft-07"]);
/** The keywords beside such a `$ref` that are kept. */
const BESIDE_REF = new Set(["$ref", "definitions", "$defs"]);
const KNOWN = new Set([...VALUES, "id", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"]);
const LATER = [
  ...["prefixItems", "unevaluatedItems", "unevaluatedProperties", "dependentRequired", "dependentSchemas"],
  ...["minContains", "maxContains", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"],
];
/** The keywords that the validator would apply although a dialect does not have them. @type {Record<string, string[]>} */
export const FOREIGN = {
  "2019-09": ["prefixItems", "$dynamicRef", "$dynamicAnchor", "dependencies"],
  "2020-12": ["additionalItems", "dependencies", "$recursiveRef", "$recursiveAnchor"],
  "draft-04": [...LATER, "const", "contains", "propertyNames", "if", "then", "else"],
  "draft-06": [...LATER, "if", "then", "else"],
  "draft-07": LATER,
};
/** The bounds that are exclusive in draft-04 where the boolean is beside them. @type {Record<string, string>} */
export const EXCLUSIVE = { exclusiveMinimum: "minimum", exclusiveMaximum: "maximum" };

/**
 * Return the instance and the schema with stand-ins, and maps from each replaced schema to the original and to its
 * dialect. A schema that mixes dialects is rewritten for one `draft`.
 * The replaced schema has no `format`, which the package does not assert, `{"not": {}}` instead of `false`, and a `not`
 * instead of each `multipleOf` for which doubles are not exact; `multiples` has the divisor of each of these.
 * @param {Json} instance
 * @param {Json} schema
 * @param {Patterns} [patterns] the translation of each pattern of another regex dialect
 */
export function replaceLargeNumbers(instance, schema, patterns = undefined) {
  const numbers = [...numbersIn(instance)];
  const replace = makeReplacement([...numbers, ...numbersIn(schema)].filter(isFar).map(exactInteger));
  const copy = new Copy(numbers, replace, schema, patterns);
  const replaced = copy.schema(schema, copy.dialect);
  return { instance: replaceNumbers(instance, replace), schema: replaced, ...copy.maps };
}

/** @param {Json} value @returns {Generator<number | bigint>} */
function* numbersIn(value) {
  if (typeof value === "bigint" || typeof value === "number") yield value;
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* numbersIn(/** @type {Json} */ (part));
}

/** @param {number | bigint} value */
function isFar(value) {
  return typeof value === "bigint" || Math.abs(value) > FAR;
}

/**
 * @param {(number | bigint)[]} values
 * @returns {Replace}
 */
function makeReplacement(values) {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  /** @type {Map<string, number>} */
  const standins = new Map();
  const positive = sorted.filter((number) => number > 0);
  const negative = sorted.filter((number) => number < 0).reverse();
  for (const side of [positive, negative]) {
    let last = FAR;
    for (const value of side) last = noteStandin(standins, value, last);
  }
  return (value) =>
    typeof value === "number" || typeof value === "bigint" ? (standins.get(digitsOf(value)) ?? value) : value;
}

/**
 * Note the stand-in of a value: the next whole number away from zero, or half of one further.
 * @param {Map<string, number>} stand
 * @param {number | bigint} value
 * @param {number} last
 */
function noteStandin(stand, value, last) {
  const text = digitsOf(value);
  if (stand.has(text)) return last;
  const part = last + 1 + (Number.isInteger(value) || typeof value === "bigint" ? 0 : 0.5);
  stand.set(text, value < 0 ? -part : part);
  return last + 1;
}

/** Return the digits of a number that is whole, which are those of its value. @param {number | bigint} value */
function digitsOf(value) {
  return String(exactInteger(value));
}

/**
 * Return whether a number is a multiple of a divisor in decimal digits: 19.99 is a multiple of 0.01.
 * @param {number | bigint} value
 * @param {number | bigint} divisor
 */
function isMultiple(value, divisor) {
  const [[left, leftPlaces], [right, rightPlaces]] = [toFraction(value), toFraction(divisor)];
  const places = leftPlaces > rightPlaces ? leftPlaces : rightPlaces;
  return right !== 0n && (left * 10n ** (places - leftPlaces)) % (right * 10n ** (places - rightPlaces)) === 0n;
}

/** @param {any} value @param {Replace} replace @returns {any} */
function replaceNumbers(value, replace) {
  if (Array.isArray(value)) return value.map((part) => replaceNumbers(part, replace));
  if (typeof value !== "object" || value === null) return replace(value);
  return mapMembers(value, (part) => replaceNumbers(part, replace));
}

/** Rewrites the schemas of one document. */
class Copy {
  /** @param {(number | bigint)[]} numbers @param {Replace} replace @param {any} root @param {Patterns} patterns */
  constructor(numbers, replace, root, patterns) {
    this.numbers = numbers;
    this.replace = replace;
    this.patterns = patterns;
    this.dialect = dialectOf(root);
    this.isMixed = mixesDialects(root, this.dialect);
    this.root = root;
    this.resources = resourcesOf(root, (schema) => [...subschemas(schema)]);
    const chosen = this.isMixed ? "2020-12" : this.dialect;
    this.maps = {
      draft: draftOf(chosen),
      /** @type {Map<object, Json>} */
      originals: new Map(),
      /** @type {Map<object, number | bigint>} */
      multiples: new Map(),
      /** @type {Map<object, string>} */
      dialects: new Map(),
    };
  }

  /** @param {any} schema @param {string} outer @returns {any} */
  schema(schema, outer) {
    const dialect = dialectInside(schema, outer);
    const isOld = LONE_REF.has(dialect);
    const identifier = dialect === "draft-04" ? "id" : "$id";
    const copy = schema === false ? { not: {} } : schema;
    if (typeof copy !== "object" || copy === null || Array.isArray(copy)) return copy;
    const result = mapMembers(copy, (value, keyword) => this.value(value, keyword, dialect));
    delete result.format;
    for (const keyword of FOREIGN[dialect]) delete result[keyword];
    for (const name of ["$id", "id"]) if (name !== identifier || (isOld && "$ref" in result)) delete result[name];
    if (!isOld) this.makeReferencesStatic(result);
    if (!isOld && schema === this.root && this.resources.resources.length > 1) result.$id ??= this.resources.base;
    if (result.patternProperties)
      result.patternProperties = renameMembers(result.patternProperties, (name) => this.translatePattern(name));
    if (typeof result.pattern === "string") result.pattern = this.translatePattern(result.pattern);
    if ("multipleOf" in result && !(isOld && "$ref" in result)) this.replaceMultipleOf(result, copy.multipleOf);
    if (this.isMixed && isOld) modernize(result);
    this.maps.originals.set(result, schema);
    this.maps.dialects.set(result, dialect);
    return result;
  }

  /** @param {any} value @param {string} keyword @param {string} dialect @returns {any} */
  value(value, keyword, dialect) {
    const inner = (/** @type {any} */ part) => this.schema(part, dialect);
    if (MAPS.has(keyword)) return mapMembers(value, (part) => (Array.isArray(part) ? part : inner(part)));
    if (LISTS.has(keyword) || (keyword === "items" && Array.isArray(value))) return value.map(inner);
    if (SINGLE.has(keyword)) return inner(value);
    return KNOWN.has(keyword)
      ? replaceNumbers(value, this.replace)
      : removeIdentifiers(replaceNumbers(value, this.replace));
  }

  /** Replace dynamic references by static ones. @param {any} result */
  makeReferencesStatic(result) {
    if ("$dynamicAnchor" in result) {
      result.$anchor ??= result.$dynamicAnchor;
      delete result.$dynamicAnchor;
    }
    for (const keyword of ["$dynamicRef", "$recursiveRef"].filter((name) => name in result)) {
      const reference = { $ref: staticReference(keyword, result[keyword], this.resources) };
      if ("$ref" in result) {
        result.allOf = [...(result.allOf ?? []), reference];
        this.maps.originals.set(reference, reference);
      } else result.$ref = reference.$ref;
      delete result[keyword];
    }
  }

  /** Return the translation of a pattern for the browser. @param {string} pattern */
  translatePattern(pattern) {
    if (!this.patterns) return pattern;
    const translated = this.patterns[pattern];
    if (typeof translated !== "string") throw new Error(`the reader reads the pattern ${pattern} in another language`);
    return translated;
  }

  /** Replace `multipleOf` by a list of the numbers in the instance that are not multiples. @param {any} result @param {any} divisor */
  replaceMultipleOf(result, divisor) {
    if (!this.numbers.some(isFar) && !isFar(divisor)) return;
    delete result.multipleOf;
    const nonMultiples = this.numbers.filter((number) => !isMultiple(number, divisor)).map(this.replace);
    const exact = { not: { enum: nonMultiples } };
    result.allOf = [...(result.allOf ?? []), exact];
    this.maps.multiples.set(exact, divisor);
    this.maps.originals.set(exact, exact);
  }
}

/** Rewrite a schema of draft-04 to draft-07 for later dialects. @param {any} result */
function modernize(result) {
  if ("$ref" in result) for (const name of Object.keys(result)) if (!BESIDE_REF.has(name)) delete result[name];
  for (const [modifier, bound] of Object.entries(EXCLUSIVE)) {
    if (typeof result[modifier] !== "boolean") continue;
    const exclusive = result[modifier];
    delete result[modifier];
    if (!exclusive || !(bound in result)) continue;
    result[modifier] = result[bound];
    delete result[bound];
  }
}

/** Return whether a document has subschemas of another dialect. @param {any} root @param {string} dialect */
function mixesDialects(root, dialect) {
  const todo = [root];
  for (let schema = todo.pop(); schema !== undefined; schema = todo.pop()) {
    if (typeof schema !== "object" || schema === null) continue;
    if (dialectInside(schema, dialect) !== dialect) return true;
    todo.push(...subschemas(schema));
  }
  return false;
}

/** Yield the subschemas of a schema. @param {any} schema @returns {Generator<any>} */
function* subschemas(schema) {
  for (const [keyword, value] of Object.entries(schema)) {
    if (SINGLE.has(keyword) && !Array.isArray(value)) yield value;
    else if (SINGLE.has(keyword) || LISTS.has(keyword) || MAPS.has(keyword)) yield* Object.values(value ?? {});
  }
}

/** Return a value that is not a schema without the members that would identify one. @param {any} value @returns {any} */
function removeIdentifiers(value) {
  if (Array.isArray(value)) return value.map(removeIdentifiers);
  if (typeof value !== "object" || value === null) return value;
  const result = mapMembers(value, removeIdentifiers);
  for (const name of ["$id", "$anchor", "$dynamicAnchor"]) delete result[name];
  return result;
}

/** @param {Record<string, any>} object @param {(name: string) => string} rename */
function renameMembers(object, rename) {
  const result = Object.create(null);
  for (const [name, value] of Object.entries(object)) result[rename(name)] = value;
  return result;
}

/** @param {Record<string, any>} object @param {(value: any, name: string) => any} change */
function mapMembers(object, change) {
  const result = Object.create(null);
  for (const [name, value] of Object.entries(object)) result[name] = change(value, name);
  return result;
}
