// Judges cases as the pages do: `node judge.js < cases.json`, one answer for each case on standard output.
// A case has `text`, `schema` and perhaps `envelope`, all JSON texts, and perhaps `patterns` and what the reader does
// with the `unknown`; its answer is a list of sentences or an error.

import { readFileSync } from "node:fs";

import {
  JsonError,
  parse,
} from "../../registry/arrakis_schema/site/web/src/json.js";
import { undeclaredMembers } from "../../registry/arrakis_schema/site/web/src/unknown.js";
import {
  rejection,
  reportedViolations,
} from "../../registry/arrakis_schema/site/web/src/verdict.js";
import { describeViolation } from "../../registry/arrakis_schema/site/web/src/violations.js";
import {
  compactJson,
  formatPath,
} from "../../registry/arrakis_schema/site/web/src/words.js";

const schemas = new Map();

function schemaOf(text) {
  if (!schemas.has(text)) schemas.set(text, parse(text).value);
  return schemas.get(text);
}

function answer({ text, schema, envelope, patterns, unknown }) {
  try {
    const { value } = parse(text);
    if (schema === undefined) return { value: compactJson(value) };
    const [inner, outer] = [schemaOf(schema), envelope && schemaOf(envelope)];
    const broken = reportedViolations(value, inner, outer ?? null, patterns);
    const stopped = broken.some(
      ({ path }) => !path.length || path[0] === "request",
    );
    const schemas = outer ? [outer, inner] : [inner];
    const others =
      unknown && !stopped ? undeclaredMembers(value, schemas, unknown) : [];
    const rejected = others.filter((other) => other.rejected);
    const sentences = rejected.map(
      ({ path, declared }) =>
        `${formatPath(path)}: ${rejection(path, declared)}`,
    );
    return { sentences: [...broken.map(describeViolation), ...sentences] };
  } catch (error) {
    if (error instanceof JsonError) return { error: error.message };
    return { failure: String(error) };
  }
}

process.stdout.write(
  JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)),
);
