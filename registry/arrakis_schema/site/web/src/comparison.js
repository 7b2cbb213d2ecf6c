// The difference between two releases: compatibility, changed fields, and the text of each document.

import { element, table } from "./dom.js";
import { compareFields, compareOrder, labelOf, withoutWords } from "./fields.js";
import { patch } from "./patch.js";
import { ANSWERS, findRelation } from "./relations.js";
import { fetchEntries, fetchExactJson, fetchFields, fetchJson, fetchText, pathOf, reasonUrl } from "./site.js";
import { indentedJson } from "./words.js";

/** @typedef {import("./fields.js").Change} Change */
/** @typedef {import("./site.js").Entry} Entry */
/** @typedef {import("./site.js").Release} Release */
/**
 * @typedef {{ name: string, path: string, old: Entry | undefined, fresh: Entry | undefined, same: boolean }} Pair
 *   one document of both releases
 */
/** @typedef {{ root: URL, old: string, fresh: string }} Between */

/** The answers that are not shown for an endpoint that only one release has. */
const NEEDLESS = new Set(["works", "removed"]);

/**
 * Return a sentence that summarizes the differences of two releases, and a section for each kind of difference.
 * @param {URL} root
 * @param {Release} old
 * @param {Release} fresh
 */
export async function compareReleases(root, old, fresh) {
  const between = { root, old: old.version, fresh: fresh.version };
  const [matrix, before, after] = await Promise.all([
    fetchExactJson(new URL("matrix/index.json", root)),
    fetchEntries(root, old.version),
    fetchEntries(root, fresh.version),
  ]);
  const pairs = await pairDocuments(between, [old, fresh], before, after);
  const names = [...new Set(pairs.map(({ name }) => name))];
  const differing = names.filter((name) => pairs.some((pair) => pair.name === name && !pair.same));
  const sections = differing.map((name) =>
    nameSection(
      between,
      name,
      pairs.filter((pair) => pair.name === name),
    ),
  );
  if (old === fresh)
    return { sentence: `Both are ${old.version}: choose another release to see a difference.`, sections: [] };
  return {
    sentence: summarize(between, names, differing),
    sections: [compatibilitySection(between, matrix, names, pairs), ...sections],
  };
}

/** @param {Between} between @param {string[]} names @param {string[]} differing */
function summarize({ old, fresh }, names, differing) {
  if (!differing.length) return `No difference: the documents of ${old} and ${fresh} are the same, byte for byte.`;
  const same = names.filter((name) => !differing.includes(name));
  return `From ${old} to ${fresh}, there are differences in ${differing.join(", ")}.${same.length ? ` No difference in ${same.join(", ")}.` : ""}`;
}

/**
 * Return the documents of two releases side by side.
 * @param {Between} between
 * @param {Release[]} both
 * @param {Entry[][]} sides
 * @returns {Promise<Pair[]>}
 */
async function pairDocuments({ root }, both, ...sides) {
  const paths = [...new Set(sides.toReversed().flatMap((side) => side.map(({ path }) => path)))];
  const listed = both.map(({ documents }) => new Map(documents.map((document) => [pathOf(document), document])));
  return Promise.all(
    paths.map(async (path) => {
      const [old, fresh] = sides.map((side) => side.find((entry) => entry.path === path));
      const [oldDocument, newDocument] = listed.map((documents) => documents.get(path));
      const name = newDocument?.name ?? oldDocument?.name ?? path;
      const same = Boolean(old && fresh) && (await haveSameBytes(root, oldDocument, newDocument));
      if (same) return { name, path, old, fresh, same };
      const [before, after] = await Promise.all([old, fresh].map((entry) => fetchFields(root, entry)));
      return { name, path, old: before, fresh: after, same };
    }),
  );
}

/**
 * @param {URL} root
 * @param {{ url: string, sha256?: string } | undefined} first
 * @param {{ url: string, sha256?: string } | undefined} second
 */
async function haveSameBytes(root, first, second) {
  if (first?.sha256 && second?.sha256) return first.sha256 === second.sha256;
  const texts = await Promise.all(
    [first, second].map((document) => fetchText(new URL(`versions/${document?.url}`, root))),
  );
  return texts[0] === texts[1];
}

/**
 * @param {Between} between
 * @param {{ sides: [string, string], names: Record<string, import("./relations.js").Grid> }} matrix
 * @param {string[]} names
 * @param {Pair[]} pairs
 */
function compatibilitySection({ root, old, fresh }, matrix, names, pairs) {
  const onlyRelease = (/** @type {string} */ name) => {
    const namedPairs = pairs.filter((pair) => pair.name === name);
    if (namedPairs.every((pair) => !pair.old)) return fresh;
    return namedPairs.every((pair) => !pair.fresh) ? old : "";
  };
  const cell = (/** @type {string} */ name, /** @type {string} */ client, /** @type {string} */ server) => {
    const known = findRelation(matrix.names[name], client, server);
    if (known && !(NEEDLESS.has(known.answer) && onlyRelease(name)))
      return answerCell(root, known, entryOf(pairs, name));
    return element("span", { class: "compare-only" }, onlyRelease(name) ? `only in ${onlyRelease(name)}` : "not known");
  };
  const rows = names.map((name) => [name, cell(name, old, fresh), cell(name, fresh, old)]);
  const [clientSide, serverSide] = matrix.sides;
  const heading = (/** @type {string} */ client, /** @type {string} */ server) =>
    `${clientSide} ${client}, ${serverSide} ${server}`;
  const headings = ["name", heading(old, fresh), heading(fresh, old)];
  const grid = table(
    `One release as the ${clientSide}, the other as the ${serverSide}`,
    headings,
    rows,
    "compare-relations",
  );
  return element("section", {}, element("h2", {}, "Compatibility"), grid);
}

/** Return an entry with the page of an endpoint. @param {Pair[]} pairs @param {string} name */
function entryOf(pairs, name) {
  const { old, fresh } = /** @type {Pair} */ (pairs.find((pair) => pair.name === name));
  return /** @type {Entry} */ (fresh ?? old);
}

/** @param {URL} root @param {import("./relations.js").Relation} verdict @param {Entry} entry */
function answerCell(root, verdict, entry) {
  const word = element("span", { class: `compare-${verdict.answer}` }, ANSWERS[verdict.answer] ?? verdict.answer);
  const reasons = verdict.exchanges.filter(({ why }) => why);
  if (!reasons.length) return word;
  const link = element("a", { href: reasonUrl(root, entry, verdict.reason).href }, "in the matrix");
  return element(
    "details",
    {},
    element("summary", {}, word, " ", element("span", { class: "compare-why" }, "why")),
    ...reasons.flatMap(describeExchange),
    element("p", {}, link),
  );
}

/** @param {import("./relations.js").Exchange} exchange */
function describeExchange({ document, why, witness }) {
  const message =
    witness === null || witness === undefined
      ? null
      : element("pre", { tabindex: 0 }, element("code", {}, indentedJson(witness)));
  return [
    element("p", {}, element("code", {}, fileName(document)), `: ${why}`),
    message && element("p", {}, "A message that shows it:"),
    message,
  ].filter((part) => part !== null);
}

/** @param {string} path */
function fileName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** @param {Between} between @param {string} name @param {Pair[]} pairs */
function nameSection(between, name, pairs) {
  return element("section", {}, element("h2", {}, name), ...pairs.flatMap((pair) => documentSection(between, pair)));
}

/** @param {Between} between @param {Pair} pair @returns {HTMLElement[]} */
function documentSection(between, pair) {
  const { path, old, fresh, same } = pair;
  const heading = element("h3", {}, element("code", {}, fileName(path)));
  if (same) return [heading, element("p", {}, "No difference.")];
  if (!old) return [heading, element("p", {}, `Added in ${between.fresh}.`), ...fieldTable(between, pair)];
  if (!fresh) return [heading, element("p", {}, `Removed in ${between.fresh}.`)];
  return [heading, ...fieldTable(between, pair), rawDifference(between, path)];
}

/** @param {Between} between @param {Pair} pair @returns {HTMLElement[]} */
function fieldTable(between, pair) {
  const { path, old, fresh } = pair;
  const [before, after] = [old?.fields ?? [], fresh?.fields ?? []];
  const columns = (fresh ?? old)?.format === "arrow";
  const changed = compareFields(before, after, columns);
  /** @type {import("./dom.js").Child[][]} */
  const rows = changed.map(withoutWords).flatMap((change) => changeRows(between.root, pair, change));
  const order = columns ? compareOrder(before, after) : null;
  if (order) rows.push(["all columns", "order", order.old, order.new]);
  const words = changed.filter((change) => change.kind === "changed" && !withoutWords(change).facts.length);
  const wordsOnly = words.length
    ? [
        element(
          "p",
          { class: "compare-words" },
          `Only the wording changed: ${words.map(({ field }) => labelOf(field)).join(", ")}.`,
        ),
      ]
    : [];
  if (!rows.length) return words.length ? wordsOnly : [element("p", {}, "No field differs.")];
  return [
    table(`Fields of ${path} that differ`, ["field", "what", between.old, between.fresh], rows, "compare-fields"),
    ...wordsOnly,
  ];
}

/** @param {URL} root @param {Pair} pair @param {Change} change @returns {import("./dom.js").Child[][]} */
function changeRows(root, pair, { field, kind, facts }) {
  const { page } = /** @type {Entry} */ (kind === "removed" ? pair.old : pair.fresh);
  const link = element(
    "a",
    { href: new URL(`${page}#${encodeURIComponent(field.anchor)}`, root).href },
    breakablePath(labelOf(field)),
  );
  const all = (/** @type {"old" | "new"} */ side) =>
    facts
      .map((fact) => fact[side])
      .filter(Boolean)
      .join(" · ");
  if (kind !== "changed") return [[link, mark(kind), all("old"), all("new")]];
  return facts.map((fact, index) => [index ? null : link, fact.name, fact.old || "none", fact.new || "none"]);
}

/** Return a path in which a line may break after each dot. @param {string} path */
function breakablePath(path) {
  return element("code", {}, ...path.split(/(?<=\.)/).flatMap((part) => [part, element("wbr")]));
}

/** @param {string} kind */
function mark(kind) {
  return element("span", { class: `compare-mark-${kind}` }, kind);
}

/**
 * Return the line difference of the raw texts, which are fetched when it is opened.
 * @param {Between} between
 * @param {string} path
 */
function rawDifference({ root, old, fresh }, path) {
  const details = element(
    "details",
    { class: "compare-raw" },
    element("summary", {}, `The text of ${path}, line by line`),
  );
  const load = async () => {
    const all = await fetchJson(new URL("versions/index.json", root));
    const url = (/** @type {string} */ version) =>
      all.releases
        .find((/** @type {Release} */ item) => item.version === version)
        .documents.find((/** @type {{ url: string }} */ item) => pathOf(item) === path).url;
    const [before, after] = await Promise.all(
      [old, fresh].map((version) => fetchText(new URL(`versions/${url(version)}`, root))),
    );
    details.append(...patch(path, before, after));
  };
  const failed = (/** @type {Error} */ error) => details.append(element("p", {}, error.message));
  details.addEventListener("toggle", () => void load().catch(failed), { once: true });
  return details;
}
