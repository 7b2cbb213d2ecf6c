// The difference of two texts, line by line: unified, with three lines around each change.

import { structuredPatch } from "diff";

import { element } from "./dom.js";
import { count } from "./words.js";

/** @type {Record<string, string>} */
const KINDS = { "+": "compare-added", "-": "compare-removed" };

/**
 * Return the difference of two texts as a list of hunks.
 * @param {string} old
 * @param {string} fresh
 */
export function hunks(old, fresh) {
  return structuredPatch("", "", old, fresh, undefined, undefined, { context: 3 }).hunks;
}

/**
 * Return the difference of two texts to be looked at.
 * @param {string} path
 * @param {string} old
 * @param {string} fresh
 */
export function patch(path, old, fresh) {
  const parts = hunks(old, fresh);
  const lines = parts.flatMap(({ oldStart, oldLines, newStart, newLines, lines: inner }) => [
    element("span", { class: "compare-hunk" }, `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n`),
    ...inner.map((line) => element("span", { class: KINDS[line[0]] }, `${line}\n`)),
  ]);
  const some = (/** @type {string} */ sign) =>
    parts.flatMap(({ lines: inner }) => inner).filter((line) => line.startsWith(sign)).length;
  return [
    element("p", { class: "compare-count" }, `${count(some("-"), "line")} removed, ${count(some("+"), "line")} added.`),
    element(
      "pre",
      { class: "compare-patch", tabindex: 0, role: "region", "aria-label": `Text of ${path}, line by line` },
      element("code", {}, ...lines),
    ),
  ];
}
