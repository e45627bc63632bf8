"""Codes are made anew before they end: a new identifier, the same dose, the old one replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from passport.domain.people import IdentityState
from passport.domain.verdict import Outcome
from passport.errors import InputError, Reason, Refusal, Refused
from passport.issuing.renew import AHEAD, Renewal, renew, renew_key
from passport.registry import accounts, audit
from passport.trust.signers import create_signer, withdraw_signer
from passport.verifying.verify import verify

from .conftest import APPROVER, PASSPHRASE, Office

SOON = timedelta(days=350)  # fifteen days before the end of what was issued at `now`


def _issue(office: Office, number: int = 1) -> list[str]:
    people = [office.person(id_number=f"0371900000{n:02}") for n in range(number)]
    for person_id in people:
        office.dose(person_id)
    office.issue_all()
    return people


def _renew(office: Office, *, after: timedelta) -> Renewal:
    now = office.now + after
    return renew(office.database, now=now, issuer=office.issuer(now=now))


def test_nothing_happens_before_it_is_time(office: Office) -> None:
    _issue(office)
    assert _renew(office, after=timedelta(days=300)) == Renewal(renewed=0, refused={})
    assert office.signatures == 1


def test_a_code_that_ends_soon_is_made_anew_for_the_same_dose(office: Office) -> None:
    _issue(office, 3)
    old = {row.dose_id: row for row in office.certificates()}
    assert _renew(office, after=SOON) == Renewal(renewed=3, refused={})
    new = {row.dose_id: row for row in office.certificates(state="issued")}
    assert new.keys() == old.keys()
    for dose_id, row in new.items():
        assert row.identifier != old[dose_id].identifier
        assert row.expires_at > old[dose_id].expires_at
        assert (row.batch_id, row.issued_by_id) == (old[dose_id].batch_id, old[dose_id].issued_by_id)
        now = office.now + SOON
        assert verify(row.text or "", context=office.context(), now=now).outcome is Outcome.VALID
        # The paper in the holder's hands says nothing wrong and stays good until it ends.
        assert verify(old[dose_id].text or "", context=office.context(), now=now).outcome is Outcome.VALID
    with office.database.reading() as session:
        assert {entry.actor for entry in audit.entries(session, limit=3)} == {"renewal"}
    assert _renew(office, after=SOON) == Renewal(renewed=0, refused={})


def test_one_that_has_expired_is_made_anew_too(office: Office) -> None:
    _issue(office)
    assert _renew(office, after=timedelta(days=400)).renewed == 1


def test_people_who_may_not_have_one_now_are_counted_and_keep_the_old(office: Office) -> None:
    first, _ = _issue(office, 2)
    office.set_person(first, identity_state=IdentityState.WRONG.value)
    assert _renew(office, after=SOON) == Renewal(renewed=1, refused={"identity_unverified": 1})
    assert {row.person_id for row in office.certificates(state="issued")} >= {first}


def test_it_does_not_matter_that_who_approved_has_left(office: Office) -> None:
    _issue(office)
    with office.database.transaction() as session:
        accounts.find_account(session, APPROVER).active = False
    assert _renew(office, after=SOON).renewed == 1


def test_a_signer_that_ends_soon_renews_nothing_for_nothing(office: Office) -> None:
    _issue(office)
    end = office.issuer().signer.not_after - office.now
    late = end - timedelta(days=100)
    assert _renew(office, after=late).renewed == 1
    (row,) = office.certificates(state="issued")
    assert row.expires_at == office.now + end
    assert _renew(office, after=end - AHEAD / 2) == Renewal(renewed=0, refused={})


def test_a_house_that_cannot_sign_stops(office: Office) -> None:
    _issue(office, 2)
    now = office.now + SOON
    issuer = office.issuer(now=now)
    spoilt = replace(issuer, signer=replace(issuer.signer, sign=lambda data: bytes(64)))
    with pytest.raises(Refused) as told:
        renew(office.database, now=now, issuer=spoilt)
    assert told.value.reason is Refusal.SELF_CHECK_FAILED
    assert len(office.certificates(state="issued")) == 2


def _new_signer(office: Office) -> None:
    create_signer(
        office.keys_dir, country="VN", issuer_name="Bộ Y tế (Ministry of Health)", passphrase=PASSPHRASE,
        now=office.now, test=True,
    )  # fmt: skip


def test_everything_that_a_withdrawn_key_signed_is_issued_under_the_next(office: Office) -> None:
    _issue(office, 3)
    key_id = office.issuer().signer.key_id
    withdraw_signer(office.keys_dir, key_id=key_id, now=office.now)
    _new_signer(office)
    old = office.certificates()
    assert {verify(row.text or "", context=office.context(), now=office.now).reason for row in old} == {
        Reason.KEY_WITHDRAWN
    }
    assert renew_key(office.database, key_id=key_id, now=office.now, issuer=office.issuer()) == Renewal(3, {})
    new = office.certificates(state="issued")
    assert {row.dose_id for row in new} == {row.dose_id for row in old}
    assert not {row.identifier for row in new} & {row.identifier for row in old}
    for row in new:
        assert verify(row.text or "", context=office.context(), now=office.now).outcome is Outcome.VALID
    assert renew_key(office.database, key_id=key_id, now=office.now, issuer=office.issuer()) == Renewal(0, {})


def test_the_key_that_signs_now_is_not_replaced_by_itself(office: Office) -> None:
    _issue(office)
    issuer = office.issuer()
    with pytest.raises(InputError) as told:
        renew_key(office.database, key_id=issuer.signer.key_id, now=office.now, issuer=issuer)
    assert told.value.reason is Refusal.BAD_OPTION
    assert office.signatures == 1
