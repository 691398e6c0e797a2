/* The explorer: filters that the address keeps, and the views that follow them. Data stand in an inert block of JSON;
   the views are in explorer-map.js, explorer-chains.js and explorer-foci.js, what is taken away in explorer-take.js. */
(() => {
  "use strict";
  const block = document.getElementById("explorer-data");
  const places = ["filters", "map", "chains", "foci"].map((name) => document.querySelector(`.explorer-${name}`));
  if (!block || places.includes(null)) return;
  const { UNCODED, make, withRole, plural, joined, context, rulebook, evidenceMap, chainBrowser, fociMap, suggestions, takeAway } = window.evidencebook;
  const x = context(block), { data, labels } = x;
  const [filterPlace, mapPlace, chainPlace, fociPlace] = places;
  const BY_WORKS = ["design", "country", "from", "to"];
  const controls = {}, names = {}, notes = new Set(), opened = { cell: "", place: "" };
  const judge = rulebook(data);
  let typing = "";

  const value = (name) => controls[name].value.trim();

  /* Filters */
  function choice(name, label, pairs, any = "All") {
    const select = make("select", { id: `explorer-${name}` }, make("option", { value: "", textContent: any }));
    for (const [code, said] of pairs) select.append(make("option", { value: code, textContent: said }));
    return control(name, label, select);
  }

  function field(name, label, properties) {
    return control(name, label, make("input", { id: `explorer-${name}`, autocomplete: "off", ...properties }));
  }

  function control(name, label, element) {
    controls[name] = element;
    names[name] = label;
    const typed = element.type === "search" || element.type === "number";
    element.addEventListener(typed ? "input" : "change", () => {
      remember(typed && typing === name);
      typing = typed ? name : "";
      render();
    });
    return make("div", { className: "explorer-field" }, make("label", { htmlFor: element.id, textContent: label }), element);
  }

  const works = Object.values(data.works);
  const known = new Set(data.findings.flatMap((row) => row.keys).filter((key) => data.works[key]));
  const without = [...known].filter((key) => !data.works[key].coded.length).length;
  const uncodedWorks = `${without} of ${plural(known.size, "work")} behind the findings have no coded design and country and fit no choice of either but “Not coded”.`;
  const years = works.map((work) => work.year).filter(Boolean);
  const countries = [...new Set(works.flatMap((work) => work.coded.map(([, place]) => place)))].filter(Boolean).sort();
  const ends = years.length ? { min: Math.min(...years), max: Math.max(...years) } : {};
  const year = { type: "number", inputMode: "numeric", ...ends };
  const uncoded = [UNCODED, "Not coded"];
  const fold = make("details", { className: "explorer-fold" }, make("summary", { textContent: "Filters" }), make("div", { className: "explorer-fields" },
    choice("component", "Component", data.component),
    choice("domain", "Aim", data.domain),
    choice("stance", "Stance", data.stance),
    choice("design", "Design", [...data.design, uncoded]),
    choice("country", "Country", [...countries.map((name) => [name, name]), uncoded]),
    field("from", "Year from", { ...year, placeholder: ends.min ?? "" }),
    field("to", "Year to", { ...year, placeholder: ends.max ?? "" })));
  fold.open = matchMedia("(min-width: 701px)").matches;
  const form = make("form", { className: "explorer-form" }, fold);
  const words = (text) => suggestions(`explorer-words-${text}`, data.cmo.map((row) => (text === "outcome" ? row.outcome : `${row.resource} ${row.reasoning}`)));
  const chainForm = make("form", { className: "explorer-form explorer-fields" },
    choice("actor", "Who responds", data.actor),
    field("mechanism", "Mechanism has the word", { type: "search" }),
    field("outcome", "Outcome has the word", { type: "search" }),
    words("mechanism"), words("outcome"));
  for (const name of ["mechanism", "outcome"]) controls[name].setAttribute("list", `explorer-words-${name}`);
  for (const one of [form, chainForm]) one.addEventListener("submit", (event) => event.preventDefault());
  const by = choice("by", "Columns", [["country", "Country"], ["year", "Year"]], "Design");
  const status = withRole(make("p", { className: "explorer-status" }), "status");
  const warning = make("p", { className: "explorer-warning", hidden: true });
  const chips = make("ul", { className: "explorer-chips" });
  chips.setAttribute("aria-label", "Filters in use");
  const labelsLine = make("p", { className: "explorer-note" });

  /* Filters in use, each with a button that takes it away. */
  function saidOf(name) {
    const option = controls[name].selectedOptions && controls[name].selectedOptions[0];
    return option ? option.textContent : value(name);
  }

  const inUse = () => Object.keys(controls).filter((name) => name !== "by" && value(name));

  function drawChips() {
    const used = inUse();
    fold.firstElementChild.textContent = used.length ? `Filters (${used.length})` : "Filters";
    const buttons = used.map((name, n) => chip(`${names[name]}: ${saidOf(name)}`, `Take away the filter ${names[name]}: ${saidOf(name)}`, [name], n));
    if (used.length > 1) buttons.push(chip("Clear all", "Clear all filters", used, 0));
    chips.replaceChildren(...buttons.map((button) => make("li", {}, button)));
    chips.hidden = !used.length;
  }

  function chip(text, said, clears, n) {
    const button = make("button", { type: "button", className: "explorer-chip" }, text);
    button.append(make("span", { textContent: " ×", ariaHidden: "true" }));
    button.setAttribute("aria-label", said);
    button.addEventListener("click", () => {
      for (const name of clears) controls[name].value = "";
      changed();
      const left = chips.querySelectorAll("button");
      (left[Math.min(n, left.length - 1)] || fallback()).focus();
    });
    return button;
  }

  const fallback = () => (fold.open ? controls.component : fold.firstElementChild);

  /* The address keeps the state: a changed filter is a step that Back undoes; typing on is one step. */
  function remember(replace) {
    const said = new URLSearchParams();
    for (const name of Object.keys(controls)) if (value(name)) said.set(name, value(name));
    for (const name of Object.keys(opened)) if (opened[name]) said.set(name, opened[name]);
    const address = [...said].length ? `#${said}` : location.pathname + location.search;
    history[replace ? "replaceState" : "pushState"](null, "", address);
  }

  function changed() {
    typing = "";
    remember(false);
    render();
  }

  function toggle(kind, view) {
    return (key) => {
      const before = opened[kind];
      opened[kind] = key;
      changed();
      if (key) view().focusList();
      else view().focus(before);
    };
  }

  /* A link of the book to a row of the table below asks for the cell of that row. */
  function cellOfAnchor(anchor) {
    return data.component.flatMap(([c]) => data.domain.map(([d]) => `${c}.${d}`)).find((key) => data.cellAnchors[key] === anchor) || "";
  }

  /* What the address asks for and this page does not have is said, never passed over. */
  function recall() {
    const hash = decodeURIComponent(location.hash.slice(1));
    const anchored = cellOfAnchor(hash);
    const said = new URLSearchParams(anchored ? { cell: anchored } : hash.includes("=") ? location.hash.slice(1) : "");
    notes.clear();
    for (const [name, element] of Object.entries(controls)) {
      const asked = said.get(name) ?? "";
      element.value = asked;
      if (asked && element.value !== asked) {
        element.value = "";
        notes.add(`${name} “${asked}”`);
      }
    }
    for (const name of said.keys()) if (!(name in controls) && !(name in opened)) notes.add(`filter “${name}”`);
    const [component, domain] = (opened.cell = said.get("cell") ?? "").split(".");
    if (opened.cell && !(labels.component.has(component) && labels.domain.has(domain))) unknown("cell");
    opened.place = said.get("place") ?? "";
    if (opened.place && !foci.knows(opened.place)) unknown("place");
    typing = "";
    render();
    if (anchored) goToCell();
  }

  /* The browser itself goes to the row when all is loaded; the cell is to have the last word. */
  function goToCell() {
    remember(true);
    if (document.readyState === "complete") map.focusList();
    else window.addEventListener("load", () => setTimeout(() => map.focusList()), { once: true });
  }

  function unknown(kind) {
    notes.add(`${kind} “${opened[kind]}”`);
    opened[kind] = "";
  }

  /* Which rows match: one and the same work must fit design, country and year. */
  function workFits(work) {
    const [from, to, design, country] = ["from", "to", "design", "country"].map(value);
    if ((from || to) && !(work.year && (!from || work.year >= Number(from)) && (!to || work.year <= Number(to)))) return false;
    const codings = work.coded.length ? work.coded : [["", ""]];
    const fits = (wanted, has) => !wanted || wanted === (has || UNCODED);
    return codings.some(([d, c]) => fits(design, d) && fits(country, c));
  }

  function matching() {
    const byWork = BY_WORKS.some(value);
    const good = new Set(Object.keys(data.works).filter((key) => workFits(data.works[key])));
    const is = (row, name) => !value(name) || row[name] === value(name);
    const cites = (row) => !byWork || row.keys.some((key) => good.has(key));
    const has = (text, name) => value(name).toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
    const cited = byWork ? data.findings.filter(cites) : data.findings;
    return {
      good: byWork ? good : null,
      findings: cited.filter((row) => is(row, "component") && is(row, "domain") && is(row, "stance")),
      // What labels are judged by: every aim and stance, and of the works those that fit.
      labelled: byWork ? cited.map((row) => ({ ...row, keys: row.keys.filter((key) => good.has(key)) })) : data.findings,
      cmo: data.cmo.filter((row) => is(row, "component") && cites(row) && is(row, "actor") &&
        has(`${row.resource} ${row.reasoning}`, "mechanism") && has(row.outcome, "outcome")),
    };
  }

  const cited = (rows) => [...new Set([...rows.findings, ...rows.cmo].flatMap((row) => row.keys))].filter((k) => data.works[k]);

  /* Labels: of the whole, or judged afresh from the works that fit; always of all stances. */
  const judgedWhole = new Map();

  function judging(rows) {
    const kept = rows.good ? new Map() : judgedWhole;
    return (component) => {
      if (!kept.has(component)) kept.set(component, judge(component, rows.labelled));
      return kept.get(component);
    };
  }

  function labelsNote(rows) {
    const asked = BY_WORKS.filter(value).map((name) => names[name].toLowerCase());
    const stance = value("stance") ? " Labels take all stances together; only the numbers and bars follow the filter of stance." : "";
    const coding = value("design") || value("country") ? ` ${uncodedWorks} Where a cell is empty, that says nothing of them.` : "";
    return rows.good
      ? `Strength, agreement and gaps are judged afresh from the works that fit ${joined(asked)}; they are not the report's labels.${coding}${stance}`
      : `Strength, agreement and gaps are those of the whole evidence.${stance}`;
  }

  function told(rows) {
    const count = cited(rows).length;
    return `${rows.findings.length} of ${plural(data.findings.length, "finding")} and ${rows.cmo.length} of ${plural(data.cmo.length, "configuration")} match, citing ${plural(count, "work")}.`;
  }

  function state(rows) {
    const at = new Map();
    for (const row of rows.findings) {
      const key = `${row.component}.${row.domain}`;
      at.set(key, [...(at.get(key) || []), row]);
    }
    return {
      value,
      rows,
      open: opened.cell,
      place: opened.place,
      at: (component, domain) => at.get(`${component}.${domain}`) || [],
      most: Math.max(1, ...[...at.values()].map((own) => own.length)),
      judged: judging(rows),
      labelsNote: labelsNote(rows),
      asked: inUse().map((name) => `${names[name]}: ${saidOf(name)}`),
      cited: cited(rows),
    };
  }

  function render() {
    const now = state(matching());
    status.textContent = told(now.rows);
    warning.hidden = !notes.size;
    warning.textContent = `The address asks for what is not here, so this was left out: ${[...notes].join(", ")}.`;
    labelsLine.replaceChildren(`${now.labelsNote} `, x.ruleLink("The rule"));
    drawChips();
    take.draw(now);
    map.draw(now);
    chains.draw(now.rows.cmo, ["component", ...BY_WORKS].filter(value).map((name) => `${names[name]}: ${saidOf(name)}`));
    foci.draw(now);
    notes.clear();
  }

  const map = evidenceMap(x, mapPlace, { open: toggle("cell", () => map), fallback });
  const chains = chainBrowser(x, chainPlace, chainForm);
  const foci = fociMap(x, fociPlace, by, { open: toggle("place", () => foci), fallback });
  const take = takeAway(x, map);
  filterPlace.replaceChildren(form, warning, make("div", { className: "explorer-now" }, status, take.menu), chips, labelsLine);
  // Back and Forward tell both events; a link or a typed address tells the second alone.
  window.addEventListener("popstate", recall);
  window.addEventListener("hashchange", recall);
  recall();
  document.documentElement.dataset.explorer = "ready";
  performance.mark("explorer-ready");
})();
