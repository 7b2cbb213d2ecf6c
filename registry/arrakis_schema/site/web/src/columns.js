// Parse the columns of a schema that pyarrow printed: a name, a type and possibly `not null`. Children and metadata are not
// parsed. The columns of a template have placeholders in braces; two columns with `...` between them are one that repeats.

/** @typedef {import("./json.js").Place} Place */
/**
 * @typedef {{ name: string, type: string, nullable: boolean, repeated: boolean, allowed: Record<string, string[]>,
 *   place: Place }} Column
 */

const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const ALLOWED = /^ {2}\{([A-Za-z_][A-Za-z0-9_]*)\}: '(.*)'$/;
const SCHEMA_METADATA = "-- schema metadata --";
const CODE = /\bpa\.(schema|field)\(|^import |^>>> /m;

/** A text that is not a printed schema, with the place and the cause. */
export class SchemaTextError extends Error {
  /** @param {string} cause @param {Place} place */
  constructor(cause, place) {
    super(`line ${place.line}: ${cause}`);
    this.place = place;
  }
}

/**
 * Return the columns of a printed schema; throws `SchemaTextError` for the first line that is not a column.
 * @param {string} text
 * @returns {Column[]}
 */
export function parseColumns(text) {
  /** @type {Column[]} */
  const parsed = [];
  /** @type {Column | null} the column before `...` */
  let first = null;
  for (const { line, place } of splitLines(text)) {
    if (line === SCHEMA_METADATA) break;
    if (line === "...") first = startRepetition(parsed, place);
    else if (line.startsWith(" ")) noteAllowed(parsed, line, place);
    else if (line.trim()) {
      const column = readColumn(line, place);
      if (first) finishRepetition(first, column);
      else parsed.push(column);
      first = null;
    }
  }
  if (!parsed.length) throw new SchemaTextError("there is no column here yet", placeOf(0, 0, 0));
  return parsed;
}

/** @param {string} text */
function* splitLines(text) {
  let offset = 0;
  for (const [number, line] of text.split("\n").entries()) {
    yield { line: line.trimEnd(), place: placeOf(offset, line.length, number) };
    offset += line.length + 1;
  }
}

/** @param {number} offset @param {number} length @param {number} number @returns {Place} */
function placeOf(offset, length, number) {
  return { offset, length, line: number + 1, column: 1 };
}

/** @param {string} line @param {Place} place @returns {Column} */
function readColumn(line, place) {
  const [name, typeText] = line.startsWith('"') ? splitQuotedColumn(line, place) : splitColumn(line, place);
  const nullable = !typeText.endsWith(" not null");
  const type = nullable ? typeText : typeText.slice(0, -" not null".length);
  if (!/^(\{\w+\}|[a-z]\w*([[<(].*|))$/.test(type))
    throw new SchemaTextError(`${type || "nothing"} is not a type as pyarrow prints it`, place);
  const repeated = !line.startsWith('"') && name.search(PLACEHOLDER) >= 0;
  return { name, type, nullable, repeated, allowed: {}, place };
}

/** @param {string} line @param {Place} place @returns {[string, string]} */
function splitColumn(line, place) {
  const colon = line.indexOf(": ");
  if (CODE.test(line)) throw new SchemaTextError("this is Python; paste what print(schema) prints", place);
  if (colon < 0) throw new SchemaTextError("expected a column, as in temperature: int32 not null", place);
  return [line.slice(0, colon), line.slice(colon + 2)];
}

/** @param {string} line @param {Place} place @returns {[string, string]} */
function splitQuotedColumn(line, place) {
  const match = /^("(?:[^"\\]|\\.)*"): (.*)$/.exec(line);
  try {
    if (match) return [JSON.parse(match[1]), match[2]];
  } catch {
    // not a JSON string: reported below
  }
  throw new SchemaTextError("a quoted name is a JSON string, followed by a colon", place);
}

/**
 * Read a line of metadata or of a child; only the allowed values of placeholders are kept.
 * @param {Column[]} parsed
 * @param {string} line
 * @param {Place} place
 */
function noteAllowed(parsed, line, place) {
  const last = parsed[parsed.length - 1];
  if (!last) throw new SchemaTextError("expected a column at the start of the line", place);
  const match = ALLOWED.exec(line);
  if (match) last.allowed[match[1]] = match[2].split(" ").filter(Boolean);
}

/** @param {Column[]} parsed @param {Place} place */
function startRepetition(parsed, place) {
  const last = parsed[parsed.length - 1];
  if (!last?.repeated)
    throw new SchemaTextError("... stands between a column with placeholders in _1 and one in _N", place);
  return last;
}

/** Merge the columns before and after `...` into one. @param {Column} first @param {Column} last */
function finishRepetition(first, last) {
  const without = (/** @type {string} */ text, /** @type {string} */ suffix) => text.replaceAll(`_${suffix}}`, "}");
  if (without(first.name, "1") !== without(last.name, "N") || without(first.type, "1") !== without(last.type, "N")) {
    throw new SchemaTextError("the columns on both sides of ... differ in more than _1 and _N", last.place);
  }
  first.name = without(first.name, "1");
  first.type = without(first.type, "1");
}

/** The names of data types in requests, and what pyarrow prints for them. @type {Record<string, string>} */
const PRINTED = {
  float16: "halffloat",
  float32: "float",
  float64: "double",
  date32: "date32[day]",
  date64: "date64[ms]",
};

/**
 * Return whether a registered column accepts a type: each of its placeholders stands for any allowed value.
 * @param {Column} registered
 * @param {string} type
 */
export function acceptsType({ type: pattern, allowed }, type) {
  if (pattern === type) return true;
  const source = pattern.split(PLACEHOLDER).map((part, index) => {
    if (index % 2 === 0) return escapeForExpression(part);
    return `(?:${(allowed[part] ?? []).map((name) => escapeForExpression(PRINTED[name] ?? name)).join("|") || ".+"})`;
  });
  return new RegExp(`^${source.join("")}$`).test(type);
}

/**
 * Describe the type of a registered column, with the allowed values of its placeholders.
 * @param {Column} registered
 */
export function describeType({ type, allowed }) {
  const placeholders = Object.entries(allowed).map(([name, values]) => `${name} one of ${values.join(", ")}`);
  return placeholders.length ? `${type} with ${placeholders.join("; ")}` : type;
}

/** @param {string} text */
function escapeForExpression(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
