"""Certificates end: at once and for good, at every checkpoint; a corrected one is replaced, never doubled."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace as changed
from datetime import timedelta
from pathlib import Path

import pytest

from passport.domain.people import IdentityState
from passport.domain.verdict import Outcome
from passport.errors import PassportError, Reason, Refusal
from passport.issuing.issue import Issued
from passport.issuing.revoke import replace, replace_certificates, revoke
from passport.registry import accounts, audit
from passport.registry.identities import correct_person, set_identity
from passport.registry.people import require_person
from passport.registry.tables import Certificate
from passport.trust.own_revocations import own_file
from passport.trust.revocation import Revocations
from passport.verifying.verify import verify
from tests.refusals import refusal_of

from .conftest import APPROVER, NURSE, OFFICER, PROPOSER, Office


def _issued(office: Office, **told: object) -> Certificate:
    person_id = office.person(**told)
    office.dose(person_id)
    office.issue_all()
    return next(row for row in office.certificates() if row.person_id == person_id)


def _revoke(office: Office, certificate_id: str, *, by: str = APPROVER, reason: str = "cấp nhầm") -> Certificate:
    return revoke(
        office.database, certificate_id=certificate_id, reason=reason, by=by, now=office.now, keys_dir=office.keys_dir
    )


def _correct(office: Office, person_id: str, *, state: IdentityState = IdentityState.VERIFIED, **values: str) -> None:
    """What the face does first: the record is corrected and compared with the register again."""
    with office.database.transaction() as session:
        person = require_person(session, person_id)
        for field, value in values.items():
            by = accounts.find_account(session, OFFICER)
            correct_person(session, person=person, field=field, value=value, why="ghi sai", by=by, at=office.now)
        set_identity(session, person=person, state=state, at=office.now)


def _replace_all(office: Office, person_id: str, *, by: str = OFFICER) -> list[Issued]:
    return replace_certificates(
        office.database, person_id=person_id, reason="đính chính họ tên", by=by, now=office.now, issuer=office.issuer()
    )


def test_a_revoked_certificate_is_refused_everywhere_at_once(office: Office) -> None:
    row = _issued(office)
    assert verify(row.text or "", context=office.context(), now=office.now).outcome is Outcome.VALID
    ended = _revoke(office, row.identifier)
    assert (ended.id, ended.state, ended.revocation_reason) == (row.id, "revoked", "cấp nhầm")
    for days in (-30, 0, 300):
        at = office.now + timedelta(days=days)
        verdict = verify(row.text or "", context=office.context(), now=office.now, at=at)
        assert verdict.outcome is Outcome.INVALID
    assert verdict.reason is Reason.REVOKED
    with office.database.reading() as session:
        (entry, _) = audit.entries(session, subject=row.id)
        assert (entry.actor, entry.action, entry.detail) == (APPROVER, "certificate_revoked", {})


def test_revoked_once_for_a_reason_by_who_may(office: Office) -> None:
    row = _issued(office)
    assert refusal_of(lambda: _revoke(office, row.id, by=NURSE)) is Refusal.NOT_PERMITTED
    assert refusal_of(lambda: _revoke(office, row.id, reason=" ")) is Refusal.BAD_OPTION
    assert refusal_of(lambda: _revoke(office, row.id, reason="x" * 201)) is Refusal.BAD_OPTION
    assert refusal_of(lambda: _revoke(office, "0" * 32)) is Refusal.UNKNOWN_CERTIFICATE
    assert Revocations.load(office.keys_dir).version == 0
    _revoke(office, row.id)
    assert refusal_of(lambda: _revoke(office, row.id)) is Refusal.ALREADY_REVOKED
    assert Revocations.load(office.keys_dir).version == 1


def test_what_cannot_be_published_is_not_revoked_on_record(office: Office) -> None:
    row = _issued(office)
    own_file(office.keys_dir).parent.mkdir(exist_ok=True)
    own_file(office.keys_dir).mkdir()  # the list cannot be written
    with pytest.raises(IsADirectoryError):
        _revoke(office, row.id)
    assert [found.state for found in office.certificates()] == ["issued"]


def test_a_corrected_name_gives_a_new_certificate_and_turns_the_old_one_red(office: Office) -> None:
    old = _issued(office, full_name="Trần Thị Mơo")
    _correct(office, old.person_id, full_name="Trần Thị Mơ")
    (issued,) = _replace_all(office, old.person_id)
    before, after = (verify(text, context=office.context(), now=office.now) for text in (old.text or "", issued.text))
    assert (before.outcome, before.reason) == (Outcome.INVALID, Reason.REVOKED)
    assert before.message.vi == "Chứng nhận này đã được thay thế bằng bản mới ngày 21/11/2026."
    assert after.outcome is Outcome.VALID
    assert after.certificate is not None
    assert after.certificate.holder.name == "Trần Thị Mơ"
    assert after.certificate.identifier != old.identifier
    rows = {row.id: row for row in office.certificates()}
    assert (rows[old.id].state, rows[old.id].replaced_by_id) == ("revoked", issued.certificate_id)
    assert rows[old.id].revocation_reason == "đính chính họ tên"
    assert rows[issued.certificate_id].batch_id == old.batch_id


def test_every_certificate_of_the_person_is_replaced(office: Office) -> None:
    person_id = office.person(full_name="Trần Thị Mơo")
    office.dose(person_id, number=1, given_on=office.today - timedelta(days=90))
    office.issue_all()
    office.dose(person_id, number=2, given_on=office.today - timedelta(days=60))
    office.issue_all()
    _correct(office, person_id, full_name="Trần Thị Mơ")
    assert len(_replace_all(office, person_id)) == 2
    assert Counter(row.state for row in office.certificates()) == {"issued": 2, "revoked": 2}


def test_a_correction_that_no_certificate_tells_replaces_nothing(office: Office) -> None:
    row = _issued(office)
    _correct(office, row.person_id, phone="0987654321")
    assert _replace_all(office, row.person_id) == []
    assert office.signatures == 1


def test_while_the_corrected_person_is_not_verified_the_old_one_stays(office: Office) -> None:
    row = _issued(office)
    _correct(office, row.person_id, state=IdentityState.WRONG, full_name="Trần Thị Mai")
    assert refusal_of(lambda: _replace_all(office, row.person_id)) is Refusal.IDENTITY_UNVERIFIED
    assert [found.state for found in office.certificates()] == ["issued"]
    assert (office.signatures, Revocations.load(office.keys_dir).version) == (1, 0)


def test_who_may_not_replace_changes_nothing(office: Office) -> None:
    row = _issued(office)
    _correct(office, row.person_id, full_name="Trần Thị Mai")
    assert refusal_of(lambda: _replace_all(office, row.person_id, by=NURSE)) is Refusal.NOT_PERMITTED
    assert office.signatures == 1


def _replace(office: Office, certificate_id: str) -> Issued:
    return replace(
        office.database,
        certificate_id=certificate_id,
        reason="mất giấy",
        by=PROPOSER,
        now=office.now,
        issuer=office.issuer(),
    )


def test_a_revoked_certificate_is_not_replaced(office: Office) -> None:
    row = _issued(office)
    _revoke(office, row.id)
    assert refusal_of(lambda: _replace(office, row.id)) is Refusal.ALREADY_REVOKED
    assert (office.signatures, len(office.certificates())) == (1, 1)


def test_if_the_new_one_fails_the_old_one_stays_in_force(office: Office) -> None:
    row = _issued(office)
    issuer = office.issuer()
    spoilt = changed(issuer, signer=changed(issuer.signer, sign=lambda data: bytes(64)))
    act = lambda: replace(  # noqa: E731
        office.database, certificate_id=row.id, reason="thử", by=PROPOSER, now=office.now, issuer=spoilt
    )
    assert refusal_of(act) is Refusal.SELF_CHECK_FAILED
    assert Counter(found.state for found in office.certificates()) == {"issued": 1, "abandoned": 1}
    assert Revocations.load(office.keys_dir).version == 0


def test_eight_who_replace_one_certificate_at_once_make_one_new_one(office: Office) -> None:
    row = _issued(office)
    start, outcomes, lock = threading.Barrier(8), Counter[object](), threading.Lock()

    def client() -> None:
        start.wait()
        try:
            _replace(office, row.id)
            word: object = "replaced"
        except PassportError as error:
            word = error.reason
        with lock:
            outcomes[word] += 1

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["replaced"] == 1
    assert set(outcomes) <= {"replaced", Refusal.ALREADY_ISSUED, Refusal.ALREADY_REVOKED}
    states = Counter(found.state for found in office.certificates())
    assert (states["issued"], states["revoked"], states["reserved"]) == (1, 1, 0)


def test_the_published_list_never_names_anybody(office: Office) -> None:
    row = _issued(office)
    _revoke(office, row.id)
    published = Path(own_file(office.keys_dir)).read_text()
    assert row.identifier not in published
    assert "Trần" not in published
