"""Every page in a real browser, from a folder and from a server: nothing asked elsewhere, nothing refused, nothing
missing; and how much a reader's connection carries for each."""

import gzip
import http.server
import re
import shutil
import threading
from collections import Counter
from functools import partial
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.build
KILOBYTE = 1000
LIMIT = 300 * KILOBYTE
# Kinds of file that a server sends compressed.
COMPRESSED = (".html", ".css", ".js", ".svg", ".json", ".xml")
EXPLORER = "book/chapters/explorer.html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):
        pass


@pytest.fixture(scope="module")
def server(report):
    handler = partial(Quiet, directory=str(report.html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()


def pages(report):
    return sorted(p.relative_to(report.html).as_posix() for p in report.html.rglob("*.html"))


def faults_of(browser, base, names):
    """Open each page; return what it asked elsewhere, what was refused or missing, and what went wrong."""
    found = []
    page = browser.new_page()
    page.on("request", lambda r: found.append(("asked elsewhere", r.url)) if is_elsewhere(r.url, base) else None)
    page.on("requestfailed", lambda r: found.append(("failed", f"{r.url} {r.failure}")) if is_lost(r) else None)
    page.on("response", lambda r: found.append(("missing", r.url)) if r.status >= 400 else None)
    page.on("pageerror", lambda e: found.append(("error", str(e))))
    # Chromium tells of a breach of the policy as an error on the console.
    page.on("console", lambda m: found.append(("console", m.text)) if m.type in ("error", "warning") else None)
    for name in names:
        page.goto(base + name)
        page.evaluate("document.fonts.ready.then(() => null)")  # a font still on its way would count as failed
    page.close()
    return found


def is_lost(request):
    """Return whether a file could not be had; the icon of a page that is left again is called off and not lost."""
    return "ERR_ABORTED" not in request.failure


def is_elsewhere(address, base):
    return not address.startswith((base, "data:", "blob:"))


@pytest.mark.parametrize(
    "place",
    # Every page a second time; that none asks elsewhere or fails from a folder is seen by test_browser as well.
    ["server", pytest.param("folder", marks=pytest.mark.long)],
)
def test_no_page_asks_elsewhere_breaks_its_policy_or_fails(report, browser, server, capsys, place):
    names = [name for name in pages(report) if name != "index.html"]  # it leads on by itself, see below
    base = {"folder": report.html.as_uri() + "/", "server": server}[place]
    found = faults_of(browser, base, names)
    with capsys.disabled():
        print(f"\n{len(names)} pages from a {place}: {dict(Counter(kind for kind, _ in found)) or 'no fault'}")
    assert found == []


@pytest.mark.parametrize(
    "added",
    [
        "<script>document.title = 'ran'</script>",
        "<p onclick='1' style='color: red'>x</p>",
        "<img src='https://example.org/x.png'>",
        "<script src='https://example.org/x.js'></script>",
    ],
)
def test_a_page_with_what_the_policy_forbids_is_noticed(report, browser, tmp_path, added):
    """Proof that the policy works from a folder too, and that the test above would see a breach."""
    shutil.copytree(report.html / "_static", tmp_path / "_static", ignore=shutil.ignore_patterns("cite", "downloads"))
    text = (report.html / "search.html").read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text(text.replace("</body>", f"{added}</body>"), encoding="utf-8")
    found = faults_of(browser, tmp_path.as_uri() + "/", ["page.html"])
    assert any(kind == "console" and "Content Security Policy" in told for kind, told in found)
    assert not any(kind == "missing" for kind, _ in found)


def test_the_first_page_opens_at_the_address_of_the_folder(report, browser, server):
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        for address in (server, (report.html / "index.html").as_uri()):
            page.goto(address)
            page.wait_for_url("**/book/chapters/home.html")
        context.close()


def test_no_control_does_nothing(report, browser):
    """Every button around the text changes what can be seen or heard of, on a phone and on a wide screen."""
    for width in (390, 1100, 1400):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto((report.html / "book" / "chapters" / "r1-review.html").as_uri())
        buttons = page.locator("main > .bd-content .bd-header-article button:visible, .search-open:visible")
        assert buttons.count() >= 3
        for number in range(buttons.count()):
            state = "document.documentElement.dataset.mode + document.querySelectorAll('dialog[open]').length +" \
                    "document.querySelector('.bd-sidebar-primary').className"  # fmt: skip
            before = page.evaluate(state)
            buttons.nth(number).click()
            assert page.evaluate(state) != before, buttons.nth(number).inner_text()
            page.keyboard.press("Escape")
        page.close()


def test_panels_of_a_phone_open_lead_on_and_close_with_focus_kept(report, browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((report.html / "book" / "chapters" / "r1-review.html").as_uri())
    toggle = page.locator(".primary-toggle")
    assert toggle.get_attribute("aria-expanded") == "false"
    toggle.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#pst-primary-sidebar-modal")
    dialog.wait_for(state="visible")
    assert toggle.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.classList.contains('primary-toggle')")
    page.locator(".secondary-toggle").click()
    page.locator("#pst-secondary-sidebar-modal a[href='#gaps']").click()
    page.wait_for_url("**#gaps")
    page.locator("#pst-secondary-sidebar-modal").wait_for(state="hidden")
    page.close()


def test_contents_can_be_reached_on_a_phone_without_scripts(report, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto((report.html / "book" / "chapters" / "r1-review.html").as_uri())
    assert page.locator("button:visible").count() == 0
    page.locator(".bd-docs-nav a", has_text="Glossary").click()
    page.wait_for_url("**/glossary.html")
    context.close()


def test_colours_follow_the_system_until_the_reader_chooses(report, browser):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto((report.html / "book" / "how-to-read.html").as_uri())
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.locator(".theme-switch-button").click()
    assert (page.evaluate(theme), page.locator(".theme-name").text_content()) == ("light", "light")
    page.reload()
    assert page.evaluate(theme) == "light"
    context.close()


def files_of(page):
    """Return every file of the book that a browser asks for to show *page*, without the hidden dark pictures."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    asked = [tag.get("href") for tag in soup.find_all("link", rel="stylesheet")]
    asked += [tag["src"] for tag in soup.find_all("script", src=True)]
    asked += [tag["src"] for tag in soup.find_all("img") if "for-dark" not in tag.get("class", [])]
    return {(page.parent / unquote(urlsplit(a).path)).resolve() for a in asked if not a.startswith("data:")} | {page}


def fonts_of(styles):
    """Return the files that the styles take in: further styles, and every font, whether a page uses it or not."""
    named = set()
    for style in styles:
        for found in re.findall(r"""@import "([^"]+)"|url\(["']?([^)"']+)""", style.read_text(encoding="utf-8")):
            path = (style.parent / urlsplit("".join(found)).path).resolve()
            named |= {path} if path.is_file() else set()
    return named


def sent(path):
    content = path.read_bytes()
    return len(gzip.compress(content, 6)) if path.suffix in COMPRESSED else len(content)


def test_a_page_weighs_less_than_300_kilobytes(report, capsys):
    weights = []
    for name in pages(report):
        page = report.html / name
        files = files_of(page)
        files |= fonts_of(f for f in files if f.suffix == ".css")
        by_kind = Counter()
        for file in files:
            kind = {".html": "page", ".svg": "pictures", ".png": "pictures"}.get(file.suffix, "styles, scripts, fonts")
            by_kind[kind] += sent(file)
        weights.append((sum(by_kind.values()), name, by_kind))
    with capsys.disabled():
        print("\nkB sent to show a page: all, page, styles scripts fonts, pictures")
        for total, name, kinds in sorted(weights, reverse=True):
            told = (total, kinds["page"], kinds["styles, scripts, fonts"], kinds["pictures"])
            print("".join(f"{n / KILOBYTE:7.0f}" for n in told), name)
    heavy = [(name, total) for total, name, kinds in weights if total - kinds["pictures"] > LIMIT]
    assert heavy == []
