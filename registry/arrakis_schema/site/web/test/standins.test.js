import assert from "node:assert/strict";
import { test } from "node:test";

import { replaceLargeNumbers } from "../src/standins.js";

const FAR = [-(2n ** 63n) - 1n, -(2n ** 63n), -(2n ** 53n) - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 10n ** 30n];

test("stand-ins are doubles in the same order, between the same near numbers", () => {
  const { instance } = replaceLargeNumbers([...FAR, 2 ** 50, -(2 ** 50), 0.5], {});
  assert.ok(instance.every(Number.isFinite));
  const sorted = [...instance].sort((one, other) => one - other);
  assert.deepEqual(sorted, [...instance.slice(0, 3), -(2 ** 50), 0.5, 2 ** 50, ...instance.slice(3, 7)]);
  assert.equal(new Set(instance).size, instance.length);
  assert.ok(instance.slice(0, 7).every(Number.isSafeInteger));
});

test("the same number has the same stand-in in instance and schema", () => {
  const { instance, schema } = replaceLargeNumbers([2n ** 63n, 1.5e15], { enum: [2n ** 63n], maximum: 1.5e15 });
  assert.equal(schema.enum[0], instance[0]);
  assert.equal(schema.maximum, instance[1]);
});

test("multiples are computed digit by digit, and a stand-in is whole where the number is", () => {
  const numbers = [7n * 10n ** 25n, 7n * 10n ** 25n + 1n, 3e31, 10n ** 30n, 2 ** 51 + 0.5, 19.99];
  const { instance, schema, multiples } = replaceLargeNumbers(numbers, {
    items: { multipleOf: 7 },
    not: { multipleOf: 10n ** 31n },
    contains: { multipleOf: 0.01 },
  });
  const beside = [schema.items, schema.not, schema.contains].map((one) => one.allOf[0]);
  assert.deepEqual(
    beside.map((one) => one.not.enum.map((/** @type {number} */ number) => instance.indexOf(number))),
    [[1, 2, 3, 4, 5], [0, 1, 3, 4, 5], []],
  );
  assert.deepEqual(
    beside.map((one) => multiples.get(one)),
    [7, 10n ** 31n, 0.01],
  );
  assert.equal(instance[4] % 1, 0.5);
});

test("what is not a schema names none, and a dynamic reference within one resource is a plain one", () => {
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  const { schema } = replaceLargeNumbers(null, {
    $schema,
    const: { $id: "a" },
    "x-kept": { $id: "a" },
    $dynamicRef: "#node",
    $defs: { node: { $dynamicAnchor: "node" } },
  });
  assert.deepEqual([schema.const.$id, schema["x-kept"].$id, schema.$ref], ["a", undefined, "#node"]);
  assert.equal(schema.$defs.node.$anchor, "node");
  const node = { $defs: { node: { $dynamicAnchor: "node" } } };
  const two = { items: { $id: "b", $dynamicRef: "#node", ...node }, contains: { $id: "c", ...node } };
  assert.throws(() => replaceLargeNumbers(null, { $schema, ...two }), /dynamicRef/);
});

test("a pattern of another language is what the site wrote for it, or cannot be judged", () => {
  const { schema } = replaceLargeNumbers(
    "",
    { pattern: "(?i)a", patternProperties: { "\\Aa": {} } },
    { "(?i)a": "[aA]", "\\Aa": "^a" },
  );
  assert.deepEqual([schema.pattern, Object.keys(schema.patternProperties)], ["[aA]", ["^a"]]);
  assert.throws(() => replaceLargeNumbers("", { pattern: "b" }, {}), /another language/);
});

test("what is false, and formats, are written so that the validator says what the package says", () => {
  const { schema, originals } = replaceLargeNumbers(null, {
    properties: { format: { format: "date" } },
    additionalProperties: false,
    enum: [false],
  });
  assert.deepEqual(Object.keys(schema.properties.format), []);
  assert.deepEqual(Object.keys(schema.additionalProperties), ["not"]);
  assert.deepEqual(schema.enum, [false]);
  assert.equal(originals.get(schema.additionalProperties), false);
});
