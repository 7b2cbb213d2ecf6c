// Try it: the forms of a page, each made from the page's data.

import { element } from "./dom.js";
import { requestForm } from "./request.js";
import { json, releases, top } from "./site.js";

/**
 * Fill a container with the forms for the documents of its page.
 * @param {HTMLElement} container
 */
async function fill(container) {
  const root = top(container);
  const [page, all] = await Promise.all([json(new URL(container.dataset.data ?? "index.json", document.baseURI)), releases(root)]);
  const newest = page.page.startsWith("endpoints/") ? page.version : all[0].version;
  const parts = page.documents
    .filter((/** @type {{ kind: string }} */ entry) => entry.kind !== "envelope")
    .map(async (/** @type {import("./site.js").Entry} */ entry) => {
      const context = { root, page, entry, releases: all, newest };
      if (entry.format === "json-schema") return requestForm(context);
      return null;
    });
  container.replaceChildren(...(await Promise.all(parts)).filter((part) => part !== null));
}

for (const container of document.querySelectorAll("[data-try]")) {
  fill(/** @type {HTMLElement} */ (container)).catch((error) =>
    container.replaceChildren(element("p", { class: "try-verdict try-unreadable" }, `Try it does not work here: ${error.message}`)),
  );
}
