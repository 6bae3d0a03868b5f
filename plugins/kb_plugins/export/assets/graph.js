"use strict";
// Lays the notes out by springs along links and repulsion between neighbours, and draws them on a canvas.
(() => {
  const { notes, links } = JSON.parse(document.getElementById("data").textContent);
  const canvas = document.getElementById("graph"), pen = canvas.getContext("2d");
  const about = document.getElementById("about"), find = document.getElementById("find");
  const out = notes.map(() => []), into = notes.map(() => []);
  for (const [from, to, count, relation] of links) {
    out[from].push([to, count, relation]);
    into[to].push([from, count, relation]);
  }
  const size = notes.map((_, n) => 3 + 2 * Math.sqrt(out[n].length + into[n].length));
  const folders = [...new Set(notes.map((note) => note.folder))].sort();
  const colour = (note) => `hsl(${(folders.indexOf(note.folder) * 137.5) % 360} 55% 50%)`;
  const x = new Float64Array(notes.length), y = new Float64Array(notes.length);
  notes.forEach((_, n) => {
    x[n] = 14 * Math.sqrt(n) * Math.cos(2.4 * n);
    y[n] = 14 * Math.sqrt(n) * Math.sin(2.4 * n);
  });
  const radius = (n) => size[n] / Math.sqrt(Math.min(1, scale));
  let chosen = -1, hover = -1, scale = 1, left = 0, top = 0, wanted = "", folder = null;

  // Beyond a thousand notes only those nearby push each other apart, less and less up to a cell's width.
  const CELL = notes.length > 1000 ? 90 : Infinity;
  function push(n, m, dx, dy) {
    let ax = x[n] - x[m], ay = y[n] - y[m];
    if (ax === 0 && ay === 0) { ax = (n - m) * 0.01; ay = 0.01; }
    const square = ax * ax + ay * ay, far = Math.sqrt(square);
    if (far >= CELL) return;
    const force = Math.min(8, 900 / square) * (CELL === Infinity ? 1 : 1 - far / CELL);
    dx[n] += ax * force; dy[n] += ay * force;
  }
  function step(heat) {
    const dx = new Float64Array(notes.length), dy = new Float64Array(notes.length), cells = new Map();
    const column = (place) => (CELL === Infinity ? 0 : Math.floor(place / CELL));
    for (let n = 0; n < notes.length; n++) {
      const key = `${column(x[n])} ${column(y[n])}`;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(n);
    }
    const reach = CELL === Infinity ? 0 : 1;
    for (let n = 0; n < notes.length; n++) {
      const cx = column(x[n]), cy = column(y[n]);
      for (let i = cx - reach; i <= cx + reach; i++) for (let j = cy - reach; j <= cy + reach; j++) {
        const near = cells.get(`${i} ${j}`) || [], most = CELL === Infinity ? near.length : Math.min(near.length, 80);
        for (let k = 0; k < most; k++) if (near[k] !== n) push(n, near[k], dx, dy);
      }
      dx[n] -= x[n] * 0.02; dy[n] -= y[n] * 0.02;
    }
    for (const [from, to] of links) {
      const ax = x[to] - x[from], ay = y[to] - y[from], pull = 0.03;
      dx[from] += ax * pull; dy[from] += ay * pull; dx[to] -= ax * pull; dy[to] -= ay * pull;
    }
    for (let n = 0; n < notes.length; n++) {
      const length = Math.hypot(dx[n], dy[n]) || 1, most = Math.min(length, 30 * heat);
      x[n] += (dx[n] / length) * most; y[n] += (dy[n] / length) * most;
    }
  }

  function near(n) { return new Set([n, ...out[n].map((l) => l[0]), ...into[n].map((l) => l[0])]); }
  function ink(name) { return getComputedStyle(document.documentElement).getPropertyValue(name); }
  function draw() {
    const ratio = devicePixelRatio || 1, wide = canvas.clientWidth, high = canvas.clientHeight;
    if (canvas.width !== wide * ratio || canvas.height !== high * ratio) {
      canvas.width = wide * ratio; canvas.height = high * ratio;
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    pen.translate(wide / 2 + left, high / 2 + top);
    pen.scale(scale, scale);
    const focus = hover >= 0 ? hover : chosen, lit = focus >= 0 ? near(focus) : null;
    const soft = ink("--rule"), dark = ink("--ink");
    pen.lineWidth = 1 / scale;
    for (const [from, to] of links) {
      const is = focus === from || focus === to;
      pen.strokeStyle = is ? ink("--mark") : soft;
      pen.globalAlpha = lit && !is ? 0.35 : 1;
      pen.beginPath(); pen.moveTo(x[from], y[from]); pen.lineTo(x[to], y[to]); pen.stroke();
    }
    const matches = (n) => wanted && notes[n].title.toLowerCase().includes(wanted);
    const counts = (n) => (lit ? lit.has(n) : (!wanted || matches(n)) && (folder === null || notes[n].folder === folder));
    for (let n = 0; n < notes.length; n++) {
      pen.globalAlpha = counts(n) ? 1 : 0.2;
      pen.fillStyle = colour(notes[n]);
      pen.beginPath(); pen.arc(x[n], y[n], radius(n), 0, 2 * Math.PI); pen.fill();
      if (n === chosen) { pen.strokeStyle = dark; pen.lineWidth = 2 / scale; pen.stroke(); }
    }
    names(dark, focus, (n) => counts(n) && (lit || matches(n) || folder !== null || size[n] * scale > 9 || notes.length < 80));
  }
  // Names of the notes, those with most links first; one that would lie upon another is left out until there is room.
  const bySize = notes.map((_, n) => n).sort((n, m) => size[m] - size[n]);
  function names(dark, focus, told) {
    const high = 14 / scale, taken = [];
    pen.globalAlpha = 1;
    pen.fillStyle = dark;
    pen.strokeStyle = ink("--paper");
    pen.lineWidth = 3 / scale;
    pen.lineJoin = "round";
    pen.font = `${12 / scale}px system-ui, sans-serif`;
    pen.textAlign = "center";
    for (const n of focus < 0 ? bySize : [focus, ...bySize]) {
      if (!told(n)) continue;
      const name = notes[n].title.slice(0, 40), half = pen.measureText(name).width / 2;
      const base = y[n] - radius(n) - 4 / scale;
      if (taken.some((one) => Math.abs(one.x - x[n]) < one.half + half && Math.abs(one.base - base) < high)) continue;
      taken.push({ x: x[n], base, half });
      pen.strokeText(name, x[n], base);
      pen.fillText(name, x[n], base);
    }
    canvas.dataset.names = taken.length;
  }

  function fit() {
    let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let n = 0; n < notes.length; n++) {
      west = Math.min(west, x[n]); east = Math.max(east, x[n]);
      north = Math.min(north, y[n]); south = Math.max(south, y[n]);
    }
    // Names need room at both sides and above. A few notes are not blown up to fill the window.
    scale = Math.min((canvas.clientWidth - 140) / (east - west), (canvas.clientHeight - 70) / (south - north), 2.5);
    if (!(scale > 0)) scale = 1;
    left = -((west + east) / 2) * scale; top = 10 - ((north + south) / 2) * scale;
    draw();
  }
  function at(event) {
    const box = canvas.getBoundingClientRect();
    const px = (event.clientX - box.left - canvas.clientWidth / 2 - left) / scale;
    const py = (event.clientY - box.top - canvas.clientHeight / 2 - top) / scale;
    let best = -1, least = Infinity;
    for (let n = 0; n < notes.length; n++) {
      const far = Math.hypot(x[n] - px, y[n] - py);
      if (far < radius(n) + 6 / scale && far < least) { best = n; least = far; }
    }
    return best;
  }
  function list(heading, rows) {
    const title = document.createElement("h3"), all = document.createElement("ul");
    title.textContent = `${heading} (${rows.length})`;
    for (const [n, count, relation] of rows) {
      const row = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.textContent = notes[n].title;
      button.addEventListener("click", () => choose(n));
      row.append(button, relation ? ` (${relation})` : "", count > 1 ? ` ×${count}` : "");
      all.append(row);
    }
    return rows.length ? [title, all] : [];
  }
  function choose(n) {
    chosen = n;
    const title = document.createElement("h2"), path = document.createElement("p");
    title.textContent = notes[n].title;
    path.className = "soft";
    path.textContent = notes[n].path;
    const page = document.createElement("a");
    page.href = notes[n].page;
    page.textContent = "Read the note";
    about.replaceChildren(title, path, ...(notes[n].page ? [page] : []),
      ...list("Links to", out[n]), ...list("Linked from", into[n]));
    left = -x[n] * scale; top = -y[n] * scale;
    draw();
  }

  // Which colour is which folder; choosing one shows its notes alone.
  function legend() {
    const heading = document.createElement("h3"), all = document.createElement("ul");
    heading.textContent = "Folders";
    all.className = "legend";
    for (const name of folders) {
      const row = document.createElement("li"), dot = document.createElement("i"), button = document.createElement("button");
      dot.style.background = colour({ folder: name });
      button.type = "button";
      button.textContent = name || "no folder";
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        folder = folder === name ? null : name;
        for (const one of all.querySelectorAll("button")) {
          one.setAttribute("aria-pressed", String(one === button && folder !== null));
        }
        draw();
      });
      row.append(dot, button, ` ${notes.filter((note) => note.folder === name).length}`);
      all.append(row);
    }
    return [heading, all];
  }
  const start = [...about.childNodes, ...(folders.length > 1 ? legend() : [])];
  function leave() {
    chosen = hover = -1;
    about.replaceChildren(...start);
    draw();
  }
  about.replaceChildren(...start);

  let grabbed = null;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    grabbed = { n: at(event), px: event.clientX, py: event.clientY, moved: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!grabbed) {
      const n = at(event);
      if (n !== hover) { hover = n; canvas.style.cursor = n < 0 ? "grab" : "pointer"; draw(); }
      return;
    }
    const ax = event.clientX - grabbed.px, ay = event.clientY - grabbed.py;
    grabbed.moved ||= Math.abs(ax) + Math.abs(ay) > 3;
    if (!grabbed.moved) return;
    if (grabbed.n >= 0) { x[grabbed.n] += ax / scale; y[grabbed.n] += ay / scale; } else { left += ax; top += ay; }
    grabbed.px = event.clientX; grabbed.py = event.clientY;
    draw();
  });
  canvas.addEventListener("pointerup", () => {
    if (grabbed && !grabbed.moved) { if (grabbed.n >= 0) choose(grabbed.n); else leave(); }
    grabbed = null;
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const by = Math.exp(-event.deltaY / 500), next = Math.min(20, Math.max(0.02, scale * by));
    left *= next / scale; top *= next / scale; scale = next;
    draw();
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
    if (by) { left += by[0]; top += by[1]; }
    else if (event.key === "+" || event.key === "-") scale *= event.key === "+" ? 1.2 : 1 / 1.2;
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    draw();
  });
  find.addEventListener("input", () => { wanted = find.value.trim().toLowerCase(); draw(); });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !wanted) return;
    const names = notes.map((note) => note.title.toLowerCase());
    const n = names.indexOf(wanted) >= 0 ? names.indexOf(wanted) : names.findIndex((name) => name.includes(wanted));
    if (n >= 0) choose(n);
  });
  document.getElementById("fit").addEventListener("click", fit);
  addEventListener("resize", draw);
  document.getElementById("count").textContent = `${notes.length} notes, ${links.length} links`;

  const rounds = notes.length > 3000 ? 60 : 250;
  let round = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  function settle() {
    const until = performance.now() + (still ? Infinity : 25);
    while (round < rounds && performance.now() < until) step(1 - round++ / rounds);
    if (chosen < 0) fit(); else draw();
    if (round < rounds) requestAnimationFrame(settle); else document.documentElement.dataset.settled = "yes";
  }
  settle();
})();
