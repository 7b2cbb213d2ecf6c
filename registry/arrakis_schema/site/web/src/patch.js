// Show the difference of two texts as a unified diff, with three lines of context.

import { structuredPatch } from "diff";

import { element } from "./dom.js";
import { formatCount } from "./words.js";

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
 * Return elements that show the difference of two texts.
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
  const countLines = (/** @type {string} */ sign) =>
    parts.flatMap(({ lines: inner }) => inner).filter((line) => line.startsWith(sign)).length;
  return [
    element(
      "p",
      { class: "compare-count" },
      `${formatCount(countLines("-"), "line")} removed, ${formatCount(countLines("+"), "line")} added.`,
    ),
    element(
      "pre",
      { class: "compare-patch", tabindex: 0, role: "region", "aria-label": `Text of ${path}, line by line` },
      element("code", {}, ...lines),
    ),
  ];
}
