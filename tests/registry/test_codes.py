"""One-time codes: ten minutes, five tries however many guess at once, once, three an hour."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from passport.registry import codes
from passport.registry.codes import LIFETIME, MadeCode, OneTimeCode, check_code, make_code
from passport.registry.db import Database

from .conftest import Scene

PEPPER = b"pepper of the test"
PHONE = "0912345678"


@pytest.fixture
def make(scene: Scene) -> Callable[..., MadeCode]:
    person = scene.person(phone=PHONE)

    def make(**told: object) -> MadeCode:
        values: dict[str, object] = {
            "purpose": "look-up", "person_id": person.id, "recipient": PHONE, "pepper": PEPPER, "now": scene.now,
        }  # fmt: skip
        return make_code(scene.session, **(values | told))  # type: ignore[arg-type]

    return make


def _check(scene: Scene, made: MadeCode, code: str | None = None, **told: object) -> bool:
    values: dict[str, object] = {
        "code_id": made.id, "purpose": "look-up", "code": code or made.code, "pepper": PEPPER, "now": scene.now,
    }  # fmt: skip
    return check_code(scene.session, **(values | told))  # type: ignore[arg-type]


def _wrong(made: MadeCode) -> str:
    assert made.code is not None
    return f"{(int(made.code) + 1) % 10**6:06}"


def test_a_right_code_opens_once(scene: Scene, make: Callable[..., MadeCode]) -> None:
    made = make()
    assert made.code is not None
    assert made.code.isascii()
    assert (made.code.isdigit(), len(made.code)) == (True, 6)
    row = scene.session.get_one(OneTimeCode, made.id)
    assert made.code.encode() not in row.code_hash
    assert _check(scene, made)
    assert not _check(scene, made)


def test_five_tries(scene: Scene, make: Callable[..., MadeCode]) -> None:
    made = make()
    for _ in range(4):
        assert not _check(scene, made, _wrong(made))
    assert _check(scene, made)
    spent = make()
    for _ in range(5):
        _check(scene, spent, _wrong(spent))
    assert not _check(scene, spent)


@pytest.mark.parametrize("told", [{"purpose": "report"}, {"pepper": b"another"}, {"code_id": "0" * 32}, {"now": None}])
def test_a_code_is_bound_to_its_purpose_and_time(
    scene: Scene, make: Callable[..., MadeCode], told: dict[str, object]
) -> None:
    if "now" in told:
        told = {"now": scene.now + LIFETIME}
    assert not _check(scene, made := make(), **told)
    assert _check(scene, made, now=scene.now + LIFETIME - timedelta(seconds=1))


def test_a_new_code_voids_the_old_one(scene: Scene, make: Callable[..., MadeCode]) -> None:
    old, new = make(), make()
    assert not _check(scene, old)
    assert _check(scene, new)


def test_three_codes_an_hour_to_one_telephone(scene: Scene, make: Callable[..., MadeCode]) -> None:
    sent = [make(now=scene.now + timedelta(minutes=n)) for n in range(4)]
    assert [made.code is not None for made in sent] == [True, True, True, False]
    assert make(recipient="0987654321").code is not None
    assert make(now=scene.now + timedelta(hours=1)).code is not None


def test_the_last_code_sent_still_works_when_no_more_are_sent(scene: Scene, make: Callable[..., MadeCode]) -> None:
    sent = [make() for _ in range(4)]
    assert _check(scene, sent[2])


def test_nobody_gets_an_answer_that_looks_the_same(scene: Scene, make: Callable[..., MadeCode]) -> None:
    nobody = make(person_id=None, recipient=None)
    assert nobody.code is None
    assert len(nobody.id) == len(make().id)
    assert not _check(scene, nobody, "123456")


def test_guessing_at_once_shares_the_five_tries(database: Database, now: datetime, today: object) -> None:
    with database.transaction() as session:
        person = Scene(session, now, today).person(phone=PHONE)  # type: ignore[arg-type]
        made = make_code(session, purpose="look-up", person_id=person.id, recipient=PHONE, pepper=PEPPER, now=now)

    def guess(number: int) -> None:
        for attempt in range(4):
            code = f"{(int(made.code or 0) + 1 + number * 4 + attempt) % 10**6:06}"
            with database.transaction() as session:
                check_code(session, code_id=made.id, purpose="look-up", code=code, pepper=PEPPER, now=now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(8)))
    with database.transaction() as session:
        assert session.get_one(OneTimeCode, made.id).tries_left == 0
        right = check_code(session, code_id=made.id, purpose="look-up", code=made.code or "", pepper=PEPPER, now=now)
        assert not right


def test_a_right_code_typed_at_once_opens_once(database: Database, now: datetime, today: object) -> None:
    with database.transaction() as session:
        person = Scene(session, now, today).person(phone=PHONE)  # type: ignore[arg-type]
        made = make_code(session, purpose="look-up", person_id=person.id, recipient=PHONE, pepper=PEPPER, now=now)

    def check(_number: int) -> bool:
        with database.transaction() as session:
            return check_code(session, code_id=made.id, purpose="look-up", code=made.code or "", pepper=PEPPER, now=now)

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(check, range(5))) == 1
    with database.reading() as session:
        opened = codes.opened(session, made.id, purpose="look-up", now=now)
        assert opened is not None
        assert opened.person_id == person.id


def test_old_codes_are_forgotten_after_they_stop_counting(scene: Scene, make: Callable[..., MadeCode]) -> None:
    make()
    assert codes.forget_codes(scene.session, now=scene.now + timedelta(hours=1)) == 0
    assert codes.forget_codes(scene.session, now=scene.now + timedelta(hours=1, minutes=11)) == 1


def test_one_telephone_gets_three_codes_an_hour_for_all_purposes_together(
    scene: Scene, make: Callable[..., MadeCode]
) -> None:
    opens = make()
    told = [make(purpose="report", person_id=None) for _ in range(3)]
    assert [made.code is not None for made in told] == [True, True, False]
    assert make().code is None
    assert _check(scene, opens)  # what is sent for another purpose voids nothing
    assert _check(scene, told[1], purpose="report")


def test_a_visit_ends_when_it_is_left(scene: Scene, make: Callable[..., MadeCode]) -> None:
    made = make()
    assert codes.opened(scene.session, made.id, purpose="look-up", now=scene.now) is None
    assert _check(scene, made)
    assert codes.opened(scene.session, made.id, purpose="look-up", now=scene.now) is not None
    assert codes.opened(scene.session, made.id, purpose="look-up", now=scene.now + codes.OPEN_FOR) is None
    codes.void_code(scene.session, made.id)
    assert codes.opened(scene.session, made.id, purpose="look-up", now=scene.now) is None
