// A form of Try it: a text, something to begin with, a release to ask, and what it says below.

import { choice, element, labelled, settled, table } from "./dom.js";
import { SiteError, label, pageOf } from "./site.js";

/** @typedef {import("./json.js").Place} Place */
/** @typedef {import("./site.js").Entry} Entry */
/** @typedef {import("./site.js").Page} Page */
/** @typedef {import("./site.js").Release} Release */
/** @typedef {{ label: string, text: string, anchor: string, place?: Place }} Remark */
/** @typedef {"accepted" | "refused" | "differs" | "unreadable"} State */
/** @typedef {{ state: State, word: string, title: string, problems: Remark[], notes: Remark[] }} Verdict */
/**
 * @typedef {{ root: URL, page: Page, entry: Entry, releases: Release[], newest: string }} Context the page, one
 *   document of it, and the releases that have this document
 */
/**
 * @typedef {{ title: string, text: string, placeholder?: string, extra: (HTMLElement | null)[], ask: (text:
 *   string, version: string) => Promise<Verdict> }} Parts
 */

const EVERY = "every release";

/**
 * Return the form, and what puts a text into it.
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
    const own = (turn += 1);
    const shown = await answer(context, release.value, area, ask);
    if (own === turn) put(result, shown);
  };
  const options = context.releases.map((one) => ({ value: one.version, text: label(one) }));
  const release = choice([...options, { value: EVERY, text: EVERY }], () => void check());
  release.value = context.page.version;
  area.addEventListener(
    "input",
    settled(() => void check(), 200),
  );
  void check();
  const bar = element(
    "div",
    { class: "try-bar" },
    element("label", { class: "try-title", for: area.id }, title),
    ...extra,
    labelled("Release", release),
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
  const show = (/** @type {string} */ said) => {
    turn += 1;
    put(result, [element("p", { class: "try-verdict try-unreadable" }, said)]);
  };
  return { element: element("form", { class: "try-form", onsubmit: submit }, bar, area, result), write, show };
}

/**
 * Put the answer in place, unless it is there already: what has not changed is not read out again.
 * @param {HTMLElement} result
 * @param {HTMLElement[]} shown
 */
function put(result, shown) {
  const next = element("div", {}, ...shown);
  if (next.innerHTML !== result.innerHTML) result.replaceChildren(...next.childNodes);
  else for (const [index, one] of [...next.childNodes].entries()) result.childNodes[index].replaceWith(one);
}

/**
 * @param {Context} context
 * @param {string} chosen
 * @param {HTMLTextAreaElement} area
 * @param {Parts["ask"]} ask
 * @returns {Promise<HTMLElement[]>}
 */
async function answer(context, chosen, area, ask) {
  try {
    if (chosen !== EVERY) return one(context, chosen, await ask(area.value, chosen), area);
    const found = await Promise.all(
      context.releases.map(async (release) => ({ release, verdict: await ask(area.value, release.version) })),
    );
    const unreadable = found.find(({ verdict }) => verdict.state === "unreadable");
    return unreadable ? one(context, unreadable.release.version, unreadable.verdict, area) : [every(context, found)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      element(
        "p",
        { class: "try-verdict try-unreadable" },
        error instanceof SiteError ? reason : `This cannot be judged here: ${reason}`,
      ),
    ];
  }
}

/** @param {Context} context @param {string} version @param {Verdict} verdict @param {HTMLTextAreaElement} area */
function one(context, version, { state, title, problems, notes }, area) {
  const page = pageOf(context.root, context.page, version, context.newest);
  const list = (/** @type {Remark[]} */ remarks, /** @type {string} */ kind) =>
    remarks.length > 0 &&
    element("ul", { class: `try-list ${kind}` }, ...remarks.map((each) => item(each, page, area)));
  const shown = [
    element("p", { class: `try-verdict try-${state}` }, title),
    list(problems, "try-problems"),
    list(notes, "try-notes"),
  ];
  return /** @type {HTMLElement[]} */ (shown.filter(Boolean));
}

/** @param {Remark} remark @param {URL} page @param {HTMLTextAreaElement} area */
function item(remark, page, area) {
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
  return element("li", {}, ...said(remark, page), jump && " ", jump);
}

/** @param {Remark} remark @param {URL} page */
function said({ label: path, text, anchor }, page) {
  if (!path) return [text];
  const code = element("code", {}, path);
  return [anchor ? element("a", { href: here(page, anchor) }, code) : code, `: ${text}`];
}

/** Return the address of a field; on this very page the fragment alone. @param {URL} page @param {string} anchor */
function here(page, anchor) {
  const url = new URL(`#${encodeURIComponent(anchor)}`, page);
  return url.pathname === location.pathname ? url.hash : url.href;
}

/** @param {Context} context @param {{ release: Release, verdict: Verdict }[]} found */
function every(context, found) {
  const rows = merged(found).map(({ from, to, verdict: { state, word, problems, notes } }) => {
    const page = pageOf(context.root, context.page, to.version, context.newest);
    const first = problems[0] ?? (state === "differs" ? notes[0] : undefined);
    const more = problems.length > 1 ? `, ${problems.length} problems` : "";
    const verdict = element("span", { class: `try-verdict try-${state}` }, word + more);
    return [
      from === to ? label(to) : `${from.version} to ${label(to)}`,
      verdict,
      first ? element("span", {}, ...said(first, page)) : "",
    ];
  });
  return table(`What each release of ${context.page.name} says`, ["Release", "Verdict", "First problem"], rows);
}

/**
 * Put neighbours together that say the same; releases come newest first.
 * @param {{ release: Release, verdict: Verdict }[]} found
 */
function merged(found) {
  /** @type {{ from: Release, to: Release, verdict: Verdict, key: string }[]} */
  const rows = [];
  for (const { release, verdict } of found) {
    const told = verdict.state === "differs" ? verdict.notes : verdict.problems;
    const remarks = told.map(({ label: path, text }) => [path, text.replaceAll(release.version, "")]);
    const key = JSON.stringify([verdict.state, remarks]);
    const last = rows[rows.length - 1];
    if (last?.key === key) last.from = release;
    else rows.push({ from: release, to: release, verdict, key });
  }
  return rows;
}
