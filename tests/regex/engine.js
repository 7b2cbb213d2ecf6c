// What an engine of ECMA-262 says of patterns: `node engine.js < cases.json`, where a case is [pattern, texts].
// The answer is whether each text matches, or null for what is not a pattern with the flag u.

import { readFileSync } from "node:fs";

function answer([pattern, texts]) {
  try {
    const expression = new RegExp(pattern, "u");
    return texts.map((text) => expression.test(text));
  } catch {
    return null;
  }
}

process.stdout.write(
  JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)),
);
