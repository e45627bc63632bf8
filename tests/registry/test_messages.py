"""Messages wait for whoever hands them on, each for one worker at a time, and not for ever."""

from __future__ import annotations

from datetime import timedelta

from passport.registry.messages import (
    CLAIMED,
    FIRST_WAIT,
    claim_message,
    forget_messages,
    leave_message,
    message_failed,
    message_left,
    outbox,
)

from .conftest import Scene

PHONE = "0912345678"
LASTS = timedelta(minutes=10)


def _leave(scene: Scene, *bodies: str) -> None:
    for body in bodies:
        leave_message(scene.session, recipient=PHONE, body=body, at=scene.now, lasts=LASTS)


def test_the_outbox_shows_the_latest_first(scene: Scene) -> None:
    _leave(scene, "một", "hai")
    assert [message.body for message in outbox(scene.session)] == ["hai", "một"]


def test_a_message_for_nobody_leaves_nothing(scene: Scene) -> None:
    leave_message(scene.session, recipient=None, body="một", at=scene.now, lasts=LASTS)
    assert outbox(scene.session) == []


def test_each_message_is_taken_by_one_worker_and_is_gone_when_it_left(scene: Scene) -> None:
    _leave(scene, "một", "hai")
    first, second = (claim_message(scene.session, at=scene.now) for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.body, second.body) == ("một", "hai")
    assert claim_message(scene.session, at=scene.now) is None
    message_left(scene.session, first.id)
    again = claim_message(scene.session, at=scene.now + CLAIMED)  # its worker has died
    assert again is second
    assert len(outbox(scene.session)) == 1


def test_what_a_gateway_refused_is_tried_later_each_time_until_it_is_of_no_use(scene: Scene) -> None:
    _leave(scene, "một")
    at = scene.now
    for wait in (FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT):
        message = claim_message(scene.session, at=at)
        assert message is not None
        message_failed(scene.session, message, at=at)
        assert claim_message(scene.session, at=at + wait - timedelta(seconds=1)) is None
        at += wait
    assert forget_messages(scene.session, at=scene.now + LASTS) == 0
    assert forget_messages(scene.session, at=scene.now + LASTS + timedelta(seconds=1)) == 1
    assert outbox(scene.session) == []
