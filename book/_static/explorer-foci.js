/* What the works are about: the included studies of each review and the foci of each map, by design, country or year.
   What is not coded is a column of its own. */
(() => {
  "use strict";
  const { UNCODED, make, withRole, plural } = window.evidencebook;
  const PERIODS = 5, SHADES = 4;

  function fociMap(x, place, chooser, act) {
    const { data, labels } = x;
    const status = withRole(make("p", { className: "explorer-status" }), "status");
    const frame = make("div", { className: "explorer-wide", tabIndex: 0 });
    withRole(frame, "region").setAttribute("aria-label", "Works by focus; scrolls sideways");
    place.replaceChildren(make("form", { className: "explorer-form" }, chooser), status, frame);
    place.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    const panel = withRole(make("tr", { className: "explorer-panel" }), "row");
    let shown = null, columns = [];

    const reviews = data.component.map(([component, name]) => {
      const keys = data.studies.filter(([own]) => own === component).map(([, key]) => key);
      return { id: component, component, name: `${name}: included studies`, keys: [...new Set(keys)] };
    });
    const rows = [...reviews.filter((row) => row.keys.length), ...data.foci.map((row) => ({ ...row, name: `${row.component} ${row.focus}` }))];

    const years = Object.values(data.works).map((work) => work.year).filter(Boolean);
    const [first, last] = [Math.min(...years), Math.max(...years)];
    const length = Math.max(1, Math.ceil((last - first + 1) / PERIODS));
    const period = (year) => (year ? String(last - length * Math.floor((last - year) / length)) : UNCODED);

    /* The columns that one way of looking has, and in which of them a work stands. */
    function ways(by) {
      const coded = (n) => (key) => {
        const values = data.works[key].coded.map((coding) => coding[n] || UNCODED);
        return values.length ? [...new Set(values)] : [UNCODED];
      };
      const none = [UNCODED, by === "year" ? "No year" : "Not coded"];
      if (by === "country") {
        const places = new Set(Object.values(data.works).flatMap((work) => work.coded.map(([, country]) => country)));
        return { columns: [...[...places].filter(Boolean).sort().map((name) => [name, name]), none], of: coded(1) };
      }
      if (by === "year") {
        const ends = [...new Set(years.map(period))].sort();
        const named = (end) => (length > 1 ? `${Math.max(first, Number(end) - length + 1)}–${end}` : end);
        return { columns: [...ends.map((end) => [end, named(end)]), none], of: (key) => [period(data.works[key].year)] };
      }
      return { columns: [...data.design, none], of: coded(0) };
    }

    const knows = (name) => rows.some((row) => name.startsWith(`${row.id}:`));
    const fits = (key) => data.works[key] && (!shown.rows.good || shown.rows.good.has(key));

    function drawCell(row, [column, label], keys, most) {
      const box = withRole(make("td"), "cell");
      box.dataset.label = label;
      if (!keys.length) {
        box.className = "explorer-empty";
        box.append(make("span", { textContent: "·", ariaHidden: "true" }), make("span", { className: "explorer-unseen", textContent: "none" }));
        return box;
      }
      const key = `${row.id}:${column}`;
      const shade = column === UNCODED ? "explorer-uncoded" : `explorer-shade-${Math.ceil((SHADES * keys.length) / most)}`;
      const button = make("button", { type: "button", className: `explorer-count ${shade}`, textContent: keys.length });
      button.dataset.cell = key;
      button.setAttribute("aria-label", `${plural(keys.length, "work")}: ${row.name}, ${label}`);
      button.setAttribute("aria-expanded", String(shown.place === key));
      button.addEventListener("click", () => act.open(shown.place === key ? "" : key));
      box.append(button);
      return box;
    }

    function draw(state) {
      shown = state;
      const way = ways(state.value("by"));
      const own = rows.filter((row) => !state.value("component") || row.component === state.value("component"))
        .map((row) => ({ ...row, keys: row.keys.filter(fits) }));
      const at = (row, column) => row.keys.filter((key) => way.of(key).includes(column));
      columns = way.columns.filter(([column]) => own.some((row) => at(row, column).length));
      const most = Math.max(1, ...own.flatMap((row) => columns.filter(([c]) => c !== UNCODED).map(([c]) => at(row, c).length)));
      const head = (text) => withRole(make("th", { scope: "col" }, make("span", { textContent: text })), "columnheader");
      const body = withRole(make("tbody"), "rowgroup");
      for (const row of own) {
        const name = withRole(make("th", { scope: "row", textContent: row.name }), "rowheader");
        if (row.role && !row.name.includes(row.role)) name.append(make("span", { className: "explorer-beside", textContent: row.role }));
        body.append(withRole(make("tr", {}, name, ...columns.map((column) => drawCell(row, column, at(row, column[0]), most))), "row"));
        const open = columns.find(([column]) => `${row.id}:${column}` === state.place);
        if (open) body.append(fillPanel(row, open, at(row, open[0])));
      }
      const heads = withRole(make("tr", {}, head("Review or focus"), ...columns.map(([, label]) => head(label))), "row");
      const caption = make("caption", { textContent: "Works by what they are about. The fuller the colour, the more works; a number opens them." });
      const table = make("table", { className: "explorer-grid explorer-matrix eb-cards" }, caption, withRole(make("thead", {}, heads), "rowgroup"), body);
      frame.replaceChildren(withRole(table, "table"));
      status.textContent = told(own, way);
    }

    function told(own, way) {
      const all = [...new Set(own.flatMap((row) => row.keys))];
      const without = all.filter((key) => way.of(key).includes(UNCODED)).length;
      const aside = ["domain", "stance"].some(shown.value) ? " Aim and stance belong to findings and change nothing here." : "";
      return `${plural(all.length, "work")} in ${plural(own.length, "row")}; of ${without} ${way.columns.at(-1)[1] === "No year" ? "no year is known" : "design and country are not coded"}.${aside}`;
    }

    function fillPanel(row, [, label], keys) {
      const heading = make("h3", { textContent: `${row.name}, ${label}: ${plural(keys.length, "work")}`, tabIndex: -1 });
      const close = make("button", { type: "button", className: "eb-save", textContent: "Close this list" });
      close.addEventListener("click", () => act.open(""));
      const pages = (data.pages[row.component] || []).map(([name, slug]) => make("a", { href: `${slug}.html`, textContent: name }));
      const items = keys.map((key) => make("li", {}, x.workLink(key), make("span", { className: "explorer-beside", textContent: x.coding(key) || "Not coded" })));
      const found = make("div", { className: "explorer-found" }, heading, make("ul", { className: "explorer-list" }, ...items),
        make("p", { className: "explorer-beside" }, `${labels.component.get(row.component)}: `, ...window.evidencebook.between(pages, ", ")), close);
      panel.replaceChildren(withRole(make("td", { colSpan: columns.length + 1 }, found), "cell"));
      return panel;
    }

    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && shown.place && !document.querySelector("#preview:not([hidden])")) act.open("");
    });
    const focus = (key) => ([...frame.querySelectorAll("[data-cell]")].find((button) => button.dataset.cell === key) || act.fallback()).focus();
    const focusList = () => frame.querySelector(".explorer-found h3")?.focus();
    return { draw, knows, focus, focusList };
  }

  window.evidencebook.fociMap = fociMap;
})();
