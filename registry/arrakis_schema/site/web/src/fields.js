// Find the field of a document that an instance path refers to, and the changes of fields from one release to another.

/** @typedef {import("./site.js").Field} Field */
/**
 * @typedef {{ field: Field, kind: "added" | "removed" | "changed", facts: { name: string, old: string, new: string
 *   }[] }} Change
 */

/** The facts about a field, in the order in which they are shown. @type {[string, (field: Field) => string][]} */
const FACTS = [
  ["type", ({ type }) => type],
  [
    "presence",
    ({ required, required_when: when }) =>
      required ? "required" : when ? `required ${when.join(" or ")}` : "optional",
  ],
  ["null", ({ nullable }) => (nullable === null ? "" : nullable ? "may be null" : "never null")],
  ["unit", ({ unit }) => unit],
  ["format", ({ format }) => format ?? ""],
  ["bounds", ({ bounds, closed }) => [...bounds, ...(closed ?? [])].join(", ")],
  ["values", ({ values }) => values.map((value) => JSON.stringify(value)).join(", ")],
  ["cases", ({ variants }) => (variants ?? []).map(variantText).join("; ")],
  ["default", ({ default: values }) => (values ?? []).map((value) => JSON.stringify(value)).join("")],
  ["null means", ({ null: meaning }) => meaning],
  ["omitted means", ({ omitted }) => omitted],
  ["description", ({ description }) => description],
];
/** The facts that only describe a field. */
const DESCRIPTIVE = new Set(["default", "null means", "omitted means", "description"]);

/** Return the path of a field, with the case in which it exists. @param {Field} field */
export function labelOf({ path, alternative }) {
  return alternative ? `${path} (${alternative})` : path;
}

/** @param {import("./site.js").Variant} variant */
function variantText({ name, type, bounds, values, closed }) {
  const facts = [type, ...bounds, ...(closed ?? []), ...values.map((value) => JSON.stringify(value))];
  return `${name}: ${facts.join(", ")}`;
}

/**
 * Return the fields that were added, removed and changed, in the order of the new document.
 * @param {Field[]} old
 * @param {Field[]} fresh
 * @param {boolean} columns whether they are columns, which are always there
 * @returns {Change[]}
 */
export function compareFields(old, fresh, columns) {
  const compared = FACTS.filter(([name]) => !(columns && name === "presence"));
  const before = new Map(old.map((field) => [field.anchor, field]));
  const after = new Set(fresh.map(({ anchor }) => anchor));
  const present = fresh.map((field) => changeOf(compared, before.get(field.anchor), field));
  const removed = old.filter(({ anchor }) => !after.has(anchor)).map((field) => removalOf(compared, field));
  return [...present, ...removed].filter(({ facts }) => facts.length);
}

/**
 * Return a change without the facts that only describe a field.
 * @param {Change} change
 * @returns {Change}
 */
export function withoutWords(change) {
  return { ...change, facts: change.facts.filter(({ name }) => !DESCRIPTIVE.has(name)) };
}

/**
 * Return the names of the shared columns in the old and the new order; null if the order is the same.
 * @param {Field[]} old
 * @param {Field[]} fresh
 */
export function compareOrder(old, fresh) {
  const paths = (/** @type {Field[]} */ some, /** @type {Field[]} */ others) => {
    const names = new Set(others.map(({ path }) => path));
    return some.map(({ path }) => path).filter((path) => names.has(path));
  };
  const [before, after] = [paths(old, fresh), paths(fresh, old)];
  return before.every((path, index) => path === after[index])
    ? null
    : { old: before.join(", "), new: after.join(", ") };
}

/** @param {typeof FACTS} compared @param {Field | undefined} old @param {Field} field @returns {Change} */
function changeOf(compared, old, field) {
  const facts = compared.map(([name, format]) => ({ name, old: old ? format(old) : "", new: format(field) }));
  return { field, kind: old ? "changed" : "added", facts: facts.filter((fact) => fact.old !== fact.new) };
}

/** @param {typeof FACTS} compared @param {Field} field @returns {Change} */
function removalOf(compared, field) {
  const facts = compared.map(([name, format]) => ({ name, old: format(field), new: "" }));
  return { field, kind: "removed", facts: facts.filter((fact) => fact.old) };
}

/**
 * Return the field that an instance path refers to, or else its nearest ancestor.
 * @param {(string | number)[]} path
 * @param {Field[]} fields
 * @returns {Field | undefined}
 */
export function fieldAt(path, fields) {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    const fitting = fields.map((field) => ({ field, rank: rank(field, part) })).filter((entry) => entry.rank > 0);
    if (fitting.length) return fitting.reduce((best, entry) => (entry.rank > best.rank ? entry : best)).field;
  }
  return undefined;
}

/**
 * Return whether an instance has a value for a field.
 * @param {import("./json.js").Json} value
 * @param {Field} field
 */
export function reaches(value, field) {
  /** @type {any[]} */
  let values = [value];
  for (const step of valueSteps(field)) values = values.flatMap((holder) => valuesAt(holder, step));
  return values.length > 0;
}

/** Return the steps of a field that select a value. @param {Field} field */
function valueSteps({ steps }) {
  return steps.filter((step) => !(step && typeof step === "object" && "alternative" in step));
}

/** @param {any} holder @param {import("./site.js").FieldStep} step @returns {any[]} */
function valuesAt(holder, step) {
  if (typeof holder !== "object" || holder === null) return [];
  return Object.keys(holder)
    .filter((key) => fits(step, Array.isArray(holder) ? Number(key) : key) > 0)
    .map((key) => holder[key]);
}

/** Return how closely a field matches a path: 0 if it does not. @param {Field} field @param {(string | number)[]} path */
function rank(field, path) {
  const steps = valueSteps(field);
  if (steps.length !== path.length) return 0;
  const ranks = steps.map((step, index) => fits(step, path[index]));
  return ranks.every((stepRank) => stepRank > 0) ? ranks.reduce((sum, stepRank) => sum + stepRank, 0) : 0;
}

/** @param {import("./site.js").FieldStep} step @param {string | number} part @returns {number} */
function fits(step, part) {
  if (step === part) return 3;
  if (step === null) return typeof part === "number" ? 2 : 0;
  if (typeof step !== "object" || typeof part !== "string") return 0;
  if ("pattern" in step) return matches(step.pattern, part) ? 2 : 0;
  return "any" in step ? 1 : 0;
}

/** @param {string} pattern @param {string} name */
function matches(pattern, name) {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return false;
  }
}
