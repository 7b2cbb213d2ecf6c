// Check a request: the forms of a page, each made from the page's data.

import { element } from "./dom.js";
import { requestForm } from "./request.js";
import { json, pathOf, releases, top } from "./site.js";

/**
 * Fill a container with the forms for the documents of its page.
 * @param {HTMLElement} container
 */
async function fill(container) {
  const root = top(container);
  const [page, all] = await Promise.all([
    json(new URL(container.dataset.data ?? "index.json", document.baseURI)),
    releases(root),
  ]);
  const made = page.documents.flatMap((/** @type {import("./site.js").Entry} */ entry) => {
    const having = all.filter((release) => release.documents.some((document) => pathOf(document) === entry.path));
    const context = { root, page, entry, releases: having, all };
    return entry.format === "arrow"
      ? import("./payload.js").then((module) => module.payloadForm(context))
      : requestForm(context);
  });
  container.replaceChildren(...(await Promise.all(made)));
}

for (const container of document.querySelectorAll("[data-try]")) {
  fill(/** @type {HTMLElement} */ (container)).catch((error) =>
    container.replaceChildren(
      element("p", { class: "try-verdict try-unreadable" }, `Requests cannot be checked here: ${error.message}`),
    ),
  );
}
