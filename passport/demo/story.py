"""The whole job once, on the sample lists: lists, population check, confirmation, batches, certificates, corrections.

Time is an argument, so that the story can begin fourteen months back and a certificate can have expired by now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from passport.demo import accounts, lists
from passport.demo.people import KIM_SON, TUA_CHUA
from passport.house import House
from passport.intake.cleaning import correct_person
from passport.intake.confirming import confirm_doses
from passport.intake.importing import import_list
from passport.intake.population import check_people
from passport.issuing.batch import approve, propose
from passport.issuing.revoke import replace_certificates
from passport.registry.areas import require_area
from passport.registry.doses import Counts, counts
from passport.registry.reports import ImportReport
from passport.registry.sites import upsert_site

Say = Callable[[str], None]
LONG_AGO = timedelta(days=13 * 30 + 10)  # when the certificate that has expired by now was issued


@dataclass(slots=True)
class Told:
    """What came out of the story."""

    reports: dict[str, ImportReport] = field(default_factory=dict)
    issued: int = 0
    areas: list[tuple[str, Counts]] = field(default_factory=list)


def tell(house: House, *, now: datetime, say: Say) -> Told:
    """Runs the line on the sample lists; accounts must exist already."""
    told = Told()
    _make_sites(house, now=now)
    _one_certificate_long_ago(house, now=now - LONG_AGO)
    for sample in lists.sample_lists(house.today(now)):
        _import(house, sample, told, now=now, say=say)
    for place in (KIM_SON, TUA_CHUA):
        checked = check_people(
            house.database,
            service=house.population,
            area=place.code,
            now=now,
            today=house.today(now),
            by=accounts.IDENTITY.email,
        )
        say(f"{place.name}: {checked.verified} of {checked.checked} people agree with the population register")
    for site, *_rest in lists.SITES[:2]:
        done = confirm_doses(house.database, site_code=site, import_id=None, by=accounts.HEAD.email, now=now)
        say(f"{site}: the head of the site confirmed {done.confirmed} doses")
    for place in (KIM_SON, TUA_CHUA):
        issued = issue_area(house, place.code, now=now)
        told.issued += issued
        say(f"{place.name}: one officer proposed, another approved; {issued} certificates signed")
    with house.database.reading() as session:
        for place in (KIM_SON, TUA_CHUA):
            area = require_area(session, place.code, on=house.today(now))
            told.areas.append((place.name, counts(session, area=area)))
    return told
