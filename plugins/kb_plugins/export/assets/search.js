"use strict";
// Finds notes that hold every word; what a note says is shown as text only.
(() => {
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const query = new URLSearchParams(location.search).get("q") || "";
  const words = fold(query).split(/\s+/).filter(Boolean);
  document.querySelector("input[name=q]").value = query;
  const told = document.getElementById("told"), found = document.getElementById("found");
  if (!words.length) { told.textContent = "Type some words above."; return; }
  const count = (text, word) => text.split(word).length - 1;
  const hits = [];
  for (const note of NOTES) {
    const title = fold(note.title), text = fold(note.text);
    let score = 0;
    for (const word of words) {
      const here = 10 * count(title, word) + Math.min(10, count(text, word));
      if (!here) { score = 0; break; }
      score += here;
    }
    if (score) hits.push([score, note]);
  }
  hits.sort((one, other) => other[0] - one[0]);
  told.textContent = hits.length === 1 ? "1 note" : `${hits.length} notes`;
  for (const [, note] of hits.slice(0, 100)) {
    const row = document.createElement("li"), link = document.createElement("a"), text = document.createElement("p");
    link.href = note.page;
    link.textContent = note.title;
    const at = Math.max(0, note.text.toLowerCase().indexOf(words[0]) - 80);
    text.className = "soft";
    text.textContent = (at ? "…" : "") + note.text.slice(at, at + 240);
    row.append(link, text);
    found.append(row);
  }
})();
