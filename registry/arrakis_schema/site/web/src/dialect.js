// Find the dialect of a schema as the Python package does: http and https are equal, and so are an empty fragment and none.
// The names and the meta-schemas are in `store/dialects.json`, which Python reads, too.

import dialects from "../../../store/dialects.json" with { type: "json" };

/** @typedef {import("./json.js").Json} Json */
/** @typedef {"4" | "7" | "2019-09" | "2020-12"} Draft */

/** @type {Record<string, string>} */
const URIS = dialects;
/**
 * The name of each dialect in @cfworker/json-schema; draft-06 is validated as draft-07, which has all of its keywords.
 * @type {Record<string, Draft>}
 */
const DRAFTS = { "draft-04": "4", "draft-06": "7", "draft-07": "7", "2019-09": "2019-09", "2020-12": "2020-12" };

/**
 * Return the name of the dialect of a document; draft-07 if it declares none.
 * @param {any} schema
 * @returns {string}
 */
export function dialectOf(schema) {
  return declaredDialect(schema) ?? "draft-07";
}

/**
 * Return the name of the dialect of a subschema, which may declare its own if it has an `$id`.
 * @param {any} schema
 * @param {string} outer
 */
export function dialectInside(schema, outer) {
  const own = declaredDialect(schema) ?? outer;
  const identifier = schema?.[own === "draft-04" ? "id" : "$id"];
  return typeof identifier === "string" && !identifier.startsWith("#") ? own : outer;
}

/**
 * Return the draft under which the validator reads a dialect.
 * @param {string} dialect
 * @returns {Draft}
 */
export function draftOf(dialect) {
  return DRAFTS[dialect];
}

/** Return the name of the dialect that a schema declares. @param {any} schema @returns {string | undefined} */
function declaredDialect(schema) {
  const uri = normalizeUri(String(schema?.$schema));
  return Object.keys(URIS).find((name) => normalizeUri(URIS[name]) === uri);
}

/**
 * Return a schema with its dialect as `$schema` if that was a meta-schema of the API's own.
 * @param {any} schema
 * @param {Record<string, string>} aliases the dialect of each such meta-schema
 * @returns {Json}
 */
export function readAliased(schema, aliases) {
  const dialect = aliases[normalizeUri(String(schema?.$schema))];
  return dialect === undefined ? schema : { ...schema, $schema: dialect };
}

/** Return a URI in the form that is compared: with https, and without an empty fragment. @param {string} uri */
function normalizeUri(uri) {
  return uri.replace(/#$/, "").replace(/^http:/, "https:");
}
