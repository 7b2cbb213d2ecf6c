// "Check a request" for JSON documents: validate a request or a message by a release.

import { readAliased } from "./dialect.js";
import { makeSelect, withLabel } from "./dom.js";
import { form } from "./form.js";
import { fetchEntries, fetchExactJson, fetchFields, fetchJson, fetchText, pageUrl, pathOf, sourceUrl } from "./site.js";
import { judgeText } from "./verdict.js";

/** @typedef {import("./form.js").Context} Context */
/** @typedef {import("./site.js").Entry} Entry */
/** @typedef {import("./verdict.js").Judge} Judge */

const REQUEST = { noun: "request", reader: "server" };
const MESSAGE = { noun: "message", reader: "subscriber" };

/**
 * Return the form for a JSON document.
 * @param {Context} context
 */
export async function requestForm(context) {
  const { entry, root } = context;
  const examples = await loadExamples(context);
  const first =
    examples.find(({ name, refused }) => name === "minimal" && !refused) ?? examples.find(({ refused }) => !refused);
  const load = async (/** @type {string} */ url) => (await fetchText(new URL(url, root))).trimEnd();
  const select = makeSelect(
    examples.map(({ name, refused, url }) => ({ value: url, text: name, group: refused ? "Rejected" : "Accepted" })),
    () => void load(select.value).then(created.write, (error) => created.show(error.message)),
  );
  if (first) select.value = first.url;
  const created = form(context, {
    title: `Your ${wordingOf(entry).noun}, in JSON`,
    text: first ? await load(first.url) : "{}",
    extra: [examples.length ? withLabel("Example", select, "try-wide") : null],
    ask: async (written, version, documented) => judgeText(written, await loadJudge(context, version, documented)),
  });
  return created.element;
}

/**
 * Return the examples of a document, or those of the newest release if its own release has none.
 * @param {Context} context
 * @returns {Promise<import("./site.js").Example[]>}
 */
async function loadExamples({ root, page, entry, releases, all }) {
  const newest = all[0].version;
  if (entry.examples?.length || !releases.some(({ version }) => version === newest)) return entry.examples ?? [];
  const { documents } = /** @type {import("./site.js").Page} */ (
    await fetchJson(new URL("index.json", pageUrl(root, page, newest, all)))
  );
  return documents.find(({ path }) => path === entry.path)?.examples ?? [];
}

/** @param {Entry} entry */
function wordingOf({ kind }) {
  return kind === "publication" ? MESSAGE : REQUEST;
}

/**
 * Return what is needed to validate by a release: the documents, each with all that it refers to, and their fields.
 * @param {Context} context
 * @param {string} version
 * @param {boolean} documented
 * @returns {Promise<Judge>}
 */
async function loadJudge({ root, page, entry, releases }, version, documented) {
  const documents = releases.find((release) => release.version === version)?.documents ?? [];
  const registered = documents.find((candidate) => pathOf(candidate) === entry.path);
  const envelope = entry.kind === "request" ? documents.find((candidate) => candidate.kind === "envelope") : undefined;
  const [schema, outer, details] = await Promise.all([
    fetchExactJson(sourceUrl(root, registered, documented)),
    envelope ? fetchExactJson(sourceUrl(root, envelope, documented)) : null,
    version === page.version
      ? entry
      : fetchEntries(root, version).then((all) =>
          fetchFields(
            root,
            all.find((candidate) => candidate.path === entry.path),
          ),
        ),
  ]);
  const { fields = [], problems = [] } = details ?? {};
  const { reader } = wordingOf(entry);
  const aliases = entry.dialects ?? {};
  return {
    name: page.name,
    version,
    schema: readAliased(schema, aliases),
    envelope: outer && readAliased(outer, aliases),
    fields,
    problems,
    unknown: entry.reader?.unknown,
    patterns: entry.reader?.patterns,
    reader,
  };
}
