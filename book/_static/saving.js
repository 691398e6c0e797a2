/* What scripts of the book share when a reader takes rows away: CSV that no spreadsheet runs, and the saving itself. */
(() => {
  "use strict";
  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
  const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
  // What spreadsheet programs take for the beginning of a formula, in both widths, after any blank or quote.
  const FORMULA = /^(?:[\s"]*[=+\-@＝＋－＠]|[\t\r\n])/;

  const isNumber = (text) => NUMBER.test(text) || THOUSANDS.test(text);
  const neutral = (text) => (FORMULA.test(text) && !isNumber(text) ? `'${text}` : text);
  const quoted = (cell) => `"${neutral(String(cell ?? "")).replace(/"/g, '""')}"`;

  /* Lines of cells as CSV; a cell that a spreadsheet would run gets an apostrophe, a number stays a number. */
  const csv = (lines) => lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n";

  function save(name, type, content) {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  window.evidencebook = { ...window.evidencebook, csv, isNumber, save };
})();
