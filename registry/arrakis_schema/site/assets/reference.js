// What the theme leaves out for those who use a keyboard or a screen reader, buttons that copy a URL, and the parts of a
// page that are loaded only where they are wanted.
const SCROLLED = ".md-typeset__scrollwrap, .tabbed-labels, pre > code";

function complete() {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const scrolled of document.querySelectorAll(SCROLLED))
    scrolled.tabIndex = 0;
  for (const buttons of document.querySelectorAll(".md-code__nav"))
    buttons.setAttribute("role", "presentation");
}

function copyButton(link) {
  const button = document.createElement("button");
  const name = `Copy the URL of ${link.textContent}`;
  button.type = "button";
  button.className = "copy";
  button.title = name;
  button.setAttribute("aria-label", name);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.href);
    button.classList.add("copied");
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      button.classList.remove("copied");
      button.setAttribute("aria-label", name);
    }, 1500);
  });
  link.after(button);
}

const says =
  "This site was built without its scripts: run make bundle, and build it again.";

async function load(place, module) {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("try.css", import.meta.url);
  const styled = new Promise((done) => (style.onload = style.onerror = done));
  document.head.append(style);
  await styled;
  import(module).catch(() => {
    place.textContent = says;
  });
}

// A form far down the page is loaded when it comes near.
function whenNear(place, module) {
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      load(place, module);
    },
    { rootMargin: "800px" },
  );
  watch.observe(place);
}

// A field is told on the page of the release that changed it last.
const alike = document.querySelector(".alike a");
if (alike && location.hash && !document.getElementById(location.hash.slice(1)))
  location.replace(alike.href + location.hash);

// The same place of the page in another release.
for (const link of document.querySelectorAll(".selector li a"))
  link.addEventListener("click", () => (link.hash = location.hash));

complete();
new MutationObserver(complete).observe(document.body, {
  childList: true,
  subtree: true,
});
if (navigator.clipboard)
  document.querySelectorAll("a[data-copy]").forEach(copyButton);
for (const place of document.querySelectorAll("[data-try]"))
  whenNear(place, "./try.js");
for (const place of document.querySelectorAll("[data-compare]"))
  load(place, "./compare.js");
