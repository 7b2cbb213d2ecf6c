// Exact numbers for a validator that knows only doubles: those beyond 2^50 are replaced by stand-ins below 2^52, which are
// in the same order as what they stand for, and equal where it is equal. Multiples are computed before, digit by digit.

import { plainReference, resourcesOf } from "./dynamic.js";

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
/** Keywords whose values are plain: what looks like a schema inside is none. */
const VALUES = new Set(["const", "enum", "default", "examples", "required", "$id", "$schema", "$ref", "$anchor"]);
const KNOWN = new Set([...VALUES, "id", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"]);
const LATER = [
  ...["prefixItems", "unevaluatedItems", "unevaluatedProperties", "dependentRequired", "dependentSchemas"],
  ...["minContains", "maxContains", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"],
];
/** The keywords that the validator knows and a dialect does not. @type {Record<string, string[]>} */
const FOREIGN = {
  "2019-09": ["prefixItems", "$dynamicRef", "$dynamicAnchor", "dependencies"],
  "2020-12": ["additionalItems", "dependencies", "$recursiveRef", "$recursiveAnchor"],
  "draft-04": [...LATER, "const", "contains", "propertyNames", "if", "then", "else"],
  "draft-06": [...LATER, "if", "then", "else"],
};
const OLD = /draft-0[3467]/;

/**
 * Return the instance and the schema with stand-ins, and a way from each replaced schema to the original.
 * The replaced schema is free of `format`, which the package does not assert, writes `false` as `{"not": {}}`, and has
 * for each `multipleOf` a `not` beside it where doubles could err; `multiples` has the divisor of each of these.
 * @param {Json} instance
 * @param {Json} schema
 * @param {Patterns} [patterns] what stands for each pattern of another language
 */
export function exactly(instance, schema, patterns = undefined) {
  const numbers = [...every(instance)];
  const replace = replacement([...numbers, ...every(schema)].filter(isFar));
  const copy = new Copy(numbers, replace, schema, patterns);
  const replaced = copy.schema(schema);
  return { instance: replaceNumbers(instance, replace), schema: replaced, ...copy.found };
}

/** @param {Json} value @returns {Generator<number | bigint>} */
function* every(value) {
  if (typeof value === "bigint" || typeof value === "number") yield value;
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* every(/** @type {Json} */ (part));
}

/** @param {number | bigint} value */
function isFar(value) {
  return typeof value === "bigint" || Math.abs(value) > FAR;
}

/**
 * @param {(number | bigint)[]} values
 * @returns {Replace}
 */
function replacement(values) {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  /** @type {Map<string, number>} */
  const stand = new Map();
  const up = sorted.filter((number) => number > 0);
  const down = sorted.filter((number) => number < 0).reverse();
  for (const side of [up, down]) {
    let last = FAR;
    for (const value of side) last = noteStandin(stand, value, last);
  }
  return (value) =>
    typeof value === "number" || typeof value === "bigint" ? (stand.get(decimal(value)) ?? value) : value;
}

/**
 * Note the stand-in of a value: the next whole number away from zero, or half of one further.
 * @param {Map<string, number>} stand
 * @param {number | bigint} value
 * @param {number} last
 */
function noteStandin(stand, value, last) {
  const text = decimal(value);
  if (stand.has(text)) return last;
  const part = last + 1 + (Number.isInteger(value) || typeof value === "bigint" ? 0 : 0.5);
  stand.set(text, value < 0 ? -part : part);
  return last + 1;
}

/** Return the digits of a number that is whole, which are those of its value. @param {number | bigint} value */
function decimal(value) {
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

/**
 * Tell whether a number is a multiple of a divisor, both as they are written: 19.99 is a multiple of 0.01.
 * @param {number | bigint} value
 * @param {number | bigint} divisor
 */
function isMultiple(value, divisor) {
  const [[left, leftPlaces], [right, rightPlaces]] = [fraction(value), fraction(divisor)];
  const places = leftPlaces > rightPlaces ? leftPlaces : rightPlaces;
  return right !== 0n && (left * 10n ** (places - leftPlaces)) % (right * 10n ** (places - rightPlaces)) === 0n;
}

/** Return a number as digits and how many of them are decimals. @param {number | bigint} value */
function fraction(value) {
  const [digits, exponent = "0"] = String(value).split("e");
  const [whole, decimals = ""] = digits.split(".");
  const places = BigInt(decimals.length) - BigInt(exponent);
  const number = BigInt(whole + decimals);
  return places < 0n ? [number * 10n ** -places, 0n] : [number, places];
}

/** @param {any} value @param {Replace} replace @returns {any} */
function replaceNumbers(value, replace) {
  if (Array.isArray(value)) return value.map((part) => replaceNumbers(part, replace));
  if (typeof value !== "object" || value === null) return replace(value);
  return mapMembers(value, (part) => replaceNumbers(part, replace));
}

/** Writes the schemas of one document anew. */
class Copy {
  /** @param {(number | bigint)[]} numbers @param {Replace} replace @param {any} root @param {Patterns} patterns */
  constructor(numbers, replace, root, patterns) {
    this.numbers = numbers;
    this.replace = replace;
    this.patterns = patterns;
    this.isOld = OLD.test(String(root?.$schema ?? "draft-07"));
    this.foreign = Object.entries(FOREIGN).find(([name]) => new RegExp(name).test(String(root?.$schema)))?.[1] ?? LATER;
    this.identifier = /draft-04/.test(String(root?.$schema)) ? "id" : "$id";
    this.root = root;
    this.resources = resourcesOf(root, (schema) => [...subschemas(schema)]);
    /** @type {{ originals: Map<object, Json>, multiples: Map<object, number | bigint> }} */
    this.found = { originals: new Map(), multiples: new Map() };
  }

  /** @param {any} schema @returns {any} */
  schema(schema) {
    const copy = schema === false ? { not: {} } : schema;
    if (typeof copy !== "object" || copy === null || Array.isArray(copy)) return copy;
    const result = mapMembers(copy, (value, keyword) => this.value(value, keyword));
    delete result.format;
    for (const keyword of this.foreign) delete result[keyword];
    for (const name of ["$id", "id"])
      if (name !== this.identifier || (this.isOld && "$ref" in result)) delete result[name];
    if (!this.isOld) this.makeStatic(result);
    if (!this.isOld && schema === this.root && this.resources.resources.length > 1) result.$id ??= this.resources.base;
    if (result.patternProperties)
      result.patternProperties = renamed(result.patternProperties, (name) => this.pattern(name));
    if (typeof result.pattern === "string") result.pattern = this.pattern(result.pattern);
    if ("multipleOf" in result && !(this.isOld && "$ref" in result)) this.divide(result, copy.multipleOf);
    this.found.originals.set(result, schema);
    return result;
  }

  /** @param {any} value @param {string} keyword @returns {any} */
  value(value, keyword) {
    const inner = (/** @type {any} */ part) => this.schema(part);
    if (MAPS.has(keyword)) return mapMembers(value, (part) => (Array.isArray(part) ? part : inner(part)));
    if (LISTS.has(keyword) || (keyword === "items" && Array.isArray(value))) return value.map(inner);
    if (SINGLE.has(keyword)) return inner(value);
    return KNOWN.has(keyword) ? replaceNumbers(value, this.replace) : withoutNames(replaceNumbers(value, this.replace));
  }

  /** Write references by dynamic scope as plain ones. @param {any} result */
  makeStatic(result) {
    if ("$dynamicAnchor" in result) {
      result.$anchor ??= result.$dynamicAnchor;
      delete result.$dynamicAnchor;
    }
    for (const keyword of ["$dynamicRef", "$recursiveRef"].filter((name) => name in result)) {
      const reference = { $ref: plainReference(keyword, result[keyword], this.resources) };
      if ("$ref" in result) {
        result.allOf = [...(result.allOf ?? []), reference];
        this.found.originals.set(reference, reference);
      } else result.$ref = reference.$ref;
      delete result[keyword];
    }
  }

  /** Return what the page reads for a pattern. @param {string} pattern */
  pattern(pattern) {
    if (!this.patterns) return pattern;
    const written = this.patterns[pattern];
    if (typeof written !== "string") throw new Error(`the reader reads the pattern ${pattern} in another language`);
    return written;
  }

  /** Say beside `multipleOf` which numbers of the instance are not multiples. @param {any} result @param {any} divisor */
  divide(result, divisor) {
    if (!this.numbers.some(isFar) && !isFar(divisor)) return;
    delete result.multipleOf;
    const others = this.numbers.filter((number) => !isMultiple(number, divisor)).map(this.replace);
    const exact = { not: { enum: others } };
    result.allOf = [...(result.allOf ?? []), exact];
    this.found.multiples.set(exact, divisor);
    this.found.originals.set(exact, exact);
  }
}

/** Yield the subschemas of a schema. @param {any} schema @returns {Generator<any>} */
function* subschemas(schema) {
  for (const [keyword, value] of Object.entries(schema)) {
    if (SINGLE.has(keyword) && !Array.isArray(value)) yield value;
    else if (SINGLE.has(keyword) || LISTS.has(keyword) || MAPS.has(keyword)) yield* Object.values(value ?? {});
  }
}

/** Return a value that is not a schema without what would name one. @param {any} value @returns {any} */
function withoutNames(value) {
  if (Array.isArray(value)) return value.map(withoutNames);
  if (typeof value !== "object" || value === null) return value;
  const result = mapMembers(value, withoutNames);
  for (const name of ["$id", "$anchor", "$dynamicAnchor"]) delete result[name];
  return result;
}

/** @param {Record<string, any>} object @param {(name: string) => string} rename */
function renamed(object, rename) {
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
