"""Batches: two officers and a nurse are three people; a run that breaks off goes on; nothing goes out twice."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState
from passport.errors import Refusal, Refused
from passport.issuing.batch import Run, approve, propose
from passport.issuing.issuer import Issuer
from passport.registry import accounts, areas, audit
from passport.registry.batches import create_batch, outcomes, require_batch
from passport.registry.doses import change_dose, confirm, require_dose
from passport.registry.progress import counts
from passport.registry.tables import Batch
from tests.refusals import refusal_of

from .conftest import APPROVER, HEAD, KIM_SON, NURSE, OFFICER, PROPOSER, TUA_CHUA, Office
from .test_issue import MISSING, _missing


def _people(office: Office, number: int) -> list[str]:
    made = [office.person(id_number=f"0371900000{n:02}") for n in range(number)]
    return [office.dose(person_id) for person_id in made]


def _propose(office: Office, *, by: str = PROPOSER, area: str = KIM_SON) -> int:
    return propose(office.database, area_code=area, by=by, now=office.now, today=office.today).batch_id


def _approve(office: Office, batch_id: int, *, by: str = APPROVER, issuer: Issuer | None = None) -> Run:
    return approve(office.database, batch_id=batch_id, by=by, now=office.now, issuer=issuer or office.issuer())


def _grant(office: Office, email: str, role: str) -> None:
    with office.database.transaction() as session:
        accounts.grant_role(session, account=accounts.find_account(session, email), role=role, area=None)


def test_one_proposes_another_approves_and_everything_is_issued(office: Office) -> None:
    doses = _people(office, 3)
    proposed = propose(office.database, area_code="37", by=PROPOSER, now=office.now, today=office.today)
    assert (proposed.doses, proposed.own) == (3, 0)
    assert office.certificates() == []
    steps: list[int] = []
    run = approve(
        office.database, batch_id=proposed.batch_id, by=APPROVER, now=office.now, issuer=office.issuer(),
        progress=steps.append,
    )  # fmt: skip
    assert run == Run(proposed.batch_id, issued=3, refused={}, open=0)
    assert steps == [1, 2, 3]
    assert {row.dose_id for row in office.certificates(state="issued")} == set(doses)
    with office.database.reading() as session:
        assert require_batch(session, proposed.batch_id).state == "issued"
        assert counts(session).issued == 3
        acts = [entry.action for entry in reversed(audit.entries(session)) if not entry.subject.startswith("0")]
        assert acts[0] == "batch_proposed"
        assert audit.verify_chain(session) is None
    assert refusal_of(lambda: _approve(office, proposed.batch_id)) is Refusal.BATCH_CLOSED
    assert refusal_of(lambda: _propose(office)) is Refusal.NOTHING_TO_PROPOSE


def test_who_proposed_may_not_approve(office: Office) -> None:
    _people(office, 1)
    _grant(office, PROPOSER, "approver")
    batch_id = _propose(office)
    assert refusal_of(lambda: _approve(office, batch_id, by=PROPOSER)) is Refusal.OWN_PROPOSAL
    assert office.signatures == 0


def test_who_proposed_may_not_go_on_with_it_either(office: Office) -> None:
    _people(office, 1)
    _grant(office, PROPOSER, "approver")
    batch_id = office.approved()
    assert refusal_of(lambda: _approve(office, batch_id, by=PROPOSER)) is Refusal.OWN_PROPOSAL
    assert office.signatures == 0


def test_who_entered_a_dose_neither_proposes_nor_approves_it(office: Office) -> None:
    _people(office, 1)
    _grant(office, NURSE, "issuer")
    _grant(office, NURSE, "approver")
    assert refusal_of(lambda: _propose(office, by=NURSE)) is Refusal.OWN_ENTRY
    batch_id = _propose(office)
    assert refusal_of(lambda: _approve(office, batch_id, by=NURSE)) is Refusal.OWN_ENTRY
    assert office.signatures == 0


def test_who_corrected_a_dose_neither_proposes_nor_approves_it(office: Office) -> None:
    (dose_id,) = _people(office, 1)
    for role in ("issuer", "approver"):
        _grant(office, OFFICER, role)
    with office.database.transaction() as session:
        dose, by = require_dose(session, dose_id), accounts.find_account(session, OFFICER)
        change_dose(session, dose=dose, field="lot", value="FE8163", why="sổ tiêm", by=by, at=office.now)
        session.flush()
        confirm(session, doses=[dose], by=accounts.find_account(session, HEAD), at=office.now)
    assert refusal_of(lambda: _propose(office, by=OFFICER)) is Refusal.OWN_ENTRY
    batch_id = _propose(office)
    assert refusal_of(lambda: _approve(office, batch_id, by=OFFICER)) is Refusal.OWN_ENTRY
    assert office.signatures == 0


def test_own_entries_are_left_out_of_a_proposal_and_said(office: Office) -> None:
    _people(office, 2)
    _grant(office, HEAD, "registrar")
    _grant(office, PROPOSER, "registrar")
    office.dose(office.person(id_number="037190000077"), by=PROPOSER)
    proposed = propose(office.database, area_code=KIM_SON, by=PROPOSER, now=office.now, today=office.today)
    assert (proposed.doses, proposed.own) == (2, 1)


@pytest.mark.parametrize("by", [NURSE, HEAD, APPROVER])
def test_only_issuers_propose(office: Office, by: str) -> None:
    _people(office, 1)
    assert refusal_of(lambda: _propose(office, by=by)) is Refusal.NOT_PERMITTED


@pytest.mark.parametrize("by", [NURSE, HEAD, PROPOSER])
def test_only_approvers_approve(office: Office, by: str) -> None:
    _people(office, 1)
    batch_id = _propose(office)
    assert refusal_of(lambda: _approve(office, batch_id, by=by)) is Refusal.NOT_PERMITTED
    assert (office.signatures, office.certificates()) == (0, [])


def test_roles_hold_in_their_own_area_only(office: Office) -> None:
    _people(office, 1)
    with office.database.transaction() as session:
        other = accounts.create_account(session, email="other@example.vn", name="other", password_hash=None)
        area = areas.require_area(session, TUA_CHUA, on=office.today)
        for role in ("issuer", "approver"):
            accounts.grant_role(session, account=other, role=role, area=area)
    assert refusal_of(lambda: _propose(office, by="other@example.vn")) is Refusal.NOT_PERMITTED
    batch_id = _propose(office)
    assert refusal_of(lambda: _approve(office, batch_id, by="other@example.vn")) is Refusal.NOT_PERMITTED


def test_unknown_areas_and_batches_are_said(office: Office) -> None:
    assert refusal_of(lambda: _propose(office, area="99999")) is Refusal.UNKNOWN_AREA
    assert refusal_of(lambda: _approve(office, 99)) is Refusal.UNKNOWN_BATCH
    assert refusal_of(lambda: _propose(office, area=TUA_CHUA)) is Refusal.NOTHING_TO_PROPOSE


def test_what_cannot_be_issued_is_not_proposed(office: Office) -> None:
    wrong = office.person(id_number="1")
    office.dose(wrong)
    office.set_person(wrong, identity_state=IdentityState.WRONG.value)
    office.dose(office.person(id_number="2"), confirmed=False)
    office.dose(office.person(id_number="3", full_name="王伟"))
    office.dose(office.person(id_number="4"), product="covaxin")
    ready = office.dose(office.person(id_number="5"))
    later = office.person(id_number="6")
    office.dose(later, number=1, given_on=office.today - timedelta(days=90))
    second = office.dose(later, number=2, given_on=office.today - timedelta(days=60))
    office.dose(later, number=3, kind=DoseKind.BOOSTER, given_on=office.today, confirmed=False)
    batch_id = _propose(office)
    with office.database.reading() as session:
        assert {member.dose_id for member in require_batch(session, batch_id).members} == {ready, second}


@pytest.mark.parametrize(("what", "reason"), MISSING)
def test_a_member_that_lost_a_condition_is_refused_and_the_others_go_out(
    office: Office, what: str, reason: Refusal
) -> None:
    dose_ids = _people(office, 2)
    batch_id = _propose(office)
    with office.database.reading() as session:
        member = next(m for m in require_batch(session, batch_id).members if m.dose_id == dose_ids[0])
        person_id = member.dose.person_id
    _missing(office, person_id, dose_ids[0], what)
    run = _approve(office, batch_id)
    assert run == Run(batch_id, issued=1, refused={reason.value: 1}, open=0)
    assert office.signatures == 1
    with office.database.reading() as session:
        batch = require_batch(session, batch_id)
        assert outcomes(session, batch) == {"issued": 1, reason.value: 1}
        assert batch.state == "issued"


def test_a_run_that_breaks_off_goes_on_where_it_stopped(office: Office) -> None:
    _people(office, 4)
    batch_id = _propose(office)
    issuer = office.issuer()

    class Killed(BaseException):
        pass

    def dying(data: bytes) -> bytes:
        if office.signatures == 2:
            raise Killed
        return issuer.signer.sign(data)

    with pytest.raises(Killed):
        _approve(office, batch_id, issuer=replace(issuer, signer=replace(issuer.signer, sign=dying)))
    assert len(office.certificates(state="issued")) == 2
    assert office.certificates(state="reserved") == []
    assert _approve(office, batch_id) == Run(batch_id, issued=2, refused={}, open=0)
    assert len({row.dose_id for row in office.certificates(state="issued")}) == 4


def test_a_house_that_cannot_sign_stops_the_run_and_spends_no_member(office: Office) -> None:
    _people(office, 2)
    batch_id = _propose(office)
    issuer = office.issuer()
    spoilt = replace(issuer, signer=replace(issuer.signer, sign=lambda data: bytes(64)))
    assert refusal_of(lambda: _approve(office, batch_id, issuer=spoilt)) is Refusal.SELF_CHECK_FAILED
    with office.database.reading() as session:
        assert outcomes(session, require_batch(session, batch_id)) == {None: 2}
    assert _approve(office, batch_id).issued == 2


def test_eight_runs_of_one_batch_at_once_issue_each_dose_once(office: Office) -> None:
    dose_ids = _people(office, 6)
    batch_id = _propose(office)
    issuer, start, runs = office.issuer(), threading.Barrier(8), []

    def run() -> None:
        start.wait()
        with contextlib.suppress(Refused):  # who comes last finds the batch closed
            runs.append(_approve(office, batch_id, issuer=issuer))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done.issued for done in runs) == len(dose_ids)
    issued = office.certificates(state="issued")
    assert sorted(row.dose_id for row in issued) == sorted(dose_ids)
    with office.database.reading() as session:
        batch = session.scalars(select(Batch)).one()
        assert outcomes(session, batch) == {"issued": len(dose_ids)}
        assert batch.state == "issued"


def test_a_dose_in_two_batches_is_issued_by_the_first(office: Office) -> None:
    (dose_id,) = _people(office, 1)
    first = office.approved()
    with office.database.transaction() as session:  # a proposal from before anything was approved
        dose = require_dose(session, dose_id)
        account = accounts.find_account(session, PROPOSER)
        second = create_batch(session, area=dose.site.area, doses=[dose], by=account, at=office.now).id
    assert _approve(office, first).issued == 1
    run = _approve(office, second)
    assert (run.issued, run.refused) == (0, {"already_issued": 1})
    assert len(office.certificates()) == 1
