// Check a request, for JSON documents: a request or a message, judged by a release.

import { readAliased } from "./dialect.js";
import { choice, labelled } from "./dom.js";
import { form } from "./form.js";
import { described, entries, exact, json, pageOf, pathOf, sourceOf, text } from "./site.js";
import { verdict } from "./verdict.js";

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
  const examples = await examplesOf(context);
  const first =
    examples.find(({ name, refused }) => name === "minimal" && !refused) ?? examples.find(({ refused }) => !refused);
  const load = async (/** @type {string} */ url) => (await text(new URL(url, root))).trimEnd();
  const select = choice(
    examples.map(({ name, refused, url }) => ({ value: url, text: name, group: refused ? "Rejected" : "Accepted" })),
    () => void load(select.value).then(made.write, (error) => made.show(error.message)),
  );
  if (first) select.value = first.url;
  const made = form(context, {
    title: `Your ${wordingOf(entry).noun}, in JSON`,
    text: first ? await load(first.url) : "{}",
    extra: [examples.length ? labelled("Example", select, "try-wide") : null],
    ask: async (written, version, documented) => verdict(written, await judgeOf(context, version, documented)),
  });
  return made.element;
}

/**
 * Return the examples of a document: its own, or where a release came without, those of the newest.
 * @param {Context} context
 * @returns {Promise<import("./site.js").Example[]>}
 */
async function examplesOf({ root, page, entry, releases, all }) {
  const newest = all[0].version;
  if (entry.examples?.length || !releases.some(({ version }) => version === newest)) return entry.examples ?? [];
  const { documents } = /** @type {import("./site.js").Page} */ (
    await json(new URL("index.json", pageOf(root, page, newest, all)))
  );
  return documents.find(({ path }) => path === entry.path)?.examples ?? [];
}

/** @param {Entry} entry */
function wordingOf({ kind }) {
  return kind === "publication" ? MESSAGE : REQUEST;
}

/**
 * Return what is needed to judge by a release: the documents, each with all that it refers to, and their fields.
 * @param {Context} context
 * @param {string} version
 * @param {boolean} documented
 * @returns {Promise<Judge>}
 */
async function judgeOf({ root, page, entry, releases }, version, documented) {
  const documents = releases.find((release) => release.version === version)?.documents ?? [];
  const registered = documents.find((candidate) => pathOf(candidate) === entry.path);
  const envelope = entry.kind === "request" ? documents.find((candidate) => candidate.kind === "envelope") : undefined;
  const [schema, outer, details] = await Promise.all([
    exact(sourceOf(root, registered, documented)),
    envelope ? exact(sourceOf(root, envelope, documented)) : null,
    version === page.version
      ? entry
      : entries(root, version).then((all) =>
          described(
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
