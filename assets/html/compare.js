"use strict";
// The filter of a comparison: it hides the rows that do not contain a text. The text is in the
// address (#q=…), so that a link leads to it.

const box = document.getElementById("search");

function filter() {
  const words = box.value.trim().toLowerCase();
  let shown = 0;
  let all = 0;
  for (const row of document.querySelectorAll("tr[data-name]")) {
    row.hidden = !row.dataset.name.toLowerCase().includes(words);
    shown += row.hidden ? 0 : 1;
    all += 1;
  }
  document.getElementById("found").textContent = words === "" ? "" : `${shown} of ${all} rows match.`;
}

function readAddress() {
  if (!location.hash.includes("=")) return;
  box.value = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get("q") ?? "";
  filter();
}

if (box) {
  document.getElementById("filter").hidden = false;
  box.addEventListener("input", () => {
    filter();
    history.replaceState(null, "", `#q=${encodeURIComponent(box.value.trim())}`);
  });
  addEventListener("hashchange", readAddress);
  readAddress();
}
addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((part) => (part.open = true));
});
document.documentElement.dataset.state = "ready";
