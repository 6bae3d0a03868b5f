"use strict";
// The page holds nothing of any note; it asks for all with the token, which the address brought behind its #.
(() => {
  const main = document.getElementById("main"), told = document.getElementById("told");
  const words = document.getElementById("words"), entry = document.getElementById("entry");
  const KEY = "kb-token";
  let token = sessionStorage.getItem(KEY) || "";
  let asked = null; // what is being asked; another question ends it

  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    token = given;
    sessionStorage.setItem(KEY, token);
    history.replaceState(null, "", location.pathname);
  }

  function element(name, text = "", kind = "") {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }
  function link(text, place) {
    const made = element("a", text);
    made.href = place;
    return made;
  }
  // A quote as it reads in the note: marks for bold, code and links become what they mean; nothing of it is taken for HTML.
  const MARKS = /\*\*([^*\n]+)\*\*|(?<!\w)\*([^*\s][^*\n]*)\*|`([^`\n]+)`|!?\[\[([^\[\]\n]+)\]\]|\[([^\[\]\n]+)\]\([^()\s]+\)/g;
  function quoted(text) {
    const made = element("blockquote", "", "quote");
    let done = 0;
    for (const found of text.matchAll(MARKS)) {
      const [whole, bold, italic, code, wiki, label] = found;
      made.append(text.slice(done, found.index));
      done = found.index + whole.length;
      if (bold) made.append(element("b", bold));
      else if (italic) made.append(element("i", italic));
      else if (code) made.append(element("code", code));
      else made.append(label || wiki.split("|").at(-1));
    }
    made.append(text.slice(done));
    return made;
  }
  const noteAt = (path, line = 0) => "#/note?" + new URLSearchParams(line ? { note: path, line } : { note: path });

  class Failure extends Error {}
  async function ask(path, options = {}) {
    const headers = { Authorization: `Bearer ${token}`, ...(options.headers || {}) };
    let reply;
    try {
      reply = await fetch(path, { ...options, headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Failure("The server does not answer. Start it again with: kb serve");
    }
    if (reply.status === 401) {
      entry.hidden = false;
      throw new Failure("Enter the token that kb serve printed.");
    }
    if (!reply.ok) throw new Failure((await reply.json()).error);
    return reply;
  }

  function fresh() {
    asked?.abort();
    asked = new AbortController();
    main.replaceChildren();
    told.textContent = "";
    return asked.signal;
  }

  async function search(query) {
    const signal = fresh();
    told.textContent = "Searching";
    const { hits } = await (await ask("/api/search?" + new URLSearchParams({ query, limit: 20 }), { signal })).json();
    told.textContent = hits.length === 1 ? "1 passage" : `${hits.length} passages`;
    for (const hit of hits) {
      const head = element("h3");
      head.append(link(hit.title, noteAt(hit.path, hit.line)));
      const place = element("p", [...hit.headings.slice(1), `${hit.path}:${hit.line}`].join(" › "), "soft");
      main.append(head, place, quoted(hit.text));
      if (hit.warning) main.append(element("p", hit.warning, "warning"));
    }
    if (!hits.length) main.append(element("p", "Nothing found."));
  }

  async function* events(reply) {
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      held += value;
      let end;
      while ((end = held.indexOf("\n\n")) >= 0) {
        const [name, data] = held.slice(0, end).split("\n").map((line) => line.slice(line.indexOf(": ") + 2));
        held = held.slice(end + 2);
        yield [name, JSON.parse(data)];
      }
    }
  }

  // Text in which each [n] that is a source leads to it, and the words that answer are bold.
  function cited(text, { sources, short }) {
    const made = element("p");
    for (const part of text.split(/(\[\d+\])/)) {
      const source = sources.find((one) => part === `[${one.number}]`);
      const at = short && part !== short ? part.indexOf(short) : -1;
      if (source) made.append(link(part, noteAt(source.path, source.line)));
      else if (at < 0) made.append(part);
      else made.append(part.slice(0, at), element("b", short), part.slice(at + short.length));
    }
    return made;
  }

  const answers = new Map(); // by question, in the order in which they were asked
  async function answer(question, again) {
    const signal = fresh();
    const heard = element("div");
    main.append(element("h2", question), heard);
    if (answers.has(question) && !again) return show(answers.get(question), heard);
    told.textContent = "Asking";
    answers.delete(question);
    const history = [...answers.values()].slice(-8).map((one) => ({
      question: one.understood, answer: one.abstained ? one.reason : one.answer.slice(0, 20000),
    }));
    const reply = await ask("/api/ask", {
      method: "POST", signal, body: JSON.stringify({ question, history }),
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    });
    for await (const [name, data] of events(reply)) {
      if (name === "step") told.textContent = data.name;
      else if (name === "sentence") heard.append(element("p", data.text));
      else if (name === "error") throw new Failure(data.error);
      else if (name === "answer") {
        answers.set(question, data);
        show(data, heard);
      }
    }
  }
  function show(found, heard) {
    told.textContent = `${found.seconds.toFixed(1)} s`;
    heard.replaceChildren(...(found.abstained ? [element("p", found.reason)]
      : found.answer.split("\n").map((line) => cited(line, found))));
    if (found.understood !== found.question) heard.prepend(element("p", found.understood, "soft"));
    if (found.missing.length) heard.append(element("p", `Your notes don't mention: ${found.missing.join(", ")}.`));
    const shown = found.sources.filter((one) => one.cited || found.outcome === "unsure");
    for (const source of shown) {
      const place = element("p");
      place.append(`[${source.number}] `, link(`${source.path}:${source.line}`, noteAt(source.path, source.line)));
      heard.append(place, quoted(source.quote));
    }
  }

  async function read(note, line) {
    const signal = fresh();
    const found = await (await ask("/api/page?" + new URLSearchParams({ note, line }), { signal })).json();
    document.title = `${found.title} · kb`;
    if (found.warning) main.append(element("p", found.warning, "warning"));
    // The server made this HTML: what is HTML in the note is text in it, and the page's policy lets nothing else run.
    const body = element("article");
    body.innerHTML = found.html;
    if (!body.querySelector("h1")) main.append(element("h1", found.title));
    main.append(body, element("p", found.path, "soft"));
    for (const [heading, places] of [["Links to", found.links], ["Linked from", found.backlinks]]) {
      if (!places.length) continue;
      const all = element("ul");
      for (const place of places) {
        const row = element("li");
        row.append(link(place.title, noteAt(place.path)));
        all.append(row);
      }
      main.append(element("h2", heading), all);
    }
    const mark = document.getElementById("cited");
    const block = mark && (mark.closest("li, p, td, h1, h2, h3, h4, h5, h6") || mark);
    const lit = block && block.matches("p") && !block.textContent.trim() && block.nextElementSibling || block;
    if (lit) {
      lit.classList.add("cited");
      lit.scrollIntoView({ block: "center" });
    } else scrollTo(0, 0);
  }

  // What there is to begin with: how many notes, and which have cards to review.
  async function welcome() {
    const signal = fresh();
    const state = await (await ask("/api/status", { signal })).json();
    const { notes: due } = await (await ask("/api/due", { signal })).json();
    main.append(element("p", "Ask your notes a question, or search them for words.", "soft"));
    if (due.length) {
      const all = element("ul");
      for (const one of due.slice(0, 10)) {
        const row = element("li");
        row.append(link(one.path, noteAt(one.path)), one.due === 1 ? " 1 card" : ` ${one.due} cards`);
        all.append(row);
      }
      main.append(element("h2", "To review now"), all);
    }
    told.textContent = state.notes === 1 ? "1 note" : `${state.notes} notes`;
  }

  async function go(again = false) {
    if (location.hash && !location.hash.startsWith("#/")) return; // a footnote of the note that is shown
    const [, what, query] = /^#\/(\w+)\??(.*)$/.exec(location.hash) || [];
    const wanted = new URLSearchParams(query || "");
    document.title = "kb";
    entry.hidden = Boolean(token);
    try {
      if (!token) { main.replaceChildren(); told.textContent = "Enter the token that kb serve printed."; return; }
      if (what === "note") return await read(wanted.get("note") || "", wanted.get("line") || 0);
      words.value = wanted.get("q") || "";
      if (what === "search" && words.value) return await search(words.value);
      if (what === "ask" && words.value) return await answer(words.value, again);
      await welcome();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Failure)) throw error;
      main.replaceChildren(element("p", error.message));
      told.textContent = "";
    }
  }

  document.getElementById("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const what = event.submitter?.value || "ask", place = `#/${what}?` + new URLSearchParams({ q: words.value });
    if (location.hash === place) go(true); else location.hash = place;
  });
  entry.addEventListener("submit", (event) => {
    event.preventDefault();
    token = document.getElementById("token").value.trim();
    document.getElementById("token").value = "";
    sessionStorage.setItem(KEY, token);
    go();
  });
  addEventListener("hashchange", () => go());
  go();
})();
