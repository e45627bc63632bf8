"""One certificate: nine steps in order, nothing signed that may not go out, nothing out that is not on record."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from passport.domain.certificate import Certificate as Stated
from passport.domain.people import IdentityState
from passport.domain.verdict import Outcome
from passport.errors import Reason, Refusal, Refused
from passport.formats.uvci import check_character
from passport.issuing.batch import propose
from passport.issuing.issue import RESERVATION_LIFE, Order, issue, issue_dose
from passport.issuing.issuer import Issuer
from passport.issuing.revoke import revoke
from passport.registry import audit
from passport.registry.certificates import reserve
from passport.registry.tables import BatchMember, Dose
from passport.trust.signers import create_signer, rotate_signer, withdraw_signer
from passport.verifying.verify import verify
from tests.refusals import refusal_of

from .conftest import APPROVER, NURSE, PASSPHRASE, PROPOSER, Office


def _stated(office: Office, text: str, *, now: datetime | None = None) -> Stated:
    verdict = verify(text, context=office.context(), now=now or office.now)
    assert verdict.outcome is Outcome.VALID
    assert verdict.certificate is not None
    return verdict.certificate


def test_a_dose_becomes_a_certificate_that_anybody_can_check(office: Office) -> None:
    person_id = office.person(full_name="Nguyễn Thị Quỳnh Hường")
    office.dose(person_id, number=1, given_on=office.today - timedelta(days=90))
    dose_id = office.dose(person_id, number=2, given_on=office.today - timedelta(days=60))
    office.approved()
    issued = issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=office.issuer())
    stated = _stated(office, issued.text)
    assert stated.holder.name == "Nguyễn Thị Quỳnh Hường"
    assert str(stated.holder.transliterated) == "NGUYEN<<THI<QUYNH<HUONG"
    assert str(stated.holder.born) == "1990-01-02"
    (dose,) = stated.doses
    assert (dose.number, dose.of, dose.date) == (2, 2, office.today - timedelta(days=60))
    assert (dose.vaccine, dose.product, dose.manufacturer) == ("1119349007", "EU/1/20/1528", "ORG-100030215")
    assert (stated.issuer, stated.country, dose.country) == ("Bộ Y tế (Ministry of Health)", "VN", "VN")
    assert stated.issued_at == office.now
    assert stated.expires_at == datetime(2027, 11, 21, 3, 0, tzinfo=UTC)
    (row,) = office.certificates()
    assert (row.id, row.identifier, row.text, row.state) == (
        issued.certificate_id, stated.identifier, issued.text, "issued",
    )  # fmt: skip
    assert (row.dose_id, row.person_id, row.key_id) == (dose_id, person_id, office.issuer().signer.key_id)
    assert office.signatures == 1


def test_the_identifier_names_the_site_and_is_random(office: Office) -> None:
    identifiers = set()
    for number in range(3):
        person_id = office.person(id_number=f"03719000000{number}")
        office.dose(person_id)
    office.issue_all()
    for row in office.certificates():
        bare, _, check = row.identifier.partition("#")
        assert bare.startswith("URN:UVCI:01:VN:KS01/")
        assert check == check_character(bare)
        assert len(row.identifier) <= 80
        identifiers.add(bare.partition("/")[2])
    assert len(identifiers) == 3
    assert {len(opaque) for opaque in identifiers} == {26}  # 128 bits in base 32


def _missing(office: Office, person_id: str, dose_id: str, what: str) -> None:
    """Takes one condition away after the batch was approved."""
    changes: dict[str, Callable[[], object]] = {
        "identity": lambda: office.set_person(person_id, identity_state=IdentityState.WAITING.value),
        "wrong": lambda: office.set_person(person_id, identity_state=IdentityState.WRONG.value),
        "held": lambda: office.set_dose(dose_id, held=True),
        "unconfirmed": lambda: office.set_dose(dose_id, confirmed_by_id=None, confirmed_at=None),
        "product": lambda: office.set_dose(dose_id, product="homemade"),
        "latin": lambda: office.set_person(person_id, full_name="王伟"),
    }
    changes[what]()


MISSING = [
    ("identity", Refusal.IDENTITY_UNVERIFIED),
    ("wrong", Refusal.IDENTITY_UNVERIFIED),
    ("held", Refusal.DOSE_HELD),
    ("unconfirmed", Refusal.DOSE_UNCONFIRMED),
    ("product", Refusal.PRODUCT_NOT_CERTIFIABLE),
    ("latin", Refusal.NO_LATIN_NAME),
]


@pytest.mark.parametrize(("what", "reason"), MISSING)
def test_nothing_is_signed_while_a_condition_is_missing(office: Office, what: str, reason: Refusal) -> None:
    person_id = office.person()
    dose_id = office.dose(person_id)
    office.approved()
    _missing(office, person_id, dose_id, what)
    issuer = office.issuer()
    acts: list[Callable[[], object]] = [
        lambda: issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=issuer),
        lambda: issue_dose(office.database, order=Order(dose_id, PROPOSER), now=office.now, issuer=issuer),
    ]
    for act in acts:
        assert refusal_of(act) is reason
    assert (office.signatures, office.certificates()) == (0, [])


def test_nothing_is_signed_without_the_approval_of_a_second_person(office: Office) -> None:
    person_id = office.person()
    dose_id = office.dose(person_id)
    issuer = office.issuer()

    def attempt() -> object:
        return refusal_of(
            lambda: issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=issuer)
        )

    assert attempt() is Refusal.BATCH_NOT_APPROVED
    propose(office.database, area_code="37", by=PROPOSER, now=office.now, today=office.today)
    assert attempt() is Refusal.BATCH_NOT_APPROVED
    order = Order(dose_id, PROPOSER)
    assert refusal_of(lambda: issue_dose(office.database, order=order, now=office.now, issuer=issuer)) is (
        Refusal.BATCH_NOT_APPROVED
    )
    assert (office.signatures, office.certificates()) == (0, [])


def test_an_approval_is_good_for_what_was_approved(office: Office) -> None:
    """A dose confirmed anew, or a person compared anew, was corrected since: somebody must look again."""
    later = office.now + timedelta(hours=1)
    for change in ("dose", "person"):
        person_id = office.person(id_number=f"0370900000{len(change):02d}")
        dose_id = office.dose(person_id)
        office.approved()
        if change == "dose":
            office.set_dose(dose_id, confirmed_at=later)
        else:
            office.set_person(person_id, identity_checked_at=later)
        with pytest.raises(Refused) as caught:
            issue(office.database, person_id=person_id, by=APPROVER, now=later, issuer=office.issuer(now=later))
        assert caught.value.reason is Refusal.BATCH_NOT_APPROVED


def test_an_approval_is_good_for_one_certificate(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.issue_all()
    (row,) = office.certificates()
    revoke(
        office.database, certificate_id=row.id, reason="gian lận", by=APPROVER, now=office.now, keys_dir=office.keys_dir
    )
    again = refusal_of(
        lambda: issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=office.issuer())
    )
    assert again is Refusal.BATCH_NOT_APPROVED
    assert office.signatures == 1


def test_who_may_not_issue_gets_nothing(office: Office) -> None:
    person_id, issuer = office.person(), office.issuer()
    without_dose = office.person(id_number="2")
    office.dose(person_id)
    office.approved()

    def attempt(person: str, by: str) -> object:
        return refusal_of(lambda: issue(office.database, person_id=person, by=by, now=office.now, issuer=issuer))

    assert attempt(person_id, NURSE) is Refusal.NOT_PERMITTED
    assert attempt(person_id, "nobody@example.vn") is Refusal.UNKNOWN_ACCOUNT
    assert attempt("0" * 32, PROPOSER) is Refusal.UNKNOWN_PERSON
    assert attempt(without_dose, PROPOSER) is Refusal.NO_DOSE
    assert office.signatures == 0


def test_a_dose_has_one_certificate(office: Office) -> None:
    person_id = office.person()
    dose_id = office.dose(person_id)
    batch = office.approved()
    issuer = office.issuer()
    issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=issuer)
    office.set_dose(dose_id, lot="FB9")  # nothing that a certificate tells
    assert batch
    with office.database.transaction() as session:
        session.get_one(BatchMember, (batch, dose_id)).outcome = None  # as if it had never been tried
    again = refusal_of(lambda: issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=issuer))
    assert again is Refusal.ALREADY_ISSUED
    assert (office.signatures, len(office.certificates())) == (1, 1)


def test_the_expiry_never_passes_the_signers_own(office: Office) -> None:
    signer = office.issuer().signer
    late = signer.not_after - timedelta(days=100)
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    issued = issue(office.database, person_id=person_id, by=PROPOSER, now=late, issuer=office.issuer(now=late))
    assert issued.expires_at == signer.not_after
    assert _stated(office, issued.text, now=late).expires_at == signer.not_after


@pytest.mark.parametrize("days", [-900, 600])
def test_a_signer_out_of_its_dates_signs_nothing(office: Office, days: int) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    issuer, now = office.issuer(), office.now + timedelta(days=days)
    assert refusal_of(lambda: issue(office.database, person_id=person_id, by=PROPOSER, now=now, issuer=issuer)) is (
        Refusal.NO_ACTIVE_SIGNER
    )
    assert office.signatures == 0
    assert [row.state for row in office.certificates()] == ["abandoned"]


def _tampering(office: Office) -> Issuer:
    issuer = office.issuer()
    return replace(issuer, signer=replace(issuer.signer, sign=lambda data: issuer.signer.sign(data + b"!")))


def test_a_text_that_fails_its_own_check_does_not_go_out(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    spoilt = _tampering(office)
    with pytest.raises(Refused) as told:
        issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=spoilt)
    assert (told.value.reason, told.value.detail) == (Refusal.SELF_CHECK_FAILED, Reason.BAD_SIGNATURE.value)
    assert [(row.state, row.text) for row in office.certificates()] == [("abandoned", None)]
    issued = issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=office.issuer())
    assert _stated(office, issued.text)
    assert len({row.identifier for row in office.certificates()}) == 2


def test_a_text_that_says_something_else_does_not_go_out(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    issuer = office.issuer()
    other_country = replace(issuer, country="XA")  # the signer's certificate says VN
    with pytest.raises(Refused) as told:
        issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=other_country)
    assert (told.value.reason, told.value.detail) == (Refusal.SELF_CHECK_FAILED, "country")
    assert office.certificates(state="issued") == []


def test_a_withdrawn_signer_signs_in_vain(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    issuer = office.issuer()
    withdraw_signer(office.keys_dir, key_id=issuer.signer.key_id, now=office.now)
    late = replace(issuer, context=office.context())
    assert refusal_of(
        lambda: issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=late)
    ) is (Refusal.SELF_CHECK_FAILED)
    assert office.certificates(state="issued") == []


def test_a_record_that_changes_while_it_is_signed_is_not_certified(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    issuer = office.issuer()

    def meddle(data: bytes) -> bytes:
        office.set_person(person_id, full_name="Trần Thị Mai")
        return issuer.signer.sign(data)

    meddled = replace(issuer, signer=replace(issuer.signer, sign=meddle))
    with pytest.raises(Refused) as told:
        issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=meddled)
    assert (told.value.reason, told.value.detail) == (Refusal.SELF_CHECK_FAILED, "the record changed")
    assert [row.state for row in office.certificates()] == ["abandoned"]


def test_old_foreign_lists_do_not_stop_issuing(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    issuer = office.issuer()
    context = replace(issuer.context, trust_max_age=timedelta(days=-1), revocation_max_age=timedelta(days=-1))
    issued = issue(
        office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=replace(issuer, context=context)
    )
    assert _stated(office, issued.text)


def test_the_identifier_is_on_record_before_anything_is_signed(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id)
    office.approved()
    issuer, seen = office.issuer(), []

    def looking(data: bytes) -> bytes:
        seen.extend((row.state, row.text) for row in office.certificates())
        return issuer.signer.sign(data)

    watched = replace(issuer, signer=replace(issuer.signer, sign=looking))
    issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=watched)
    assert seen == [("reserved", None)]


def test_a_reservation_that_was_cut_off_stands_in_nobodys_way_for_long(office: Office) -> None:
    person_id = office.person()
    dose_id = office.dose(person_id)
    office.approved()
    with office.database.transaction() as session:  # a run that was killed while it signed
        dose = session.get_one(Dose, dose_id)
        reserve(
            session,
            identifier="URN:UVCI:01:VN:LOST",
            dose=dose,
            by=dose.entered_by,
            issued_at=office.now,
            expires_at=office.now + timedelta(days=1),
        )

    def attempt(now: datetime) -> object:
        return issue(office.database, person_id=person_id, by=PROPOSER, now=now, issuer=office.issuer())

    assert refusal_of(lambda: attempt(office.now)) is Refusal.ALREADY_ISSUED
    attempt(office.now + RESERVATION_LIFE + timedelta(seconds=1))
    assert Counter(row.state for row in office.certificates()) == {"issued": 1, "abandoned": 1}


def test_the_trail_tells_every_certificate_and_no_name(office: Office) -> None:
    person_id = office.person()
    dose_id = office.dose(person_id)
    batch_id = office.approved()
    issued = issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=office.issuer())
    with office.database.reading() as session:
        (entry,) = audit.entries(session, subject=issued.certificate_id)
        assert (entry.actor, entry.action) == (PROPOSER, "certificate_issued")
        assert entry.detail == {
            "dose": dose_id, "batch": batch_id, "key": office.issuer().signer.key_id, "replaces": None,
        }  # fmt: skip
        assert audit.verify_chain(session) is None


def test_the_next_signer_takes_over(office: Office) -> None:
    first, second = office.person(), office.person(id_number="037190000002")
    office.dose(first)
    office.dose(second)
    office.approved()
    old = issue(office.database, person_id=first, by=PROPOSER, now=office.now, issuer=office.issuer())
    create_signer(
        office.keys_dir, country="VN", issuer_name="Bộ Y tế (Ministry of Health)", passphrase=PASSPHRASE,
        now=office.now, test=True,
    )  # fmt: skip
    rotate_signer(office.keys_dir, now=office.now)
    new = issue(office.database, person_id=second, by=PROPOSER, now=office.now, issuer=office.issuer())
    assert _stated(office, old.text).key_id != _stated(office, new.text).key_id


def test_eight_clients_who_issue_the_same_doses_make_one_certificate_each(office: Office) -> None:
    people = [office.person(id_number=f"0371900000{number:02}") for number in range(6)]
    for person_id in people:
        office.dose(person_id)
    office.approved()
    issuer, start, outcomes = office.issuer(), threading.Barrier(8), Counter[object]()
    lock = threading.Lock()

    def client() -> None:
        start.wait()
        for person_id in people:
            try:
                issue(office.database, person_id=person_id, by=PROPOSER, now=office.now, issuer=issuer)
                word: object = "issued"
            except Refused as refusal:
                word = refusal.reason
            with lock:
                outcomes[word] += 1

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["issued"] == len(people)
    assert set(outcomes) <= {"issued", Refusal.ALREADY_ISSUED, Refusal.BATCH_NOT_APPROVED}
    assert sum(outcomes.values()) == 8 * len(people)
    assert len(office.certificates(state="issued")) == len(people)
    assert office.certificates(state="reserved") == []
