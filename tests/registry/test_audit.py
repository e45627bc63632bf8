"""The audit trail: whole while nobody touches it, and the first bad entry named when somebody did."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from passport.registry import audit
from passport.registry.audit import AuditEntry, AuditHead, Head, head, record, verify_chain
from passport.registry.db import Database

ENTRIES = 6


@pytest.fixture
def trail(database: Database, now: datetime) -> Database:
    with database.transaction() as session:
        for number in range(1, ENTRIES + 1):
            record(session, actor="y.ta@example.vn", action="dose.confirm", subject=f"dose-{number}", at=now)
        _open_to_operators(session)
    return database


def _open_to_operators(session: Session) -> None:
    """What an operator with all rights does first: the triggers go."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only"))
    else:
        for act in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_entry_no_{act}"))


@pytest.fixture(autouse=True)
def _triggers_again(database: Database) -> object:
    yield
    if database.engine.dialect.name == "postgresql":
        with database.transaction() as session:
            session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only"))


def _rewrite(session: Session, start: int) -> None:
    """Recomputes every hash from an entry on, the head included: what a careful forger does."""
    for entry in session.query(AuditEntry).filter(AuditEntry.id >= start).order_by(AuditEntry.id):
        before = session.get(AuditEntry, entry.id - 1)
        entry.previous_hash = before.hash if before else audit.START
        entry.hash = audit._hash(entry)
        session.flush()
    last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert last is not None
    session.execute(update(AuditHead).values(entry_id=last.id, hash=last.hash))


def _change(session: Session) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.id == 3).values(actor="x"))


def _change_detail(session: Session) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.id == 3).values(detail={"reason": "y"}))


def _delete(session: Session) -> None:
    session.execute(text("DELETE FROM audit_entry WHERE id = 3"))


def _cut_off(session: Session) -> None:
    session.execute(text("DELETE FROM audit_entry WHERE id > 2"))


def _swap(session: Session) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        session.execute(update(AuditEntry).where(AuditEntry.id == old).values(id=new))


def _insert(session: Session) -> None:
    for number in range(ENTRIES, 2, -1):
        session.execute(update(AuditEntry).where(AuditEntry.id == number).values(id=number + 1))
    session.execute(
        text(
            "INSERT INTO audit_entry (id, at, actor, action, subject, detail, previous_hash, hash) "
            "SELECT 3, at, actor, action, subject, detail, 'p', 'h' FROM audit_entry WHERE id = 1"
        )
    )


def test_a_whole_trail(trail: Database) -> None:
    with trail.reading() as session:
        assert verify_chain(session) is None
        last = head(session)
        assert last is not None
        assert (last.entry_id, len(last.hash)) == (ENTRIES, 64)
        assert verify_chain(session, expected=last) is None


def test_nothing_recorded_is_whole(database: Database) -> None:
    with database.reading() as session:
        assert (verify_chain(session), head(session)) == (None, None)


@pytest.mark.parametrize("act", [_change, _change_detail, _delete, _cut_off, _swap, _insert])
def test_tampering_names_the_first_bad_entry(trail: Database, act: Callable[[Session], None]) -> None:
    with trail.transaction() as session:
        act(session)
    with trail.reading() as session:
        assert verify_chain(session) == 3


def test_an_entry_put_behind_the_head(trail: Database, now: datetime) -> None:
    with trail.transaction() as session:
        last = head(session)
        record(session, actor="x", action="forged", subject="s", at=now)
        assert last is not None
        session.execute(update(AuditHead).values(entry_id=last.entry_id, hash=last.hash))
    with trail.reading() as session:
        assert verify_chain(session) == ENTRIES + 1


def test_a_chain_written_anew_shows_against_a_head_kept_outside(trail: Database) -> None:
    with trail.reading() as session:
        kept = head(session)
    with trail.transaction() as session:
        _change(session)
        session.expire_all()
        _rewrite(session, 3)
    with trail.reading() as session:
        assert verify_chain(session) is None
        assert verify_chain(session, expected=kept) == ENTRIES


def test_a_tail_cut_off_with_its_head_shows_against_a_head_kept_outside(trail: Database) -> None:
    with trail.reading() as session:
        kept = head(session)
    with trail.transaction() as session:
        _cut_off(session)
        _rewrite(session, 2)
    with trail.reading() as session:
        assert verify_chain(session) is None
        assert verify_chain(session, expected=kept) == 3
        assert verify_chain(session, expected=Head(entry_id=2, hash="0" * 64)) == 2


def test_writers_at_once_never_fork_the_chain(database: Database, now: datetime) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            with database.transaction() as session:
                record(session, actor=f"a{number}", action="x", subject=str(turn), detail={"n": turn}, at=now)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    with database.reading() as session:
        assert verify_chain(session) is None
        last = head(session)
        assert last is not None
        assert last.entry_id == 30


def test_entries_of_a_subject_the_latest_first(trail: Database) -> None:
    with trail.reading() as session:
        assert [entry.id for entry in audit.entries(session, limit=2)] == [6, 5]
        assert [entry.id for entry in audit.entries(session, before=3)] == [2, 1]
        assert [entry.id for entry in audit.entries(session, subject="dose-4")] == [4]
