import assert from "node:assert/strict";
import { test } from "node:test";

import { compareFields, compareOrder, withoutWords } from "../src/fields.js";
import { hunks } from "../src/patch.js";
import { findRelation } from "../src/relations.js";

const FIELD = {
  path: "a",
  anchor: "a",
  steps: ["a"],
  type: "integer",
  nullable: false,
  required: true,
  description: "",
  unit: "",
  null: "",
  omitted: "",
  values: [],
  bounds: [],
};

test("a field is added, removed, or changed fact by fact", () => {
  const old = [FIELD, { ...FIELD, path: "b", anchor: "b" }, { ...FIELD, path: "c", anchor: "c" }];
  const fresh = [
    { ...FIELD, path: "d", anchor: "d", unit: "Hz" },
    { ...FIELD, nullable: true, bounds: ["more than 0"] },
    { ...FIELD, path: "c", anchor: "c" },
  ];
  const found = compareFields(old, fresh, false).map(({ field, kind, facts }) => [field.path, kind, facts]);
  assert.deepEqual(found, [
    [
      "d",
      "added",
      [
        { name: "type", old: "", new: "integer" },
        { name: "presence", old: "", new: "required" },
        { name: "null", old: "", new: "never null" },
        { name: "unit", old: "", new: "Hz" },
      ],
    ],
    [
      "a",
      "changed",
      [
        { name: "null", old: "never null", new: "may be null" },
        { name: "bounds", old: "", new: "more than 0" },
      ],
    ],
    [
      "b",
      "removed",
      [
        { name: "type", old: "integer", new: "" },
        { name: "presence", old: "required", new: "" },
        { name: "null", old: "never null", new: "" },
      ],
    ],
  ]);
});

test("other words are no difference of a field", () => {
  const [change] = compareFields([FIELD], [{ ...FIELD, description: "Said." }], false);
  assert.equal(change.kind, "changed");
  assert.deepEqual(withoutWords(change).facts, []);
});

test("columns that both have may stand in another order", () => {
  const named = (/** @type {string[]} */ ...names) => names.map((path) => ({ ...FIELD, path }));
  assert.equal(compareOrder(named("a", "b"), named("a", "x", "b")), null);
  assert.deepEqual(compareOrder(named("a", "b"), named("b", "x", "a")), { old: "a, b", new: "b, a" });
});

test("a relation is that of the groups of client and server", () => {
  const grid = {
    groups: [["3"], ["2", "1"]],
    cells: [
      [{ answer: "works" }, { answer: "breaks", reason: "why" }],
      [{ answer: "partly", reason: "other" }, { answer: "works" }],
    ],
    reasons: { why: { answer: "breaks", exchanges: [{ document: "d", why: "w", witness: 1n }] } },
  };
  assert.deepEqual(findRelation(grid, "3", "1"), {
    answer: "breaks",
    reason: "why",
    exchanges: grid.reasons.why.exchanges,
  });
  assert.equal(findRelation(grid, "1", "3")?.answer, "partly");
  assert.equal(findRelation(grid, "1", "2")?.answer, "works");
  assert.equal(findRelation(grid, "1", "0"), null);
  assert.equal(findRelation(undefined, "1", "1"), null);
});

test("the difference of two texts has three lines around each change", () => {
  const old = Array.from({ length: 20 }, (_, index) => `line ${index}\n`);
  const fresh = old.with(10, "other\n");
  const [hunk] = hunks(old.join(""), fresh.join(""));
  assert.deepEqual(hunk.lines, [
    " line 7",
    " line 8",
    " line 9",
    "-line 10",
    "+other",
    " line 11",
    " line 12",
    " line 13",
  ]);
  assert.deepEqual(hunks("a\n", "a\n"), []);
});
