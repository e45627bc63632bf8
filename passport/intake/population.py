"""The national population register's yes/no service: four fields go in, one word comes out (letter 9438/BYT-CNTT).

The register shows nothing of what it holds. `HttpPopulation` asks it over HTTP; `intake.standin` answers in its
place where no register can be reached, in development only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.people import Child, GuardianAnswer, Identity, IdentityState, PopulationAnswer, Sex
from passport.errors import Refusal, Refused, Unavailable
from passport.intake.people_cells import HOME
from passport.intake.settling import settle_identity
from passport.intake.standin import EmbeddedPopulation
from passport.registry import audit, identities, people
from passport.registry.areas import require_area
from passport.registry.db import Database
from passport.registry.tables import Person

BATCH = 200  # people asked about in one request
TIMEOUT = httpx.Timeout(30.0, connect=5.0)  # seconds; a register that is slower counts as away
_NO_SUCH_QUESTION = (404, 405, 501)
STATES = {
    PopulationAnswer.RIGHT: IdentityState.VERIFIED,
    PopulationAnswer.WRONG: IdentityState.WRONG,
    PopulationAnswer.NOT_FOUND: IdentityState.NOT_FOUND,
    PopulationAnswer.AMBIGUOUS: IdentityState.AMBIGUOUS,
}


class PopulationService(Protocol):
    """Whoever answers for the population register."""

    def check(self, identities: Sequence[Identity]) -> list[PopulationAnswer]:
        """One answer for each identity, in order; `away` where none could be had. Raises nothing."""

    def is_guardian(self, number: str, child: Child) -> GuardianAnswer:
        """Whether the person with this number is the parent or guardian of a child. Raises nothing."""


class HttpPopulation:
    """The register's service: `POST {url}/check` with `{"items": […]}`, answered by `{"answers": ["right", …]}`, and
    `POST {url}/guardian` with `{"guardian", "child": {…}}`, answered by `{"answer": "yes"}` or `"no"`.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def check(self, identities: Sequence[Identity]) -> list[PopulationAnswer]:
        """Asks in batches; whatever is no proper answer (timeout, status, rubbish) counts as away."""
        answers: list[PopulationAnswer] = []
        with httpx.Client(timeout=TIMEOUT) as client:
            for at in range(0, len(identities), BATCH):
                answers += self._ask(client, identities[at : at + BATCH])
        return answers

    def is_guardian(self, number: str, child: Child) -> GuardianAnswer:
        """One question; a register that has no such address does not know it, anything else improper is away."""
        told = {"full_name": child.full_name, "born": str(child.born), "id_number": child.id_number}
        try:
            with httpx.Client(timeout=TIMEOUT) as client:
                reply = client.post(f"{self._url}/guardian", json={"guardian": number, "child": told})
            if reply.status_code in _NO_SUCH_QUESTION:
                return GuardianAnswer.UNKNOWN_QUESTION
            reply.raise_for_status()
            return {"yes": GuardianAnswer.YES, "no": GuardianAnswer.NO}[reply.json()["answer"]]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
            return GuardianAnswer.AWAY

    def _ask(self, client: httpx.Client, batch: Sequence[Identity]) -> list[PopulationAnswer]:
        items = [
            {"full_name": i.full_name, "sex": i.sex.value, "born": str(i.born), "id_number": i.id_number} for i in batch
        ]
        try:
            reply = client.post(f"{self._url}/check", json={"items": items})
            reply.raise_for_status()
            body: Any = reply.json()
            answers = [PopulationAnswer(word) for word in body["answers"]]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
            answers = []
        return answers if len(answers) == len(batch) else [PopulationAnswer.AWAY] * len(batch)


def population_service(*, url: str, standin: Path, production: bool) -> PopulationService:
    """The register at `url`, or the stand-in's file where no address is set.

    Raises Refused (demo_in_production) rather than let a stand-in answer for the register in production.
    """
    if url:
        return HttpPopulation(url)
    if production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "PASSPORT_POPULATION_URL")
    return EmbeddedPopulation(standin)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """How many people were asked about, and what the register said of them."""

    checked: int
    verified: int
    wrong: int
    not_found: int
    ambiguous: int

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """How far a check has come: people who waited at its start, people asked about, those without an answer."""

    total: int
    done: int
    away: int


def check_people(
    database: Database,
    *,
    service: PopulationService,
    area: str | None,
    by: str,
    now: datetime,
    today: date,
    progress: Callable[[CheckProgress], None] | None = None,
) -> CheckReport:
    """JOB: asks about everybody who waits, in the area with this code or everywhere, and records the answers.

    Foreigners are not in the register: an officer sees their passport instead. `progress` is told after each
    batch; what it raises stops the check, and the next one goes on with whoever waits. Raises InputError
    (unknown_area_code); Unavailable (service_away) when the register did not answer for somebody, after what it
    did answer was recorded: those people wait on.
    """
    answers: Counter[PopulationAnswer] = Counter()
    after: Person | None = None
    with database.reading() as session:
        place = require_area(session, area, on=today) if area else None
        total = people.count_waiting(session, area=place, nationality=HOME)
    while True:
        with database.reading() as session:
            page = people.waiting_people(session, area=place, after=after, limit=BATCH)
            asked = {person.id: _identity(person) for person in page if person.nationality == HOME}
        if not page:
            break
        after = page[-1]
        told = dict(zip(asked, service.check(list(asked.values())), strict=True))
        answers.update(told.values())
        with database.transaction() as session:
            for person_id, answer in told.items():
                _record(session, person_id, asked[person_id], answer, at=now)
        if progress is not None:
            progress(CheckProgress(total, answers.total(), answers[PopulationAnswer.AWAY]))
        if told and set(told.values()) == {PopulationAnswer.AWAY}:
            break
    report = CheckReport(
        checked=answers.total() - answers[PopulationAnswer.AWAY],
        verified=answers[PopulationAnswer.RIGHT],
        wrong=answers[PopulationAnswer.WRONG],
        not_found=answers[PopulationAnswer.NOT_FOUND],
        ambiguous=answers[PopulationAnswer.AMBIGUOUS],
    )
    detail = {answer.value: count for answer, count in answers.items()}
    with database.transaction() as session:
        audit.record(session, actor=by, action="people_checked", subject=f"area {area or '-'}", detail=detail, at=now)
    if answers[PopulationAnswer.AWAY]:
        raise Unavailable(Refusal.SERVICE_AWAY, "population register")
    return report


def check_person(database: Database, *, service: PopulationService, person_id: str, now: datetime) -> IdentityState:
    """Asks about one person who waits, and answers the state of the identity afterwards; away leaves it waiting."""
    with database.reading() as session:
        person = people.require_person(session, person_id)
        if person.identity_state != IdentityState.WAITING.value or person.nationality != HOME:
            return IdentityState(person.identity_state)
        identity = _identity(person)
    (answer,) = service.check([identity])
    with database.transaction() as session:
        return _record(session, person_id, identity, answer, at=now)


def _identity(person: Person) -> Identity:
    return Identity(person.full_name, Sex(person.sex), PartialDate.parse(person.birth_date), person.id_number or "")


def _record(
    session: Session, person_id: str, asked: Identity, answer: PopulationAnswer, *, at: datetime
) -> IdentityState:
    """Records an answer, unless the record was corrected or settled while the register was asked."""
    person = people.require_person(session, person_id)
    waits = person.identity_state == IdentityState.WAITING.value
    if answer in STATES and waits and _identity(person) == asked:
        identities.set_identity(session, person=person, state=STATES[answer], at=at)
        settle_identity(session, person)
    return IdentityState(person.identity_state)
