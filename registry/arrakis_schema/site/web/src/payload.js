// Check a request, for Arrow documents: a schema as pyarrow prints it, or a file, beside the registered one.

import { element } from "./dom.js";
import { difference } from "./difference.js";
import { form } from "./form.js";
import { entries, pathOf, sourceOf, text } from "./site.js";

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
  const registered = await registeredIn(context, page.version, wording, false);
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
      const { printed } = await import("./arrow-file.js");
      made.write(await printed(chosen));
    } catch (error) {
      made.show(`${chosen.name}: ${error instanceof Error ? error.message : error}`);
    }
    file.value = "";
  });
  const made = form(context, {
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
      difference(written, await registeredIn(context, version, wording, documented)),
  });
  return made.element;
}

/**
 * @param {Context} context
 * @param {string} version
 * @param {typeof PAYLOAD} said
 * @param {boolean} documented
 * @returns {Promise<import("./difference.js").Registered>}
 */
async function registeredIn({ root, page, entry, releases }, version, { of, readers }, documented) {
  const release = releases.find((candidate) => candidate.version === version);
  const document = release?.documents.find((candidate) => pathOf(candidate) === entry.path);
  const [written, details] = await Promise.all([
    text(sourceOf(root, document, documented)),
    version === page.version
      ? entry
      : entries(root, version).then((all) => all.find((candidate) => candidate.path === entry.path)),
  ]);
  const { unknown = "ignored", columns = "by-name" } = entry.reader ?? {};
  const way = typeof unknown === "string" ? unknown : (unknown[""] ?? "ignored");
  return {
    text: written,
    what: `${of}${page.name} ${version}`,
    fields: details?.fields ?? [],
    readers,
    unknown: way,
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
