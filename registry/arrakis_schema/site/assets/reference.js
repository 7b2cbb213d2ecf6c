// Loads what a page needs and no more; everything lies in the folder of this file.
if (document.querySelector("[data-try]")) import("./try.js");
if (document.querySelector("[data-compare]")) import("./compare.js");
