// Prints schemas as the pages do: `node print.js < files.json`, where each file is in base64; one answer for each.

import { readFileSync } from "node:fs";

import { printSchema } from "../../registry/arrakis_schema/site/web/src/arrow-file.js";

async function answer(base64) {
  try {
    return {
      text: await printSchema(new Blob([Buffer.from(base64, "base64")])),
    };
  } catch (error) {
    return { error: error.message };
  }
}

const files = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await Promise.all(files.map(answer))));
