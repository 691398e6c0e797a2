"""axe-core over a page in a real browser: what it finds in light and dark, wide and at 320 pixels.

axe-core comes with the package axe-playwright-python. Its rule of contrast looks at every piece of text and takes
twenty times as long as all others together. It is given one piece of each kind, once: text of the same colour, size
and weight on the same grounds has the same contrast on every page. Rules that know neither colour nor width run on
the wide, light page; folds are open.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files

from browsers import PatientBrowser
from playwright.sync_api import sync_playwright

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 800}
VERSION = re.search(r"axe v([\d.]+)", AXE)[1]
NAVIGATION = "#pst-primary-sidebar"  # the same on every page: looked at once
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
OF_WIDTH = ["target-size", "scrollable-region-focusable"]
_TOLD = """.then(found => found.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 300),
    v.nodes[0].any.concat(v.nodes[0].all, v.nodes[0].none).map(c => c.message).join(' ')]))"""
_RULES = "([options, without]) => axe.run({exclude: without}, options)" + _TOLD
# A page that scrolls sideways, and the element that reaches furthest.
_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room + 1) return [];
  const far = [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > room + 1);
  return [['reflow', far.length || 1, far.length ? far[0].outerHTML.slice(0, 300) : '', 'scrolls sideways']];
}"""
# Each kind of text on the page that was not seen before, and what axe-core finds on one piece of each.
_COLOUR = (
    """async ([options, seen]) => {
  const known = new Set(seen), kinds = new Map();
  for (const element of document.querySelectorAll('body *')) {
    const said = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!said || !element.checkVisibility({checkVisibilityCSS: true})) continue;
    const own = getComputedStyle(element), link = element.closest('a');
    const kind = [own.color, own.fontSize, own.fontWeight];
    if (link) kind.push(getComputedStyle(link).textDecorationLine, getComputedStyle(link.parentElement).color);
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundColor !== 'rgba(0, 0, 0, 0)') kind.push(style.backgroundColor);
      if (style.backgroundImage !== 'none') kind.push(style.backgroundImage);
      if (style.opacity !== '1') kind.push(style.opacity);
    }
    const name = kind.join();
    if (!known.has(name) && !kinds.has(name)) kinds.set(name, element);
  }
  if (!kinds.size) return [[], []];
  const told = await axe.run({include: [...kinds.values()]}, options)"""
    + _TOLD
    + """;
  return [[...kinds.keys()], told];
}"""
)


@dataclass(frozen=True)
class Barrier:
    """A rule that a page breaks, with the first place and how many there are."""

    page: str
    state: str
    rule: str
    times: int
    place: str
    why: str


def scan_all(addresses, workers=2):
    """Return the barriers of all pages, looked at in as many browsers as there are *workers*."""

    def some(own):
        with sync_playwright() as playwright:
            browser = PatientBrowser(playwright)
            scanner = Scanner(browser.new_page())
            found = [barrier for address in own for barrier in scanner.scan(address)]
            browser.close()
        return found

    with ThreadPoolExecutor(workers) as pool:
        parts = pool.map(some, [addresses[n::workers] for n in range(workers)])
        return [barrier for part in parts for barrier in part]


class Scanner:
    """A browser page that looks at one address after another and remembers which kinds of text it has judged."""

    def __init__(self, page):
        self.page = page
        self.seen = set()
        self.pages = 0

    def scan(self, address, act=None):
        """Return the barriers of the page at *address* in light and dark, wide and narrow.

        Parameters
        ----------
        act : does something with the page first, as a reader would.
        """
        self._show("light", WIDE)
        self.page.goto(address)
        self.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        if act:
            act(self.page)
        self.page.evaluate(AXE)
        without = [NAVIGATION] if self.pages else []
        self.pages += 1
        rules = {name: {"enabled": False} for name in OF_COLOUR}
        found = self._found("light 1280", self._run(_RULES, {"runOnly": TAGS, "rules": rules}, without))
        for size in (WIDE, NARROW):
            if size is NARROW:
                self._show("light", size)
                found += self._found("light 320", self._run(_RULES, {"runOnly": OF_WIDTH}, without))
                found += self._found("light 320", self.page.evaluate(_TOO_WIDE))
            for scheme in ("light", "dark"):
                self._show(scheme, size)
                kinds, told = self._run(_COLOUR, {"runOnly": OF_COLOUR}, list(self.seen))
                self.seen |= set(kinds)
                found += self._found(f"{scheme} {size['width']}", told)
        return found

    def _show(self, scheme, size):
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if self.page.url != "about:blank":
            dark = scheme == "dark"
            self.page.wait_for_function(
                "dark => (document.documentElement.dataset.theme === 'dark') === dark", arg=dark
            )

    def _run(self, script, options, more):
        return self.page.evaluate(script, [{"resultTypes": ["violations"], "preload": False, **options}, more])

    def _found(self, state, told):
        return [Barrier(self.page.url.rsplit("/", 1)[-1], state, *each) for each in told]
