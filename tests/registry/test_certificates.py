"""Certificates: reserved before they are signed, one in force for a dose whoever is in a hurry."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

from passport.errors import Refusal, Refused
from passport.registry import certificates
from passport.registry.accounts import Account
from passport.registry.db import Database
from passport.registry.tables import Certificate, Dose
from tests.refusals import refusal_of

from .conftest import Scene

CLIENTS = 12


def _reserve(scene: Scene, dose: Dose, identifier: str = "URN:UVCI:01:VN:A#1", **told: object) -> Certificate:
    return certificates.reserve(
        scene.session,
        identifier=identifier,
        dose=dose,
        by=scene.account("issuer"),
        issued_at=scene.now,
        expires_at=scene.now + timedelta(days=365),
        **told,  # type: ignore[arg-type]
    )


def _sign(scene: Scene, certificate: Certificate) -> None:
    certificates.record_signed(scene.session, certificate=certificate, text="HC1:6BF", key_id="0a0b")


def test_reserved_then_signed_then_found(scene: Scene) -> None:
    dose = scene.confirmed(scene.person())
    certificate = _reserve(scene, dose)
    assert certificate.state == "reserved"
    assert certificates.current_for(scene.session, dose) is None
    assert (
        refusal_of(lambda: certificates.find_certificate(scene.session, certificate.id)) is Refusal.UNKNOWN_CERTIFICATE
    )
    _sign(scene, certificate)
    assert (certificate.state, certificate.text, certificate.key_id) == ("issued", "HC1:6BF", "0a0b")
    assert certificates.current_for(scene.session, dose) is certificate
    for known in (certificate.id, certificate.identifier):
        assert certificates.find_certificate(scene.session, known) is certificate
    assert dose.certificates == [certificate]


def test_a_dose_is_certified_once(scene: Scene) -> None:
    dose = scene.confirmed(scene.person())
    reserved = _reserve(scene, dose)
    assert refusal_of(lambda: _reserve(scene, dose, "B")) is Refusal.ALREADY_ISSUED
    _sign(scene, reserved)
    assert refusal_of(lambda: _reserve(scene, dose, "C")) is Refusal.ALREADY_ISSUED
    assert refusal_of(lambda: _sign(scene, reserved)) is Refusal.ALREADY_ISSUED


def test_an_identifier_is_never_used_twice(scene: Scene) -> None:
    first, second = scene.confirmed(scene.person()), scene.confirmed(scene.person(id_number="2"))
    _reserve(scene, first, "A")
    assert refusal_of(lambda: _reserve(scene, second, "A")) is Refusal.ALREADY_ISSUED


def test_the_old_one_stays_in_force_until_the_new_one_is_signed(scene: Scene) -> None:
    dose = scene.confirmed(scene.person())
    old = _reserve(scene, dose, "A")
    _sign(scene, old)
    new = _reserve(scene, dose, "B", replaces=old)
    assert certificates.current_for(scene.session, dose) is old
    assert refusal_of(lambda: _sign(scene, new)) is Refusal.ALREADY_ISSUED  # the old one was not revoked yet
    certificates.revoke(
        scene.session, certificate=old, reason="đính chính", by=scene.account("officer"), at=scene.now, replaced_by=new
    )
    _sign(scene, new)
    assert certificates.current_for(scene.session, dose) is new
    assert (old.state, old.revoked_at, old.replaced_by) == ("revoked", scene.now, new)


def test_revoked_once(scene: Scene) -> None:
    certificate = scene.issued(scene.confirmed(scene.person()))

    def revoke() -> None:
        certificates.revoke(
            scene.session, certificate=certificate, reason="cấp nhầm", by=scene.account("officer"), at=scene.now
        )

    revoke()
    assert certificate.revocation_reason == "cấp nhầm"
    assert refusal_of(revoke) is Refusal.ALREADY_REVOKED
    assert certificates.find_certificate(scene.session, certificate.id) is certificate


def test_a_reservation_that_was_cut_off_can_be_given_up(scene: Scene) -> None:
    dose = scene.confirmed(scene.person())
    lost = _reserve(scene, dose, "A")
    assert certificates.abandon_reservations(scene.session, before=scene.now) == 0
    assert certificates.abandon_reservations(scene.session, before=scene.now + timedelta(minutes=10)) == 1
    _sign(scene, _reserve(scene, dose, "B"))
    assert refusal_of(lambda: _sign(scene, lost)) is Refusal.ALREADY_ISSUED


def test_expiring_certificates_come_a_page_at_a_time(scene: Scene) -> None:
    issued = []
    for number in range(3):
        certificate = scene.issued(scene.confirmed(scene.person(id_number=str(number))), str(number))
        certificate.expires_at = scene.now + timedelta(days=30 - number)
        issued.append(certificate)
    soon = scene.now + timedelta(days=30)
    first = certificates.expiring(scene.session, before=soon, limit=1)
    assert first == [issued[2]]
    assert certificates.expiring(scene.session, before=soon, after=first[-1]) == [issued[1]]


def _prepare(database: Database, now: datetime, today: date, doses: int) -> list[str]:
    with database.transaction() as session:
        scene = Scene(session, now, today)
        scene.account("issuer")
        return [scene.confirmed(scene.person(id_number=str(number))).id for number in range(doses)]


def _at_once(clients: int, act: Callable[[int], object]) -> Counter[object]:
    start = threading.Barrier(clients)

    def client(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except Refused as refusal:
            return refusal.reason

    with ThreadPoolExecutor(clients) as pool:
        return Counter(pool.map(client, range(clients)))


def test_of_many_who_reserve_at_once_one_wins(database: Database, now: datetime, today: date) -> None:
    (dose_id,) = _prepare(database, now, today, 1)

    def reserve(number: int) -> object:
        with database.transaction() as session:
            certificates.reserve(
                session,
                identifier=f"URN:UVCI:01:VN:{number}",
                dose=session.get_one(Dose, dose_id),
                by=session.query(Account).filter_by(name="issuer").one(),
                issued_at=now,
                expires_at=now + timedelta(days=365),
            )
        return "reserved"

    assert _at_once(CLIENTS, reserve) == {"reserved": 1, Refusal.ALREADY_ISSUED: CLIENTS - 1}


def test_many_clients_issue_the_same_doses_once(database: Database, now: datetime, today: date) -> None:
    dose_ids = _prepare(database, now, today, 10)

    def issue(number: int, dose_id: str) -> str:
        try:
            with database.transaction() as session:
                reserved = certificates.reserve(
                    session,
                    identifier=f"URN:UVCI:01:VN:{number}-{dose_id}",
                    dose=session.get_one(Dose, dose_id),
                    by=session.query(Account).filter_by(name="issuer").one(),
                    issued_at=now,
                    expires_at=now + timedelta(days=365),
                )
            with database.transaction() as session:
                certificate = session.get_one(Certificate, reserved.id)
                certificates.record_signed(session, certificate=certificate, text="HC1:6BF", key_id="0a")
        except Refused as refusal:
            return refusal.reason.value
        return "issued"

    outcomes = _at_once(4, lambda number: tuple(issue(number, dose_id) for dose_id in dose_ids))
    told = Counter(word for client, times in outcomes.items() for word in list(client) * times)  # type: ignore[call-overload]
    assert told == {"issued": len(dose_ids), "already_issued": 3 * len(dose_ids)}
    with database.reading() as session:
        states = Counter(certificate.state for certificate in session.query(Certificate))
    assert states == {"issued": len(dose_ids)}
