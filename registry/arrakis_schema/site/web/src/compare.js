// Compare any two releases. The choice is kept in the fragment of the URL, as in #0.1.0...0.5.0.

import { compareReleases } from "./comparison.js";
import { element, makeSelect, withLabel } from "./dom.js";
import { fetchReleases, releaseLabel, siteRoot } from "./site.js";

/** @typedef {import("./site.js").Release} Release */

const SEPARATOR = "...";

/** @param {HTMLElement} container */
async function fill(container) {
  const root = siteRoot(container);
  const all = await fetchReleases(root);
  if (all.length < 2)
    return container.replaceChildren(element("p", {}, "There is one release so far: nothing to compare yet."));
  const options = all.map((release) => ({ value: release.version, text: releaseLabel(release) }));
  const navigate = () => {
    location.hash = `${old.value}${SEPARATOR}${fresh.value}`;
  };
  const [old, fresh] = [makeSelect(options, navigate), makeSelect(options, navigate)];
  const swap = () => {
    [old.value, fresh.value] = [fresh.value, old.value];
    navigate();
  };
  const result = element("div", { class: "compare-result" });
  const status = element("p", { class: "compare-said", role: "status" });
  const bar = element(
    "form",
    { class: "compare-bar", onsubmit: (event) => event.preventDefault() },
    withLabel("Old", old),
    withLabel("New", fresh),
    element("button", { type: "button", class: "try-button", onclick: swap }, "Swap"),
  );
  let newest = 0;
  const show = async () => {
    const request = (newest += 1);
    const [before, after] = chosenReleases(all);
    [old.value, fresh.value] = [before.version, after.version];
    try {
      const { sentence, sections } = await compareReleases(root, before, after);
      if (request !== newest) return;
      status.textContent = sentence;
      result.replaceChildren(...sections);
    } catch (error) {
      status.textContent = `These cannot be compared: ${error instanceof Error ? error.message : error}`;
      result.replaceChildren();
    }
  };
  addEventListener("hashchange", () => void show());
  container.replaceChildren(bar, status, result);
  await show();
}

/**
 * Return the releases that the fragment names, or the newest two.
 * @param {Release[]} all
 * @returns {[Release, Release]}
 */
function chosenReleases(all) {
  const [old, fresh] = location.hash
    .slice(1)
    .split(SEPARATOR)
    .map((version) => all.find((candidate) => candidate.version === version));
  return old && fresh ? [old, fresh] : [all[1] ?? all[0], all[0]];
}

for (const container of document.querySelectorAll("[data-compare]")) {
  fill(/** @type {HTMLElement} */ (container)).catch((error) =>
    container.replaceChildren(
      element("p", { class: "try-verdict try-unreadable" }, `Comparing does not work here: ${error.message}`),
    ),
  );
}
