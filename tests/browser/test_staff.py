"""The staff's pages in Chromium: open to everybody in both languages, whole at 320 pixels, light, alive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from passport.demo import accounts, lists
from passport.demo.accounts import SampleAccount
from passport.intake.denominators import import_counts
from passport.registry.coverage_reports import store_report
from passport.tasks.queue import EXTENSION, Queue
from passport.web import staff_lists
from passport.web.limits import LIMITER
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.places import staff_pages
from tests.installed import Site
from tests.lists import csv_list, person
from tests.serving import served

NARROW = {"width": 320, "height": 640}
KB = 1024


@pytest.fixture
def at(site: Site) -> Iterator[str]:
    """The address of a prepared installation that is served."""
    LIMITER.reset()
    with served(site.app) as url:
        yield url


def _sign_in(page: Page, at: str, account: SampleAccount) -> None:
    page.context.clear_cookies()
    assert page.request.post(f"{at}/demo/login", form={"email": account.email}).ok


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)], ids=["vi", "en"])
def test_every_page_of_the_staff_is_for_everybody(
    site: Site,
    at: str,
    open_page: Callable[..., Page],
    accessible: Callable[[Page], None],
    language: str,
    viewport: dict[str, int],
) -> None:
    page = open_page(at, viewport=viewport)
    link = site.app.test_cli_runner()
    with site.app.app_context():
        welcome = link.invoke(args=["users", "invite", accounts.NURSE.email]).stdout.strip().partition("/staff/")[2]
    pages = staff_pages(site) | {accounts.LIST_PROVIDER: ["/staff/lists", f"/staff/{welcome}"]}
    for account, paths in pages.items():
        _sign_in(page, at, account)
        for path in paths:
            answer = page.goto(f"{at}{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer is not None
            assert answer.status == 200, path
            accessible(page)
            page.set_viewport_size(NARROW)
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
            page.set_viewport_size(viewport)


def test_coverage_is_light_and_its_map_leads_on_without_a_script(at: str, open_page: Callable[..., Page]) -> None:
    page = open_page(at, java_script_enabled=False)
    _sign_in(page, at, accounts.INSPECTOR)
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: int(answer.headers["content-length"])}))
    page.goto("/staff/coverage?lang=en")
    assert sum(sizes.values()) < 120 * KB
    tiles = page.get_by_role("navigation", name="Tile map of provinces and cities").get_by_role("link")
    expect(tiles).to_have_count(34)
    places = {(round(box["x"]), round(box["y"])) for tile in tiles.all() if (box := tile.bounding_box())}
    assert len(places) == 34  # no tile lies on another
    tiles.filter(has_text="Ninh Bình").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ninh Bình")


def test_an_import_is_watched_until_its_report(
    site: Site, at: str, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_lists, "AT_ONCE", 0)
    page = open_page(at)
    _sign_in(page, at, accounts.NURSE)
    page.goto("/staff/lists?lang=en")
    page.get_by_label("File of the list").set_input_files(
        {"name": "long.csv", "mimeType": "text/csv", "buffer": csv_list(person(n) for n in range(3))}
    )
    page.get_by_label("Vaccination site").select_option(lists.MOBILE_TUA_CHUA)
    page.get_by_role("button", name="Import the list").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    queue: Queue = site.app.extensions[EXTENSION]
    task = queue.huey.dequeue()
    queue.huey.execute(task)
    expect(page.get_by_text("Done", exact=True)).to_be_visible()  # nobody pressed anything
    assert page.locator("[hx-trigger]").count() == 0
    page.get_by_role("button", name=re.compile("result of the import")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_chart_is_drawn_when_it_is_asked_for(site: Site, at: str, open_page: Callable[..., Page]) -> None:
    now = datetime.now(UTC)
    counts = "area_code,age_group,count,as_of,source\n37,18+,120,2026-01-01,Mẫu\n11,18+,120,2026-01-01,Mẫu\n"
    import_counts(
        site.house.database,
        data=counts.encode(),
        file_name="counts.csv",
        actor="test",
        now=now,
        today=site.house.today(now),
    )
    _freeze(site, {90: 41.5, 60: 58.5}, now=now)
    page = open_page(at)
    _sign_in(page, at, accounts.INSPECTOR)
    page.goto("/staff/coverage?lang=en")
    expect(page.get_by_role("row", name="Report 2 58.5 %")).to_be_visible()  # beside the line over time
    page.get_by_role("button", name="Show the chart").click()
    over_time, units = (page.locator("#chart [role=img]").nth(n) for n in range(2))
    expect(over_time.locator("svg")).to_be_visible()
    expect(units.locator("svg")).to_be_visible()
    expect(units).to_contain_text("Ninh Bình")
    expect(over_time).to_contain_text("41.5 %")
    for chart in (over_time, units):
        expect(chart).to_contain_text("90.0 %")  # the target's line


def _freeze(site: Site, rates: dict[int, float], *, now: datetime) -> None:
    """Reports of the whole country, so many days ago; those of a few invented people would have small cells alone."""
    with site.house.database.transaction() as session:
        for days, rate in rates.items():
            cell = {"age_group": "18+", "dose": "first", "rate": rate}
            on = site.house.today(now) - timedelta(days=days)
            store_report(session, area=None, on=on, figures={"cells": [cell]}, by="test", at=now)
