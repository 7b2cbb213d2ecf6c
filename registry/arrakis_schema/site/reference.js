// What the theme leaves out for those who use a keyboard or a screen reader.
function complete() {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const scrolled of document.querySelectorAll(".md-typeset__scrollwrap, .tabbed-labels")) scrolled.tabIndex = 0;
}
complete();
addEventListener("load", () => { complete(); requestAnimationFrame(complete); setTimeout(complete, 100); });
