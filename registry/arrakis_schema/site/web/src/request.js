// Try it, for JSON: a text, an example to begin with, a release to ask, and the verdict below.

import { choice, element, labelled, settled, table } from "./dom.js";
import { entries, exact, label, pageOf, pathOf, text } from "./site.js";
import { verdict } from "./verdict.js";

/** @typedef {import("./site.js").Entry} Entry */
/** @typedef {import("./site.js").Page} Page */
/** @typedef {import("./site.js").Release} Release */
/** @typedef {import("./verdict.js").Judge} Judge */
/** @typedef {import("./verdict.js").Remark} Remark */
/** @typedef {import("./verdict.js").Verdict} Verdict */
/** @typedef {{ root: URL, page: Page, entry: Entry, releases: Release[], newest: string }} Context */

const EVERY = "every release";
const NOUNS = /** @type {const} */ ({ request: ["request", "server"], publication: ["message", "subscriber"] });

/**
 * Return the form for one JSON document.
 * @param {Context} context
 */
export async function requestForm(context) {
  const { entry, page, releases } = context;
  const [noun] = NOUNS[entry.kind === "publication" ? "publication" : "request"];
  const having = releases.filter((release) => release.documents.some((one) => pathOf(one) === entry.path));
  const area = element("textarea", { id: `try-${entry.path}`, rows: 12, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
  const result = element("div", { class: "try-result", role: "status", "aria-live": "polite" });
  const check = () => void show(context, having, release.value, area, result);
  const release = choice(
    [...having.map((one) => ({ value: one.version, text: label(one) })), { value: EVERY, text: EVERY }],
    check,
  );
  release.value = page.version;
  const example = examples(context, area, check);
  area.addEventListener("input", settled(check, 200));
  await begin(context, area);
  check();
  return element(
    "form",
    { class: "try-form", onsubmit: (event) => (event.preventDefault(), check()) },
    element(
      "div",
      { class: "try-bar" },
      element("label", { class: "try-title", for: area.id }, `Your ${noun}, in JSON`),
      example && labelled("Example", example),
      labelled("Release", release),
      element("button", { type: "submit", class: "try-button" }, "Check"),
    ),
    area,
    result,
  );
}

/** @param {Context} context @param {HTMLTextAreaElement} area @param {() => void} check */
function examples({ root, entry }, area, check) {
  const all = entry.examples ?? [];
  if (!all.length) return null;
  const options = all.map(({ name, refused, url }) => ({ value: url, text: name, group: refused ? "Refused" : "Accepted" }));
  const load = async () => {
    area.value = (await text(new URL(select.value, root))).trimEnd();
    check();
  };
  const select = choice(options, () => void load());
  select.value = first(entry)?.url ?? "";
  return select;
}

/** @param {Entry} entry */
function first(entry) {
  const all = entry.examples ?? [];
  return all.find(({ name, refused }) => name === "minimal" && !refused) ?? all.find(({ refused }) => !refused) ?? all[0];
}

/** @param {Context} context @param {HTMLTextAreaElement} area */
async function begin({ root, entry }, area) {
  const example = first(entry);
  area.value = example ? (await text(new URL(example.url, root))).trimEnd() : "{}";
}

/** The number of the newest check: an older one that ends later shows nothing. */
let asked = 0;

/**
 * @param {Context} context
 * @param {Release[]} having
 * @param {string} chosen
 * @param {HTMLTextAreaElement} area
 * @param {HTMLElement} result
 */
async function show(context, having, chosen, area, result) {
  const turn = (asked += 1);
  let shown;
  try {
    shown = chosen === EVERY ? await everyRelease(context, having, area) : await oneRelease(context, chosen, area);
  } catch (error) {
    shown = [element("p", { class: "try-verdict try-unreadable" }, /** @type {Error} */ (error).message)];
  }
  if (turn !== asked) return;
  result.replaceChildren(...shown);
}

/** @param {Context} context @param {string} version @param {HTMLTextAreaElement} area */
async function oneRelease(context, version, area) {
  const found = verdict(area.value, await judgeOf(context, version));
  const page = pageOf(context.root, context.page.name, version, context.newest);
  const { state, title, problems, notes } = found;
  return [
    element("p", { class: `try-verdict try-${state}` }, title),
    problems.length ? element("ul", { class: "try-list try-problems" }, ...problems.map((one) => remark(one, page, area))) : null,
    notes.length ? element("ul", { class: "try-list try-notes" }, ...notes.map((one) => remark(one, page, area))) : null,
  ].filter((one) => one !== null);
}

/** @param {Remark} remark @param {URL} page @param {HTMLTextAreaElement} area */
function remark({ label: path, text: said, anchor, place }, page, area) {
  const code = path && element("code", {}, path);
  const linked = code && anchor ? element("a", { href: here(page, anchor) }, code) : code;
  const jump = place && element("button", { type: "button", class: "try-line", onclick: () => select(area, place) }, `line ${place.line}`);
  return element("li", {}, linked, path ? `: ${said}` : said, jump && " ", jump);
}

/** Return the address of a field; on this very page the fragment alone. @param {URL} page @param {string} anchor */
function here(page, anchor) {
  const url = new URL(`#${anchor}`, page);
  return url.pathname === location.pathname ? url.hash : url.href;
}

/** @param {HTMLTextAreaElement} area @param {import("./json.js").Place} place */
function select(area, place) {
  area.focus();
  area.setSelectionRange(place.offset, place.offset + place.length);
}

/** @param {Context} context @param {Release[]} having @param {HTMLTextAreaElement} area */
async function everyRelease(context, having, area) {
  const found = await Promise.all(
    having.map(async (release) => ({ release, verdict: verdict(area.value, await judgeOf(context, release.version)) })),
  );
  if (found.some(({ verdict: one }) => one.state === "unreadable")) return oneRelease(context, having[0].version, area);
  const rows = merged(found).map(({ from, to, verdict: one }) => {
    const page = pageOf(context.root, context.page.name, to.version, context.newest);
    const problem = one.problems[0];
    return [from === to ? label(to) : `${from.version} to ${label(to)}`, answer(one), problem ? brief(problem, page) : ""];
  });
  return [table(`What each release of ${context.page.name} says`, ["Release", "Verdict", "First problem"], rows)];
}

/** @param {Verdict} verdict */
function answer({ state, title, problems }) {
  const words = state === "accepted" ? "accepted" : title.startsWith("Refused by the") ? title.split(":")[0].toLowerCase() : "refused";
  const more = problems.length > 1 ? `, ${problems.length} problems` : "";
  return element("span", { class: `try-verdict try-${state}` }, words + more);
}

/** @param {Remark} remark @param {URL} page */
function brief({ label: path, text: said, anchor }, page) {
  const code = element("code", {}, path);
  return element("span", {}, anchor ? element("a", { href: here(page, anchor) }, code) : code, `: ${said}`);
}

/**
 * Put neighbours together that say the same; releases come newest first.
 * @param {{ release: Release, verdict: Verdict }[]} found
 */
function merged(found) {
  /** @type {{ from: Release, to: Release, verdict: Verdict, key: string }[]} */
  const rows = [];
  for (const { release, verdict: one } of found) {
    const key = JSON.stringify([one.state, one.problems.map(({ label: path, text: said }) => [path, said.replaceAll(release.version, "")])]);
    const last = rows[rows.length - 1];
    if (last?.key === key) last.from = release;
    else rows.push({ from: release, to: release, verdict: one, key });
  }
  return rows;
}

/**
 * Return what is needed to judge by a release: the documents, and their fields to link to.
 * @param {Context} context
 * @param {string} version
 * @returns {Promise<Judge>}
 */
async function judgeOf({ root, page, entry, releases }, version) {
  const release = releases.find((one) => one.version === version);
  const documents = release?.documents ?? [];
  const own = documents.find((one) => pathOf(one) === entry.path);
  const envelope = entry.kind === "request" ? documents.find((one) => one.kind === "envelope") : undefined;
  const [schema, outer, told] = await Promise.all([
    exact(new URL(`versions/${own?.url}`, root)),
    envelope ? exact(new URL(`versions/${envelope.url}`, root)) : null,
    version === page.version ? entry : entries(root, version).then((all) => all.find((one) => one.path === entry.path)),
  ]);
  const [, reader] = NOUNS[entry.kind === "publication" ? "publication" : "request"];
  const { fields = [], problems = [] } = told ?? {};
  const name = entry.kind === "publication" ? (own?.name ?? page.name) : page.name;
  return { name, version, schema, envelope: outer, fields, problems, unknown: entry.reader?.unknown, reader };
}
