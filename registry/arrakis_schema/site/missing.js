// The page is shown at any address, so it has to look for the folder that the site begins at: where it was declared to be,
// or one of the folders of this address.
const link = document.getElementById("top");
const declared = new URL(link.href).pathname;
const parts = location.pathname.split("/").slice(0, -1);
const folders = parts.map((_, number) => parts.slice(0, number + 1).join("/") + "/");
folders.sort((one, other) => (other === declared) - (one === declared));

async function find() {
  for (const folder of folders.map((path) => location.origin + path)) {
    const answer = await fetch(folder + "versions/index.json", { method: "HEAD" }).catch(() => null);
    if (answer?.ok && /json/.test(answer.headers.get("content-type"))) {
      link.href = folder;
      return;
    }
  }
}
void find();
