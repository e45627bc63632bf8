"""Makes the pictures of the README from a prepared installation: `make pictures`; look at them before committing."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from passport.demo.samples import load
from passport.registry import migrations
from passport.registry.db import Database
from tests.browser.conftest import ARGUMENTS, PHONE
from tests.installed import Site, prepare_installation
from tests.serving import served

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
DESKTOP = {"width": 1200, "height": 1250}


def main() -> None:
    """Writes certificate.png, demo.png and verdict.png."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        template, folder = Path(place) / "template.db", Path(place) / "site"
        folder.mkdir()
        migrations.upgrade(Database.at(f"sqlite:///{template}").engine)
        prepare_installation(folder, template)
        paper = [str(folder / "files" / "certificate.pdf"), str(FOLDER / "certificate")]
        subprocess.run(["pdftoppm", "-png", "-r", "80", "-singlefile", *paper], check=True)
        site = Site.open(folder)
        card = next(s for s in load(folder) if s.card == 1)
        with served(site.app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            page = browser.new_context(base_url=url, viewport=DESKTOP).new_page()
            page.goto("/demo?lang=en")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / "demo.png")
            page = browser.new_context(base_url=url, viewport=PHONE).new_page()
            page.goto("/verify?lang=en&policy=vn-domestic")
            page.locator("[name=credential]").fill(card.credential)
            page.get_by_role("button", name="Check", exact=True).click()
            page.locator("[data-outcome]").wait_for()
            page.screenshot(path=FOLDER / "verdict.png")
            browser.close()


if __name__ == "__main__":
    main()
