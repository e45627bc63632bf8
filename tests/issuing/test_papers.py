"""What is printed is what was signed, whatever was corrected since; only real certificates go without stripes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.errors import Sentence
from passport.issuing.papers import paper_of
from passport.registry.tables import Certificate
from passport.rendering.card import certificate_png
from passport.rendering.document import certificate_pdf
from passport.rendering.paper import Paper
from passport.rendering.reading import read_codes

from .conftest import ZONE, Office


def _paper(office: Office, *, context: object = None) -> Paper:
    with office.database.reading() as session:
        certificate = session.get_one(Certificate, office.certificates()[0].id)
        return paper_of(
            certificate,
            context=context or office.context(),  # type: ignore[arg-type]
            address="https://example.org/verify",
            zone=ZONE,
        )


def test_the_paper_tells_the_eleven_fields(office: Office) -> None:
    person_id = office.person(full_name="Kim Min-jun", nationality="KR", born=PartialDate(1988))
    office.set_person(person_id, latin_name="KIM<<MIN<JUN")
    office.dose(person_id, number=1, given_on=date(2026, 1, 5))
    office.dose(person_id, number=2, given_on=date(2026, 2, 5))
    office.dose(person_id, number=3, kind=DoseKind.BOOSTER, given_on=date(2026, 8, 5))
    office.issue_all()
    (row,) = office.certificates()
    assert _paper(office) == Paper(
        full_name="Kim Min-jun",
        latin_name="KIM<<MIN<JUN",
        born=PartialDate(1988),
        nationality=Sentence("Hàn Quốc", "South Korea"),
        disease="COVID-19",
        number=3,
        of=3,
        given_on=date(2026, 8, 5),
        vaccine="SARS-CoV-2 mRNA vaccine",
        product="Comirnaty",
        manufacturer="Biontech Manufacturing GmbH",
        identifier=row.identifier,
        issuer="Bộ Y tế (Ministry of Health)",
        issued_on=date(2026, 11, 21),
        expires_on=date(2027, 11, 21),
        code=row.text or "",
        address="https://example.org/verify",
        test=True,
    )


def test_paper_and_code_never_differ(office: Office) -> None:
    person_id = office.person(full_name="Trần Thị Mơo")
    office.dose(person_id)
    office.issue_all()
    office.set_person(person_id, full_name="Trần Thị Mơ")
    assert _paper(office).full_name == "Trần Thị Mơo"


def test_only_a_trusted_key_that_is_no_test_key_goes_without_stripes(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.issue_all()
    context = office.context()

    class Ring:
        def __init__(self, test: bool) -> None:
            self.test = test

        def find(self, **asked: object) -> tuple[object, ...]:
            return tuple(replace(key, test=self.test) for key in context.keyring.find(**asked))  # type: ignore[arg-type]

    assert not _paper(office, context=replace(context, keyring=Ring(test=False))).test  # type: ignore[arg-type]
    assert _paper(office, context=replace(context, keyring=Ring(test=True))).test  # type: ignore[arg-type]


def test_days_are_those_of_the_service(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.now += timedelta(hours=16)  # 19:00 in UTC is two in the morning of the next day in Việt Nam
    office.issue_all()
    assert _paper(office).issued_on == date(2026, 11, 22)


def test_printed_certificates_are_read_back(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.issue_all()
    (row,) = office.certificates()
    paper = _paper(office)
    assert read_codes(certificate_pdf(paper)) == read_codes(certificate_png(paper)) == [row.text]
