// The changes to the fields of a document from one release to another.

/** @typedef {import("./site.js").Field} Field */
/**
 * @typedef {{ field: Field, kind: "added" | "removed" | "changed", facts: { name: string, old: string, new: string
 *   }[] }} Change
 */

/** The facts about a field, in the order in which they are shown. @type {[string, (field: Field) => string][]} */
const FACTS = [
  ["type", ({ type }) => type],
  ["presence", ({ required }) => (required ? "required" : "optional")],
  ["null", ({ nullable }) => (nullable ? "may be null" : "never null")],
  ["unit", ({ unit }) => unit],
  ["bounds", ({ bounds }) => bounds.join(", ")],
  ["values", ({ values }) => values.join(", ")],
  ["null means", ({ null: meaning }) => meaning],
  ["omitted means", ({ omitted }) => omitted],
  ["description", ({ description }) => description],
];
/** The facts that only describe a field. */
const WORDS = new Set(["null means", "omitted means", "description"]);

/**
 * Return the fields that were added, removed and changed, in the order of the new document.
 * @param {Field[]} old
 * @param {Field[]} fresh
 * @param {boolean} columns whether they are columns, which are always there
 * @returns {Change[]}
 */
export function changes(old, fresh, columns) {
  const compared = FACTS.filter(([name]) => !(columns && name === "presence"));
  const before = new Map(old.map((field) => [field.path, field]));
  const after = new Set(fresh.map(({ path }) => path));
  const present = fresh.map((field) => changeOf(compared, before.get(field.path), field));
  const removed = old.filter(({ path }) => !after.has(path)).map((field) => removalOf(compared, field));
  return [...present, ...removed].filter(({ facts }) => facts.length);
}

/**
 * Return a change without what only says the same in other words.
 * @param {Change} change
 * @returns {Change}
 */
export function withoutWords(change) {
  return { ...change, facts: change.facts.filter(({ name }) => !WORDS.has(name)) };
}

/**
 * Return the names of the columns that both have, where they stand in another order.
 * @param {Field[]} old
 * @param {Field[]} fresh
 */
export function reordered(old, fresh) {
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
  const facts = compared.map(([name, say]) => ({ name, old: old ? say(old) : "", new: say(field) }));
  return { field, kind: old ? "changed" : "added", facts: facts.filter((fact) => fact.old !== fact.new) };
}

/** @param {typeof FACTS} compared @param {Field} field @returns {Change} */
function removalOf(compared, field) {
  const facts = compared.map(([name, say]) => ({ name, old: say(field), new: "" }));
  return { field, kind: "removed", facts: facts.filter((fact) => fact.old) };
}
