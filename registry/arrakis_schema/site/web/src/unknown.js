// The members of an instance that no schema describes, and what the reader does with them.

import { escaped } from "./json.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {string | Record<string, string> | undefined} Unknown */
/** @typedef {{ path: (string | number)[], pointer: string, rejected: boolean }} Stranger */

const IN_PLACE = ["allOf", "anyOf", "oneOf"];
const BRANCHES = ["if", "then", "else", "not"];

/**
 * Return the members that none of the schemas describes. A free object, whose schemas name no member, has none.
 * @param {Json} instance
 * @param {Json[]} schemas
 * @param {Unknown} reader what the reader does with what it does not know, for all places or for each JSON Pointer
 * @returns {Stranger[]}
 */
export function strangers(instance, schemas, reader) {
  return [
    ...search(
      instance,
      schemas.map((schema) => ({ schema, root: schema })),
      [],
      "",
      reader,
    ),
  ];
}

/** @typedef {{ schema: any, root: any }} Node */

/**
 * @param {any} instance
 * @param {Node[]} initial
 * @param {(string | number)[]} path
 * @param {string} pointer
 * @param {Unknown} reader
 * @returns {Generator<Stranger>}
 */
function* search(instance, initial, path, pointer, reader) {
  if (typeof instance !== "object" || instance === null) return;
  const nodes = applicableSchemas(initial);
  const free = Array.isArray(instance) || !nodes.some(({ schema }) => schema.properties || schema.patternProperties);
  for (const [name, part] of Object.entries(instance)) {
    const step = Array.isArray(instance) ? Number(name) : name;
    const [inner, place] = [[...path, step], `${pointer}/${escaped(name)}`];
    const next = nodes.flatMap((node) => (Array.isArray(instance) ? itemOf(node, Number(name)) : memberOf(node, name)));
    if (next.length || free) yield* search(part, next, inner, place, reader);
    else yield { path: inner, pointer: place, rejected: way(reader, pointer) === "rejected" };
  }
}

/** @param {Unknown} reader @param {string} pointer */
function way(reader, pointer) {
  return typeof reader === "object" ? (reader[pointer] ?? "ignored") : (reader ?? "ignored");
}

/** Return the schemas and all that they apply to the same instance. @param {Node[]} initial @returns {Node[]} */
function applicableSchemas(initial) {
  /** @type {Map<any, Node>} */
  const visited = new Map();
  const todo = [...initial];
  for (let node = todo.pop(); node; node = todo.pop()) {
    const { schema, root } = node;
    if (typeof schema !== "object" || schema === null || visited.has(schema)) continue;
    visited.set(schema, node);
    const inner = [
      ...IN_PLACE.flatMap((keyword) => schema[keyword] ?? []),
      ...BRANCHES.map((keyword) => schema[keyword]),
    ];
    if (typeof schema.$ref === "string") inner.push(target(root, schema.$ref));
    todo.push(...inner.map((subschema) => ({ schema: subschema, root })));
  }
  return [...visited.values()];
}

/** @param {any} root @param {string} reference */
function target(root, reference) {
  const [, pointer] = reference.split("#");
  const names = decodeURIComponent(pointer ?? "")
    .split("/")
    .slice(1);
  return names.reduce((part, name) => part?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], root);
}

/** @param {Node} node @param {string} name @returns {Node[]} */
function memberOf({ schema, root }, name) {
  const schemas = [];
  if (schema.properties && Object.hasOwn(schema.properties, name)) schemas.push(schema.properties[name]);
  for (const [pattern, inner] of Object.entries(schema.patternProperties ?? {})) {
    if (new RegExp(pattern, "u").test(name)) schemas.push(inner);
  }
  if (!schemas.length && schema.additionalProperties !== undefined) schemas.push(schema.additionalProperties);
  return schemas.map((inner) => ({ schema: inner, root }));
}

/** @param {Node} node @param {number} index @returns {Node[]} */
function itemOf({ schema, root }, index) {
  const inner = Array.isArray(schema.items) ? (schema.items[index] ?? schema.additionalItems) : schema.items;
  return inner === undefined ? [] : [{ schema: inner, root }];
}
