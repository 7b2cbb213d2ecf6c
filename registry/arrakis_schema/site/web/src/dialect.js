// The dialect of a schema, found as the package finds it: by http or https, with an empty fragment or without one.
// `store/dialects.json` has the names and the meta-schemas; Python reads it as well.

import dialects from "../../../store/dialects.json" with { type: "json" };

/** @typedef {import("./json.js").Json} Json */
/** @typedef {"4" | "7" | "2019-09" | "2020-12"} Draft */

/** @type {Record<string, string>} */
const URIS = dialects;
/**
 * What @cfworker/json-schema calls each dialect; it reads draft-06 as draft-07, which has its keywords.
 * @type {Record<string, Draft>}
 */
const DRAFTS = { "draft-04": "4", "draft-06": "7", "draft-07": "7", "2019-09": "2019-09", "2020-12": "2020-12" };

/**
 * Return the name of the dialect of a document: draft-07 where it names none.
 * @param {any} schema
 * @returns {string}
 */
export function dialectOf(schema) {
  return named(schema) ?? "draft-07";
}

/**
 * Return the name of the dialect of a schema inside one of another dialect: where it has an `$id` it may name its own.
 * @param {any} schema
 * @param {string} around
 */
export function dialectInside(schema, around) {
  const own = named(schema) ?? around;
  const identifier = schema?.[own === "draft-04" ? "id" : "$id"];
  return typeof identifier === "string" && !identifier.startsWith("#") ? own : around;
}

/**
 * Return the draft that the validator reads a dialect as.
 * @param {string} dialect
 * @returns {Draft}
 */
export function draft(dialect) {
  return DRAFTS[dialect];
}

/** Return the name of the dialect that a schema names. @param {any} schema @returns {string | undefined} */
function named(schema) {
  const uri = plain(String(schema?.$schema));
  return Object.keys(URIS).find((name) => plain(URIS[name]) === uri);
}

/**
 * Return a schema whose `$schema` is a dialect where it was a meta-schema of the team's own.
 * @param {any} schema
 * @param {Record<string, string>} aliases the dialect of each such meta-schema
 * @returns {Json}
 */
export function readAliased(schema, aliases) {
  const dialect = aliases[plain(String(schema?.$schema))];
  return dialect === undefined ? schema : { ...schema, $schema: dialect };
}

/** Return a URI in the form that is compared: by https, without an empty fragment. @param {string} uri */
function plain(uri) {
  return uri.replace(/#$/, "").replace(/^http:/, "https:");
}
