import assert from "node:assert/strict";
import { test } from "node:test";

import { dialectInside, dialectOf, draftOf, readAliased } from "../src/dialect.js";

test("a schema without a dialect, or of an unknown one, is read as draft-07", () => {
  for (const schema of [true, {}, { $schema: 3 }, { $schema: "https://example.org/draft-04" }])
    assert.equal(draftOf(dialectOf(schema)), "7");
});

test("a meta-schema of the team's own stands for a dialect", () => {
  const dialect = "https://json-schema.org/draft/2020-12/schema";
  const schema = readAliased(
    { $schema: "http://example.org/meta#", type: "string" },
    { "https://example.org/meta": dialect },
  );
  assert.deepEqual(schema, { $schema: dialect, type: "string" });
  assert.equal(dialectOf(schema), "2020-12");
  assert.equal(readAliased(true, {}), true);
});

test("a schema inside may name its own dialect where it has an $id", () => {
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  assert.equal(dialectInside({ $schema, $id: "inner" }, "draft-07"), "2020-12");
  assert.equal(dialectInside({ $schema, $id: "#name" }, "draft-07"), "draft-07");
  assert.equal(dialectInside({ $schema }, "draft-07"), "draft-07");
  assert.equal(dialectInside(true, "draft-07"), "draft-07");
});
