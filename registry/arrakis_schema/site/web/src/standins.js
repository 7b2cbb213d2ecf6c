// Exact integers for a validator that knows only doubles: numbers beyond 2^50 are replaced by stand-ins below 2^52.
// Stand-ins are in the same order as what they stand for, equal where it is equal, and leave the same remainders.

/** @typedef {import("./json.js").Json} Json */
/** @typedef {(value: any) => any} Replace */

const FAR = 2 ** 50;
const MAPS = new Set(["properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"]);
const LISTS = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const SINGLE = new Set([
  ...["additionalItems", "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"],
  ...["unevaluatedItems", "unevaluatedProperties"],
]);

/**
 * Return the instance and the schema with stand-ins, and a way from each replaced schema to the original.
 * The replaced schema is free of `format`, which the package does not assert, and writes `false` as `{"not": {}}`.
 * @param {Json} instance
 * @param {Json} schema
 */
export function exactly(instance, schema) {
  const replace = replacement([...far(instance), ...far(schema)], divisor(schema));
  /** @type {Map<object, Json>} */
  const originals = new Map();
  return { instance: replaceNumbers(instance, replace), schema: subschema(schema, replace, originals), originals };
}

/** @param {Json} value @returns {Generator<number | bigint>} */
function* far(value) {
  if (typeof value === "bigint" || (typeof value === "number" && Math.abs(value) > FAR)) yield value;
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* far(/** @type {Json} */ (part));
}

/**
 * @param {(number | bigint)[]} values
 * @param {bigint} modulus
 * @returns {Replace}
 */
function replacement(values, modulus) {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  /** @type {Map<string, number>} */
  const stand = new Map();
  let up = BigInt(FAR);
  for (const value of sorted.filter((number) => number > 0)) up = noteStandin(stand, value, up, modulus);
  let down = BigInt(FAR);
  for (const value of sorted.filter((number) => number < 0).reverse()) down = noteStandin(stand, value, down, modulus);
  return (value) => stand.get(String(value)) ?? value;
}

/**
 * Note the stand-in of a value: the next whole number away from zero with the same remainder, or half of one further.
 * @param {Map<string, number>} stand
 * @param {number | bigint} value
 * @param {bigint} last
 * @param {bigint} modulus
 */
function noteStandin(stand, value, last, modulus) {
  if (stand.has(String(value))) return last;
  const size = typeof value === "bigint" ? (value < 0n ? -value : value) : BigInt(Math.trunc(Math.abs(value)));
  const next = last + 1n + ((((size - last - 1n) % modulus) + modulus) % modulus);
  const part = Number(next) + (Number.isInteger(value) || typeof value === "bigint" ? 0 : 0.5);
  stand.set(String(value), value < 0 ? -part : part);
  return next;
}

/** Return what all whole divisors of a schema divide. @param {any} schema @returns {bigint} */
function divisor(schema) {
  if (typeof schema !== "object" || schema === null) return 1n;
  const multiple = schema.multipleOf;
  const first = Number.isSafeInteger(multiple) && multiple > 0 ? BigInt(multiple) : 1n;
  return Object.values(schema)
    .map(divisor)
    .reduce((left, right) => (left / common(left, right)) * right, first);
}

/** @param {bigint} left @param {bigint} right @returns {bigint} */
function common(left, right) {
  return right === 0n ? left : common(right, left % right);
}

/** @param {any} value @param {Replace} replace @returns {any} */
function replaceNumbers(value, replace) {
  if (Array.isArray(value)) return value.map((part) => replaceNumbers(part, replace));
  if (typeof value !== "object" || value === null) return replace(value);
  return mapMembers(value, (part) => replaceNumbers(part, replace));
}

/** @param {any} schema @param {Replace} replace @param {Map<object, Json>} originals @returns {any} */
function subschema(schema, replace, originals) {
  const copy = schema === false ? { not: {} } : schema;
  if (typeof copy !== "object" || copy === null || Array.isArray(copy)) return copy;
  const inner = /** @param {any} part */ (part) => subschema(part, replace, originals);
  const result = mapMembers(copy, (value, keyword) => {
    if (MAPS.has(keyword)) return mapMembers(value, (part) => (Array.isArray(part) ? part : inner(part)));
    if (LISTS.has(keyword) || (keyword === "items" && Array.isArray(value))) return value.map(inner);
    return SINGLE.has(keyword) ? inner(value) : replaceNumbers(value, replace);
  });
  delete result.format;
  originals.set(result, schema);
  return result;
}

/** @param {Record<string, any>} object @param {(value: any, name: string) => any} change */
function mapMembers(object, change) {
  const result = Object.create(null);
  for (const [name, value] of Object.entries(object)) result[name] = change(value, name);
  return result;
}
