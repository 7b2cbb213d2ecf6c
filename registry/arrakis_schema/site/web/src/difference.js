// Describe how the columns of a schema differ from the registered ones, and how readers react.

import { acceptsType, describeType, parseColumns, SchemaTextError } from "./columns.js";
import { formatCount } from "./words.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./form.js").Remark} Remark */
/** @typedef {import("./form.js").Verdict} Verdict */
/** @typedef {import("./site.js").Field} Field */
/**
 * @typedef {{ text: string, what: string, fields: Field[], readers: string, unknown: string, exact: boolean }}
 *   Registered `what` is its name in messages; `exact` means that readers look up columns by position
 */
/** @typedef {{ remark: Remark, harmless: boolean }} Difference */

/**
 * Return how a printed schema differs from a registered one.
 * @param {string} text
 * @param {Registered} registered
 * @returns {Verdict}
 */
export function compareColumns(text, registered) {
  let sent;
  try {
    sent = parseColumns(text);
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
  const registeredColumns = parseColumns(registered.text);
  const pairs = pairColumns(sent, registeredColumns);
  return conclude(
    [
      ...missingColumns(sent, registeredColumns, pairs, registered),
      ...columnDifferences(sent, pairs, registered),
      ...orderDifferences(sent, registeredColumns, pairs, registered),
    ],
    sent,
    pairs,
    registered,
  );
}

/**
 * Pair each sent column with its registered one: the one of the same name, or else the one that repeats.
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
function missingColumns(sent, registeredColumns, pairs, { fields }) {
  const paired = new Set(pairs.values());
  const end = sent[sent.length - 1].place;
  return registeredColumns
    .filter((column) => !column.repeated && !paired.has(column))
    .map((column) =>
      makeDifference(
        column.name,
        `missing; expected ${describeType(column)}${column.nullable ? "" : " not null"}`,
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
    if (twice) return [makeDifference(name, "occurs here twice", place, registered.fields, false)];
    const counterpart = pairs.get(column);
    return counterpart ? typeDifferences(column, counterpart, registered) : [extraColumn(column, registered)];
  });
}

/** @param {Column} column @param {Registered} registered @returns {Difference} */
function extraColumn({ name, place }, { what, readers, unknown, fields }) {
  const rejected = unknown === "rejected";
  return makeDifference(
    name,
    `not in ${what}; ${readers} ${rejected ? "reject" : "ignore"} unknown columns`,
    place,
    fields,
    !rejected,
  );
}

/** @param {Column} column @param {Column} counterpart @param {Registered} registered @returns {Difference[]} */
function typeDifferences({ name, type, nullable, place }, counterpart, { fields }) {
  const fieldPath = counterpart.repeated ? counterpart.name : name;
  const differences = [];
  if (!acceptsType(counterpart, type))
    differences.push(
      makeDifference(name, `expected ${describeType(counterpart)}, found ${type}`, place, fields, false, fieldPath),
    );
  if (counterpart.nullable !== nullable) {
    const words = nullable
      ? "expected not null, found nullable"
      : "expected nullable, found not null; this affects no reader";
    differences.push(makeDifference(name, words, place, fields, !nullable, fieldPath));
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
function orderDifferences(sent, registeredColumns, pairs, { exact, readers }) {
  const paired = sent.map((column) => pairs.get(column)).filter((column) => column !== undefined);
  const places = paired.map((column) => registeredColumns.indexOf(column));
  if (places.every((place, index) => index === 0 || place >= places[index - 1])) return [];
  const names = (/** @type {Column[]} */ columns) => [...new Set(columns.map(({ name }) => name))].join(", ");
  const expectedOrder = registeredColumns.filter((column) => paired.includes(column));
  const effect = exact
    ? `${readers} look up columns by position`
    : `${readers} look up columns by name, so this does not affect them`;
  const text = `the order of the columns differs: expected ${names(expectedOrder)}; found ${names(paired)}; ${effect}`;
  return [{ remark: { label: "", text, anchor: "" }, harmless: !exact }];
}

/**
 * @param {string} name
 * @param {string} text
 * @param {import("./json.js").Place} place
 * @param {Field[]} fields
 * @param {boolean} harmless
 * @param {string} [fieldPath]
 * @returns {Difference}
 */
function makeDifference(name, text, place, fields, harmless, fieldPath = name) {
  const anchor = fields.find(({ path }) => path === fieldPath)?.anchor ?? "";
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
      title: `The same as ${what}${describeRepeats(sent, pairs)}.`,
      problems,
      notes,
    };
  const title = `Differs from ${what}: ${formatCount(differences.length, "difference")}`;
  return {
    state: problems.length ? "refused" : "differs",
    word: problems.length ? "differs" : "differs harmlessly",
    title,
    problems,
    notes,
  };
}

/** Describe how many columns were sent for the one that repeats. @param {Column[]} sent @param {Map<Column, Column>} pairs */
function describeRepeats(sent, pairs) {
  const repeats = sent.filter((column) => pairs.get(column)?.repeated && !column.repeated);
  const counterpart = repeats.length ? pairs.get(repeats[0]) : undefined;
  return counterpart ? `, with ${formatCount(repeats.length, "column")} for ${counterpart.name}` : "";
}
