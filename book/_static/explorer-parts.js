/* What the views of the explorer share: elements, words, links, and the rows unpacked. Cells are only ever set as text. */
(() => {
  "use strict";
  const UNCODED = "-";

  function make(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  const withRole = (element, role) => {
    element.setAttribute("role", role);
    return element;
  };

  const figures = new Intl.NumberFormat("en"); // made once: each costs more than all its uses
  const plural = (n, one) => `${figures.format(n)} ${one}${n === 1 ? "" : "s"}`;
  const joined = (words) => (words.length < 3 ? words.join(" and ") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
  const between = (nodes, separator) => nodes.flatMap((node, n) => (n ? [separator, node] : [node]));

  /* Rows travel with the names of their columns once. */
  const unpacked = ({ columns, rows }) => rows.map((row) => Object.fromEntries(row.map((cell, n) => [columns[n], cell])));

  function context(block) {
    const data = JSON.parse(block.textContent);
    data.findings = unpacked(data.findings);
    data.cmo = unpacked(data.cmo);
    const lists = ["component", "domain", "stance", "design", "actor", "part", "strength", "consistency", "gap"];
    const labels = Object.fromEntries(lists.map((name) => [name, new Map(data[name])]));
    for (const work of Object.values(data.works)) work.coded = [];
    for (const [, key, design, , place] of data.studies) {
      const coded = data.works[key] && data.works[key].coded;
      if (coded && !coded.some(([d, p]) => d === design && p === place)) coded.push([design, place]);
    }
    const anchored = (slug, id) => `${slug}.html#${id.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
    const references = [...document.querySelectorAll("[role=main] a, article a")].find((a) =>
      /references\.html$/.test(a.getAttribute("href") || ""),
    );
    const shelves = document.getElementById("explorer-shelves");
    const shelf = shelves ? JSON.parse(shelves.textContent) : {};

    const named = (key) => (data.works[key] ? data.works[key].short : key);
    function workLink(key) {
      return references ? make("a", { href: `${references.getAttribute("href")}#ref-${key}`, textContent: named(key) }) : named(key);
    }
    const citations = (keys) => make("span", { className: "explorer-works" }, ...between(keys.map(workLink), "; "));

    function rowLink(table, row) {
      const slug = (data.rowPages[row.component] || {})[table];
      return slug ? make("a", { href: anchored(slug, row.id), textContent: row.id, className: "explorer-id" }) : row.id;
    }

    /* The place in the source, as a link to the rows of that section in the ledger where the book has one. */
    function locator(row) {
      const page = shelf[row.locator.split(/\s/)[0]];
      const text = page
        ? make("a", { href: `${page}#row-${row.id.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`, textContent: row.locator })
        : row.locator;
      return make("span", { className: "locator" }, text);
    }

    function ruleLink(text) {
      return data.rulePage ? make("a", { href: data.rulePage, textContent: text }) : text;
    }

    const coding = (key) => {
      const { coded } = data.works[key] || { coded: [] };
      return coded.map(([design, place]) => [labels.design.get(design) || design, place].filter(Boolean).join(", ")).join("; ");
    };
    // A stance's colour is its place in the list, which runs from for to against.
    const tone = (code) => {
      const at = data.stance.findIndex(([value]) => value === code);
      return at < 0 ? "stance-none" : `stance-${at === 0 ? "for" : at === data.stance.length - 1 ? "against" : "between"}`;
    };
    const grade = (strength) => data.strength.findIndex(([value]) => value === strength);
    return { data, labels, named, workLink, citations, rowLink, locator, ruleLink, coding, grade, tone, anchored };
  }

  window.evidencebook = { ...window.evidencebook, UNCODED, make, withRole, plural, joined, between, context };
})();
