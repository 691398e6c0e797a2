/* The evidence map of the explorer: components by aims, each cell with its number, strength, stances and gap;
   an opened cell shows its findings below the row of its component. */
(() => {
  "use strict";
  const { make, withRole, plural, joined } = window.evidencebook;
  const FEW = 3; // works named where a label hangs on them; of more the number is given
  const NO_GAP = "none";

  function evidenceMap(x, place, act) {
    const { data, labels } = x;
    const panel = withRole(make("tr", { className: "explorer-panel" }), "row");
    const legend = make("div", { className: "explorer-legend" });
    const frame = make("div", { className: "explorer-frame" });
    place.replaceChildren(legend, frame);
    drawLegend();
    let shown = null;

    function drawLegend() {
      const entry = (text, className, shape) => make("li", {}, make("span", { className: `${shape} ${className}` }), text);
      const strength = data.strength.map(([, text], n) => entry(text, `grade-${n}`, "explorer-swatch"));
      const stance = data.stance.map(([code, text]) => entry(text, x.tone(code), "explorer-dash"));
      const list = (title, items) => make("div", {}, make("span", { textContent: title }), make("ul", {}, ...items));
      legend.append(list("Strength", strength), list("Stance", stance));
    }

    /* Counts by stance, those without any last. */
    function split(rows) {
      const counts = data.stance.map(([code, label]) => [code, label, rows.filter((row) => row.stance === code).length]);
      return [...counts, ["", "Without stance", rows.filter((row) => !row.stance).length]].filter(([, , n]) => n);
    }

    function bar(rows, most) {
      const parts = split(rows).map(([code, , n]) => {
        const part = make("span", { className: x.tone(code) });
        part.style.flexGrow = n;
        return part;
      });
      const drawn = make("span", { className: "explorer-bar" }, ...parts);
      drawn.style.width = `${Math.max(6, (100 * rows.length) / most)}%`;
      return make("span", { className: "explorer-track" }, drawn);
    }

    const said = (rows) => split(rows).map(([, label, n]) => `${n} ${label.toLowerCase()}`);
    const gapOf = (cell) => (cell.gap === NO_GAP ? "" : labels.gap.get(cell.gap));

    function drawCell(component, domain, rows, cell, most) {
      const box = withRole(make("td"), "cell");
      const key = `${component}.${domain}`;
      const words = [labels.strength.get(cell.strength), labels.consistency.get(cell.consistency), gapOf(cell)].filter(Boolean);
      const inside = [
        make("span", { className: `explorer-head grade-${x.grade(cell.strength)}` },
          make("strong", { textContent: rows.length }), make("span", { textContent: words[0] })),
        bar(rows, most),
        make("span", { className: "explorer-foot", textContent: gapOf(cell) || labels.consistency.get(cell.consistency) }),
      ];
      if (!rows.length && !cell.counts.works) {
        const nothing = make("span", { className: "explorer-cell explorer-none explorer-gap" }, ...inside);
        nothing.dataset.aim = labels.domain.get(domain);
        box.append(nothing);
        return box;
      }
      const button = make("button", { type: "button", className: "explorer-cell" }, ...inside);
      if (gapOf(cell)) button.classList.add("explorer-gap");
      button.dataset.cell = key;
      button.dataset.aim = labels.domain.get(domain);
      button.setAttribute("aria-label", `${labels.domain.get(domain)}, ${labels.component.get(component)}: ${plural(rows.length, "finding")}${
        rows.length ? ` (${said(rows).join(", ")})` : ""}; ${words.join(", ").toLowerCase()}`);
      button.setAttribute("aria-expanded", String(shown.open === key));
      if (shown.open === key) button.setAttribute("aria-controls", "explorer-found");
      button.addEventListener("click", () => act.open(shown.open === key ? "" : key));
      box.append(button);
      return box;
    }

    function drawRow(component, name, columns) {
      const head = withRole(make("th", { scope: "row", textContent: name }), "rowheader");
      const cells = columns.map(([domain]) =>
        drawCell(component, domain, shown.at(component, domain), shown.judged(component).cells.get(domain), shown.most));
      return withRole(make("tr", {}, head, ...cells), "row");
    }

    function draw(state) {
      shown = state;
      const only = (name) => data[name].filter(([code]) => !state.value(name) || code === state.value(name));
      const columns = only("domain");
      const head = (text) => withRole(make("th", { scope: "col", textContent: text }), "columnheader");
      const heads = withRole(make("tr", {}, head("Component"), ...columns.map(([, name]) => head(name))), "row");
      const body = withRole(make("tbody"), "rowgroup");
      for (const [component, name] of only("component")) {
        const row = drawRow(component, name, columns);
        body.append(row);
        if (state.open.startsWith(`${component}.`)) body.append(fillPanel(columns.length + 1));
      }
      const caption = make("caption", { textContent: "Findings by component and aim. The fuller the colour of its head, the stronger the evidence; the longer its bar, the more findings. A cell opens them." });
      const table = make("table", { className: "explorer-grid eb-cards" }, caption, withRole(make("thead", {}, heads), "rowgroup"), body);
      frame.replaceChildren(withRole(table, "table"));
    }

    /* The opened cell */
    function fillPanel(span) {
      const [component, domain] = shown.open.split(".");
      const rows = shown.at(component, domain);
      const title = `${labels.component.get(component)}, ${labels.domain.get(domain)}: ${plural(rows.length, "finding")}`;
      const heading = make("h3", { textContent: title, tabIndex: -1 });
      const close = make("button", { type: "button", className: "eb-save", textContent: "Close this list" });
      close.addEventListener("click", () => act.open(""));
      const items = rows.map((row) =>
        make("li", {}, row.stance ? make("span", { className: `stance ${x.tone(row.stance)}`, textContent: labels.stance.get(row.stance) }) : "", " ", row.finding,
          make("span", { className: "explorer-beside" }, x.citations(row.keys), " · ", x.rowLink("findings", row), " · ", x.locator(row))));
      const list = make("ul", { className: "explorer-list" }, ...items);
      const found = make("div", { className: "explorer-found", id: "explorer-found" }, heading, verdict(component, domain), list, close);
      panel.replaceChildren(withRole(make("td", { colSpan: span }, found), "cell"));
      return panel;
    }

    function verdict(component, domain) {
      const judged = shown.judged(component);
      const cell = judged.cells.get(domain), hinges = judged.hinges().get(domain);
      const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
      const labelled = [["Strength", "strength"], ["Agreement", "consistency"], ["Gap", "gap"]];
      const parts = make("dl", { className: "explorer-verdict" });
      for (const [name, list] of labelled) {
        const label = capital(labels[list].get(cell[list]));
        const at = list === "strength" && cell.ceiling ? cell.ceiling : cell[`${list}_rule`];
        const value = list === "strength" ? make("span", { className: `grade grade-${x.grade(cell.strength)}`, textContent: label }) : label;
        parts.append(make("dt", { textContent: name }), make("dd", {}, value, `. ${data.rule.words[at]} (`, x.ruleLink(at), "). ", hinge(hinges[list])));
      }
      const counted = make("p", { className: "explorer-beside", textContent: `Labels count ${plural(cell.counts.works, "work")}. ${shown.labelsNote}` });
      return make("div", {}, parts, counted);
    }

    function hinge(works) {
      if (!works.length) return "It holds whichever one work is left out.";
      const told = works.length === 1 ? "It hangs on one work" : `It changes when any one of ${works.length} works is left out`;
      return works.length > FEW ? `${told}.` : make("span", { className: "explorer-hinge" }, `${told}: `, x.citations(works), ".");
    }

    /* Keyboard: Escape closes, arrows walk from cell to cell. */
    const cells = () => [...frame.querySelectorAll("[data-cell]")];
    const focus = (key) => (cells().find((button) => button.dataset.cell === key) || act.fallback()).focus();

    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && shown.open && !document.querySelector("#preview:not([hidden])")) act.open("");
      const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      const at = step && event.target.closest("[data-cell]");
      if (!at) return;
      const rows = [...frame.querySelectorAll("tbody tr:not(.explorer-panel)")].map((row) => [...row.cells].slice(1));
      const row = rows.findIndex((line) => line.includes(at.parentElement));
      const next = rows[row + step[0]]?.[rows[row].indexOf(at.parentElement) + step[1]]?.querySelector("[data-cell]");
      if (next) {
        event.preventDefault();
        next.focus();
      }
    });

    const focusList = () => frame.querySelector("#explorer-found h3")?.focus();
    return { draw, focus, focusList, gapOf, split, joined };
  }

  window.evidencebook.evidenceMap = evidenceMap;
})();
