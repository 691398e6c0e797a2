// The page's own controls: colours, the contents and sections as panels on a small screen, the section in sight.
(() => {
  "use strict";
  const root = document.documentElement;
  const MODES = { auto: "as the system", light: "light", dark: "dark" };
  const system = matchMedia("(prefers-color-scheme: dark)");

  function colour(mode) {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (system.matches ? "dark" : "light") : mode;
    const name = document.querySelector(".theme-name");
    if (name) name.textContent = MODES[mode];
  }

  function colours() {
    const button = document.querySelector(".theme-switch-button");
    const names = Object.keys(MODES);
    colour(names.includes(root.dataset.mode) ? root.dataset.mode : "auto");
    button?.addEventListener("click", () => {
      const mode = names[(names.indexOf(root.dataset.mode) + 1) % names.length];
      try { localStorage.setItem("mode", mode); } catch { /* holds for this page alone */ }
      colour(mode);
    });
    system.addEventListener("change", () => colour(root.dataset.mode));
  }

  // On a wide screen a panel stands beside the text; on a small one its content moves into a dialog while that is open.
  function panel(toggle, side, dialog, wide) {
    if (!toggle || !side || !dialog) return;
    const beside = matchMedia(wide);
    const move = (from, to) => {
      to.append(...from.childNodes);
      for (const name of [...from.classList]) {
        if (name !== "d-print-none") { from.classList.remove(name); to.classList.add(name); }
      }
    };
    const told = () => toggle.setAttribute("aria-expanded",
      beside.matches ? !side.classList.contains("pst-sidebar-hidden") : dialog.open);
    toggle.addEventListener("click", () => {
      if (beside.matches) side.classList.toggle("pst-sidebar-hidden");
      else { move(side, dialog); dialog.showModal(); }
      told();
    });
    dialog.addEventListener("close", () => { move(dialog, side); told(); });
    // A click beside the panel, or on a link inside it, closes it.
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("a")) dialog.close();
    });
    beside.addEventListener("change", () => { if (dialog.open) dialog.close(); told(); });
    told();
  }

  function showCurrent() {
    const side = document.getElementById("pst-primary-sidebar");
    const current = side?.querySelector(".current > a, a.current");
    if (current) side.scrollTop = current.offsetTop - side.clientHeight / 3;
  }

  function followSections() {
    const links = [...document.querySelectorAll("#pst-secondary-sidebar .page-toc a")];
    const byTarget = new Map();
    for (const link of links) {
      const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      const heading = section?.querySelector("h1, h2, h3, h4") || section;
      if (heading) byTarget.set(heading, link);
    }
    const mark = (link) => {
      for (const other of links) {
        other.classList.toggle("active", other === link);
        if (other === link) other.setAttribute("aria-current", "true"); else other.removeAttribute("aria-current");
        other.closest(".toc-entry")?.classList.toggle("active", other.closest(".toc-entry").contains(link));
      }
    };
    const watch = new IntersectionObserver((seen) => {
      const last = seen.filter((entry) => entry.isIntersecting).pop();
      if (last) mark(byTarget.get(last.target));
    }, { rootMargin: "0px 0px -70% 0px" });
    byTarget.forEach((_, heading) => watch.observe(heading));
  }

  // What scrolls sideways can be reached and moved with the keyboard.
  function reachScrollers() {
    const boxes = document.querySelectorAll("article :is(pre, .pst-scrollable-table-container, .output)");
    const watch = new ResizeObserver((sizes) => sizes.forEach(({ target }) => {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute("tabindex");
    }));
    boxes.forEach((box) => watch.observe(box));
  }

  // A link into a folded box opens it.
  function unfold() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    if (target) target.scrollIntoView();
  }

  colours();
  panel(document.querySelector(".primary-toggle"), document.getElementById("pst-primary-sidebar"),
    document.getElementById("pst-primary-sidebar-modal"), "(min-width: 992px)");
  panel(document.querySelector(".secondary-toggle"), document.getElementById("pst-secondary-sidebar"),
    document.getElementById("pst-secondary-sidebar-modal"), "(min-width: 1200px)");
  showCurrent();
  followSections();
  reachScrollers();
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
})();
