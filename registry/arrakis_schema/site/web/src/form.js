// A form of Check a request: a text with an initial value, a choice of releases, and the verdict below.

import { debounce, element, makeSelect, table, withLabel } from "./dom.js";
import { pageUrl, pathOf, releaseLabel, SiteError } from "./site.js";

/** @typedef {import("./json.js").Place} Place */
/** @typedef {import("./site.js").Entry} Entry */
/** @typedef {import("./site.js").Page} Page */
/** @typedef {import("./site.js").Release} Release */
/** @typedef {{ label: string, text: string, anchor: string, place?: Place }} Remark */
/** @typedef {"accepted" | "refused" | "differs" | "unreadable"} State */
/** @typedef {{ state: State, word: string, title: string, problems: Remark[], notes: Remark[] }} Verdict */
/**
 * @typedef {{ root: URL, page: Page, entry: Entry, releases: Release[], all: Release[] }} Context the page, one
 *   document of it, the releases that have this document, and all releases
 */
/**
 * @typedef {{ title: string, text: string, placeholder?: string, extra: (HTMLElement | null)[], ask: (text:
 *   string, version: string, documented: boolean) => Promise<Verdict> }} Parts
 */

const EVERY = "every release";
const MOST_REMARKS = 100;

/**
 * Return the form, and the functions that write a text into it and show a message below it.
 * @param {Context} context
 * @param {Parts} parts
 */
export function form(context, { title, text, placeholder, extra, ask }) {
  const area = element("textarea", {
    ...{ id: `try-${context.entry.path}`, rows: 8, placeholder },
    ...{ spellcheck: "false", autocapitalize: "off", autocomplete: "off" },
  });
  area.value = text;
  const result = element("div", { class: "try-result", role: "status" });
  let turn = 0;
  const check = async () => {
    const current = (turn += 1);
    const content = await renderAnswer(context, release.value, area, (written, version) =>
      ask(written, version, documented.checked),
    );
    if (current === turn) update(result, content);
  };
  const documented = element("input", { type: "checkbox", onchange: () => void check() });
  const options = context.releases.map((entry) => ({ value: entry.version, text: releaseLabel(entry) }));
  const release = makeSelect([...options, { value: EVERY, text: EVERY }], () => void check());
  release.value = context.page.version;
  area.addEventListener(
    "input",
    debounce(() => void check(), 200),
  );
  void check();
  const bar = element(
    "div",
    { class: "try-bar" },
    element("label", { class: "try-title", for: area.id }, title),
    ...extra,
    withLabel("Release", release),
    isCorrected(context) && withLabel("without corrections", documented),
    element("button", { type: "submit", class: "try-button" }, "Check"),
  );
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void check();
  };
  const write = (/** @type {string} */ written) => {
    area.value = written;
    void check();
  };
  const show = (/** @type {string} */ message) => {
    turn += 1;
    update(result, [element("p", { class: "try-verdict try-unreadable" }, message)]);
  };
  return { element: element("form", { class: "try-form", onsubmit: submit }, bar, area, result), write, show };
}

/** Tell whether a release has corrections of the document. @param {Context} context */
function isCorrected({ releases, entry }) {
  return releases.some(({ documents }) =>
    documents.some((document) => document.corrected && pathOf(document) === entry.path),
  );
}

/**
 * Show the answer, unless it is unchanged: screen readers would announce it again.
 * @param {HTMLElement} result
 * @param {HTMLElement[]} content
 */
function update(result, content) {
  const next = element("div", {}, ...content);
  if (next.innerHTML !== result.innerHTML) result.replaceChildren(...next.childNodes);
  else for (const [index, node] of [...next.childNodes].entries()) result.childNodes[index].replaceWith(node);
}

/**
 * @param {Context} context
 * @param {string} chosen
 * @param {HTMLTextAreaElement} area
 * @param {(text: string, version: string) => Promise<Verdict>} ask
 * @returns {Promise<HTMLElement[]>}
 */
async function renderAnswer(context, chosen, area, ask) {
  try {
    if (chosen !== EVERY) return showRelease(context, chosen, await ask(area.value, chosen), area);
    const verdicts = await Promise.all(
      context.releases.map(async (release) => ({ release, verdict: await ask(area.value, release.version) })),
    );
    const unreadable = verdicts.find(({ verdict }) => verdict.state === "unreadable");
    return unreadable
      ? showRelease(context, unreadable.release.version, unreadable.verdict, area)
      : [showEveryRelease(context, verdicts)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      element(
        "p",
        { class: "try-verdict try-unreadable" },
        error instanceof SiteError ? reason : `This cannot be checked here: ${reason}`,
      ),
    ];
  }
}

/**
 * Return the URL of the page that describes the members in a release: this page if it is about that release.
 * @param {Context} context
 * @param {string} version
 */
function pageFor({ root, page, all }, version) {
  return version === page.version ? new URL(document.baseURI) : pageUrl(root, page, version, all);
}

/** @param {Context} context @param {string} version @param {Verdict} verdict @param {HTMLTextAreaElement} area */
function showRelease(context, version, { state, title, problems, notes }, area) {
  const page = pageFor(context, version);
  const list = (/** @type {Remark[]} */ remarks, /** @type {string} */ kind) =>
    remarks.length > 0 &&
    element(
      "ul",
      { class: `try-list ${kind}` },
      ...remarks.slice(0, MOST_REMARKS).map((remark) => remarkItem(remark, page, area)),
      remarks.length > MOST_REMARKS &&
        element("li", {}, `and ${(remarks.length - MOST_REMARKS).toLocaleString("en")} more`),
    );
  const parts = [
    element("p", { class: `try-verdict try-${state}` }, title),
    list(problems, "try-problems"),
    list(notes, "try-notes"),
  ];
  return /** @type {HTMLElement[]} */ (parts.filter(Boolean));
}

/** @param {Remark} remark @param {URL} page @param {HTMLTextAreaElement} area */
function remarkItem(remark, page, area) {
  const { place } = remark;
  const select = () => {
    area.focus();
    if (place) area.setSelectionRange(place.offset, place.offset + place.length);
  };
  const jump =
    place &&
    element(
      "button",
      { type: "button", class: "try-line", onclick: select },
      remark.label ? `line ${place.line}` : "show",
    );
  return element("li", {}, ...remarkText(remark, page), jump && " ", jump);
}

/** @param {Remark} remark @param {URL} page */
function remarkText({ label: path, text, anchor }, page) {
  if (!path) return [text];
  const code = element("code", {}, path);
  return [anchor ? element("a", { href: fieldHref(page, anchor) }, code) : code, `: ${text}`];
}

/** Return the URL of a field; only the fragment if it is on this page. @param {URL} page @param {string} anchor */
function fieldHref(page, anchor) {
  const url = new URL(`#${encodeURIComponent(anchor)}`, page);
  return url.pathname === location.pathname ? url.hash : url.href;
}

/** @param {Context} context @param {{ release: Release, verdict: Verdict }[]} verdicts */
function showEveryRelease(context, verdicts) {
  const rows = mergeNeighbours(verdicts).map(({ from, to, verdict: { state, word, problems, notes } }) => {
    const page = pageFor(context, to.version);
    const first = problems[0] ?? (state === "differs" ? notes[0] : undefined);
    const further = problems.length > 1 ? `, ${problems.length} problems` : "";
    const verdict = element("span", { class: `try-verdict try-${state}` }, word + further);
    return [
      from === to ? releaseLabel(to) : `${from.version} to ${releaseLabel(to)}`,
      verdict,
      first ? element("span", {}, ...remarkText(first, page)) : "",
    ];
  });
  return table(`What each release of ${context.page.name} says`, ["Release", "Verdict", "First problem"], rows);
}

/**
 * Merge neighbouring releases with the same verdict; releases are sorted newest first.
 * @param {{ release: Release, verdict: Verdict }[]} verdicts
 */
function mergeNeighbours(verdicts) {
  /** @type {{ from: Release, to: Release, verdict: Verdict, key: string }[]} */
  const rows = [];
  for (const { release, verdict } of verdicts) {
    const listed = verdict.state === "differs" ? verdict.notes : verdict.problems;
    const remarks = listed.map(({ label: path, text }) => [path, text.replaceAll(release.version, "")]);
    const key = JSON.stringify([verdict.state, remarks]);
    const last = rows[rows.length - 1];
    if (last?.key === key) last.from = release;
    else rows.push({ from: release, to: release, verdict, key });
  }
  return rows;
}
