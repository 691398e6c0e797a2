/* The explorer: a map of findings by component and aim, and a browser of configurations, both filtered by what
   the address says after its #. Data stand in an inert block of JSON and are only ever set as text. */
(() => {
  "use strict";
  const block = document.getElementById("explorer-data");
  const places = ["filters", "map", "chains"].map((name) => document.querySelector(`.explorer-${name}`));
  if (!block || places.includes(null)) return;
  const data = JSON.parse(block.textContent);
  const [filterPlace, mapPlace, chainPlace] = places;
  const UNCODED = "-", FEW = 10;
  const labels = Object.fromEntries(
    ["component", "domain", "stance", "design", "actor", "part"].map((name) => [name, new Map(data[name])]),
  );
  const controls = {}, notes = new Set();
  let open = "", all = false, typing = "";

  function make(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }
  const plural = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
  const value = (name) => controls[name].value.trim();
  const anchored = (slug, id) => `${slug}.html#${id.toLowerCase().replace(/[^a-z0-9-]+/g, "-")}`;
  const references = [...document.querySelectorAll("[role=main] a, article a")].find((a) =>
    /references\.html$/.test(a.getAttribute("href") || ""),
  );

  /* Filters */
  function choice(name, label, pairs) {
    const select = make("select", { id: `explorer-${name}` }, make("option", { value: "", textContent: "All" }));
    for (const [code, said] of pairs) select.append(make("option", { value: code, textContent: said }));
    return control(name, label, select);
  }

  function field(name, label, properties) {
    return control(name, label, make("input", { id: `explorer-${name}`, autocomplete: "off", ...properties }));
  }

  function control(name, label, element) {
    controls[name] = element;
    const typed = element.type === "search" || element.type === "number";
    element.addEventListener(typed ? "input" : "change", () => {
      all = false;
      remember(typed && typing === name);
      typing = typed ? name : "";
      render();
    });
    return make("div", { className: "explorer-field" }, make("label", { htmlFor: element.id, textContent: label }), element);
  }

  function group(title, ...fields) {
    return make("fieldset", {}, make("legend", { textContent: title }), make("div", { className: "explorer-fields" }, ...fields));
  }

  const works = Object.values(data.works);
  const years = works.map((work) => work.year).filter(Boolean);
  const countries = [...new Set(works.flatMap((work) => work.coded.map(([, country]) => country)))].filter(Boolean).sort();
  const ends = years.length ? { min: Math.min(...years), max: Math.max(...years) } : {};
  const bounds = { type: "number", inputMode: "numeric", ...ends };
  const uncoded = [UNCODED, "Not coded"];
  const status = make("p", { className: "explorer-status" });
  status.setAttribute("role", "status");
  const warning = make("p", { className: "explorer-warning", hidden: true });
  const reset = make("button", { type: "button", className: "eb-save", textContent: "Clear all filters" });
  reset.addEventListener("click", () => {
    for (const element of Object.values(controls)) element.value = "";
    open = "";
    changed();
  });
  const save = {
    findings: saver((rows) => download("findings", "csv", csv(findingLines(rows.findings)))),
    cmo: saver((rows) => download("configurations", "csv", csv(chainLines(rows.cmo)))),
    works: saver((rows) => download("works", "ris", ris(cited(rows)))),
  };
  const form = make(
    "form",
    { className: "explorer-form" },
    group("Findings and configurations", choice("component", "Component", data.component)),
    group("Findings", choice("domain", "Aim", data.domain), choice("stance", "Stance", data.stance)),
    group(
      "Works that they cite",
      choice("design", "Design", [...data.design, uncoded]),
      choice("country", "Country", [...countries.map((name) => [name, name]), uncoded]),
      field("from", "Year from", { ...bounds, placeholder: ends.min ?? "" }),
      field("to", "Year to", { ...bounds, placeholder: ends.max ?? "" }),
    ),
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  const chainForm = make(
    "form",
    { className: "explorer-form" },
    group(
      "Configurations",
      choice("actor", "Who responds", data.actor),
      field("mechanism", "Words in resource or reasoning", { type: "search" }),
      field("outcome", "Words in outcome", { type: "search" }),
    ),
  );
  chainForm.addEventListener("submit", (event) => event.preventDefault());

  function saver(write) {
    const button = make("button", { type: "button", className: "eb-save" });
    button.addEventListener("click", () => write(matching()));
    return button;
  }

  /* The address keeps the state: a changed filter is a step that Back undoes; typing on is one step. */
  function remember(replace) {
    const said = new URLSearchParams();
    for (const name of Object.keys(controls)) if (value(name)) said.set(name, value(name));
    if (open) said.set("cell", open);
    const address = [...said].length ? `#${said}` : location.pathname + location.search;
    history[replace ? "replaceState" : "pushState"](null, "", address);
  }

  function changed() {
    typing = "";
    all = false;
    remember(false);
    render();
  }

  /* What the address asks for and this page does not have is said, never passed over. */
  function recall() {
    const hash = location.hash.slice(1);
    const said = new URLSearchParams(hash.includes("=") ? hash : "");
    notes.clear();
    for (const [name, element] of Object.entries(controls)) {
      const asked = said.get(name) ?? "";
      element.value = asked;
      if (asked && element.value !== asked) {
        element.value = "";
        notes.add(`${name} “${asked}”`);
      }
    }
    for (const name of said.keys()) if (!(name in controls) && name !== "cell") notes.add(`filter “${name}”`);
    open = said.get("cell") ?? "";
    const [component, domain] = open.split(".");
    if (open && !(labels.component.has(component) && labels.domain.has(domain))) {
      notes.add(`cell “${open}”`);
      open = "";
    }
    typing = "";
    all = false;
    render();
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
    const byWork = ["from", "to", "design", "country"].some(value);
    const good = new Set(Object.keys(data.works).filter((key) => workFits(data.works[key])));
    const is = (row, name) => !value(name) || row[name] === value(name);
    const fits = (row) => is(row, "component") && (!byWork || row.keys.some((key) => good.has(key)));
    const has = (text, name) => value(name).toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
    return {
      findings: data.findings.filter((row) => fits(row) && is(row, "domain") && is(row, "stance")),
      cmo: data.cmo.filter(
        (row) => fits(row) && is(row, "actor") && has(`${row.resource} ${row.reasoning}`, "mechanism") && has(row.outcome, "outcome"),
      ),
    };
  }

  const cited = (rows) => [...new Set([...rows.findings, ...rows.cmo].flatMap((row) => row.keys))].filter((k) => data.works[k]);

  /* Parts of what is shown */
  function citations(keys) {
    const said = make("span", { className: "explorer-works" });
    keys.forEach((key, n) => {
      const name = data.works[key] ? data.works[key].short : key;
      const to = references && make("a", { href: `${references.getAttribute("href")}#ref-${key}`, textContent: name });
      said.append(n ? "; " : "", to || name);
    });
    return said;
  }

  function rowLink(table, row) {
    const slug = (data.rowPages[row.component] || {})[table];
    return slug ? make("a", { href: anchored(slug, row.id), textContent: row.id, className: "explorer-id" }) : row.id;
  }

  // A stance's colour is its place in the list, which runs from for to against.
  const tone = (code) => {
    const at = data.stance.findIndex(([value]) => value === code);
    return at < 0 ? "" : `stance-${at === 0 ? "for" : at === data.stance.length - 1 ? "against" : "between"}`;
  };
  const stanceMark = (code) => make("span", { className: `stance ${tone(code)}`, textContent: labels.stance.get(code) || code });

  function split(rows) {
    const counts = data.stance.map(([code, label]) => [code, label, rows.filter((row) => row.stance === code).length]);
    const without = rows.filter((row) => !row.stance).length;
    return [...counts, ["", "Without stance", without]].filter(([, , n]) => n);
  }

  function cellOf(component, domain, rows, most) {
    const cell = make("td");
    cell.setAttribute("role", "cell");
    cell.dataset.label = labels.domain.get(domain);
    if (!rows.length) {
      cell.append(make("span", { className: "explorer-none", textContent: "none" }));
      return cell;
    }
    const key = `${component}.${domain}`;
    const counts = split(rows).map(([code, label, n]) => [code, `${n} ${label.toLowerCase()}`]);
    const button = make(
      "button",
      { type: "button", className: `explorer-cell explorer-shade-${Math.ceil((4 * rows.length) / most)}` },
      make("strong", { textContent: plural(rows.length, "finding") }),
      ...counts.map(([code, said]) =>
        make("span", { className: "explorer-part" }, make("span", { className: `explorer-dot ${tone(code)}` }), said),
      ),
    );
    button.dataset.cell = key;
    const said = [plural(rows.length, "finding"), ...counts.map(([, text]) => text)].join(" ");
    button.setAttribute("aria-label", `${said}: ${labels.component.get(component)}, ${labels.domain.get(domain)}`);
    button.setAttribute("aria-expanded", String(open === key));
    button.addEventListener("click", () => {
      const closing = open === key;
      open = closing ? "" : key;
      changed();
      if (closing) focusCell(key);
      else list.firstElementChild.focus();
    });
    cell.append(button);
    return cell;
  }

  const focusCell = (key) => ([...mapPlace.querySelectorAll("[data-cell]")].find((b) => b.dataset.cell === key) || controls.component).focus();

  function grid(findings) {
    const only = (name) => data[name].filter(([code]) => !value(name) || code === value(name));
    const at = new Map();
    for (const row of findings) {
      const key = `${row.component}.${row.domain}`;
      at.set(key, [...(at.get(key) || []), row]);
    }
    const most = Math.max(1, ...[...at.values()].map((rows) => rows.length));
    const head = (text, scope, role) => {
      const cell = make("th", { scope, textContent: text });
      cell.setAttribute("role", role);
      return cell;
    };
    const row = (...cells) => {
      const made = make("tr", {}, ...cells);
      made.setAttribute("role", "row");
      return made;
    };
    const columns = only("domain");
    const body = only("component").map(([component, name]) =>
      row(head(name, "row", "rowheader"), ...columns.map(([d]) => cellOf(component, d, at.get(`${component}.${d}`) || [], most))),
    );
    const heads = row(head("Component", "col", "columnheader"), ...columns.map(([, name]) => head(name, "col", "columnheader")));
    const caption = make("caption", { textContent: "Findings by component and aim. The stronger the shade, the more findings; a cell opens the list of them." });
    const table = make("table", { className: "explorer-grid" }, caption, make("thead", {}, heads), make("tbody", {}, ...body));
    table.setAttribute("role", "table");
    for (const part of table.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup");
    return table;
  }

  function fill(findings) {
    list.hidden = !open;
    if (!open) return list.replaceChildren();
    const [component, domain] = open.split(".");
    const rows = findings.filter((row) => row.component === component && row.domain === domain);
    const title = `${labels.component.get(component)}, ${labels.domain.get(domain)}: ${plural(rows.length, "finding")}`;
    const heading = make("h3", { textContent: title, tabIndex: -1, id: "explorer-list" });
    const close = make("button", { type: "button", className: "eb-save", textContent: "Close this list" });
    close.addEventListener("click", () => {
      const key = open;
      open = "";
      changed();
      focusCell(key);
    });
    const items = rows.map((row) =>
      make("li", {}, row.stance ? stanceMark(row.stance) : "", " ", row.finding, make("span", { className: "explorer-beside" },
        citations(row.keys), " · ", rowLink("findings", row), " · ", make("span", { className: "locator", textContent: row.locator }))),
    );
    list.replaceChildren(heading, make("ul", { className: "explorer-list" }, ...items), close);
  }

  function chain(row) {
    const card = make("div", { className: "cmo docutils" });
    const head = make("p", {}, make("span", { className: "cmo-title", textContent: row.title }), make("span", { className: "explorer-beside" },
      labels.actor.get(row.actor) || row.actor, " · ", citations(row.keys), row.keys.length ? " · " : "", rowLink("cmo", row), " · ",
      make("span", { className: "locator", textContent: row.locator })));
    const parts = make("dl");
    for (const [code, label] of data.part) {
      const says = row[code] ? row[code] : make("span", { className: "unstated", textContent: "not stated" });
      parts.append(make("dt", { textContent: label }), make("dd", {}, says));
    }
    card.append(head, parts);
    const pages = (data.pages[row.component] || []).map(([name, slug]) => make("a", { href: `${slug}.html`, textContent: name }));
    card.append(make("p", { className: "explorer-more" }, `${labels.component.get(row.component) || row.component}: `, ...between(pages)));
    if (row.ingredients.length) {
      const resting = row.ingredients.map((id) =>
        make("li", {}, `${data.ingredients[id]} `, data.ingredientsPage ? make("a", { href: anchored(data.ingredientsPage, id), textContent: id, className: "explorer-id" }) : id),
      );
      card.append(make("div", { className: "explorer-more" }, "Active ingredients that rest on it", make("ul", {}, ...resting)));
    }
    return make("li", {}, card);
  }

  const between = (nodes) => nodes.flatMap((node, n) => (n ? [", ", node] : [node]));

  function chains(rows) {
    const shown = all ? rows : rows.slice(0, FEW);
    const cards = make("ul", { className: "explorer-chain" }, ...shown.map(chain));
    chainList.replaceChildren(cards);
    chainStatus.textContent = `${plural(rows.length, "configuration")} of ${data.cmo.length}${shown.length < rows.length ? `; the first ${shown.length} stand here` : ""}.`;
    if (shown.length === rows.length) return;
    const more = make("button", { type: "button", className: "eb-save", textContent: `Show all ${rows.length}` });
    more.addEventListener("click", () => {
      all = true;
      chains(rows);
      const next = chainList.querySelectorAll(".explorer-chain > li")[FEW];
      next.tabIndex = -1;
      next.focus();
    });
    chainList.append(more);
  }

  function render() {
    const rows = matching();
    const count = cited(rows).length;
    status.textContent = `${rows.findings.length} of ${plural(data.findings.length, "finding")} and ${rows.cmo.length} of ${plural(data.cmo.length, "configuration")} match; they cite ${plural(count, "work")}.`;
    warning.hidden = !notes.size;
    warning.textContent = `The address asks for what is not here, so this was left out: ${[...notes].join(", ")}.`;
    save.findings.textContent = `Findings (${rows.findings.length}, CSV)`;
    save.cmo.textContent = `Configurations (${rows.cmo.length}, CSV)`;
    save.works.textContent = `Works cited (${count}, RIS)`;
    gridPlace.replaceChildren(grid(rows.findings));
    fill(rows.findings);
    chains(rows.cmo);
    notes.clear();
  }

  /* Export. A cell that a spreadsheet would run as a formula gets an apostrophe. */
  const safe = (text) => (/^\s*[=+\-@]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text);
  const csv = (lines) => lines.map((line) => line.map((text) => `"${safe(text).replace(/"/g, '""')}"`).join(",")).join("\n") + "\n";
  const names = (keys) => keys.map((key) => (data.works[key] ? data.works[key].short : key)).join("; ");

  function findingLines(rows) {
    const head = ["id", "component", "aim", "stance", "finding", "works", "keys", "locator", "data version"];
    return [head, ...rows.map((r) => [r.id, r.component, labels.domain.get(r.domain), labels.stance.get(r.stance) || "", r.finding, names(r.keys), r.keys.join(";"), r.locator, data.version])];
  }

  function chainLines(rows) {
    const parts = data.part.map(([code]) => code);
    const head = ["id", "component", "who responds", "title", ...data.part.map(([, label]) => label.toLowerCase()), "active ingredients", "works", "keys", "locator", "data version"];
    return [head, ...rows.map((r) => [r.id, r.component, labels.actor.get(r.actor) || r.actor, r.title, ...parts.map((p) => r[p]), r.ingredients.join(";"), names(r.keys), r.keys.join(";"), r.locator, data.version])];
  }

  const ris = (keys) => keys.map((key) => [...data.works[key].ris, ["ER", ""]].map(([tag, text]) => `${tag}  - ${text}`).join("\r\n") + "\r\n").join("\r\n");

  function download(name, ending, text) {
    const url = URL.createObjectURL(new Blob([text], { type: ending === "csv" ? "text/csv" : "application/x-research-info-systems" }));
    make("a", { href: url, download: `${name}-${data.version}.${ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  const gridPlace = make("div"), list = make("div", { className: "explorer-found", hidden: true }), chainList = make("div");
  const chainStatus = make("p", { className: "explorer-status" });
  chainStatus.setAttribute("role", "status");
  filterPlace.replaceChildren(form, warning, status, make("div", { className: "explorer-save" }, reset, save.findings, save.cmo, save.works));
  mapPlace.replaceChildren(gridPlace, list);
  chainPlace.replaceChildren(chainForm, chainStatus, chainList);
  // Back and Forward tell both events; a link or a typed address tells the second alone.
  window.addEventListener("popstate", recall);
  window.addEventListener("hashchange", recall);
  recall();
})();
