// Compares printed schemas as the pages do: `node differ.js < cases.json`, one verdict for each.

import { readFileSync } from "node:fs";

import { compareColumns } from "../../registry/arrakis_schema/site/web/src/difference.js";

const said = ({ label, text }) => (label ? `${label}: ${text}` : text);
const answer = ({ given, registered, unknown = "ignored", exact = false }) => {
  const about = {
    text: registered,
    what: "it",
    fields: [],
    readers: "clients",
    unknown,
    exact,
  };
  const { state, title, problems, notes } = compareColumns(given, about);
  return { state, title, problems: problems.map(said), notes: notes.map(said) };
};
process.stdout.write(
  JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)),
);
