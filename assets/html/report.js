"use strict";
// The tree and the treemap of a report. Data is read as JSON and shown as text only; the place is in
// the address, so that a link such as #at=/usr/lib&q=go leads to it, and Back goes back.

const ROWS = 200; // entries of a directory that are shown at once
const FOUND = 200; // matches that are listed
const GAP = 2; // pixels between tiles
const HEAD = 20; // pixels of a directory's label

const element = (id) => document.getElementById(id);

/// Makes an element with text and attributes.
function make(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...content);
  return made;
}

// ---- numbers -------------------------------------------------------------------------------------

let base = 1024;
let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// Writes a size as the rest of the page does.
function size(bytes) {
  let scaled = bytes;
  let unit = 0;
  while (scaled >= base) {
    scaled /= base;
    unit += 1;
  }
  const places = unit === 0 ? 0 : scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
  return `${scaled.toFixed(places)} ${units[unit]}`;
}

const count = (number) => number.toString().replace(/\B(?=(\d{3})+$)/g, ",");
const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

// ---- the tree ------------------------------------------------------------------------------------

/// Unpacks the columns: Base64, then zlib, then JSON.
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/// The entries of the image by number; entry 0 is the root, and a directory comes before its contents.
class Tree {
  constructor(columns) {
    this.names = columns.names.split("/");
    this.kinds = columns.kinds;
    this.added = columns.added;
    this.removed = columns.removed;
    const length = this.names.length;
    this.parents = new Int32Array(length);
    this.first = new Int32Array(length).fill(-1);
    this.next = new Int32Array(length).fill(-1);
    this.visible = Float64Array.from(columns.visible);
    this.wasted = Float64Array.from(columns.wasted);
    this.entries = new Int32Array(length);
    const above = []; // the last entry at each depth
    const last = new Int32Array(length).fill(-1);
    for (let i = 1; i < length; i += 1) {
      above[columns.depths[i - 1]] = i - 1;
      const parent = above[columns.depths[i] - 1];
      this.parents[i] = parent;
      if (last[parent] < 0) this.first[parent] = i;
      else this.next[last[parent]] = i;
      last[parent] = i;
    }
    for (let i = length - 1; i > 0; i -= 1) {
      const parent = this.parents[i];
      this.visible[parent] += this.visible[i];
      this.wasted[parent] += this.wasted[i];
      this.entries[parent] += this.entries[i] + (this.kinds[i] === "r" ? Number(this.names[i]) : 1);
    }
  }

  size(entry) {
    return this.visible[entry] + this.wasted[entry];
  }

  name(entry) {
    if (this.kinds[entry] === "r") return plural(Number(this.names[entry]), "smaller entry", "smaller entries");
    return entry === 0 ? "/" : this.names[entry];
  }

  path(entry) {
    const names = [];
    for (let here = entry; here > 0; here = this.parents[here]) names.push(this.name(here));
    return `/${names.reverse().join("/")}`;
  }

  children(entry) {
    const found = [];
    for (let child = this.first[entry]; child >= 0; child = this.next[child]) found.push(child);
    return found;
  }

  holds(entry) {
    return this.first[entry] >= 0;
  }

  /// Finds a path; of one that is not there, the nearest directory above it.
  find(path) {
    let here = 0;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const child = this.children(here).find(
        (entry) => this.names[entry] === name && this.kinds[entry] !== "r",
      );
      if (child === undefined) return here;
      here = child;
    }
    return here;
  }

  /// The directories above an entry, from the root on.
  line(entry) {
    const line = [entry];
    while (line[0] > 0) line.unshift(this.parents[line[0]]);
    return line;
  }

  compare(order) {
    const largest = (one, other) => this.size(other) - this.size(one) || one - other;
    if (order === "name") return (one, other) => one - other;
    if (order === "wasted") {
      return (one, other) => this.wasted[other] - this.wasted[one] || largest(one, other);
    }
    return largest;
  }
}

// ---- the state -----------------------------------------------------------------------------------

let data;
let tree;
const state = { at: 0, query: "", sort: "size", only: false };

/// Reads the state from the address. A fragment without "=" is a place of the page.
function readAddress() {
  const fragment = location.hash.slice(1);
  if (fragment !== "" && !fragment.includes("=")) return false;
  // A plus is a plus here, as in /usr/bin/g++.
  const asked = new URLSearchParams(fragment.replaceAll("+", "%2B"));
  state.at = tree.find(asked.get("at") ?? "/");
  state.query = asked.get("q") ?? "";
  const sort = asked.get("sort");
  state.sort = sort === "wasted" || sort === "name" ? sort : "size";
  state.only = asked.get("only") === "wasted";
  return true;
}

/// Writes the state into the address; a step into a directory is one that Back undoes.
function writeAddress(isStep) {
  const parts = [];
  const put = (name, value) => parts.push(`${name}=${encodeURIComponent(value).replaceAll("%2F", "/")}`);
  if (state.at > 0) put("at", tree.path(state.at));
  if (state.query !== "") put("q", state.query);
  if (state.sort !== "size") put("sort", state.sort);
  if (state.only) put("only", "wasted");
  const fragment = `#${parts.join("&") || "at=/"}`;
  if (fragment === location.hash) return;
  if (isStep) history.pushState(null, "", fragment);
  else history.replaceState(null, "", fragment);
}

function go(entry) {
  state.at = entry;
  writeAddress(true);
  draw();
}

const isListed = (entry) => !state.only || tree.wasted[entry] > 0;
const weight = (entry) => (state.only ? tree.wasted[entry] : tree.size(entry));

// ---- words ---------------------------------------------------------------------------------------

const KINDS = { d: "directory", f: "file", h: "hard link, counted once", l: "symbolic link", s: "special file" };

/// Says all that is known of an entry.
function told(entry) {
  const bound = data.exact ? "" : "≥ ";
  const words = [`${tree.path(entry)}: ${bound}${size(tree.size(entry))}`];
  if (tree.wasted[entry] > 0) words.push(`, ${bound}${size(tree.wasted[entry])} wasted`);
  const kind = tree.kinds[entry];
  if (kind === "r") return `${words.join("")}. They are too small to be listed one by one.`;
  words.push(tree.holds(entry) ? ` in ${plural(tree.entries[entry], "entry", "entries")}` : ` (${KINDS[kind]})`);
  const layer = (number) => `layer ${number - 1}, ${data.layers[number - 1]}`;
  if (tree.added[entry] > 0) words.push(`. Added in ${layer(tree.added[entry])}`);
  if (tree.removed[entry] > 0) words.push(`. Removed in ${layer(tree.removed[entry])}`);
  const all = words.join("");
  return all.endsWith(".") ? all : `${all}.`;
}

function tell(entry) {
  element("detail").textContent = told(entry);
}

// ---- the treemap ---------------------------------------------------------------------------------

/// Lays out squarified tiles (Bruls, Huizing, van Wijk 2000) of some weights, the largest first.
function squarify(weights, left, top, width, height) {
  const sum = weights.reduce((one, other) => one + other, 0);
  const tiles = [];
  const scale = sum > 0 ? (width * height) / sum : 0;
  for (let from = 0; from < weights.length; ) {
    const side = Math.max(1, Math.min(width, height));
    let row = 0;
    let worst = Infinity;
    let to = from;
    while (to < weights.length) {
      const grown = row + weights[to] * scale;
      const depth = grown / side;
      const ratio = (weight) => Math.max((weight * scale) / (depth * depth), (depth * depth) / (weight * scale));
      const now = Math.max(ratio(weights[from]), ratio(weights[to]));
      if (now > worst) break;
      worst = now;
      row = grown;
      to += 1;
    }
    const depth = row / side;
    let along = 0;
    for (let i = from; i < to; i += 1) {
      const length = row > 0 ? ((weights[i] * scale) / row) * side : 0;
      tiles.push(
        width >= height
          ? { left, top: top + along, width: depth, height: length }
          : { left: left + along, top, width: length, height: depth },
      );
      along += length;
    }
    if (width >= height) {
      left += depth;
      width -= depth;
    } else {
      top += depth;
      height -= depth;
    }
    from = to;
  }
  return tiles;
}

function placed(tile, area) {
  tile.style.left = `${area.left}px`;
  tile.style.top = `${area.top}px`;
  tile.style.width = `${Math.max(0, area.width - GAP)}px`;
  tile.style.height = `${Math.max(0, area.height - GAP)}px`;
  return tile;
}

/// Puts the tiles of a directory into an area; those of directories inside are the second level.
function putTiles(entry, room, area, level) {
  const largest = (one, other) => weight(other) - weight(one) || one - other;
  const children = tree.children(entry).filter((child) => weight(child) > 0).sort(largest);
  const least = (24 * 14 * weight(entry)) / Math.max(1, area.width * area.height);
  const shown = children.filter((child) => weight(child) >= least);
  const rest = children.slice(shown.length);
  const weights = shown.map(weight);
  const left = rest.reduce((sum, child) => sum + weight(child), 0);
  if (left > 0) weights.push(left);
  const areas = squarify(weights, area.left, area.top, area.width, area.height);
  areas.forEach((place, i) => {
    if (i < shown.length) putTile(shown[i], room, place, level);
    else room.append(placed(make("span", { class: "tile more" }, make("span", { class: "name" }, `${count(rest.length)} more`)), place));
  });
}

function putTile(entry, room, area, level) {
  const wasted = tree.size(entry) > 0 ? tree.wasted[entry] / tree.size(entry) : 0;
  const text = `${tree.name(entry)}${tree.holds(entry) ? "/" : ""}`;
  const amount = wasted === 1 && area.width > 130 ? `${size(weight(entry))} wasted` : size(weight(entry));
  const inner = { left: 3, top: HEAD, width: area.width - 8, height: area.height - HEAD - 5 };
  const hasRoom = level === 1 && tree.holds(entry) && inner.width > 60 && inner.height > 30;
  const kinds = [`tile level-${level}`, tree.holds(entry) ? "directory" : "", hasRoom ? "opened" : "", wasted > 0.7 && !hasRoom ? "gone" : ""];
  const tile = make("button", {
    type: "button",
    class: kinds.filter((kind) => kind !== "").join(" "),
    "data-path": tree.path(entry),
    "aria-label": told(entry),
  });
  placed(tile, area);
  if (wasted > 0 && !hasRoom) {
    const shade = make("span", { class: "shade" });
    shade.style.height = `${Math.max(3, wasted * (area.height - GAP))}px`;
    tile.append(shade);
  }
  if (area.width > 34 && area.height > 15) {
    tile.append(make("span", { class: "name" }, text));
    const hasPlace = hasRoom ? area.width > 120 : area.height > 34;
    if (hasPlace) tile.append(make("span", { class: "amount" }, amount));
  }
  room.append(tile);
  if (hasRoom) {
    const inside = make("span", { class: "inside" });
    putTiles(entry, inside, inner, 2);
    placed(inside, { left: area.left, top: area.top, width: area.width, height: area.height });
    room.append(inside);
  }
}

function drawTreemap() {
  const room = element("treemap");
  room.replaceChildren();
  const at = tree.holds(state.at) ? state.at : tree.parents[state.at];
  putTiles(at, room, { left: 0, top: 0, width: room.clientWidth, height: room.clientHeight }, 1);
  if (room.childElementCount === 0) room.append(make("p", { class: "empty" }, state.only ? "Nothing wasted here." : "No bytes here."));
}

function drawPath() {
  const parts = tree.line(state.at).map((entry, i, line) => {
    const text = entry === 0 ? "/" : `${tree.name(entry)}${i + 1 < line.length ? "/" : ""}`;
    if (i + 1 === line.length) return make("strong", { "aria-current": "page" }, text);
    const step = make("button", { type: "button", "data-path": tree.path(entry) }, text);
    step.addEventListener("click", () => go(entry));
    return step;
  });
  const amounts = `${size(tree.size(state.at))}${tree.wasted[state.at] > 0 ? `, ${size(tree.wasted[state.at])} wasted` : ""}`;
  element("path").replaceChildren(...parts, make("span", { class: "amount" }, amounts));
}

// ---- the tree and the matches --------------------------------------------------------------------

const entryOf = new WeakMap(); // the entry of each row
const moreOf = new WeakMap(); // what each row of "more" adds

/// Makes a row of the tree, closed.
function row(entry, largest, level, text) {
  const share = (bytes) => `${Math.min(100, (100 * bytes) / Math.max(1, largest))}%`;
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  for (const [kind, bytes] of [["visible", tree.visible[entry]], ["wasted", tree.wasted[entry]]]) {
    if (bytes === 0) continue;
    const part = make("span", { class: kind });
    part.style.width = share(bytes);
    bar.append(part);
  }
  const isOpenable = level > 0 && tree.holds(entry);
  const wasted = tree.wasted[entry] > 0 ? `${size(tree.wasted[entry])} wasted` : "";
  const line = make(
    "span",
    { class: "line" },
    make("span", { class: "twisty", "aria-hidden": "true" }),
    make("span", { class: "name" }, `${text}${tree.holds(entry) && entry > 0 ? "/" : ""}`),
    bar,
    make("span", { class: "size" }, size(tree.size(entry))),
    make("span", { class: "wasted" }, wasted),
  );
  const item = make("li", {
    role: "treeitem",
    tabindex: "-1",
    "aria-level": Math.max(1, level),
    "aria-expanded": isOpenable ? "false" : undefined,
    "data-path": tree.path(entry),
    class: tree.visible[entry] === 0 && tree.wasted[entry] > 0 ? "gone" : undefined,
  });
  item.append(line);
  entryOf.set(item, entry);
  return item;
}

/// Appends rows of entries to a list, and one that brings more.
function putRows(list, entries, from, level, text) {
  const largest = entries.length > 0 ? Math.max(...entries.slice(0, ROWS).map((entry) => tree.size(entry))) : 0;
  const rows = entries.slice(from, from + ROWS).map((entry) => row(entry, largest, level, text(entry)));
  list.append(...rows);
  const rest = entries.length - from - rows.length;
  if (rest > 0) {
    const item = make("li", { role: "treeitem", tabindex: "-1", "aria-level": Math.max(1, level), class: "further" }, `show ${count(Math.min(rest, ROWS))} of ${count(rest)} more`);
    moreOf.set(item, () => {
      item.remove();
      putRows(list, entries, from + ROWS, level, text);
      focusRow(list.children[from + ROWS]);
    });
    list.append(item);
  }
}

function open(item) {
  const entry = entryOf.get(item);
  if (item.getAttribute("aria-expanded") !== "false") return;
  const list = make("ul", { role: "group" });
  const children = tree.children(entry).filter(isListed).sort(tree.compare(state.sort));
  putRows(list, children, 0, Number(item.getAttribute("aria-level")) + 1, (child) => tree.name(child));
  item.append(list);
  item.setAttribute("aria-expanded", "true");
}

function close(item) {
  if (item.getAttribute("aria-expanded") !== "true") return;
  item.setAttribute("aria-expanded", "false");
  item.querySelector(":scope > ul").remove();
}

function drawTree() {
  const list = element("tree");
  list.replaceChildren();
  const found = element("found");
  if (state.query !== "") {
    const matches = search(state.query);
    const sum = matches.filter((entry) => !matches.inside.has(entry)).reduce((total, entry) => total + tree.size(entry), 0);
    const shown = matches.length > FOUND ? `, the ${FOUND} first by ${state.sort}` : "";
    found.textContent =
      matches.length === 0 ? "No match." : `${plural(matches.length, "match", "matches")}, ${size(sum)} in all${shown}.`;
    putRows(list, matches.slice(0, FOUND), 0, 0, (entry) => tree.path(entry));
  } else {
    found.textContent = "";
    const root = row(0, tree.size(0), 1, "/");
    list.append(root);
    open(root);
    let item = root;
    for (const entry of tree.line(state.at).slice(1)) {
      const next = [...item.querySelectorAll(":scope > ul > li")].find((child) => entryOf.get(child) === entry);
      if (next === undefined) break;
      open(next);
      item = next;
    }
    item.classList.add("here");
    item.setAttribute("aria-current", "true");
  }
  const first = list.querySelector(".here") ?? list.querySelector("li");
  if (first) first.tabIndex = 0;
}

/// Returns the entries that match, in order; `inside` has those below another match.
function search(query) {
  const words = query.toLowerCase();
  const inPath = words.includes("/");
  const isMatch = new Uint8Array(tree.names.length);
  const matches = [];
  matches.inside = new Set();
  const isBelow = new Uint8Array(tree.names.length);
  for (let entry = 1; entry < tree.names.length; entry += 1) {
    const parent = tree.parents[entry];
    if (isMatch[parent] || isBelow[parent]) isBelow[entry] = 1;
    if (tree.kinds[entry] === "r" || !isListed(entry)) continue;
    const text = inPath ? tree.path(entry) : tree.names[entry];
    if (!text.toLowerCase().includes(words)) continue;
    isMatch[entry] = 1;
    matches.push(entry);
    if (isBelow[entry]) matches.inside.add(entry);
  }
  return Object.assign(matches.sort(tree.compare(state.sort)), { inside: matches.inside });
}

// ---- keys and clicks -----------------------------------------------------------------------------

function focusRow(item) {
  if (!item) return;
  element("tree").querySelectorAll("[tabindex='0']").forEach((other) => (other.tabIndex = -1));
  item.tabIndex = 0;
  item.focus();
  if (entryOf.has(item)) tell(entryOf.get(item));
}

/// Acts on a row: brings more, or goes there.
function act(item) {
  if (moreOf.has(item)) moreOf.get(item)();
  else if (state.query !== "") {
    state.query = "";
    element("search").value = "";
    go(entryOf.get(item));
    focusRow(element("tree").querySelector(".here"));
  } else if (item.getAttribute("aria-expanded") === "true") close(item);
  else if (item.hasAttribute("aria-expanded")) open(item);
}

function onTreeKey(event) {
  const item = event.target.closest("li");
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...element("tree").querySelectorAll("li")];
  const here = rows.indexOf(item);
  const isOpen = item.getAttribute("aria-expanded");
  const typed = event.key.length === 1 && event.key !== " " ? event.key.toLowerCase() : "";
  const after = () => [...rows.slice(here + 1), ...rows.slice(0, here)];
  const startsWith = (other) => entryOf.has(other) && tree.name(entryOf.get(other)).toLowerCase().startsWith(typed);
  if (event.key === "ArrowDown") focusRow(rows[here + 1]);
  else if (event.key === "ArrowUp") focusRow(rows[here - 1]);
  else if (event.key === "Home") focusRow(rows[0]);
  else if (event.key === "End") focusRow(rows[rows.length - 1]);
  else if (event.key === "ArrowRight" && isOpen === "false") open(item);
  else if (event.key === "ArrowRight" && isOpen === "true") focusRow(rows[here + 1]);
  else if (event.key === "ArrowLeft" && isOpen === "true") close(item);
  else if (event.key === "ArrowLeft") focusRow(item.parentElement.closest("li"));
  else if (event.key === "Enter" && state.query === "" && entryOf.has(item)) go(entryOf.get(item));
  else if (event.key === "Enter" || event.key === " ") act(item);
  else if (typed !== "") focusRow(after().find(startsWith));
  else return;
  event.preventDefault();
}

function listen() {
  const tiles = element("treemap");
  const entryAt = (event) => {
    const tile = event.target.closest("button");
    return tile ? tree.find(tile.dataset.path) : undefined;
  };
  tiles.addEventListener("click", (event) => {
    const entry = entryAt(event);
    if (entry === undefined) return;
    go(entry);
    tiles.querySelector("button")?.focus({ preventScroll: true });
    tell(entry);
  });
  for (const kind of ["focusin", "pointerover"]) {
    tiles.addEventListener(kind, (event) => {
      const entry = entryAt(event);
      if (entry !== undefined) tell(entry);
    });
  }
  const list = element("tree");
  list.addEventListener("keydown", onTreeKey);
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (!item) return;
    focusRow(item);
    act(item);
  });
  const changed = () => {
    writeAddress(false);
    draw();
  };
  let waiting;
  element("search").addEventListener("input", (event) => {
    clearTimeout(waiting);
    state.query = event.target.value.trim();
    waiting = setTimeout(changed, 120);
  });
  for (const radio of document.getElementsByName("sort")) {
    radio.addEventListener("change", () => {
      state.sort = radio.value;
      changed();
    });
  }
  element("only").addEventListener("change", (event) => {
    state.only = event.target.checked;
    changed();
  });
  addEventListener("hashchange", () => {
    if (readAddress()) draw();
  });
  // The observer calls once at its start, when the treemap is drawn already.
  let drawn;
  new ResizeObserver(() => {
    const area = `${tiles.clientWidth}×${tiles.clientHeight}`;
    if (drawn !== undefined && drawn !== area) drawTreemap();
    drawn = area;
  }).observe(tiles);
}

// ---- the page ------------------------------------------------------------------------------------

function draw() {
  element("search").value = state.query;
  element("only").checked = state.only;
  for (const radio of document.getElementsByName("sort")) radio.checked = radio.value === state.sort;
  drawPath();
  drawTreemap();
  drawTree();
  tell(state.at);
}

function openBeforePrinting() {
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((part) => (part.open = true));
  });
}

async function start() {
  openBeforePrinting();
  if (!element("data")) {
    // A page of a report that lists no files.
    document.documentElement.dataset.state = "ready";
    return;
  }
  data = JSON.parse(element("data").textContent);
  if (data.units === "si") {
    base = 1000;
    units = ["B", "kB", "MB", "GB", "TB", "PB"];
  }
  tree = new Tree(await unpacked(data.tree));
  element("listing").textContent =
    data.listed < data.entries
      ? `The ${count(data.listed)} largest of ${count(data.entries)} entries. The others are summed up in their directories.`
      : `${plural(data.entries, "entry", "entries")}, ${data.final ? "all of them visible" : "visible and wasted ones"}.`;
  element("explorer").hidden = false;
  const isAsked = location.hash.includes("=");
  readAddress();
  listen();
  draw();
  if (isAsked) element("files").scrollIntoView();
  document.documentElement.dataset.state = "ready";
}

start().catch((error) => {
  const trouble = element("trouble");
  trouble.textContent = `This browser cannot show the tree: ${error.message}. Use one of 2023 or newer.`;
  trouble.hidden = false;
  document.documentElement.dataset.state = "trouble";
});
