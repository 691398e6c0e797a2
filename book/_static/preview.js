/* A card beside a link with the claim, reference or meaning it leads to: on hover, keyboard focus or the
   first tap; Escape closes it. Texts of other pages stand in a block of JSON and are set as text. */
(() => {
  "use strict";
  const article = document.querySelector("article") || document.querySelector("[role=main]");
  if (!article) return;
  const block = document.getElementById("previews");
  const known = block ? JSON.parse(block.textContent) : {};
  const card = make("div");
  card.id = "preview";
  card.className = "preview";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  document.body.append(card);
  let shown = null, timer = 0, touch = false, wasShown = false;

  // The browser's own tooltip would stand beside the card.
  for (const word of article.querySelectorAll("a.term abbr[title]")) {
    word.dataset.meaning = word.title;
    word.removeAttribute("title");
  }

  function make(name, text, kind) {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  }

  function pairs(list) {
    const all = make("dl");
    for (const [label, value] of list) {
      const says = make("dd");
      says.append(...[value].flat());
      all.append(make("dt", label), says);
    }
    return all;
  }

  /* A part of this page, without what may stand only once and without stops for the Tab key. */
  function copy(part) {
    const twin = part.cloneNode(true);
    for (const element of twin.querySelectorAll("*")) {
      element.removeAttribute("id");
      element.removeAttribute("aria-describedby");
      if (element.matches("a")) element.tabIndex = -1;
      if (element.matches(".claim")) element.remove();
    }
    return [...twin.childNodes];
  }

  function fromThisPage(mark) {
    const row = mark.closest("tr");
    if (!row) return copy(mark.closest("li, .cmo") || mark.parentElement);
    const heads = [...row.closest("table").querySelectorAll("thead th")].map((head) => head.textContent.trim());
    return pairs([...row.cells].map((cell, n) => [heads[n] || "", copy(cell)]));
  }

  function fromElsewhere(told) {
    const says = make("p");
    if (told.stance) says.append(make("span", ...told.stance), " ");
    if (told.text) says.append(told.text);
    if (told.cited) says.append(make("sup", told.cited));
    const all = [says.childNodes.length ? says : ""];
    if (told.parts) all.push(pairs(told.parts));
    if (told.locator) all.push(make("p", told.locator, "locator"));
    return all;
  }

  /* The card's heading, which is a link too, and its text; nothing for a link without preview. */
  function content(link) {
    const anchor = decodeURIComponent(link.hash.slice(1));
    const word = link.querySelector("abbr[data-meaning]");
    const mark = document.getElementById(anchor);
    if (word) return [word.textContent, make("p", word.dataset.meaning)];
    if (mark && mark.classList.contains("claim")) return [mark.textContent, fromThisPage(mark)];
    return !mark && Object.hasOwn(known, anchor) ? [known[anchor].name, fromElsewhere(known[anchor])] : null;
  }

  function place(link) {
    const at = link.getBoundingClientRect(), gap = 6, width = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(at.left, width - card.offsetWidth - 8));
    const below = at.bottom + gap, above = at.top - gap - card.offsetHeight;
    const top = below + card.offsetHeight > window.innerHeight && above >= 0 ? above : below;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${top + window.scrollY}px`;
  }

  function show(link) {
    clearTimeout(timer);
    if (link === shown) return;
    hide();
    const found = content(link);
    if (!found) return;
    const head = make("a", found[0], "preview-head");
    head.href = link.href;
    head.tabIndex = -1;
    card.replaceChildren(head, ...[found[1]].flat());
    card.hidden = false;
    place(link);
    link.setAttribute("aria-describedby", card.id);
    shown = link;
  }

  function hide() {
    clearTimeout(timer);
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    card.hidden = true;
  }

  function later(what, wait) {
    clearTimeout(timer);
    timer = setTimeout(what, wait);
  }

  const linkAt = (event) => event.target.closest('a[href*="#"]:not(.headerlink)');

  article.addEventListener("pointerover", (event) => {
    const link = linkAt(event);
    if (link && event.pointerType === "mouse") later(() => show(link), 200);
  });
  article.addEventListener("pointerout", (event) => {
    if (linkAt(event) && event.pointerType === "mouse") later(hide, 300);
  });
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && later(hide, 300));
  card.addEventListener("click", (event) => event.target.closest("a") && hide());
  article.addEventListener("focusin", (event) => {
    const link = linkAt(event);
    if (link && link.matches(":focus-visible") && !touch) show(link);
  });
  article.addEventListener("focusout", () => later(hide, 100));

  // The first tap shows, the second goes; so does the heading of the card.
  document.addEventListener("pointerdown", (event) => {
    touch = event.pointerType !== "mouse";
    wasShown = shown && shown.contains(event.target);
    if (!wasShown && !card.contains(event.target)) hide();
  });
  article.addEventListener("click", (event) => {
    const link = linkAt(event);
    if (!link) return;
    if (touch && !wasShown) show(link);
    if (touch && !wasShown && shown === link) event.preventDefault();
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    touch = false;
    if (event.key === "Escape") hide();
  });
  window.addEventListener("resize", hide);
})();
