// Validate a text by a release: violations of the schemas, and how the reader treats members that no schema declares.

import { fieldAt, reaches } from "./fields.js";
import { JsonError, parse } from "./json.js";
import { undeclaredMembers } from "./unknown.js";
import { describeViolation, violations } from "./violations.js";
import { describeExpected, describeFound, formatCount, formatPath } from "./words.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").Place} Place */
/** @typedef {import("./site.js").Field} Field */
/** @typedef {import("./site.js").Problem} Problem */
/**
 * @typedef {{ name: string, version: string, schema: Json, envelope: Json | null, fields: Field[], problems:
 *   Problem[], unknown: string | Record<string, string> | undefined, reader: string, patterns?: import("./violations.js").Patterns }} Judge
 */
/** @typedef {import("./form.js").Remark} Remark */
/** @typedef {import("./form.js").Verdict} Verdict */

const MOST_PROBLEMS = 1000;

/**
 * Return the verdict of one release on a text.
 * @param {string} text
 * @param {Judge} judge
 * @returns {Verdict}
 */
export function judgeText(text, judge) {
  try {
    const { value, places } = parse(text);
    return judgeValue(value, places, judge);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return {
      state: "unreadable",
      word: "no JSON",
      title: "This is not JSON.",
      problems: [remark("", error.message, "", error.place)],
      notes: [],
    };
  }
}

/**
 * Return the violations that the Python package reports: if the envelope rejects the request as a whole or its name, the
 * schema of the endpoint is not applied.
 * @param {Json} value
 * @param {Json} schema
 * @param {Json | null} envelope
 * @param {import("./violations.js").Patterns} [patterns]
 * @param {number} [most]
 */
export function reportedViolations(value, schema, envelope, patterns = undefined, most = Infinity) {
  const outer = envelope === null ? [] : violations(value, [envelope], patterns, most);
  const stops = outer.some(({ path }) => path.length === 0 || (path.length === 1 && path[0] === "request"));
  return stops ? outer : violations(value, envelope === null ? [schema] : [envelope, schema], patterns, most);
}

/** @param {Json} value @param {Map<string, Place>} places @param {Judge} judge @returns {Verdict} */
function judgeValue(value, places, judge) {
  const { name, version, schema, envelope, unknown, reader, fields, patterns } = judge;
  const broken = reportedViolations(value, schema, envelope, patterns, MOST_PROBLEMS).map((problem) => {
    const [label, ...words] = splitLabel(describeViolation(problem));
    return remark(label, words.join(""), anchorOf(problem.path, fields), placeOf(problem.pointer, places));
  });
  const described = envelope === null ? [schema] : [envelope, schema];
  const undeclared = undeclaredMembers(value, described, unknown, patterns).map(
    ({ path, pointer, rejected, declared }) => {
      const words = rejected ? rejection(path, declared) : `not described by ${version}; the ${reader} ignores it`;
      return { rejected, ...remark(formatPath(path), words, "", placeOf(pointer, places)) };
    },
  );
  const rejectedMembers = undeclared.filter(({ rejected }) => rejected);
  const notes = [...undeclared.filter(({ rejected }) => !rejected), ...knownProblems(value, judge)];
  return {
    ...outcome(name, version, reader, broken.length, rejectedMembers.length),
    problems: [...broken, ...rejectedMembers],
    notes,
  };
}

/**
 * Return why a member that no schema declares is rejected.
 * @param {(string | number)[]} path
 * @param {string[]} declared
 */
export function rejection(path, declared) {
  const name = path[path.length - 1];
  return `expected ${describeExpected("unknown", declared, name)}, found ${describeFound("unknown", name)}`;
}

/**
 * @param {string} name
 * @param {string} version
 * @param {string} reader
 * @param {number} broken
 * @param {number} unknownMembers
 * @returns {Pick<Verdict, "state" | "word" | "title">}
 */
function outcome(name, version, reader, broken, unknownMembers) {
  if (broken + unknownMembers === 0)
    return { state: "accepted", word: "accepted", title: `Accepted by ${name} ${version}.` };
  if (broken)
    return {
      state: "refused",
      word: "rejected",
      title: `Rejected by ${name} ${version}: ${broken >= MOST_PROBLEMS ? "at least " : ""}${formatCount(broken + unknownMembers, "problem")}`,
    };
  const title = `Rejected by the ${reader}: ${name} ${version} does not describe ${formatCount(unknownMembers, "member")}`;
  return { state: "refused", word: `rejected by the ${reader}`, title };
}

/**
 * @param {string} label
 * @param {string} text
 * @param {string} anchor
 * @param {Place | undefined} place
 * @returns {Remark}
 */
function remark(label, text, anchor, place) {
  return { label, text, anchor, place };
}

/** @param {string} text */
function splitLabel(text) {
  const colon = text.indexOf(": expected ");
  return [text.slice(0, colon), text.slice(colon + 2)];
}

/**
 * Return the anchor of the field at a path, or of the nearest one around it.
 * @param {(string | number)[]} path
 * @param {Field[]} fields
 */
function anchorOf(path, fields) {
  return fieldAt(path, fields)?.anchor ?? "";
}

/** @param {string} pointer @param {Map<string, Place>} places */
function placeOf(pointer, places) {
  return places.get(pointer);
}

/**
 * Return the known problems of the release that concern members of this instance.
 * @param {Json} value
 * @param {Judge} judge
 * @returns {Remark[]}
 */
function knownProblems(value, { fields, problems }) {
  return problems.flatMap(({ anchors, text }) => {
    const field = fields.find((candidate) => anchors.includes(candidate.anchor) && reaches(value, candidate));
    return field ? [remark(field.path, `known problem: ${text}`, field.anchor, undefined)] : [];
  });
}
