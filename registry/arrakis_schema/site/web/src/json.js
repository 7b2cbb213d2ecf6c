// Parse JSON as the Python package does: every digit of an integer is kept, and what RFC 8259 leaves to parsers is rejected.
// Integers beyond 2^53 become BigInts, all other numbers are numbers; the place of each value in the text is returned, too.

import { ParseErrorCode, visit } from "jsonc-parser";

/** @typedef {null | boolean | number | bigint | string | unknown[] | Record<string, unknown>} Json */
/** @typedef {{ offset: number, length: number, line: number, column: number }} Place */
/** @typedef {{ value: Json, places: Map<string, Place> }} Parsed */

const MAX_DEPTH = 32;
const MAX_DIGITS = 4300;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** @type {Record<number, string>} */
const CAUSES = {
  [ParseErrorCode.InvalidSymbol]: "this is not a JSON value",
  [ParseErrorCode.InvalidNumberFormat]: "this is not a JSON number",
  [ParseErrorCode.PropertyNameExpected]: "the name of a member is expected, in double quotes",
  [ParseErrorCode.ValueExpected]: "a value is expected",
  [ParseErrorCode.ColonExpected]: "a colon is expected after the name",
  [ParseErrorCode.CommaExpected]: "a comma is expected",
  [ParseErrorCode.CloseBraceExpected]: "a closing brace is expected",
  [ParseErrorCode.CloseBracketExpected]: "a closing bracket is expected",
  [ParseErrorCode.EndOfFileExpected]: "something follows the end of the value",
  [ParseErrorCode.InvalidCommentToken]: "JSON has no comments",
  [ParseErrorCode.UnexpectedEndOfString]: "the string has no closing quotation mark",
  [ParseErrorCode.UnexpectedEndOfNumber]: "the number is not complete",
  [ParseErrorCode.InvalidUnicode]: "\\u needs four hexadecimal digits",
  [ParseErrorCode.InvalidEscapeCharacter]: "the string has an unknown escape",
  [ParseErrorCode.InvalidCharacter]: "the string holds a control character, which must be escaped",
};

/** Characters that look like those of JSON, and are common in copied text. @type {[RegExp, string][]} */
const LOOKALIKES = [
  [/[\u201c-\u201f\u00ab\u00bb\u2033\uff02]/, 'a typographic quotation mark; JSON writes "'],
  [/[\u2018-\u201b\u2032\u00b4\u0060]/, 'a typographic apostrophe; JSON writes "'],
  [/\ufeff/, "a byte order mark, which is invisible; remove it"],
  [/[\u00a0\u2007\u202f]/, "a no-break space; JSON allows plain spaces only"],
  [/[\u1680\u2000-\u200f\u2028\u2029\u205f\u2060\u3000]/, "an invisible character or an unusual space; remove it"],
  [/[\u2010-\u2015\u2212]/, "a dash; JSON writes a minus sign as -"],
];

/** A text that is not JSON, with the place and the cause. */
export class JsonError extends Error {
  /**
   * @param {string} cause
   * @param {Place} place
   */
  constructor(cause, place) {
    super(`line ${place.line}, column ${place.column}: ${cause}`);
    this.place = place;
  }
}

/**
 * Return the value of a JSON text, and where each part of it stands; throws `JsonError` for the first thing wrong.
 * @param {string} text
 * @param {{ strict: boolean }} [options] files of the site are not parsed strictly: they may nest deeply and contain lone surrogates
 * @returns {Parsed}
 */
export function parse(text, { strict } = { strict: true }) {
  /** @type {Map<string, Place>} */
  const places = new Map();
  /** @type {{ value: any, name: string, path: string }[]} */
  const open = [{ value: [], name: "", path: "" }];

  /** @param {unknown} value @param {Place} at */
  const put = (value, at) => {
    const parent = open[open.length - 1];
    const key = Array.isArray(parent.value) ? String(parent.value.length) : parent.name;
    const path = open.length === 1 ? "" : `${parent.path}/${escapeToken(key)}`;
    parent.value[key] = value;
    places.set(path, at);
    return path;
  };
  /** @param {unknown} value @param {Place} at */
  const enter = (value, at) => {
    const path = put(value, at);
    if (strict && open.length > MAX_DEPTH + 1) throw new JsonError(`it nests more than ${MAX_DEPTH} levels`, at);
    open.push({ value, name: "", path });
  };
  const leave = () => void open.pop();

  visit(
    text,
    {
      onObjectBegin: (...at) => enter(Object.create(null), placeOf(at)),
      onArrayBegin: (...at) => enter([], placeOf(at)),
      onObjectEnd: leave,
      onArrayEnd: leave,
      onObjectProperty: (name, ...at) => {
        const parent = open[open.length - 1];
        if (name in parent.value)
          throw new JsonError(`the name ${JSON.stringify(name)} occurs twice in one object`, placeOf(at));
        parent.name = strict ? requireWellFormed(name, placeOf(at)) : name;
      },
      onLiteralValue: (value, ...at) => put(readLiteral(value, text, placeOf(at), strict), placeOf(at)),
      onError: (code, ...at) => {
        throw new JsonError(explainError(code, text, placeOf(at)), placeOf(at));
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return { value: open[0].value[0], places };
}

/**
 * Return a name as a token of a JSON Pointer.
 * @param {string | number} name
 */
export function escapeToken(name) {
  return String(name).replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * Return the tokens of a JSON Pointer, unescaped.
 * @param {string} pointer
 */
export function pointerSteps(pointer) {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * @param {unknown[]} at the arguments of the visitor: offset, length, line and column from zero
 * @returns {Place}
 */
function placeOf(at) {
  const [offset, length, line, column] = /** @type {number[]} */ (at);
  return { offset, length, line: line + 1, column: column + 1 };
}

/** @param {unknown} value @param {string} text @param {Place} at @param {boolean} strict */
function readLiteral(value, text, at, strict) {
  if (typeof value === "number") return readNumber(text.slice(at.offset, at.offset + at.length), at);
  return strict && typeof value === "string" ? requireWellFormed(value, at) : value;
}

/**
 * Return the value of a number as Python reads it: an integer exactly, anything else as a double. A large double becomes the
 * integer of its shortest text: 1e31 is 10^31.
 * @param {string} source
 * @param {Place} at
 */
function readNumber(source, at) {
  const value = Number(source);
  if (source.length > MAX_DIGITS)
    throw new JsonError(`a number of ${source.length} characters is too long to read`, at);
  if (!/[.eE]/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  if (!Number.isFinite(value)) throw new JsonError(`${source} is too large a number`, at);
  return Number.isSafeInteger(value) ? value : exactInteger(value);
}

/** @param {string} value @param {Place} at */
function requireWellFormed(value, at) {
  if (LONE_SURROGATE.test(value)) throw new JsonError("half of a surrogate pair cannot be encoded in UTF-8", at);
  return value;
}

/**
 * Return a number as an integer of all its digits, and how many of them are decimals.
 * @param {number | bigint} value
 * @returns {[bigint, bigint]}
 */
export function toFraction(value) {
  const [digits, exponent = "0"] = String(value).split("e");
  const [before, decimals = ""] = digits.split(".");
  const places = BigInt(decimals.length) - BigInt(exponent);
  const number = BigInt(before + decimals);
  return places < 0n ? [number * 10n ** -places, 0n] : [number, places];
}

/** Return a number without decimals as the exact integer of its text, and any other number unchanged. @param {number | bigint} value */
export function exactInteger(value) {
  return Number.isInteger(value) ? toFraction(value)[0] : value;
}

/** @param {number} code @param {string} text @param {Place} at */
function explainError(code, text, at) {
  const character = String.fromCodePoint(text.codePointAt(at.offset) ?? 0);
  const lookalike = LOOKALIKES.find(([characters]) => characters.test(character));
  if (lookalike) return `${codePointName(character)} is ${lookalike[1]}`;
  const word = /^-?[A-Za-z]+/.exec(text.slice(at.offset))?.[0] ?? "";
  if (/^-?(NaN|Infinity)$/.test(word)) return `${word} is not a JSON number`;
  if (/^(True|False|None)$/.test(word))
    return `${word} is Python; JSON writes ${word === "None" ? "null" : word.toLowerCase()}`;
  if (text[at.offset] === "'") return "JSON writes strings in double quotes";
  if (text.trim() === "") return "there is nothing here yet";
  if (/^[}\]]/.test(text.slice(at.offset)) && /,\s*$/.test(text.slice(0, at.offset)))
    return "nothing follows this comma";
  return at.offset >= text.length ? `the text ends too early: ${CAUSES[code]}` : CAUSES[code];
}

/** Return the code point of a character, as in U+00A0. @param {string} character */
function codePointName(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
