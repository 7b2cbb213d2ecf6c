// "Check a request" for Arrow documents: compare a printed schema or an Arrow file with the registered schema.

import { element } from "./dom.js";
import { compareColumns } from "./difference.js";
import { form } from "./form.js";
import { fetchEntries, fetchText, pathOf, sourceUrl } from "./site.js";

/** @typedef {import("./form.js").Context} Context */

const PAYLOAD = { title: "Your payload, as print(schema) shows it", of: "the payload of ", readers: "clients" };
const PUBLICATION = { title: "Your message, as print(schema) shows it", of: "the message of ", readers: "subscribers" };

/**
 * Return the form for an Arrow document.
 * @param {Context} context
 */
export async function payloadForm(context) {
  const { entry, page } = context;
  const wording = entry.kind === "publication" ? PUBLICATION : PAYLOAD;
  const registered = await loadRegistered(context, page.version, wording, false);
  const file = element("input", {
    type: "file",
    class: "try-file",
    id: `try-file-${entry.path}`,
    accept: ".arrow,.arrows,.feather,.ipc",
  });
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    try {
      const { printSchema: printed } = await import("./arrow-file.js");
      created.write(await printed(chosen));
    } catch (error) {
      created.show(`${chosen.name}: ${error instanceof Error ? error.message : error}`);
    }
    file.value = "";
  });
  const created = form(context, {
    title: wording.title,
    text: columnLines(registered.text),
    placeholder: "Paste what print(schema) shows in Python, as in\ntemperature: int32 not null",
    extra: [
      element(
        "span",
        { class: "try-open" },
        file,
        element("label", { class: "try-button", for: file.id }, "Open an Arrow file"),
      ),
    ],
    ask: async (written, version, documented) =>
      compareColumns(written, await loadRegistered(context, version, wording, documented)),
  });
  return created.element;
}

/**
 * @param {Context} context
 * @param {string} version
 * @param {typeof PAYLOAD} wording
 * @param {boolean} documented
 * @returns {Promise<import("./difference.js").Registered>}
 */
async function loadRegistered({ root, page, entry, releases }, version, { of, readers }, documented) {
  const release = releases.find((candidate) => candidate.version === version);
  const document = release?.documents.find((candidate) => pathOf(candidate) === entry.path);
  const [written, details] = await Promise.all([
    fetchText(sourceUrl(root, document, documented)),
    version === page.version
      ? entry
      : fetchEntries(root, version).then((all) => all.find((candidate) => candidate.path === entry.path)),
  ]);
  const { unknown = "ignored", columns = "by-name" } = entry.reader ?? {};
  const unknownColumns = typeof unknown === "string" ? unknown : (unknown[""] ?? "ignored");
  return {
    text: written,
    what: `${of}${page.name} ${version}`,
    fields: details?.fields ?? [],
    readers,
    unknown: unknownColumns,
    exact: columns === "exact",
  };
}

/** Return the columns of a printed schema without their children and metadata. @param {string} written */
function columnLines(written) {
  return written
    .split("\n")
    .filter((line) => line && !line.startsWith(" "))
    .join("\n");
}
