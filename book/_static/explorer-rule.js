/* The rule of strength, consistency and gaps for the works that a reader picks. The rule itself is data of the page;
   strength.py of the engine works the same way, and a test holds the two against each other cell by cell. */
(() => {
  "use strict";
  const LISTS = ["strength", "consistency", "gap"];
  const BOTH = "both", CONDITIONAL = "conditional", SIDES = ["for", "against"];

  /* Make `judge(component, findings)`: labels of every aim and, under "", of the component overall; and their hinges. */
  function rulebook(data) {
    const rule = data.rule;
    const scale = data.strength.map(([label]) => label);
    const coded = new Map();
    for (const [component, key, design, country] of data.studies) coded.set(`${component} ${key}`, [design, country]);

    function groupsOf(column, value) {
      const known = rule.groups[column] || {};
      return known[value in known || !value ? value : "*"] || [];
    }

    const known = new Map();
    function groupsOfWork(component, key) {
      const name = `${component} ${key}`;
      if (!known.has(name)) {
        const [design, country] = coded.get(name) || ["", ""];
        known.set(name, [...new Set([...groupsOf("design", design), ...groupsOf("country", country)])]);
      }
      return known.get(name);
    }

    function side(said) {
      const taken = SIDES.filter((one) => said.has(one));
      return taken.length > 1 ? BOTH : taken[0] || CONDITIONAL;
    }

    /* Count works, works of each group and works by the side they take, each also in 100 works; without one work. */
    function count(component, rows, without) {
      const said = new Map();
      for (const { stance, keys } of rows) {
        const groups = groupsOf("stance", stance);
        for (const key of keys) {
          if (key === without) continue;
          if (!said.has(key)) said.set(key, new Set());
          for (const group of groups) said.get(key).add(group);
        }
      }
      const counts = { for: 0, against: 0, conditional: 0, both: 0 };
      for (const [key, stances] of said) {
        counts[side(stances)] += 1;
        for (const group of groupsOfWork(component, key)) counts[group] = (counts[group] || 0) + 1;
      }
      counts.informing = said.size - (counts.opinion || 0);
      counts.leading = Math.max(counts.for, counts.against, counts.conditional);
      for (const [name, number] of Object.entries(counts)) counts[`${name}_share`] = said.size ? (100 * number) / said.size : 0;
      for (const group of groupsOf("kind", rule.kinds[component])) counts[group] = 1;
      return Object.assign(counts, { works: said.size, practice: rule.practice[component] || 0, overall: 0, weakest: 0 });
    }

    const holds = (counts) => ([name, sign, bound]) =>
      sign === ">=" ? (counts[name] || 0) >= bound : (counts[name] || 0) <= bound;

    function decide(counts) {
      const known = { ...counts }, labels = { ceiling: "" };
      for (const list of LISTS) {
        let [id, label] = rule.steps[list].find(([, , conditions]) => conditions.every(holds(known)));
        if (list === LISTS[0]) {
          for (const [ceiling, most, conditions] of rule.steps.ceiling || []) {
            if (!conditions.every(holds(known)) || scale.indexOf(most) > scale.indexOf(label)) continue;
            if (!labels.ceiling || most !== label) labels.ceiling = ceiling;
            label = most;
          }
        }
        labels[list] = label;
        labels[`${list}_rule`] = id;
        known[label] = 1;
      }
      return labels;
    }

    /* Label every aim, and under "" the component; `before` has the cells that the missing work leaves as they are. */
    function label(component, byDomain, without, before) {
      const cells = new Map();
      for (const [domain, rows] of byDomain) {
        const same = before && !rows.some((row) => row.keys.includes(without));
        const counts = same ? null : count(component, rows, without);
        cells.set(domain, same ? before.get(domain) : { counts, ...decide(counts) });
      }
      const places = rule.claimed.map((domain) => scale.indexOf(cells.get(domain).strength));
      const pooled = rule.claimed.flatMap((domain) => byDomain.get(domain));
      const counts = Object.assign(count(component, pooled, without), { overall: 1, weakest: Math.min(...places) });
      return cells.set("", { counts, ...decide(counts) });
    }

    return function judge(component, findings) {
      const rows = findings.filter((row) => row.component === component && row.stance);
      const byDomain = new Map(rule.judged.map((domain) => [domain, rows.filter((row) => row.domain === domain)]));
      const cells = label(component, byDomain);
      /* For each domain and list the works each of which alone changes the label when left out: asked for later. */
      function hinges() {
        const found = new Map([...cells.keys()].map((domain) => [domain, Object.fromEntries(LISTS.map((list) => [list, []]))]));
        for (const work of new Set(rows.flatMap((row) => row.keys))) {
          for (const [domain, cell] of label(component, byDomain, work, cells)) {
            for (const list of LISTS) if (cell[list] !== cells.get(domain)[list]) found.get(domain)[list].push(work);
          }
        }
        return found;
      }
      let once = null;
      return { cells, hinges: () => (once ??= hinges()) };
    };
  }

  window.evidencebook = { ...window.evidencebook, rulebook };
})();
