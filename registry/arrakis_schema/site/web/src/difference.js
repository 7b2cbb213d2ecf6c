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
  let sent;
  try {
    sent = columns(text);
  } catch (error) {
    if (!(error instanceof SchemaTextError)) throw error;
    const problems = [{ label: "", text: error.message, anchor: "", place: error.place }];
    return {
      state: "unreadable",
      word: "no schema",
      title: "This is not a schema as pyarrow prints it.",
      problems,
      notes: [],
    };
  }
  const registeredColumns = columns(registered.text);
  const pairs = pairColumns(sent, registeredColumns);
  return conclude(
    [
      ...missing(sent, registeredColumns, pairs, registered),
      ...columnDifferences(sent, pairs, registered),
      ...order(sent, registeredColumns, pairs, registered),
    ],
    sent,
    pairs,
    registered,
  );
}

/**
 * Pair each given column with the registered one that it stands for: by name, else the one that repeats.
 * @param {Column[]} sent
 * @param {Column[]} registeredColumns
 */
function pairColumns(sent, registeredColumns) {
  /** @type {Map<Column, Column>} */
  const pairs = new Map();
  const repeated = registeredColumns.find((column) => column.repeated);
  for (const column of sent) {
    const counterpart =
      registeredColumns.find(({ name }) => name === column.name) ??
      (column.repeated ? undefined : repeated) ??
      repeated;
    if (counterpart) pairs.set(column, counterpart);
  }
  return pairs;
}

/**
 * @param {Column[]} sent
 * @param {Column[]} registeredColumns
 * @param {Map<Column, Column>} pairs
 * @param {Registered} registered
 * @returns {Difference[]}
 */
function missing(sent, registeredColumns, pairs, { fields }) {
  const met = new Set(pairs.values());
  const end = sent[sent.length - 1].place;
  return registeredColumns
    .filter((column) => !column.repeated && !met.has(column))
    .map((column) =>
      describe(
        column.name,
        `missing; expected ${expected(column)}${column.nullable ? "" : " not null"}`,
        { ...end, length: 0 },
        fields,
        false,
      ),
    );
}

/** @param {Column[]} sent @param {Map<Column, Column>} pairs @param {Registered} registered @returns {Difference[]} */
function columnDifferences(sent, pairs, registered) {
  const names = new Set();
  return sent.flatMap((column) => {
    const twice = names.has(column.name);
    names.add(column.name);
    const { name, place } = column;
    if (twice) return [describe(name, "occurs here twice", place, registered.fields, false)];
    const counterpart = pairs.get(column);
    return counterpart ? typeDifferences(column, counterpart, registered) : [extra(column, registered)];
  });
}

/** @param {Column} column @param {Registered} registered @returns {Difference} */
function extra({ name, place }, { what, readers, unknown, fields }) {
  const rejected = unknown === "rejected";
  return describe(
    name,
    `not in ${what}; ${readers} ${rejected ? "reject" : "ignore"} unknown columns`,
    place,
    fields,
    !rejected,
  );
}

/** @param {Column} column @param {Column} counterpart @param {Registered} registered @returns {Difference[]} */
function typeDifferences({ name, type, nullable, place }, counterpart, { fields }) {
  const anchored = counterpart.repeated ? counterpart.name : name;
  const differences = [];
  if (!fits(counterpart, type))
    differences.push(
      describe(name, `expected ${expected(counterpart)}, found ${type}`, place, fields, false, anchored),
    );
  if (counterpart.nullable !== nullable) {
    const words = nullable
      ? "expected not null, found nullable"
      : "expected nullable, found not null; this affects no reader";
    differences.push(describe(name, words, place, fields, !nullable, anchored));
  }
  return differences;
}

/**
 * @param {Column[]} sent
 * @param {Column[]} registeredColumns
 * @param {Map<Column, Column>} pairs
 * @param {Registered} registered
 * @returns {Difference[]}
 */
function order(sent, registeredColumns, pairs, { exact, readers }) {
  const met = sent.map((column) => pairs.get(column)).filter((column) => column !== undefined);
  const places = met.map((column) => registeredColumns.indexOf(column));
  if (places.every((place, index) => index === 0 || place >= places[index - 1])) return [];
  const names = (/** @type {Column[]} */ some) => [...new Set(some.map(({ name }) => name))].join(", ");
  const expectedOrder = registeredColumns.filter((column) => met.includes(column));
  const means = exact
    ? `${readers} look up columns by position`
    : `${readers} look up columns by name, so this does not affect them`;
  const text = `the order of the columns differs: expected ${names(expectedOrder)}; found ${names(met)}; ${means}`;
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
function describe(name, text, place, fields, harmless, anchored = name) {
  const anchor = fields.find(({ path }) => path === anchored)?.anchor ?? "";
  return { remark: { label: name, text, anchor, ...(place.length ? { place } : {}) }, harmless };
}

/**
 * @param {Difference[]} differences
 * @param {Column[]} sent
 * @param {Map<Column, Column>} pairs
 * @param {Registered} registered
 * @returns {Verdict}
 */
function conclude(differences, sent, pairs, { what }) {
  const remarks = (/** @type {boolean} */ harmless) =>
    differences.filter((entry) => entry.harmless === harmless).map(({ remark }) => remark);
  const [problems, notes] = [remarks(false), remarks(true)];
  if (!differences.length)
    return {
      state: "accepted",
      word: "the same",
      title: `The same as ${what}${copies(sent, pairs)}.`,
      problems,
      notes,
    };
  const title = `Differs from ${what}: ${count(differences.length, "difference")}`;
  return {
    state: problems.length ? "refused" : "differs",
    word: problems.length ? "differs" : "differs harmlessly",
    title,
    problems,
    notes,
  };
}

/** Say how many columns stand for the one that repeats. @param {Column[]} sent @param {Map<Column, Column>} pairs */
function copies(sent, pairs) {
  const some = sent.filter((column) => pairs.get(column)?.repeated && !column.repeated);
  const counterpart = some.length ? pairs.get(some[0]) : undefined;
  return counterpart ? `, with ${count(some.length, "column")} for ${counterpart.name}` : "";
}
