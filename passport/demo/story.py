"""The whole job once, on the sample lists: lists, population check, confirmation, batches, certificates, corrections.

Time is an argument, so that the story can begin thirteen months back and a certificate can have expired by now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from passport.demo import accounts, lists
from passport.demo.people import KIM_SON, TUA_CHUA
from passport.domain.dates import PartialDate
from passport.errors import advice
from passport.house import House
from passport.intake.answering import Filing, file_report
from passport.intake.cleaning import correct_person
from passport.intake.confirming import confirm_doses
from passport.intake.denominators import import_counts
from passport.intake.importing import import_list
from passport.intake.population import check_people, check_person
from passport.issuing.batch import approve, propose
from passport.issuing.revoke import replace_certificates
from passport.registry.areas import list_areas, require_area
from passport.registry.citizen_reports import ReportKind
from passport.registry.people import find_by_id_number
from passport.registry.progress import Counts, counts
from passport.registry.reports import ImportReport
from passport.registry.sites import upsert_site
from passport.rendering.card import certificate_png
from passport.rendering.document import certificate_pdf

Say = Callable[[str], None]
LONG_AGO = timedelta(days=13 * 30 + 10)  # when the certificate that has expired by now was issued
_COUNTS = "so-dan-mau.csv"
_NURSES = {
    lists.STATION_KIM_SON: accounts.NURSE_KIM_SON.email,
    lists.STATION_TUA_CHUA: accounts.NURSE.email,
    lists.MOBILE_TUA_CHUA: accounts.NURSE.email,
}


@dataclass(slots=True)
class Told:
    """What came out of the story: the report of each list, the five counts of each area."""

    reports: dict[str, ImportReport] = field(default_factory=dict)
    areas: list[tuple[str, Counts]] = field(default_factory=list)


def tell(house: House, *, now: datetime, say: Say) -> Told:
    """Runs the line on the sample lists; the accounts and the register must be there already."""
    told = Told()
    _make_sites(house, now=now)
    _count_people(house, now=now)
    _certificate_of_long_ago(house, now=now - LONG_AGO)
    for sample in lists.sample_lists(house.today(now)):
        told.reports[sample.file_name] = report = _import(house, sample, now=now)
        say(f"{sample.file_name}: {report.rows} rows, {report.held} held, {report.refused} refused")
    for place in (KIM_SON, TUA_CHUA):
        checked = _check(house, place.code, now=now)
        say(f"{place.name}: {checked} people compared with the population register")
    for site, *_rest in lists.SITES:
        say(f"{site}: the head of the site confirmed {_confirm(house, site, now=now)} doses")
    for place in (KIM_SON, TUA_CHUA):
        say(f"{place.name}: one officer proposed, another approved, {_issue(house, place.code, now=now)} signed")
    _correct_name(house, now=now)
    say("one name corrected: a new certificate, the old one revoked as replaced")
    _report_missing_dose(house, now=now)
    say("one citizen reported a missing dose")
    with house.database.reading() as session:
        for place in (KIM_SON, TUA_CHUA):
            area = require_area(session, place.code, on=house.today(now))
            told.areas.append((place.name, counts(session, area=area)))
    return told


def summary(told: Told) -> Iterator[str]:
    """The lines that a newcomer reads: rows, the refused ones with reason and repair, the five counts."""
    yield f"{sum(report.rows for report in told.reports.values())} rows read"
    for name, report in told.reports.items():
        for issue in report.issues:
            if issue.severity == "refused":
                yield f"  refused: {name} row {issue.row}: {issue.message.en} {advice(issue.reason).en}"
    for name, c in told.areas:
        yield (
            f"  {name} (invented people): given {c.given}, entered {c.entered}, verified {c.verified}, "
            f"confirmed {c.confirmed}, issued {c.issued}"
        )


def write_files(house: House, folder: Path, *, now: datetime) -> None:
    """The lists as files, a sample certificate on paper and as a picture, and the list that waits for the nurse."""
    folder = folder / "files"
    folder.mkdir(parents=True, exist_ok=True)
    today = house.today(now)
    (folder / _COUNTS).write_bytes(_population_counts(house, now=now))
    for sample in (*lists.sample_lists(today), lists.mobile_session(today)):
        (folder / sample.file_name).write_bytes(sample.data)
    people, _ = lists.sample_people(today)
    with house.database.reading() as session:
        (person,) = find_by_id_number(session, people[lists.TWO_DOSES].id_number)
        certificate = next(c for c in person.certificates if c.state == "issued")
        paper = house.paper(certificate)
    (folder / "certificate.pdf").write_bytes(certificate_pdf(paper))
    (folder / "certificate.png").write_bytes(certificate_png(paper))


def _make_sites(house: House, *, now: datetime) -> None:
    with house.database.transaction() as session:
        for code, name, area_code, kind in lists.SITES:
            area = require_area(session, area_code, on=house.today(now))
            upsert_site(session, code=code, name=name, area=area, kind=kind)


def _count_people(house: House, *, now: datetime) -> None:
    import_counts(
        house.database,
        data=_population_counts(house, now=now),
        file_name=_COUNTS,
        actor="sample data",
        now=now,
        today=house.today(now),
    )


def _population_counts(house: House, *, now: datetime) -> bytes:
    today = house.today(now)
    with house.database.reading() as session:
        provinces = [province.code for province in list_areas(session, on=today, level="province")]
    return lists.population_counts(today, provinces=provinces)


def _import(house: House, sample: lists.SampleList, *, now: datetime) -> ImportReport:
    return import_list(
        house.database,
        data=sample.data,
        file_name=sample.file_name,
        site_code=sample.site,
        kind=sample.kind,
        campaign=lists.CAMPAIGN,
        by=_NURSES[sample.site],
        now=now,
        today=house.today(now),
    )


def _check(house: House, area_code: str, *, now: datetime) -> int:
    return check_people(
        house.database,
        service=house.population,
        area=area_code,
        by=accounts.IDENTITY.email,
        now=now,
        today=house.today(now),
    ).checked


def _confirm(house: House, site: str, *, now: datetime) -> int:
    return confirm_doses(house.database, site_code=site, import_id=None, by=accounts.HEAD.email, now=now).confirmed


def _issue(house: House, area_code: str, *, now: datetime) -> int:
    batch = propose(house.database, area_code=area_code, by=accounts.ISSUER.email, now=now, today=house.today(now))
    done = approve(
        house.database, batch_id=batch.batch_id, by=accounts.APPROVER.email, now=now, issuer=house.issuer(now=now)
    )
    return done.issued


def _certificate_of_long_ago(house: House, *, now: datetime) -> None:
    """The same line thirteen months back, for one person."""
    _import(
        house,
        lists.list_of_long_ago(house.today(now), person=lists.further_person(house.today(now + LONG_AGO))),
        now=now,
    )
    _check(house, KIM_SON.code, now=now)
    _confirm(house, lists.STATION_KIM_SON, now=now)
    _issue(house, KIM_SON.code, now=now)


def _correct_name(house: House, *, now: datetime) -> None:
    people, _ = lists.sample_people(house.today(now))
    true = people[lists.IN_CAPITALS]
    with house.database.reading() as session:
        (person,) = find_by_id_number(session, true.id_number)
    by, why = accounts.IDENTITY.email, "Tên ghi bằng chữ in hoa (sample)"
    correct_person(
        house.database,
        person_id=person.id,
        field="full_name",
        value=true.full_name,
        why=why,
        by=by,
        now=now,
        today=house.today(now),
    )
    check_person(house.database, service=house.population, person_id=person.id, now=now)
    replace_certificates(house.database, person_id=person.id, reason=why, by=by, now=now, issuer=house.issuer(now=now))


def _report_missing_dose(house: House, *, now: datetime) -> None:
    """Somebody of Tủa Chùa finds a dose missing that stands under an old number."""
    _, people = lists.sample_people(house.today(now))
    person = people[lists.UNDER_TWO_NUMBERS]
    filing = Filing(
        kind=ReportKind.MISSING_DOSE,
        told="Tôi đã tiêm hai mũi nhưng chỉ thấy mũi 1 (dữ liệu mẫu).",
        full_name=person.full_name,
        born=PartialDate.of(person.born),
        phone=person.phone,
        area_code=TUA_CHUA.code,
    )
    file_report(house.database, filing, now=now, today=house.today(now))
