"""Pictures of the pages, from a prepared installation.

`make pictures` makes those of the README; look at them before committing. `make screens` makes one of every main page
in both languages, on a telephone and on a desk, into test-results/screens.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from passport.demo.samples import load
from passport.registry import migrations
from passport.registry.db import Database
from passport.registry.messages import outbox
from passport.web.limits import LIMITER
from tests.browser.conftest import ARGUMENTS, DESKTOP, PHONE
from tests.browser.places import PUBLIC, staff_pages
from tests.installed import Site, prepare_installation
from tests.serving import served

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "pictures"
SCREENS = ROOT / "test-results" / "screens"
TALL = {"width": 1200, "height": 1250}
LOCALES = {"vi": "vi-VN", "en": "en-GB"}
SIZES = {"phone": PHONE, "desk": DESKTOP}


@contextmanager
def _installation() -> Iterator[tuple[Site, Path, str, Browser]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as place:
        template, folder = Path(place) / "template.db", Path(place) / "site"
        folder.mkdir()
        migrations.upgrade(Database.at(f"sqlite:///{template}").engine)
        prepare_installation(folder, template)
        site = Site.open(folder)
        with served(site.app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            yield site, folder, url, browser
            browser.close()


def readme() -> None:
    """Writes certificate.png, demo.png, verdict.png and record.png."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _installation() as (site, folder, url, browser):
        paper = [str(folder / "files" / "certificate.pdf"), str(FOLDER / "certificate")]
        subprocess.run(["pdftoppm", "-png", "-r", "80", "-singlefile", *paper], check=True)
        page = browser.new_context(base_url=url, viewport=TALL).new_page()
        page.goto("/demo?lang=en")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / "demo.png")
        page = browser.new_context(base_url=url, viewport=PHONE).new_page()
        _check(page, next(s for s in load(folder) if s.card == 1).credential, language="en")
        page.screenshot(path=FOLDER / "verdict.png")
        page = browser.new_context(base_url=url, viewport=PHONE).new_page()
        _ask(page)
        _enter(page, site)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / "record.png")


def _check(page: Page, credential: str, *, language: str) -> None:
    page.goto(f"/verify?lang={language}&policy=vn-domestic")
    page.locator("[name=credential]").fill(credential)
    page.locator("#check button[type=submit], #check button:not([type])").last.click()
    page.locator("[data-outcome]").wait_for()


def screens() -> None:
    """Writes `test-results/screens/LANGUAGE-SIZE-PAGE.png`."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with _installation() as (site, folder, url, browser):
        for language, locale in LOCALES.items():
            page = browser.new_context(base_url=url, locale=locale).new_page()
            for path in PUBLIC:
                page.goto(f"{path}?lang={language}")
                _shoot(page, language, _named(path))
            _verdicts(page, folder, language)
            _citizen(page, site, language)
            for account, paths in staff_pages(site).items():
                page.context.clear_cookies()
                page.request.post("/demo/login", form={"email": account.email})
                for path in paths:
                    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
                    _shoot(page, language, _named(path))
            page.context.close()


def _shoot(page: Page, language: str, name: str, *, whole: bool = True) -> None:
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SCREENS / f"{language}-{size}-{name}.png", full_page=whole)
    print(f"{language} {name}", flush=True)


def _verdicts(page: Page, folder: Path, language: str) -> None:
    for sample in filter(lambda sample: sample.card, load(folder)):
        LIMITER.reset()
        _check(page, sample.credential, language=language)
        _shoot(page, language, f"verdict-{sample.card}", whole=False)  # it fills the screen


def _citizen(page: Page, site: Site, language: str) -> None:
    _ask(page)
    _shoot(page, language, "certificate-code")
    _enter(page, site)
    _shoot(page, language, "certificate-record")
    full = page.locator(".pass__code").first.get_attribute("href")
    for name, path in (("full", full), ("trip", f"{full}/trip?country=XA"), ("history", "/certificate/record/history")):
        page.goto(str(path))
        _shoot(page, language, f"certificate-{name}")


def _ask(page: Page) -> None:
    page.goto("/certificate?sample=1")
    page.locator("main form button").first.click()


def _enter(page: Page, site: Site) -> None:
    with site.house.database.reading() as session:
        code = next(filter(None, (re.match(r"\d{6}", message.body) for message in outbox(session))))
    page.locator("#code").fill(code[0])
    page.locator("main form button").first.click()
    page.locator(".pass__code").first.wait_for()


def _named(path: str) -> str:
    return re.sub(r"\W+", "-", re.sub(r"[0-9a-z]{32}", "one", path)).strip("-") or "doors"


if __name__ == "__main__":
    screens() if sys.argv[1:] == ["screens"] else readme()
