import assert from "node:assert/strict";
import { test } from "node:test";

import { fieldAt, reaches } from "../src/fields.js";

const field = (/** @type {any} */ steps) => /** @type {any} */ ({ steps, anchor: JSON.stringify(steps) });
const FIELDS = [
  field(["a.b"]),
  field(["a"]),
  field(["a", "b"]),
  field(["list", null, "x"]),
  field(["pair", 0]),
  field(["labels", "known"]),
  field(["labels", { pattern: "^x-" }]),
  field(["labels", { any: true }]),
  field(["value", { alternative: "Card" }, "number"]),
];

test("a path leads to the field that fits it most closely, or to the nearest around it", () => {
  /** @type {[(string | number)[], any][]} */
  const cases = [
    [["a.b"], ["a.b"]],
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [
      ["a", "b", 3],
      ["a", "b"],
    ],
    [
      ["list", 7, "x"],
      ["list", null, "x"],
    ],
    [
      ["pair", 0],
      ["pair", 0],
    ],
    [
      ["labels", "known"],
      ["labels", "known"],
    ],
    [
      ["labels", "x-y"],
      ["labels", { pattern: "^x-" }],
    ],
    [
      ["labels", "free"],
      ["labels", { any: true }],
    ],
    [
      ["value", "number"],
      ["value", { alternative: "Card" }, "number"],
    ],
  ];
  for (const [path, steps] of cases) assert.deepEqual(fieldAt(path, FIELDS)?.steps, steps);
  assert.equal(fieldAt(["unknown"], FIELDS), undefined);
});

test("a message reaches a field if it has a value at its place", () => {
  assert.ok(reaches({ list: [{}, { x: null }] }, FIELDS[3]));
  assert.ok(!reaches({ list: [{ y: 1 }] }, FIELDS[3]));
  assert.ok(!reaches(/** @type {any} */ ({ labels: 1 }), FIELDS[7]));
});
