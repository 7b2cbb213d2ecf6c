// Any two releases compared: the choice, kept in the fragment of the address as #0.1.0...0.5.0, and what follows from it.

import { comparison } from "./comparison.js";
import { choice, element, labelled } from "./dom.js";
import { label, releases, top } from "./site.js";

/** @typedef {import("./site.js").Release} Release */

const BETWEEN = "...";

/** @param {HTMLElement} container */
async function fill(container) {
  const root = top(container);
  const all = await releases(root);
  if (all.length < 2)
    return container.replaceChildren(element("p", {}, "There is one release so far: nothing to compare yet."));
  const options = all.map((release) => ({ value: release.version, text: label(release) }));
  const go = () => {
    location.hash = `${old.value}${BETWEEN}${fresh.value}`;
  };
  const [old, fresh] = [choice(options, go), choice(options, go)];
  const swap = () => {
    [old.value, fresh.value] = [fresh.value, old.value];
    go();
  };
  const result = element("div", { class: "compare-result" });
  const status = element("p", { class: "compare-said", role: "status" });
  const bar = element(
    "form",
    { class: "compare-bar", onsubmit: (event) => event.preventDefault() },
    labelled("Old", old),
    labelled("New", fresh),
    element("button", { type: "button", class: "try-button", onclick: swap }, "Swap"),
  );
  let turn = 0;
  const show = async () => {
    const current = (turn += 1);
    const [before, after] = chosen(all);
    [old.value, fresh.value] = [before.version, after.version];
    try {
      const { sentence, sections } = await comparison(root, before, after);
      if (current !== turn) return;
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
 * Return the releases that the address names, or the newest two.
 * @param {Release[]} all
 * @returns {[Release, Release]}
 */
function chosen(all) {
  const [old, fresh] = location.hash
    .slice(1)
    .split(BETWEEN)
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
