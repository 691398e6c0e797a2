/* The browser of configurations: from context through resource and reasoning to outcome, and on to the component,
   the row, the studies and the active ingredients that rest on it. */
(() => {
  "use strict";
  const { make, withRole, plural, between } = window.evidencebook;
  const FEW = 10, SUGGESTED = 80, SHORTEST = 5;

  function chainBrowser(x, place, form) {
    const { data, labels } = x;
    const list = make("div");
    const status = withRole(make("p", { className: "explorer-status" }), "status");
    place.replaceChildren(form, status, list);
    let all = false, above = [];

    function parts(row) {
      const made = make("dl");
      for (const [code, label] of data.part) {
        const says = row[code] || make("span", { className: "unstated", textContent: "not stated" });
        made.append(make("dt", { textContent: label }), make("dd", {}, says));
      }
      return made;
    }

    /* Each study with what is coded of it. */
    function studies(row) {
      if (!row.keys.length) return ["no study is cited"];
      return between(row.keys.map((key) => {
        const coding = x.coding(key);
        return make("span", {}, x.workLink(key), coding ? ` (${coding})` : "");
      }), "; ");
    }

    function leads(row) {
      const pages = (data.pages[row.component] || []).map(([name, slug]) => make("a", { href: `${slug}.html`, textContent: name }));
      const to = make("dl", { className: "explorer-leads" });
      const add = (name, ...what) => to.append(make("dt", { textContent: name }), make("dd", {}, ...what));
      add("Component", `${labels.component.get(row.component) || row.component}: `, ...between(pages, ", "));
      add("Studies", ...studies(row));
      if (row.ingredients.length) {
        const resting = row.ingredients.map((id) => {
          const link = data.ingredientsPage ? make("a", { href: x.anchored(data.ingredientsPage, id), textContent: id, className: "explorer-id" }) : id;
          return make("li", {}, `${data.ingredients[id]} `, link);
        });
        add("Active ingredients that rest on it", make("ul", {}, ...resting));
      }
      return to;
    }

    function card(row) {
      const beside = make("span", { className: "explorer-beside" }, x.rowLink("cmo", row), " · ", x.locator(row));
      const head = make("p", {}, make("span", { className: "explorer-actor", textContent: labels.actor.get(row.actor) || row.actor }),
        make("span", { className: "cmo-title", textContent: row.title }), beside);
      return make("li", {}, make("div", { className: "cmo docutils" }, head, parts(row), leads(row)));
    }

    /* What narrows the list from outside this part of the page. */
    const also = () => (above.length ? ` Filters above: ${above.join("; ")}.` : "");

    function told(rows, shown) {
      const stated = data.part.map(([code, label]) => `${label.toLowerCase()} ${rows.filter((row) => row[code]).length}`);
      const here = shown < rows.length ? `; the first ${shown} stand here` : "";
      return `${plural(rows.length, "configuration")} of ${data.cmo.length}${here}. ${rows.length ? `Stated: ${stated.join(", ")}.` : ""}${also()}`;
    }

    function show(rows) {
      const shown = all ? rows : rows.slice(0, FEW);
      list.replaceChildren(make("ul", { className: "explorer-chain" }, ...shown.map(card)));
      status.textContent = told(rows, shown.length);
      if (shown.length === rows.length) return;
      const more = make("button", { type: "button", className: "eb-save", textContent: `Show all ${rows.length}` });
      more.addEventListener("click", () => {
        all = true;
        show(rows);
        const next = list.querySelectorAll(".explorer-chain > li")[FEW];
        next.tabIndex = -1;
        next.focus();
      });
      list.append(more);
    }

    function draw(rows, filters) {
      all = false;
      above = filters;
      show(rows);
    }

    return { draw };
  }

  /* The words that stand in most rows, for a field to suggest. */
  function suggestions(id, texts) {
    const counts = new Map();
    for (const text of texts) {
      const words = new Set(text.toLowerCase().match(/\p{L}[\p{L}-]+/gu) || []);
      for (const word of words) if (word.length >= SHORTEST) counts.set(word, (counts.get(word) || 0) + 1);
    }
    const often = [...counts].filter(([, n]) => n > 1).sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).slice(0, SUGGESTED);
    const options = often.sort(([a], [b]) => a.localeCompare(b)).map(([word]) => make("option", { value: word }));
    return make("datalist", { id }, ...options);
  }

  Object.assign(window.evidencebook, { chainBrowser, suggestions });
})();
