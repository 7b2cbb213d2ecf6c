// The theme fetches the index of its search with every page. Here the request waits until somebody turns to the search
// field; if the theme asks in another way one day, it is fetched at once, as before.
{
  const { open, send } = XMLHttpRequest.prototype;
  const turned = new Promise((resolve) => {
    const asked = new URLSearchParams(location.search).has("q");
    if (asked) resolve();
    for (const kind of ["focusin", "pointerdown"])
      addEventListener(
        kind,
        (event) =>
          event.target.closest?.(".md-search, [for=__search]") && resolve(),
        true,
      );
  });
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    this.waits = String(url).endsWith("/search_index.json");
    return open.call(this, method, url, ...more);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.waits) turned.then(() => send.call(this, body));
    else send.call(this, body);
  };
}
