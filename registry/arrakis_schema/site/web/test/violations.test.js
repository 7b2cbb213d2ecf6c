import assert from "node:assert/strict";
import { test } from "node:test";

import { violations } from "../src/violations.js";

test("violations are in the order of their places, items by their number", () => {
  const schema = { properties: { b: { items: { type: "string" } }, a: { type: "null" } } };
  const found = violations(/** @type {any} */ ({ b: Array(12).fill(1), a: 0 }), [/** @type {any} */ (schema)]);
  const items = Array.from({ length: 12 }, (_, index) => ["b", index]);
  assert.deepEqual(
    found.map(({ path }) => path),
    [["a"], ...items],
  );
});
