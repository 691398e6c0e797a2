/* What a reader takes away of what the explorer shows: rows and cells as CSV, works as RIS and BibTeX, the map as a
   picture, and findings in the structure that EPPI-Mapper reads (docs/explorer-map.schema.json describes it). */
(() => {
  "use strict";
  const { make, plural, csv, save } = window.evidencebook;
  const SVG = "http://www.w3.org/2000/svg";
  const BIBTEX = { JOUR: "article", BOOK: "book", CHAP: "incollection", CPAPER: "inproceedings", CONF: "proceedings", RPRT: "techreport", ELEC: "online", UNPB: "unpublished", THES: "phdthesis" };
  const FIELDS = { TI: "title", PY: "year", VL: "volume", IS: "number", PB: "publisher", CY: "address", DO: "doi", UR: "url", ET: "edition", T3: "series", N1: "note", Y2: "urldate" };
  const TEX = { "{": "(", "}": ")", "\\": "/", "~": "-", "^": " ", "&": "\\&", "%": "\\%", $: "\\$", "#": "\\#", _: "\\_" };

  function takeAway(x, map) {
    const { data, labels } = x;
    const list = make("ul");
    const menu = make("details", { className: "explorer-take" }, make("summary", { textContent: "Take what is shown" }), list);
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.firstElementChild.focus();
    });
    const name = (what, ending) => `${what}-${data.version}.${ending}`;
    const names = (keys) => keys.map(x.named).join("; ");

    function draw(state) {
      const { rows, cited } = state;
      const offers = [
        [`Map as a picture (SVG)`, () => save(name("evidence-map", "svg"), "image/svg+xml", svg(state))],
        [`Map as a picture (PNG)`, () => png(svg(state), name("evidence-map", "png"))],
        [`Map cells (CSV)`, () => save(name("evidence-map", "csv"), "text/csv", csv(cellLines(state)))],
        [`Map for EPPI-Mapper (JSON)`, () => save(name("evidence-map", "json"), "application/json", JSON.stringify(mapper(state), null, 1))],
        [`Findings (${rows.findings.length}, CSV)`, () => save(name("findings", "csv"), "text/csv", csv(findingLines(rows.findings)))],
        [`Configurations (${rows.cmo.length}, CSV)`, () => save(name("configurations", "csv"), "text/csv", csv(chainLines(rows.cmo)))],
        [`Works cited (${cited.length}, RIS)`, () => save(name("works", "ris"), "application/x-research-info-systems", cited.map(ris).join("\r\n"))],
        [`Works cited (${cited.length}, BibTeX)`, () => save(name("works", "bib"), "application/x-bibtex", cited.map(bibtex).join("\n"))],
      ];
      list.replaceChildren(...offers.map(([text, write]) => {
        const button = make("button", { type: "button", textContent: text });
        button.addEventListener("click", write);
        return make("li", {}, button);
      }));
    }

    /* Tables */
    function findingLines(rows) {
      const head = ["id", "component", "aim", "stance", "finding", "works", "keys", "locator", "data version"];
      return [head, ...rows.map((r) => [r.id, r.component, labels.domain.get(r.domain), labels.stance.get(r.stance) || "", r.finding, names(r.keys), r.keys.join(";"), r.locator, data.version])];
    }

    function chainLines(rows) {
      const parts = data.part.map(([code]) => code);
      const head = ["id", "component", "who responds", "title", ...data.part.map(([, label]) => label.toLowerCase()), "active ingredients", "works", "keys", "locator", "data version"];
      return [head, ...rows.map((r) => [r.id, r.component, labels.actor.get(r.actor) || r.actor, r.title, ...parts.map((p) => r[p]), r.ingredients.join(";"), names(r.keys), r.keys.join(";"), r.locator, data.version])];
    }

    const shownOf = (state, list) => data[list].filter(([code]) => !state.value(list) || code === state.value(list));
    const cellsOf = (state) => shownOf(state, "component").flatMap(([component]) => shownOf(state, "domain").map(([domain]) => {
      const judged = state.judged(component);
      return { component, domain, rows: state.at(component, domain), cell: judged.cells.get(domain), hinges: judged.hinges().get(domain) };
    }));

    function cellLines(state) {
      const stances = data.stance.map(([code]) => code);
      const head = ["component", "aim", ...data.stance.map(([, label]) => label.toLowerCase()), "findings", "works labels count", "strength", "agreement", "gap",
        "strength hangs on", "agreement hangs on", "gap hangs on", "filters", "labels", "data version"];
      return [head, ...cellsOf(state).map(({ component, domain, rows, cell, hinges }) => [
        labels.component.get(component), labels.domain.get(domain), ...stances.map((code) => rows.filter((row) => row.stance === code).length), rows.length,
        cell.counts.works, labels.strength.get(cell.strength), labels.consistency.get(cell.consistency), labels.gap.get(cell.gap),
        ...["strength", "consistency", "gap"].map((one) => hinges[one].join(";")), state.asked.join("; "), state.labelsNote, data.version])];
    }

    /* Works */
    const ris = (key) => data.works[key].ris.replace(/\n/g, "\r\n");

    function bibtex(key) {
      const tags = data.works[key].ris.split("\n").map((line) => [line.slice(0, 2), line.slice(6)]);
      const all = (tag) => tags.filter(([own]) => own === tag).map(([, text]) => text);
      const tex = (text) => [...text].map((c) => TEX[c] ?? c).join("");
      // The name of a body holds no comma, and may hold "and" itself.
      const people = (tag) => all(tag).map((one) => (one.includes(", ") ? tex(one) : `{${tex(one)}}`)).join(" and ");
      const type = BIBTEX[all("TY")[0]] || "misc";
      const fields = [["author", people("AU")], ["editor", people("ED")]];
      for (const [tag, field] of Object.entries(FIELDS)) fields.push([field, ["DO", "UR"].includes(tag) ? all(tag).join(" ") : tex(all(tag).join("; "))]);
      fields.push([type === "article" ? "journal" : "booktitle", tex(all("T2").join("; "))], ["pages", tex([...all("SP"), ...all("EP")].join("--"))]);
      return `@${type}{${key},\n${fields.filter(([, text]) => text).map(([field, text]) => `  ${field} = {${text}},\n`).join("")}}\n`;
    }

    /* One record a finding, coded with its row, column and segment: a work coded with two aims and two stances would
       stand in cells where nobody found anything. */
    function mapper(state) {
      let last = 0;
      const ids = new Map();
      const set = (SetName, list, pairs) => ({
        SetName,
        SetId: (last += 1),
        SetDescription: "",
        SetType: { SetTypeName: "Standard", SetTypeDescription: "" },
        Attributes: { AttributesList: pairs.map(([code, text]) => {
          ids.set(`${list} ${code}`, (last += 1));
          return { AttributeId: last, AttributeName: text, AttributeType: "Selectable (show checkbox)", AttributeDescription: "" };
        }) },
      });
      const CodeSets = [
        set("Component (rows)", "component", data.component), set("Aim (columns)", "domain", data.domain), set("Stance (segments)", "stance", data.stance),
        set("Strength of the cell", "strength", data.strength), set("Gap of the cell", "gap", data.gap), set("Design of a work cited", "design", data.design),
      ];
      const coded = (pairs) => pairs.map((pair) => ids.get(pair)).filter(Boolean)
        .map((AttributeId) => ({ AttributeId, AdditionalText: "", ArmId: 0, ArmTitle: "" }));
      const References = state.rows.findings.map((row, n) => {
        const cell = state.judged(row.component).cells.get(row.domain);
        const designs = [...new Set(row.keys.flatMap((key) => (data.works[key] ? data.works[key].coded : []).map(([design]) => `design ${design}`)))];
        return {
          ItemId: n + 1, Title: row.finding, ShortTitle: row.id, Authors: names(row.keys), Year: "", Abstract: "", URL: "", DOI: "",
          TypeName: "Finding", Comments: `${row.locator}. Data version ${data.version}.`, Keywords: row.keys.join(";"),
          Codes: coded([`component ${row.component}`, `domain ${row.domain}`, `stance ${row.stance}`, `strength ${cell.strength}`, `gap ${cell.gap}`, ...designs]),
        };
      });
      return { CodeSets, References };
    }

    /* The picture: always on white, whatever the page's colours, with what was asked for. */
    const COLOURS = { ink: "#1d2a33", muted: "#51606a", stance: { "stance-for": "#14505c", "stance-between": "#f3c566", "stance-against": "url(#against)", "stance-none": "#c9d3d9" }, grade: ["#ffffff", "#eef5f6", "#cfe1e4", "#4d7d86", "#14505c"] };
    const SIDE = 190, WIDE = 150, HIGH = 62, TOP = 96, GAP = 4;
    const inkOn = (grade) => (grade > 2 ? "#ffffff" : COLOURS.ink);

    function drawn(tag, attributes, text) {
      const made = document.createElementNS(SVG, tag);
      for (const [key, to] of Object.entries(attributes)) made.setAttribute(key, to);
      if (text !== undefined) made.textContent = text;
      return made;
    }

    /* What speaks against is hatched as well, to be told from the rest in grey. */
    function hatch() {
      const pattern = drawn("pattern", { id: "against", width: 4, height: 4, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
      pattern.append(drawn("rect", { width: 4, height: 4, fill: "#a83f29" }), drawn("rect", { width: 1.2, height: 4, fill: "#e7b6aa" }));
      return pattern;
    }

    function lines(text, most) {
      const found = [""];
      for (const word of text.split(" ")) {
        if (found.at(-1) && `${found.at(-1)} ${word}`.length > most) found.push("");
        found.push([found.pop(), word].filter(Boolean).join(" "));
      }
      return found;
    }

    const write = (into, text, px, py, size, extra = {}) => into.append(drawn("text", { x: px, y: py, "font-size": size, fill: COLOURS.ink, ...extra }, text));

    function svg(state) {
      const components = shownOf(state, "component"), domains = shownOf(state, "domain");
      const width = Math.max(SIDE + domains.length * WIDE + 20, 640), bottom = TOP + components.length * HIGH;
      const note = lines(state.labelsNote, Math.floor(width / 6));
      const height = bottom + 54 + 14 * note.length;
      const root = drawn("svg", { xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, "font-family": "Segoe UI, DejaVu Sans, Arial, sans-serif", role: "img" });
      root.append(drawn("title", {}, `Evidence map. ${state.asked.join("; ") || "No filter"}`), drawn("rect", { width: "100%", height: "100%", fill: "#ffffff" }), hatch());
      write(root, "Findings by component and aim", 12, 26, 17, { "font-weight": 600 });
      write(root, `${state.asked.length ? `Filters: ${state.asked.join("; ")}. ` : ""}${plural(state.rows.findings.length, "finding")}. Data version ${data.version}.`, 12, 46, 11, { fill: COLOURS.muted });
      domains.forEach(([, text], n) => lines(text, 20).forEach((line, k) => write(root, line, SIDE + n * WIDE + 4, TOP - 24 + 14 * k, 12, { "font-weight": 600 })));
      components.forEach(([, text], row) => lines(text, 22).forEach((line, k) => write(root, line, 12, TOP + row * HIGH + 18 + 15 * k, 12, { "font-weight": 600 })));
      for (const found of cellsOf(state)) {
        const column = domains.findIndex(([d]) => d === found.domain), row = components.findIndex(([c]) => c === found.component);
        pictured(root, found, SIDE + column * WIDE, TOP + row * HIGH, state.most);
      }
      legend(root, bottom + 16, width);
      note.forEach((line, k) => write(root, line, 12, bottom + 54 + 14 * k, 10, { fill: COLOURS.muted }));
      return new XMLSerializer().serializeToString(root);
    }

    function pictured(root, { rows, cell }, left, top, most) {
      const grade = x.grade(cell.strength), inner = WIDE - GAP, dashed = map.gapOf(cell) ? { "stroke-dasharray": "4 3" } : {};
      root.append(drawn("rect", { x: left, y: top, width: inner, height: HIGH - GAP, fill: "#ffffff", stroke: COLOURS.muted, ...dashed }));
      root.append(drawn("rect", { x: left, y: top, width: inner, height: 24, fill: COLOURS.grade[grade] }));
      write(root, rows.length, left + 6, top + 17, 14, { "font-weight": 600, fill: inkOn(grade) });
      write(root, labels.strength.get(cell.strength), left + inner - 6, top + 16, 11, { "text-anchor": "end", fill: inkOn(grade) });
      let at = left + 6;
      for (const [code, , n] of map.split(rows)) {
        const wide = ((inner - 12) * n) / most, fill = COLOURS.stance[x.tone(code)];
        root.append(drawn("rect", { x: at, y: top + 29, width: wide, height: 8, fill, stroke: "#ffffff", "stroke-width": 0.5 }));
        at += wide;
      }
      write(root, map.gapOf(cell) || labels.consistency.get(cell.consistency), left + 6, top + 51, 10.5, { fill: COLOURS.muted });
    }

    function legend(root, top) {
      let at = 12;
      const entry = (fill, text) => {
        root.append(drawn("rect", { x: at, y: top, width: 14, height: 12, fill, stroke: COLOURS.muted }));
        write(root, text, at + 19, top + 10, 10.5);
        at += 34 + 6.2 * text.length;
      };
      data.strength.forEach(([, text], n) => entry(COLOURS.grade[n], text));
      at += 16;
      data.stance.forEach(([code, text]) => entry(COLOURS.stance[x.tone(code)], text));
    }

    function png(text, file) {
      const picture = new Image();
      picture.addEventListener("load", () => {
        const canvas = make("canvas", { width: 2 * picture.naturalWidth, height: 2 * picture.naturalHeight });
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => save(file, "image/png", blob), "image/png");
      });
      picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    }

    return { menu, draw };
  }

  window.evidencebook.takeAway = takeAway;
})();
