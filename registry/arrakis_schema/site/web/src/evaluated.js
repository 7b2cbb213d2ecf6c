// Find the members and items of an instance that a schema evaluates, for `unevaluatedProperties` and `unevaluatedItems`, as
// `evaluated_names` and `evaluated_items` of `json_schema/judge/complete.py` do. Subschemas that must hold count even if they fail.

import { validate } from "@cfworker/json-schema";

/**
 * @typedef {{ draft: any, dialect: string, dialects: Map<object, string>, lookup: Record<string, any>, anchor: any }}
 *   Scope `anchor` is the outermost target of `$recursiveRef`, `dialect` that of the schema
 */

/**
 * Return the names that a schema evaluates of an object, or the indices of an array, as texts.
 * @param {any} instance
 * @param {any} schema
 * @param {Scope} scope
 * @returns {Set<string>}
 */
export function evaluatedParts(instance, schema, scope) {
  if (typeof schema !== "object" || schema === null) return new Set();
  const inside = innerScope(schema, scope);
  const own = Array.isArray(instance) ? evaluatedItems(instance, schema, inside) : evaluatedNames(instance, schema);
  const beside = appliedSchemas(instance, schema, inside).map((part) => evaluatedParts(instance, part, inside));
  return new Set([...own, ...beside.flatMap((names) => [...names])]);
}

/**
 * Return the scope inside a schema.
 * @param {any} schema
 * @param {Scope} scope
 * @returns {Scope}
 */
export function innerScope(schema, scope) {
  const dialect = scope.dialects.get(schema) ?? scope.dialect;
  const anchor = scope.anchor === null && schema?.$recursiveAnchor === true ? schema : scope.anchor;
  return { ...scope, dialect, anchor };
}

/**
 * Return the schema that a reference of a schema leads to.
 * @param {any} schema
 * @param {string} keyword
 * @param {Scope} scope
 */
export function referenceTarget(schema, keyword, { lookup, anchor }) {
  if (keyword === "$ref") return lookup[schema.__absolute_ref__ ?? schema.$ref];
  return anchor ?? lookup[schema.__absolute_recursive_ref__];
}

/** @param {any} instance @param {any} schema @returns {string[]} */
function evaluatedNames(instance, schema) {
  const names = Object.keys(instance);
  if (schema.unevaluatedProperties !== undefined || "additionalProperties" in schema) return names;
  const patterns = Object.keys(schema.patternProperties ?? {}).map((pattern) => new RegExp(pattern, "u"));
  return names.filter(
    (name) => Object.hasOwn(schema.properties ?? {}, name) || patterns.some((pattern) => pattern.test(name)),
  );
}

/** @param {any[]} instance @param {any} schema @param {Scope} scope @returns {string[]} */
function evaluatedItems(instance, schema, scope) {
  const indices = [...instance.keys()].map(String);
  const first = scope.dialect === "2020-12" ? schema.prefixItems : schema.items;
  const remainder = scope.dialect !== "2020-12" && Array.isArray(first) ? "additionalItems" : "items";
  if (schema.unevaluatedItems !== undefined || remainder in schema) return indices;
  const leading = indices.slice(0, Array.isArray(first) ? first.length : 0);
  const contains = scope.dialect === "2020-12" && "contains" in schema;
  return contains
    ? [...leading, ...indices.filter((index) => accepts(instance[Number(index)], schema.contains, scope))]
    : leading;
}

/** Return the in-place subschemas that must hold, and those of the others that do. @param {any} instance @param {any} schema @param {Scope} scope @returns {any[]} */
function appliedSchemas(instance, schema, scope) {
  const named = Array.isArray(instance) ? [] : Object.entries(schema.dependentSchemas ?? {});
  const parts = [
    ...["$ref", "$recursiveRef"]
      .filter((keyword) => keyword in schema)
      .map((keyword) => referenceTarget(schema, keyword, scope)),
    ...named.filter(([name]) => Object.hasOwn(instance, name)).map(([, part]) => part),
    ...(schema.allOf ?? []),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter((part) => accepts(instance, part, scope)),
  ];
  if (!("if" in schema)) return parts;
  const [condition, branch] = accepts(instance, schema.if, scope) ? [[schema.if], schema.then] : [[], schema.else];
  return [...parts, ...condition, branch];
}

/** @param {any} instance @param {any} schema @param {Scope} scope */
function accepts(instance, schema, { draft, lookup, anchor }) {
  return validate(instance, schema, draft, lookup, true, anchor).valid;
}
