import assert from "node:assert/strict";
import { test } from "node:test";

import { undeclaredMembers } from "../src/unknown.js";

/** @param {any} instance @param {any[]} schemas @param {any} [reader] */
const told = (instance, schemas, reader) =>
  undeclaredMembers(instance, schemas, reader).map(({ pointer, rejected }) => [pointer, rejected]);

test("a member is known if any of the schemas describes it", () => {
  const outer = { properties: { args: { type: "object" } } };
  const inner = { properties: { args: { properties: { a: {} } } } };
  assert.deepEqual(told({ args: { a: 1, b: 2 }, c: 3 }, [outer, inner]), [
    ["/args/b", false],
    ["/c", false],
  ]);
});

test("the reader's way is that of the place", () => {
  const schema = { properties: { args: { properties: {} } } };
  const reader = { "": "ignored", "/args": "rejected" };
  assert.deepEqual(told({ args: { b: 2 }, c: 3 }, [schema], reader), [
    ["/args/b", true],
    ["/c", false],
  ]);
  assert.deepEqual(told({ c: 3 }, [schema], "rejected"), [["/c", true]]);
});

test("branches, references, patterns and items describe too", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    allOf: [{ if: { properties: { a: {} } }, then: { properties: { b: {} } } }],
    $ref: "#/definitions/x~1y",
    patternProperties: { "^p": {} },
    definitions: { "x/y": { properties: { c: { items: { properties: { d: {} } } } } } },
  };
  assert.deepEqual(told({ a: 1, b: 1, p1: 1, c: [{ d: 1, e: 1 }], f: 1 }, [schema]), [
    ["/c/0/e", false],
    ["/f", false],
  ]);
});

test("an open object has no undeclared members, nor has one whose other members have a schema", () => {
  assert.deepEqual(told({ a: { b: 1 } }, [{ type: "object" }]), []);
  assert.deepEqual(
    told({ a: 1, b: { c: 1 } }, [{ properties: { a: {} }, additionalProperties: { properties: { d: {} } } }]),
    [["/b/c", false]],
  );
});

test("a schema that refers to itself comes to an end", () => {
  const schema = { properties: { next: { $ref: "#" } }, allOf: [{ $ref: "#" }] };
  assert.deepEqual(told({ next: { next: { x: 1 } } }, [schema]), [["/next/next/x", false]]);
});
