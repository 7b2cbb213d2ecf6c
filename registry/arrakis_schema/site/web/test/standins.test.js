import assert from "node:assert/strict";
import { test } from "node:test";

import { exactly } from "../src/standins.js";

const FAR = [-(2n ** 63n) - 1n, -(2n ** 63n), -(2n ** 53n) - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 10n ** 30n];

test("stand-ins are doubles in the same order, between the same near numbers", () => {
  const { instance } = exactly([...FAR, 2 ** 50, -(2 ** 50), 0.5], {});
  assert.ok(instance.every(Number.isFinite));
  const sorted = [...instance].sort((one, other) => one - other);
  assert.deepEqual(sorted, [...instance.slice(0, 3), -(2 ** 50), 0.5, 2 ** 50, ...instance.slice(3, 7)]);
  assert.equal(new Set(instance).size, instance.length);
  assert.ok(instance.slice(0, 7).every(Number.isSafeInteger));
});

test("the same number has the same stand-in in instance and schema", () => {
  const { instance, schema } = exactly([2n ** 63n, 1.5e15], { enum: [2n ** 63n], maximum: 1.5e15 });
  assert.equal(schema.enum[0], instance[0]);
  assert.equal(schema.maximum, instance[1]);
});

test("a stand-in leaves the same remainder, and is whole where the number is", () => {
  const { instance } = exactly([7n * 10n ** 25n, 7n * 10n ** 25n + 1n, -(21n * 10n ** 20n), 2 ** 51 + 0.5], {
    items: { multipleOf: 7 },
    not: { multipleOf: 6 },
  });
  assert.deepEqual(
    instance.map((/** @type {number} */ one) => one % 7 === 0),
    [true, false, true, false],
  );
  assert.equal(instance[3] % 1, 0.5);
});

test("what is false, and formats, are written so that the validator says what the package says", () => {
  const { schema, originals } = exactly(null, {
    properties: { format: { format: "date" } },
    additionalProperties: false,
    enum: [false],
  });
  assert.deepEqual(Object.keys(schema.properties.format), []);
  assert.deepEqual(Object.keys(schema.additionalProperties), ["not"]);
  assert.deepEqual(schema.enum, [false]);
  assert.equal(originals.get(schema.additionalProperties), false);
});
