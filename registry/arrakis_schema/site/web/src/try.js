// "Check a request": create the forms of a page from its data.

import { element } from "./dom.js";
import { requestForm } from "./request.js";
import { fetchJson, fetchReleases, pathOf, siteRoot } from "./site.js";

/**
 * Fill a container with the forms for the documents of its page.
 * @param {HTMLElement} container
 */
async function fill(container) {
  const root = siteRoot(container);
  const [page, all] = await Promise.all([
    fetchJson(new URL(container.dataset.data ?? "index.json", document.baseURI)),
    fetchReleases(root),
  ]);
  const forms = page.documents.flatMap((/** @type {import("./site.js").Entry} */ entry) => {
    const withDocument = all.filter((release) => release.documents.some((document) => pathOf(document) === entry.path));
    const context = { root, page, entry, releases: withDocument, all };
    return entry.format === "arrow"
      ? import("./payload.js").then((module) => module.payloadForm(context))
      : requestForm(context);
  });
  container.replaceChildren(...(await Promise.all(forms)));
}

for (const container of document.querySelectorAll("[data-try]")) {
  fill(/** @type {HTMLElement} */ (container)).catch((error) =>
    container.replaceChildren(
      element("p", { class: "try-verdict try-unreadable" }, `Requests cannot be checked here: ${error.message}`),
    ),
  );
}
