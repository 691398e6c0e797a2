// Search in chapters, claims, references and terms, without a server. The words come from search-index.js, the
// engine is MiniSearch; both are loaded when a reader opens the search. What is found is set as text, never as markup.
(() => {
  "use strict";
  const FOLDER = document.currentScript.src.replace(/[^/]*$/, "");
  const ENGINE = "minisearch/minisearch-7.2.0.js", INDEX = "search-index.js";
  const TOP = document.documentElement.dataset.content_root || "./";
  // Kinds of entry as search_index.py numbers them, the group each stands in, and its weight: a reader who types a
  // few words looks for the page or the meaning of a term sooner than for one sentence or one reference.
  const KINDS = [["Chapters and sections", 2], ["Chapters and sections", 1], ["Claims", 1], ["Other statements", 0.5],
    ["References", 0.8], ["Terms", 2]];
  // Whole pages and terms have a name of their own; sections are called alike on many pages.
  const NAMED = new Set([0, 5]);
  const FIELDS = { name: 3, title: 3, text: 1, context: 0.5 };
  const SHOWN = 4, SNIPPET = 170, WAIT = 120;
  const EMPTY = new Set(("a an and are as at be between by can do does for from has have how i in into is it its of on or " +
    "that the their there these this to was we were what when where which who why will with").split(" "));

  // Plural and singular are one word (Harman's S stemmer, 1991).
  function stem(word) {
    if (word.length > 4 && /[^ea]ies$/.test(word)) return word.replace(/ies$/, "y");
    if (/[^aeo]es$/.test(word) && word.length > 3) return word.slice(0, -1);
    return /[^us]s$/.test(word) && word.length > 3 || /^[a-z]{2,3}s$/.test(word) && /[^aeious]s$/.test(word)
      ? word.slice(0, -1) : word;
  }
  const process = (word) => {
    const lower = word.toLowerCase().replace(/['’]s$/, "");
    return EMPTY.has(lower) ? null : stem(lower);
  };

  const words = (text) => text.split(/[\s\p{P}]+/u).map(process).filter(Boolean);

  function load(name, event) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.addEventListener(event, (told) => done(told.detail));
      script.addEventListener("error", () => failed(new Error(name)));
      script.src = FOLDER + name;
      document.head.append(script);
    });
  }

  let ready = null;
  function index() {
    ready ||= Promise.all([load(INDEX, "entries"), load(ENGINE, "load")]).then(([rows]) => {
      const MiniSearch = globalThis.MiniSearch;
      delete globalThis.MiniSearch;
      const engine = new MiniSearch({ fields: Object.keys(FIELDS), processTerm: process });
      const entries = rows.map(([kind, name, title, text, address, context], id) =>
        ({ id, kind, name, title, text, address, context }));
      // In portions, so that typing is not held up meanwhile.
      return engine.addAllAsync(entries, { chunkSize: 250 }).then(() => ({ engine, entries }));
    });
    return ready;
  }

  // Best first. More of the words typed count more than a rare word; a title that is just what was typed leads.
  function find({ engine, entries }, query) {
    const typed = words(query).join(" ");
    const asked = new Set(words(query));
    if (!typed) return [];
    const found = engine.search(typed, {
      boost: FIELDS,
      prefix: (word) => word.length > 2,
      fuzzy: (word) => (/\d/.test(word) || word.length < 5 ? false : 0.2),
      weights: { prefix: 0.5, fuzzy: 0.3 },
      bm25: { k: 1.2, b: 0.4, d: 0.5 }, // entries are short: their length says less than in long texts
    }).map((hit) => {
      const entry = entries[hit.id];
      const part = new Set(hit.queryTerms).size / asked.size;
      const whole = NAMED.has(entry.kind) && words(entry.title).join(" ") === typed;
      return { entry, part, terms: new Set(hit.terms), score: hit.score * KINDS[entry.kind][1] * part * part * (whole ? 2 : 1) };
    });
    const most = Math.max(0, ...found.map((hit) => hit.part));
    return found.filter((hit) => hit.part === most).sort((a, b) => b.score - a.score);
  }

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function marked(text, terms) {
    return text.split(/([\s\p{P}]+)/u).map((piece) =>
      piece && terms.has(process(piece)) ? element("mark", {}, piece) : piece);
  }

  // The words around the first one found, when the text is long.
  function snippet(text, terms) {
    if (text.length <= SNIPPET) return text;
    const words = [...text.matchAll(/[^\s\p{P}]+/gu)];
    const first = words.find((word) => terms.has(process(word[0])));
    const from = text.lastIndexOf(" ", Math.max(0, (first ? first.index : 0) - 50)) + 1;
    const start = from < 60 ? 0 : from;
    const end = start + SNIPPET < text.length ? text.lastIndexOf(" ", start + SNIPPET) : text.length;
    return (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
  }

  function item({ entry, terms }) {
    const link = element("a", { href: TOP + entry.address });
    const body = element("p", { class: "search-text" }, ...marked(snippet(entry.text, terms), terms));
    const beside = [entry.name, entry.context].filter(Boolean).join(" · ");
    if (entry.title) link.append(...marked(entry.title, terms)); else link.append(...body.childNodes);
    const parts = [link];
    if (beside) parts.push(element("p", { class: "search-context" }, beside));
    if (body.childNodes.length && entry.title) parts.push(body);
    return element("li", {}, ...parts);
  }

  function group(name, hits) {
    const list = element("ul", { role: "list" }, ...hits.slice(0, SHOWN).map(item));
    const box = element("section", {}, element("h2", {}, `${name} (${hits.length})`), list);
    if (hits.length > SHOWN) {
      const more = element("button", { type: "button" }, `Show all ${hits.length}`);
      more.addEventListener("click", () => {
        const rest = hits.slice(SHOWN).map(item);
        list.append(...rest);
        more.remove();
        rest[0].querySelector("a").focus();
      });
      box.append(more);
    }
    return box;
  }

  // Groups stand in the order of their best result.
  function grouped(hits) {
    const groups = new Map();
    for (const hit of hits) {
      const name = KINDS[hit.entry.kind][0];
      groups.set(name, [...(groups.get(name) || []), hit]);
    }
    return groups;
  }

  function told(query, groups) {
    if (!query.trim()) return "";
    const sum = [...groups.values()].reduce((n, hits) => n + hits.length, 0);
    if (!sum) return `Nothing found for “${query}”. Try fewer or other words.`;
    return `${sum} found. ` + [...groups].map(([name, hits]) => `${name}: ${hits.length}`).join(", ");
  }

  // A field with its results below; arrow keys move between them.
  function field(id) {
    const input = element("input", { type: "search", id, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      placeholder: "Chapters, claims, references, terms" });
    const status = element("p", { role: "status", class: "search-status" });
    const results = element("div", { class: "search-results" });
    const box = element("div", { class: "search-box" }, element("label", { for: id }, "Search this report"), input, status, results);
    let waiting = 0;

    async function show() {
      const query = input.value;
      let groups = new Map();
      try {
        if (query.trim()) groups = grouped(find(await index(), query));
      } catch {
        status.textContent = "The search could not be loaded: search-index.js or its engine is missing beside the pages.";
        return;
      }
      if (query !== input.value) return;
      results.replaceChildren(...[...groups].map(([name, hits]) => group(name, hits)));
      status.textContent = told(query, groups);
      box.dispatchEvent(new CustomEvent("searched", { detail: query }));
    }
    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, WAIT); });
    box.addEventListener("keydown", (event) => {
      const links = [...results.querySelectorAll("a, button")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "Enter" && event.target === input) {
        event.preventDefault();
        clearTimeout(waiting);
        show().then(() => results.querySelector("a")?.click());
      } else if (event.key === "ArrowDown" && links.length) {
        event.preventDefault();
        links[Math.min(at + 1, links.length - 1)].focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        event.preventDefault();
        (at ? links[at - 1] : input).focus();
      }
    });
    return { box, input, show };
  }

  function dialog() {
    const { box, input } = field("search-field");
    const close = element("button", { type: "button", class: "search-close" }, "Close");
    const made = element("dialog", { class: "search-dialog", "aria-label": "Search" }, close, box);
    close.addEventListener("click", () => made.close());
    // Else the first Escape only empties the field.
    made.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.preventDefault(); made.close(); }
    });
    made.addEventListener("click", (event) => {
      if (event.target === made || event.target.closest("a")) made.close();
    });
    document.body.append(made);
    return () => {
      if (!made.open) made.showModal();
      input.focus();
      input.select();
      index().catch(() => {});
    };
  }

  // The page of the search keeps the query in its address.
  function page(place) {
    const { box, input, show } = field("search-page-field");
    place.append(box);
    box.addEventListener("searched", (event) => {
      const address = new URL(location.href);
      address.searchParams.set("q", event.detail);
      history.replaceState(null, "", address);
    });
    input.value = new URLSearchParams(location.search).get("q") || "";
    input.focus();
    if (input.value) show();
    return () => { input.focus(); input.select(); };
  }

  const place = document.querySelector("[data-search]");
  let open = place ? page(place) : null;
  const start = (event) => { event.preventDefault(); (open ||= dialog())(); };
  document.querySelectorAll(".search-open").forEach((link) => link.addEventListener("click", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) start(event);
  }));
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) start(event);
    else if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey) start(event);
  });
})();
