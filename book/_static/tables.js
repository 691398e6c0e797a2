/* Tables that sort, filter and export, and that become cards on a phone.
   Without this script every table stands complete and scrolls inside its frame. */
(() => {
  "use strict";
  const { csv, save } = window.evidencebook;
  const FEW = 12; // rows that an eye takes in without sorting
  const text = (cell) => cell.textContent.replace(/\s+/g, " ").trim();
  const number = (value) => (/^-?[\d,]+(\.\d+)?$/.test(value) ? Number(value.replace(/,/g, "")) : NaN);

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  /* A card has no header row to look at, so each cell carries its heading; the roles keep it a table for
     screen readers although its boxes are no longer laid out as one. */
  function labelCells(table, headings) {
    table.classList.add("eb-cards");
    for (const group of table.querySelectorAll("thead, tbody")) group.setAttribute("role", "rowgroup");
    for (const row of table.rows) row.setAttribute("role", "row");
    for (const head of table.tHead.querySelectorAll("th")) head.setAttribute("role", "columnheader");
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, k) => {
        cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
        cell.dataset.label = headings[k] ?? "";
      });
    }
  }

  function sortBy(table, column, down) {
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [text(row.cells[column]), row]);
    const missing = (value) => value === "" || value === "–";
    const numeric = keyed.every(([value]) => missing(value) || !Number.isNaN(number(value)));
    const order = numeric ? (a, b) => number(a) - number(b) : (a, b) => a.localeCompare(b, "en", { numeric: true });
    // What is not there stands last, whichever way the rest runs.
    keyed.sort(([a], [b]) => missing(a) - missing(b) || (missing(a) ? 0 : (down ? -1 : 1) * order(a, b)));
    body.append(...keyed.map(([, row]) => row));
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = element("button", { type: "button", className: "eb-sort" });
      const wrap = () => { button.append(...head.childNodes); head.append(button); };
      wrap();
      // Browsers leave buttons out of the head that they repeat on the next sheet.
      addEventListener("beforeprint", () => head.replaceChildren(...button.childNodes));
      addEventListener("afterprint", wrap);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sortBy(table, column, down);
      });
    });
  }

  function download(table, headings) {
    const shown = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    save(`${table.id || "table"}.csv`, "text/csv", csv([headings, ...shown.map((row) => [...row.cells].map(text))]));
  }

  function addTools(table, frame, headings) {
    const rows = [...table.tBodies[0].rows];
    const told = element("span", { className: "eb-count" });
    told.setAttribute("role", "status");
    const field = element("input", { type: "search", placeholder: "Filter rows", className: "eb-filter" });
    const named = table.caption ? text(table.caption).slice(0, 80) : "table";
    field.setAttribute("aria-label", `Filter rows of: ${named}`);
    const filter = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) row.hidden = !words.every((word) => text(row).toLowerCase().includes(word));
      const left = rows.filter((row) => !row.hidden).length;
      told.textContent = words.length ? `${left} of ${rows.length} rows` : `${rows.length} rows`;
    };
    field.addEventListener("input", filter);
    filter();
    const button = element("button", { type: "button", className: "eb-save", textContent: "Download rows shown (CSV)" });
    button.setAttribute("aria-label", `Download rows shown (CSV) of: ${named}`);
    button.addEventListener("click", () => download(table, headings));
    frame.before(element("div", { className: "eb-tools" }, field, told, button));
  }

  for (const table of document.querySelectorAll(".bd-article table.table")) {
    if (!table.tHead || !table.tBodies.length || !table.tHead.rows.length) continue;
    const headings = [...table.tHead.rows[0].cells].map(text);
    labelCells(table, headings);
    if (table.tBodies[0].rows.length < FEW) continue;
    makeSortable(table);
    addTools(table, table.closest(".pst-scrollable-table-container") ?? table, headings);
  }
})();
