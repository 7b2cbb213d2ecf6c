// Judges cases as the pages do: `node judge.js < cases.json`, one answer for each case on standard output.
// A case has `text`, `schema` and perhaps `envelope`, all JSON texts; its answer is a list of sentences or an error.

import { readFileSync } from "node:fs";

import {
  JsonError,
  parse,
} from "../../registry/arrakis_schema/site/web/src/json.js";
import { reported } from "../../registry/arrakis_schema/site/web/src/verdict.js";
import { sentence } from "../../registry/arrakis_schema/site/web/src/violations.js";
import { dumped } from "../../registry/arrakis_schema/site/web/src/words.js";

const schemas = new Map();

function schemaOf(text) {
  if (!schemas.has(text)) schemas.set(text, parse(text).value);
  return schemas.get(text);
}

function answer({ text, schema, envelope }) {
  try {
    const { value } = parse(text);
    if (schema === undefined) return { value: dumped(value) };
    return {
      sentences: reported(
        value,
        schemaOf(schema),
        envelope ? schemaOf(envelope) : null,
      ).map(sentence),
    };
  } catch (error) {
    if (error instanceof JsonError) return { error: error.message };
    return { failure: String(error) };
  }
}

process.stdout.write(
  JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)),
);
