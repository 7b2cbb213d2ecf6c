// How the columns of a schema differ from the registered ones, in words, and what readers do with it.

import { SchemaTextError, columns, expected, fits } from "./columns.js";
import { count } from "./words.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./form.js").Remark} Remark */
/** @typedef {import("./form.js").Verdict} Verdict */
/** @typedef {import("./site.js").Field} Field */
/**
 * @typedef {{ text: string, what: string, fields: Field[], readers: string, unknown: string, exact: boolean }}
 *   Registered `what` names it for people; `exact` readers go by position
 */
/** @typedef {{ remark: Remark, harmless: boolean }} Difference */

/**
 * Return how a printed schema differs from a registered one.
 * @param {string} text
 * @param {Registered} registered
 * @returns {Verdict}
 */
export function difference(text, registered) {
  let given;
  try {
    given = columns(text);
  } catch (error) {
    if (!(error instanceof SchemaTextError)) throw error;
    const problems = [{ label: "", text: error.message, anchor: "", place: error.place }];
    return {
      state: "unreadable",
      word: "no schema",
      title: "This is no schema as pyarrow prints it.",
      problems,
      notes: [],
    };
  }
  const own = columns(registered.text);
  const pairs = paired(given, own);
  return concluded(
    [
      ...missing(given, own, pairs, registered),
      ...each(given, pairs, registered),
      ...order(given, own, pairs, registered),
    ],
    given,
    pairs,
    registered,
  );
}

/**
 * Pair each given column with the registered one that it stands for: by name, else the one that repeats.
 * @param {Column[]} given
 * @param {Column[]} own
 */
function paired(given, own) {
  /** @type {Map<Column, Column>} */
  const pairs = new Map();
  const repeated = own.find((column) => column.repeated);
  for (const column of given) {
    const found = own.find(({ name }) => name === column.name) ?? (column.repeated ? undefined : repeated) ?? repeated;
    if (found) pairs.set(column, found);
  }
  return pairs;
}

/**
 * @param {Column[]} given
 * @param {Column[]} own
 * @param {Map<Column, Column>} pairs
 * @param {Registered} registered
 * @returns {Difference[]}
 */
function missing(given, own, pairs, { fields }) {
  const met = new Set(pairs.values());
  const end = given[given.length - 1].place;
  return own
    .filter((column) => !column.repeated && !met.has(column))
    .map((column) =>
      told(
        column.name,
        `missing; expected ${expected(column)}${column.nullable ? "" : " not null"}`,
        { ...end, length: 0 },
        fields,
        false,
      ),
    );
}

/** @param {Column[]} given @param {Map<Column, Column>} pairs @param {Registered} registered @returns {Difference[]} */
function each(given, pairs, registered) {
  const seen = new Set();
  return given.flatMap((column) => {
    const twice = seen.has(column.name);
    seen.add(column.name);
    const { name, place } = column;
    if (twice) return [told(name, "stands here twice", place, registered.fields, false)];
    const own = pairs.get(column);
    return own ? changed(column, own, registered) : [extra(column, registered)];
  });
}

/** @param {Column} column @param {Registered} registered @returns {Difference} */
function extra({ name, place }, { what, readers, unknown, fields }) {
  const rejected = unknown === "rejected";
  return told(
    name,
    `not in ${what}; ${readers} ${rejected ? "refuse" : "ignore"} a column that they do not know`,
    place,
    fields,
    !rejected,
  );
}

/** @param {Column} column @param {Column} own @param {Registered} registered @returns {Difference[]} */
function changed({ name, type, nullable, place }, own, { fields }) {
  const anchored = own.repeated ? own.name : name;
  const found = [];
  if (!fits(own, type))
    found.push(told(name, `expected ${expected(own)}, found ${type}`, place, fields, false, anchored));
  if (own.nullable !== nullable) {
    const words = nullable
      ? "expected not null, found nullable"
      : "expected nullable, found not null; no reader is surprised by that";
    found.push(told(name, words, place, fields, !nullable, anchored));
  }
  return found;
}

/**
 * @param {Column[]} given
 * @param {Column[]} own
 * @param {Map<Column, Column>} pairs
 * @param {Registered} registered
 * @returns {Difference[]}
 */
function order(given, own, pairs, { exact, readers }) {
  const met = given.map((column) => pairs.get(column)).filter((column) => column !== undefined);
  const places = met.map((column) => own.indexOf(column));
  if (places.every((place, index) => index === 0 || place >= places[index - 1])) return [];
  const names = (/** @type {Column[]} */ some) => [...new Set(some.map(({ name }) => name))].join(", ");
  const wanted = own.filter((column) => met.includes(column));
  const means = exact
    ? `${readers} take columns by position`
    : `${readers} take columns by name, so it does not matter to them`;
  const text = `the order of the columns differs: expected ${names(wanted)}; found ${names(met)}; ${means}`;
  return [{ remark: { label: "", text, anchor: "" }, harmless: !exact }];
}

/**
 * @param {string} name
 * @param {string} text
 * @param {import("./json.js").Place} place
 * @param {Field[]} fields
 * @param {boolean} harmless
 * @param {string} [anchored]
 * @returns {Difference}
 */
function told(name, text, place, fields, harmless, anchored = name) {
  const anchor = fields.find(({ path }) => path === anchored)?.anchor ?? "";
  return { remark: { label: name, text, anchor, ...(place.length ? { place } : {}) }, harmless };
}

/**
 * @param {Difference[]} found
 * @param {Column[]} given
 * @param {Map<Column, Column>} pairs
 * @param {Registered} registered
 * @returns {Verdict}
 */
function concluded(found, given, pairs, { what }) {
  const remarks = (/** @type {boolean} */ harmless) =>
    found.filter((one) => one.harmless === harmless).map(({ remark }) => remark);
  const [problems, notes] = [remarks(false), remarks(true)];
  if (!found.length)
    return {
      state: "accepted",
      word: "the same",
      title: `The same as ${what}${copies(given, pairs)}.`,
      problems,
      notes,
    };
  const title = `Differs from ${what}: ${count(found.length, "difference")}`;
  return {
    state: problems.length ? "refused" : "differs",
    word: problems.length ? "differs" : "differs without harm",
    title,
    problems,
    notes,
  };
}

/** Say how many columns stand for the one that repeats. @param {Column[]} given @param {Map<Column, Column>} pairs */
function copies(given, pairs) {
  const some = given.filter((column) => pairs.get(column)?.repeated && !column.repeated);
  const own = some.length ? pairs.get(some[0]) : undefined;
  return own ? `, with ${count(some.length, "column")} for ${own.name}` : "";
}
