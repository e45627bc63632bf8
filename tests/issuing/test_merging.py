"""Certificates of merged records: in force where they name the person right, replaced by a second person elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from passport.errors import Refusal, Refused
from passport.intake.joining import merge_people, undo_merge
from passport.issuing.issue import issue
from passport.issuing.revoke import replace_certificates
from passport.registry.cleaning_tables import RecordMerge
from passport.verifying.verify import verify

from .conftest import APPROVER, OFFICER, PROPOSER, Office


def merge(office: Office, kept: str, gone: str) -> RecordMerge:
    return merge_people(
        office.database, kept_id=kept, gone_id=gone, why="Cùng một người", by=OFFICER,
        now=office.now + timedelta(minutes=1),
    )  # fmt: skip


def replaced(office: Office, person_id: str, by: str) -> int:
    issued = replace_certificates(
        office.database, person_id=person_id, reason="Gộp hồ sơ", by=by, now=office.now + timedelta(minutes=2),
        issuer=office.issuer(),
    )  # fmt: skip
    return len(issued)


def test_a_certificate_that_names_the_person_right_stays_in_force(office: Office) -> None:
    kept, gone = office.person(), office.person(id_number="164123456")
    office.dose(gone)
    office.issue_all()
    merge(office, kept, gone)
    assert replaced(office, kept, OFFICER) == 0
    (certificate,) = office.certificates(state="issued")
    assert certificate.person_id == kept
    assert certificate.text is not None
    assert verify(certificate.text, context=office.context(), now=office.now).outcome == "valid"


def test_whoever_merged_does_not_put_the_certificate_in_the_other_name(office: Office) -> None:
    kept, gone = office.person(), office.person(full_name="Lê Thị Lan", id_number="037190000002")
    office.dose(gone)
    office.issue_all()
    merge(office, kept, gone)
    with pytest.raises(Refused) as told:
        replaced(office, kept, OFFICER)
    assert told.value.reason is Refusal.SECOND_PERSON
    assert replaced(office, kept, APPROVER) == 1
    (old,) = office.certificates(state="revoked")
    assert old.replaced_by_id is not None


def test_an_approval_for_one_record_issues_nothing_for_the_other(office: Office) -> None:
    kept, gone = office.person(), office.person(full_name="Lê Thị Lan", id_number="037190000002")
    office.dose(gone)
    office.approved()
    done = merge(office, kept, gone)
    for person in (kept, gone):
        with pytest.raises(Refused) as told:
            issue(
                office.database, person_id=person, by=PROPOSER, now=office.now + timedelta(minutes=3),
                issuer=office.issuer(),
            )  # fmt: skip
        assert told.value.reason is Refusal.BATCH_NOT_APPROVED
        if person == kept:
            undo_merge(
                office.database, merge_id=done.id, why="Gộp nhầm", by=OFFICER, now=office.now + timedelta(minutes=2),
                today=office.today,
            )  # fmt: skip
