// Before the page is drawn: the colours the reader chose, or those of the system. page.js has the button.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  let mode = "auto";
  try { mode = localStorage.getItem("mode") || "auto"; } catch { /* no storage: the system decides */ }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.mode = mode;
  root.dataset.theme = mode === "auto" ? (dark ? "dark" : "light") : mode;
})();
