// Find the members of an instance that no schema declares, and whether the reader rejects them, as
// `json_schema/declared_members.py` does.

import { escapeToken } from "./json.js";
import { FOREIGN, LONE_REF } from "./standins.js";
import { accepts, readDocument } from "./violations.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./violations.js").Patterns} Patterns */
/** @typedef {string | Record<string, string> | undefined} Unknown */
/** @typedef {{ path: (string | number)[], pointer: string, rejected: boolean, declared: string[] }} Undeclared */
/** @typedef {{ schema: any, root: any, reading: import("./violations.js").Reading, always: boolean }} Applied */
/** @typedef {{ path: (string | number)[], pointer: string, reader: Unknown, patterns: Patterns }} Place */

const CATCH_ALL = ["additionalProperties", "unevaluatedProperties"];
const DEPENDENCIES = ["dependencies", "dependentRequired", "dependentSchemas"];

/**
 * Return the members that none of the schemas declares. An open object, in which nothing is listed, has none.
 * @param {Json} instance
 * @param {Json[]} schemas
 * @param {Unknown} reader what the reader does with unknown members, everywhere or by JSON Pointer
 * @param {Patterns} [patterns]
 * @returns {Undeclared[]}
 */
export function undeclaredMembers(instance, schemas, reader, patterns = undefined) {
  const applied = schemas.map((schema) => ({
    schema,
    root: schema,
    reading: readDocument(schema, patterns),
    always: true,
  }));
  return search(instance, applied, { path: [], pointer: "", reader, patterns }, false);
}

/** @param {any} instance @param {Applied[]} applied @param {Place} place @param {boolean} chosen @returns {Undeclared[]} */
function search(instance, applied, place, chosen) {
  if (typeof instance !== "object" || instance === null) return [];
  const here = chosen ? applied : expand(applied);
  const choosers = chosen ? [] : here.filter((entry) => entry.always && assertions(entry).oneOf);
  if (!choosers.length) return undeclaredHere(instance, here, place);
  return choosers.flatMap((chooser) => {
    const base = expand(applied, chooser);
    const results = applySchemas(chooser, assertions(chooser).oneOf)
      .filter((branch) => accepts(instance, branch.schema, branch.root, place.patterns))
      .map((branch) => search(instance, [...base, ...expand([branch])], place, true));
    return results.sort((first, second) => first.length - second.length)[0] ?? [];
  });
}

/** @param {any} instance @param {Applied[]} here @param {Place} place @returns {Undeclared[]} */
function undeclaredHere(instance, here, place) {
  const list = Array.isArray(instance);
  const { names, expressions, open } = declaredNames(here, place.patterns);
  return Object.entries(instance).flatMap(([name, part]) => {
    const below = {
      ...place,
      path: [...place.path, list ? Number(name) : name],
      pointer: `${place.pointer}/${escapeToken(name)}`,
    };
    if (!list && !open && !names.has(name) && !expressions.some((expression) => expression.test(name))) {
      const rejected = unknownPolicy(place.reader, place.pointer) === "rejected";
      return [{ path: below.path, pointer: below.pointer, rejected, declared: [...names].sort() }];
    }
    const next = list ? schemasOfItem(here, Number(name)) : schemasOfMember(here, name, place.patterns);
    return search(part, next, below, false);
  });
}

/** @param {Unknown} reader @param {string} pointer */
function unknownPolicy(reader, pointer) {
  return typeof reader === "object" ? (reader[pointer] ?? "ignored") : (reader ?? "ignored");
}

/** @param {Applied[]} here @param {Patterns} patterns */
function declaredNames(here, patterns) {
  const schemas = here.map(assertions);
  const names = new Set(
    schemas.flatMap((schema) => [...Object.keys(schema.properties ?? {}), ...requiredNames(schema)]),
  );
  const expressions = schemas
    .flatMap((schema) => Object.keys(schema.patternProperties ?? {}))
    .map((pattern) => expressionOf(pattern, patterns));
  const listed = schemas.some((schema) => schema.properties || schema.patternProperties);
  return { names, expressions, open: !listed || schemas.some(describesAnyName) };
}

/** @param {any} schema @returns {string[]} */
function requiredNames(schema) {
  const needed = DEPENDENCIES.flatMap((keyword) => Object.entries(schema[keyword] ?? {}));
  return [
    ...(schema.required ?? []),
    ...needed.flatMap(([name, needs]) => [name, ...(Array.isArray(needs) ? needs : [])]),
  ];
}

/** @param {any} schema */
function describesAnyName(schema) {
  const values = [...(schema.enum ?? []), ...("const" in schema ? [schema.const] : [])];
  const isObject = (/** @type {any} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);
  return CATCH_ALL.some((keyword) => (schema[keyword] ?? false) !== false) || values.some(isObject);
}

/** @param {string} pattern @param {Patterns} patterns */
function expressionOf(pattern, patterns) {
  return new RegExp(patterns?.[pattern] ?? pattern, "u");
}

/** Return the keywords that are applied: before 2019-09, `$ref` alone if there is one. @param {Applied} applied @returns {any} */
function assertions({ schema, reading }) {
  if (typeof schema !== "object" || schema === null) return {};
  const dialect = reading.dialect(schema);
  if (LONE_REF.has(dialect) && "$ref" in schema) return { $ref: schema.$ref };
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !FOREIGN[dialect].includes(keyword)));
}

/**
 * Return the schemas and all subschemas that they apply to the same instance, except those in the `oneOf` of `chooser`.
 * @param {Applied[]} initial
 * @param {Applied} [chooser]
 */
function expand(initial, chooser) {
  /** @type {Applied[]} */
  const visited = [];
  const todo = [...initial];
  for (let entry = todo.pop(); entry; entry = todo.pop()) {
    const { schema, always } = entry;
    if (typeof schema !== "object" || schema === null) continue;
    if (visited.some((earlier) => earlier.schema === schema && earlier.always === always)) continue;
    visited.push(entry);
    todo.push(...schemasInPlace(entry, chooser?.schema === schema));
  }
  return visited;
}

/** @param {Applied} entry @param {boolean} skipOneOf @returns {Applied[]} */
function schemasInPlace(entry, skipOneOf) {
  const schema = assertions(entry);
  const some = [...(schema.anyOf ?? []), ...(skipOneOf ? [] : (schema.oneOf ?? []))];
  if ("if" in schema) some.push(schema.if, schema.then, schema.else);
  some.push(...Object.values(schema.dependentSchemas ?? {}));
  some.push(...Object.values(schema.dependencies ?? {}).filter((needs) => !Array.isArray(needs)));
  return [
    ...applySchemas(entry, entry.reading.targets(entry.schema)),
    ...applySchemas(entry, schema.allOf ?? []),
    ...applySchemas({ ...entry, always: false }, some),
  ];
}

/** @param {Applied} entry @param {any[]} schemas @returns {Applied[]} */
function applySchemas({ root, reading, always }, schemas) {
  return schemas.filter((schema) => schema !== undefined).map((schema) => ({ schema, root, reading, always }));
}

/** @param {Applied[]} here @param {string} name @param {Patterns} patterns @returns {Applied[]} */
function schemasOfMember(here, name, patterns) {
  return here.flatMap((entry) => {
    const schema = assertions(entry);
    const own = Object.hasOwn(schema.properties ?? {}, name) ? [schema.properties[name]] : [];
    const matching = Object.entries(schema.patternProperties ?? {})
      .filter(([pattern]) => expressionOf(pattern, patterns).test(name))
      .map(([, subschema]) => subschema);
    if (own.length || matching.length) return applySchemas(entry, [...own, ...matching]);
    const [additional, unevaluated] = CATCH_ALL.map((keyword) => schema[keyword]);
    return [...applySchemas(entry, [additional]), ...applySchemas({ ...entry, always: false }, [unevaluated])];
  });
}

/** @param {Applied[]} here @param {number} index @returns {Applied[]} */
function schemasOfItem(here, index) {
  return here.flatMap((entry) => {
    const schema = assertions(entry);
    const tuples = Array.isArray(schema.items);
    const first = tuples ? schema.items : (schema.prefixItems ?? []);
    const item = index < first.length ? first[index] : tuples ? schema.additionalItems : schema.items;
    return [
      ...applySchemas(entry, [item]),
      ...applySchemas({ ...entry, always: false }, [schema.contains, schema.unevaluatedItems]),
    ];
  });
}
