// Fetch the files of the site: data of pages, releases and raw documents, each once. No other host is contacted.

import { parse } from "./json.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {string | number | null | { pattern: string } | { any: true } | { contains: true } | { alternative: string }} FieldStep */
/** @typedef {{ name: string, type: string, values: Json[], bounds: string[], closed?: string[] }} Variant */
/**
 * @typedef {{ path: string, anchor: string, steps: FieldStep[], type: string, nullable: boolean | null, required: boolean,
 *   description: string, unit: string, null: string, omitted: string, values: Json[], bounds: string[], since?: string,
 *   alternative?: string, required_when?: string[], format?: string, default?: Json[], closed?: string[], variants?:
 *   Variant[] }} Field
 */
/** @typedef {{ name: string, refused: boolean, url: string, reason?: string }} Example */
/** @typedef {{ location: string, anchors: string[], text: string, fixed: string }} Problem */
/** @typedef {{ unknown?: string | Record<string, string>, columns?: string, patterns?: Record<string, string | null> }} Reader */
/**
 * @typedef {{ kind: string, format: string, path: string, page: string, url: string, name?: string, sha256?: string, size?:
 *   number, fields?: Field[], examples?: Example[], problems?: Problem[], reader?: Reader,
 *   dialects?: Record<string, string> }} Entry
 */
/** @typedef {{ name: string, version: string, frozen: boolean, page: string, documents: Entry[] }} Page */
/**
 * @typedef {{ version: string, frozen: boolean, url: string, documents: { name: string, kind: string, format:
 *   string, url: string, bundle?: string, corrected?: string }[] }} Release
 */

/** A file of the site that cannot be read. */
export class SiteError extends Error {}

/** @type {Map<string, Promise<any>>} */
const requests = new Map();

/**
 * Return the text of a file of the site.
 * @param {URL} url
 * @returns {Promise<string>}
 */
export function fetchText(url) {
  return fetchOnce(url.href, async () => {
    const answer = await fetch(url).catch(() => null);
    if (!answer) throw new SiteError(`${url.pathname} cannot be reached: are you offline?`);
    if (!answer.ok) throw new SiteError(`${url.pathname} cannot be read: the server says ${answer.status}`);
    return answer.text();
  });
}

/**
 * Return a JSON file of the site.
 * @param {URL} url
 * @returns {Promise<any>}
 */
export async function fetchJson(url) {
  return JSON.parse(await fetchText(url));
}

/**
 * Return a JSON file of the site with every digit of its integers.
 * @param {URL} url
 * @returns {Promise<any>}
 */
export function fetchExactJson(url) {
  return fetchOnce(`exact ${url.href}`, async () => parse(await fetchText(url), { strict: false }).value);
}

/**
 * Return the URL of the top folder of the site.
 * @param {HTMLElement} container
 */
export function siteRoot(container) {
  return new URL(container.dataset.up ?? "", document.baseURI);
}

/**
 * Return every release, newest first.
 * @param {URL} root
 * @returns {Promise<Release[]>}
 */
export async function fetchReleases(root) {
  return (await fetchJson(new URL("versions/index.json", root))).releases;
}

/**
 * Return the label of a release for people.
 * @param {{ version: string, frozen: boolean }} release
 */
export function releaseLabel({ version, frozen }) {
  return frozen ? version : `${version}, not released yet`;
}

/**
 * Return the path of a document in its release: what follows the version in its URL.
 * @param {{ url: string }} document
 */
export function pathOf({ url }) {
  return decodeURIComponent(url.slice(url.indexOf("/") + 1));
}

/**
 * Return the URL of a document, with all that it refers to and with the corrections of its release.
 * @param {URL} root
 * @param {{ url: string, bundle?: string, corrected?: string } | undefined} document
 * @param {boolean} documented whether to leave out the corrections
 */
export function sourceUrl(root, document, documented) {
  const { url, bundle, corrected } = document ?? { url: "" };
  return new URL(`versions/${(!documented && corrected) || bundle || url}`, root);
}

/**
 * Return the documents of a release, without their fields.
 * @param {URL} root
 * @param {string} version
 * @returns {Promise<Entry[]>}
 */
export async function fetchEntries(root, version) {
  return (await fetchJson(new URL(`releases/${version}/index.json`, root))).documents;
}

/**
 * Return a document of a release with its fields, which are in the data of its page.
 * @template {Entry | undefined} Known
 * @param {URL} root
 * @param {Known} entry
 * @returns {Promise<Known>}
 */
export async function fetchFields(root, entry) {
  if (!entry) return entry;
  const { documents } = await fetchJson(new URL("index.json", new URL(entry.page, root)));
  return documents.find((/** @type {Entry} */ document) => document.path === entry.path);
}

/** Return the folder of a name from the address of its page in some release. @param {string} page */
function folderOf(page) {
  return page.replace(/^(?:endpoints|documents|next|releases\/[^/]+)\//, "").replace(/\/$/, "");
}

/**
 * Return the page of a name in another release.
 * @param {URL} root
 * @param {{ page: string }} known the page in some release
 * @param {string} version
 * @param {Release[]} all every release, newest first
 */
export function pageUrl(root, { page }, version, all) {
  const frozen = all.find((release) => release.version === version)?.frozen ?? true;
  return new URL(`${frozen ? `releases/${version}` : "next"}/${folderOf(page)}/`, root);
}

/**
 * Return the URL of a reason on the page of the matrix of an endpoint.
 * @param {URL} root
 * @param {{ page: string }} known the page of the endpoint in some release
 * @param {string} reason
 */
export function reasonUrl(root, { page }, reason) {
  return new URL(`matrix/${folderOf(page)}/#${reason}`, root);
}

/** @template Result @param {string} key @param {() => Promise<Result>} get @returns {Promise<Result>} */
function fetchOnce(key, get) {
  const cached = requests.get(key);
  if (cached) return cached;
  const request = get();
  requests.set(key, request);
  request.catch(() => requests.delete(key));
  return request;
}
