// What the theme leaves out for those who use a keyboard or a screen reader, buttons that copy a URL, and the parts of a
// page that are loaded only where they are wanted.
function complete() {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const scrolled of document.querySelectorAll(".md-typeset__scrollwrap, .tabbed-labels")) scrolled.tabIndex = 0;
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
    setTimeout(() => { button.classList.remove("copied"); button.setAttribute("aria-label", name); }, 1500);
  });
  link.after(button);
}

function load(wanted, module) {
  for (const place of document.querySelectorAll(wanted))
    import(module).catch(() => { place.textContent = "This site was built without its scripts: make bundle, and build it again."; });
}

complete();
addEventListener("load", () => { complete(); requestAnimationFrame(complete); setTimeout(complete, 100); });
if (navigator.clipboard) document.querySelectorAll("a[data-copy]").forEach(copyButton);
load("[data-try]", "./try.js");
load("[data-compare]", "./compare.js");
