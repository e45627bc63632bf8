"""The five counts equal a plain recount, whatever is done to lists, people, doses and certificates, also at once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from passport.domain.doses import DoseKind, DoseState
from passport.domain.people import IdentityState
from passport.errors import InputError, PassportError, Refusal
from passport.intake import joining
from passport.intake.cleaning import correct_dose, correct_person
from passport.intake.confirming import confirm_doses
from passport.intake.entering import enter_dose
from passport.intake.importing import withdraw_import
from passport.registry import certificates, doses, identities, people
from passport.registry.accounts import find_account, grant_role
from passport.registry.columns import new_id
from passport.registry.coverage_tables import SiteTally
from passport.registry.db import Database
from passport.registry.merging import RecordMerge
from passport.registry.progress import Counts, counts_by_area
from passport.registry.tables import Attendee, Certificate, Dose, Import, Person
from passport.registry.tally_upkeep import SUMMED_EVERY, TALLY
from tests.lists import AN, HEAD, NURSE, OFFICER, OTHER_STATION, STATION, World, csv_list, person, staffed

STATES = (IdentityState.VERIFIED, IdentityState.VERIFIED, IdentityState.WAITING, IdentityState.WRONG)
ACTS = 40
ROAD = {DoseState.HELD: 0, DoseState.ENTERED: 0, DoseState.VERIFIED: 1, DoseState.CONFIRMED: 2, DoseState.ISSUED: 3}


@pytest.fixture
def world(database: Database, now: object, today: object) -> World:
    """Two stations, whose staff may act everywhere."""
    made = staffed(database, now=now, today=today)  # type: ignore[arg-type]
    with database.transaction() as session:
        for email, role in ((NURSE, "registrar"), (HEAD, "confirmer"), (OFFICER, "identity_officer")):
            grant_role(session, account=find_account(session, email), role=role, area=None)
    return made


def _recount(session: Session) -> dict[int, Counts]:
    """Dose by dose and attendee by attendee."""
    given: Counter[int] = Counter()
    for attendee in session.scalars(select(Attendee)):
        told = session.get_one(Import, attendee.import_id)
        given[told.site.area_id] += told.state == "done"
    found: dict[int, Counter[int]] = {}
    for dose in session.scalars(select(Dose)):
        found.setdefault(dose.site.area_id, Counter())[ROAD[doses.state_of(dose)]] += 1
    return {
        place: Counts(given[place], *(sum(n for stage, n in found.get(place, {}).items() if stage >= least)
                                      for least in range(4)))
        for place in {*given, *found}
    }  # fmt: skip


def _agree(world: World) -> dict[int, Counts]:
    nothing = Counts(0, 0, 0, 0, 0)
    with world.database.reading() as session:
        told, plain = counts_by_area(session), _recount(session)
        assert {place: told.get(place, nothing) for place in plain} == plain
        assert {place for place in told if told[place] != nothing} <= plain.keys()
        return told


@dataclass
class History:
    """What may happen to records, one thing after another, chosen at random."""

    world: World
    draw: random.Random
    done: Counter[str] = field(default_factory=Counter)
    files: int = 0

    def go_on(self) -> None:
        """One thing more, unless the house refuses it."""
        act = self.draw.choice(
            (self.vaccinations, self.attendance, self.entry, self.identity, self.hold, self.confirmation,
             self.certificate, self.revocation, self.dose_correction, self.person_correction, self.merge,
             self.dose_merge, self.split, self.undoing, self.withdrawal)
        )  # fmt: skip
        try:
            act()
        except PassportError:
            return
        self.done[act.__name__] += 1

    def vaccinations(self) -> None:
        """A list: of known people and new ones, some rows faulty, some told twice."""
        rows = [self._row() for _ in range(self.draw.randint(1, 8))]
        self._bring_in(csv_list(rows), kind="vaccination", site_code=self._site())

    def attendance(self) -> None:
        self._bring_in(csv_list([self._row(), self._row()]), kind="attendance", site_code=self._site())

    def entry(self) -> None:
        self._do(enter_dose, site_code=self._site(), cells=self._row(), by=NURSE, today=self.world.today)

    def identity(self) -> None:
        with self.world.database.transaction() as session:
            for one in self._some(session, Person, 3):
                identities.set_identity(session, person=one, state=self.draw.choice(STATES), at=self.world.now)

    def hold(self) -> None:
        with self.world.database.transaction() as session:
            ids = [dose.id for dose in self._some(session, Dose, 3)]
            session.execute(update(Dose).where(Dose.id.in_(ids)).values(held=~Dose.held))

    def confirmation(self) -> None:
        self._do(confirm_doses, site_code=self._site(), import_id=None, by=HEAD)

    def certificate(self) -> None:
        for dose_id in self._chosen(Dose, 3, Dose.confirmed_at.is_not(None)):
            with self.world.database.transaction() as session:
                _certify(session, self.world, dose_id)

    def revocation(self) -> None:
        with self.world.database.transaction() as session:
            for one in self._some(session, Certificate, 1):
                by = find_account(session, HEAD)
                certificates.revoke(session, certificate=one, reason="sai", by=by, at=self.world.now)

    def dose_correction(self) -> None:
        (dose_id,) = self._chosen(Dose)
        cells = self.draw.choice(({"lot": f"L{self.draw.randrange(99)}"}, {"site": self._site()}))
        self._do(correct_dose, dose_id=dose_id, cells=cells, why="Nhập sai", by=NURSE, today=self.world.today)

    def person_correction(self) -> None:
        (person_id,) = self._chosen(Person)
        name, why = f"Lê Thị {self.draw.choice('ABCDEGH')}ng", "Sai tên"
        self._do(
            correct_person, person_id=person_id, field="full_name", value=name, why=why, by=OFFICER,
            today=self.world.today,
        )  # fmt: skip

    def merge(self) -> None:
        kept, gone = self._chosen(Person, 2)
        self._do(joining.merge_people, kept_id=kept, gone_id=gone, why="Cùng một người", by=OFFICER)

    def dose_merge(self) -> None:
        """Two records of one dose, of which the last may be a duplicate that goes."""
        with self.world.database.reading() as session:
            pairs = [
                (one.id, other.id)
                for one in session.scalars(select(Dose))
                for other in one.person.doses
                if one.id < other.id and (one.number, one.given_on) == (other.number, other.given_on)
            ]
        if pairs:
            kept, gone = self.draw.sample(self.draw.choice(pairs), 2)
            self._do(joining.merge_doses, kept_id=kept, gone_id=gone, why="Trùng", by=NURSE, today=self.world.today)

    def split(self) -> None:
        (person_id,) = self._chosen(Person, 1, Person.id.in_(select(Dose.person_id).where(Dose.number == 2)))
        with self.world.database.reading() as session:
            one = session.get_one(Person, person_id)
            chosen = [dose.id for dose in one.doses[1:]]
        row = self._row()
        identity = {name: row[name] for name in ("full_name", "birth_date", "sex", "id_number")}
        self._do(
            joining.split_person, person_id=person_id, dose_ids=chosen, identity=identity, why="Hai người", by=OFFICER,
            today=self.world.today,
        )  # fmt: skip

    def undoing(self) -> None:
        (merge_id,) = self._chosen(RecordMerge)
        by = self.draw.choice((OFFICER, NURSE))
        self._do(joining.undo_merge, merge_id=merge_id, why="Nhầm", by=by, today=self.world.today)

    def withdrawal(self) -> None:
        (import_id,) = self._chosen(Import)
        self._do(withdraw_import, import_id=import_id, by=NURSE)

    def _row(self) -> dict[str, str]:
        number, dose = self.draw.randrange(12), self.draw.randint(1, 2)
        cells = person(number, dose_number=str(dose), lot=self.draw.choice(("ABV5300", "ABV5301", "")))
        cells["vaccination_date"] = f"{10 + self.draw.randrange(2)}/0{5 + 3 * dose - 3}/2021"
        if self.draw.random() < 0.2:
            cells["id_number"] = self.draw.choice(("", "123"))
        return cells

    def _site(self) -> str:
        return self.draw.choice((STATION, OTHER_STATION))

    def _bring_in(self, data: bytes, **options: str) -> None:
        self.files += 1
        self.world.bring_in(data, file_name=f"{self.files}.csv", **options)

    def _do(self, act: Callable[..., object], **told: object) -> None:
        act(self.world.database, now=self.world.now, **told)

    def _some(self, session: Session, table: type, many: int, *which: Any) -> list[Any]:
        found = list(session.scalars(select(table).where(*which).order_by(table.id)))  # type: ignore[attr-defined]
        return self.draw.sample(found, min(many, len(found)))

    def _chosen(self, table: type, many: int = 1, *which: Any) -> list[Any]:
        with self.world.database.reading() as session:
            found = [one.id for one in self._some(session, table, many, *which)]
        if len(found) < many:
            raise InputError(Refusal.BAD_OPTION, "nothing to act on")
        return found


def _certify(session: Session, world: World, dose_id: str) -> None:
    dose, by = doses.require_dose(session, dose_id), find_account(session, HEAD)
    told = {"by": by, "issued_at": world.now, "expires_at": world.now + timedelta(days=365)}
    old = certificates.current_for(session, dose)
    reserved = certificates.reserve(session, identifier=f"URN:UVCI:{new_id()}", dose=dose, replaces=old, **told)
    if old is not None:
        certificates.revoke(session, certificate=old, reason="thay", by=by, at=world.now, replaced_by=reserved)
    certificates.record_signed(session, certificate=reserved, text="HC1:…", key_id="00")


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_counts_are_those_of_a_plain_recount(world: World, seed: int) -> None:
    history = History(world, random.Random(seed))
    for _ in range(4):
        history.vaccinations()
    for _ in range(ACTS):
        history.go_on()
        _agree(world)
    kept = _agree(world)
    assert len(history.done) >= 8, history.done
    with world.database.transaction() as session:
        TALLY.refill(session.connection())
    assert _agree(world) == kept


def test_the_rows_of_a_site_are_added_up_now_and_then(world: World) -> None:
    world.rows(*(person(index, vaccination_date=f"1{index}/08/2021") for index in range(10)))
    before = _agree(world)
    with world.database.transaction() as session:
        session.execute(update(Person).values(identity_state="verified"))
        for _ in range(2 * SUMMED_EVERY // 10 + 4):
            session.execute(update(Dose).values(held=~Dose.held))
        rows = session.scalar(select(func.count()).select_from(SiteTally))
    assert 0 < (rows or 0) < SUMMED_EVERY
    ((place, count),) = _agree(world).items()
    assert (count.entered, count.verified) == (before[place].entered, 10)


def _verify(session: Session, world: World, state: IdentityState) -> None:
    for one in session.scalars(select(Person)):
        identities.set_identity(session, person=one, state=state, at=world.now)


def _hold(session: Session, held: bool) -> None:
    session.execute(update(Dose).values(held=held))


def _additional(session: Session, world: World) -> None:
    (one,) = session.scalars(select(Person))
    site, by = one.doses[0].site, find_account(session, NURSE)
    doses.add_dose(
        session, person=one, site=site, product="pfizer", number=3, kind=DoseKind.ADDITIONAL, given_on=world.today,
        lot="", held=False, by=by, at=world.now,
    )  # fmt: skip


ACTIONS: dict[str, Callable[[Session, World, str], object]] = {
    "hold": lambda session, world, dose: _hold(session, True),
    "doubt": lambda session, world, dose: _verify(session, world, IdentityState.WRONG),
    "certify": _certify,
    "add": lambda session, world, dose: _additional(session, world),
    "revoke": lambda session, world, dose: session.execute(update(Certificate).values(state="abandoned")),
}


@pytest.mark.parametrize(
    ("first", "second"),
    [("add", "doubt"), ("doubt", "add"), ("hold", "certify"), ("certify", "hold"), ("certify", "doubt"),
     ("revoke", "doubt"), ("revoke", "hold")],
)  # fmt: skip
def test_two_who_act_at_once_are_both_counted(world: World, first: str, second: str) -> None:
    world.rows(AN)
    (dose,) = world.doses
    with world.database.transaction() as session:
        _verify(session, world, IdentityState.VERIFIED)
    confirm_doses(world.database, site_code=STATION, import_id=None, by=HEAD, now=world.now)
    if first == "revoke":
        with world.database.transaction() as session:
            _certify(session, world, dose.id)

    def other() -> None:
        with world.database.transaction() as session:
            ACTIONS[second](session, world, dose.id)

    waiting = Thread(target=other)
    with world.database.transaction() as session:
        ACTIONS[first](session, world, dose.id)
        session.flush()
        waiting.start()
        waiting.join(timeout=0.2)  # it waits for us, or looked at what was before
    waiting.join()
    _agree(world)


def test_doses_are_confirmed_while_a_list_tells_more_of_the_same_people(world: World) -> None:
    world.rows(*(person(index) for index in range(2)))
    with world.database.transaction() as session:
        _verify(session, world, IdentityState.VERIFIED)
    first, last = (dose.person_id for dose in sorted(world.doses, key=lambda dose: dose.id))
    told = {"site_code": STATION, "import_id": None, "by": HEAD, "now": world.now}
    confirming = Thread(target=confirm_doses, args=(world.database,), kwargs=told)
    with world.database.transaction() as session:
        people.lock_people(session)  # as the list does
        for one in (last, first):
            session.execute(update(Person).where(Person.id == one).values(email=f"{one}@example.vn"))
            if one == last:
                confirming.start()
                confirming.join(timeout=0.5)
    confirming.join()
    assert [count.confirmed for count in _agree(world).values()] == [2]


def test_a_dose_is_corrected_while_the_register_answers_for_its_person(world: World) -> None:
    world.rows(AN)
    (dose,) = world.doses
    told = {"dose_id": dose.id, "cells": {"site": OTHER_STATION}, "why": "Sai nơi tiêm", "by": NURSE}
    told |= {"now": world.now, "today": world.today}
    correcting = Thread(target=correct_dose, args=(world.database,), kwargs=told)
    with world.database.transaction() as session:
        _verify(session, world, IdentityState.VERIFIED)
        correcting.start()
        correcting.join(timeout=0.5)
        session.execute(update(Dose).values(held=True))  # as what settles its row does
    correcting.join()
    assert world.doses[0].site_id != dose.site_id
    _agree(world)
