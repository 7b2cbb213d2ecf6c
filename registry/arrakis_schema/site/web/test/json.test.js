import assert from "node:assert/strict";
import { test } from "node:test";

import { JsonError, parse, pointerSteps } from "../src/json.js";
import { compactJson, indentedJson } from "../src/words.js";

test("every digit of an integer is kept", () => {
  const text = "[9007199254740993, -9223372036854775809, 1187000000000000000, 1e3, 0.5, 1e22]";
  assert.deepEqual(parse(text).value, [
    9007199254740993n,
    -9223372036854775809n,
    1187000000000000000n,
    1000,
    0.5,
    10000000000000000000000n,
  ]);
  assert.equal(compactJson(parse("[9223372036854775808]").value), "[9223372036854775808]");
});

test("each part of a text has its place", () => {
  const { places } = parse('{\n  "a": {"b/c": [1,\n 22]}\n}');
  assert.deepEqual(places.get("/a/b~1c/1"), { offset: 22, length: 2, line: 3, column: 2 });
  assert.deepEqual(places.get("/a"), { offset: 9, length: 1, line: 2, column: 8 });
  assert.equal(places.get("")?.line, 1);
});

test("names that objects have by nature are names like others", () => {
  assert.deepEqual(Object.entries(/** @type {object} */ (parse('{"__proto__": 1, "toString": 2}').value)), [
    ["__proto__", 1],
    ["toString", 2],
  ]);
});

test("what the site wrote may nest deep", () => {
  const deep = "[".repeat(60) + "]".repeat(60);
  assert.throws(() => parse(deep), JsonError);
  assert.ok(parse(deep, { strict: false }).value);
});

for (const [text, words] of [
  ['{"a": 1,}', "line 1, column 9: nothing follows this comma"],
  ["{'a': 1}", "line 1, column 2: JSON writes strings in double quotes"],
  ["[True]", "line 1, column 2: True is Python; JSON writes true"],
  ['{"a": NaN}', "line 1, column 7: NaN is not a JSON number"],
  ['{"a": 1', "line 1, column 8: the text ends too early: a closing brace is expected"],
  ['\n\n{"a": 1 "b": 2}', "line 3, column 9: a comma is expected"],
  ["{\u201ca\u201d: 1}", 'line 1, column 2: U+201C is a typographic quotation mark; JSON writes "'],
  ["{\u2018a\u2019: 1}", 'line 1, column 2: U+2018 is a typographic apostrophe; JSON writes "'],
  ['\ufeff{"a": 1}', "line 1, column 1: U+FEFF is a byte order mark, which is invisible; remove it"],
  ['{"a":\u00a01}', "line 1, column 6: U+00A0 is a no-break space; JSON allows plain spaces only"],
  ['{"a": 1,\u200b "b": 2}', "line 1, column 9: U+200B is an invisible character or an unusual space; remove it"],
  ['{"a": \u22121}', "line 1, column 7: U+2212 is a dash; JSON writes a minus sign as -"],
  ["", "line 1, column 1: there is nothing here yet"],
]) {
  test(`the cause is said in words: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parse(text), { message: words });
  });
}

test("a pointer is taken apart", () => {
  assert.deepEqual(pointerSteps("/a~1b/~01/0"), ["a/b", "~1", "0"]);
  assert.deepEqual(pointerSteps(""), []);
});

test("a value is laid out as JSON", () => {
  const value = { a: [1, { b: null }], c: {}, d: "x" };
  assert.equal(indentedJson(value), JSON.stringify(value, null, 2));
});
