"""The API for programs that keep records: in whose name, where, and done once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from passport.app import create_app
from passport.errors import PassportError, Refusal
from passport.registry import accounts, areas, audit, idempotency
from passport.registry.clients import SCOPES, create_client
from passport.registry.db import Database
from passport.registry.tables import Certificate
from passport.web.limits import LIMITER
from tests.issuing.conftest import APPROVER, KIM_SON, NURSE, TUA_CHUA, Office, open_office

_NOTHING = "0" * 32


@dataclass
class Desk:
    """An office with one person who holds one certificate, and programs that call its API."""

    office: Office
    app: APIFlask
    person: str
    certificate: Certificate

    def account(self, email: str, role: str, area: str) -> str:
        with self.office.database.transaction() as session:
            account = accounts.create_account(session, email=email, name=email, password_hash=None)
            where = areas.require_area(session, area, on=self.office.today)
            accounts.grant_role(session, account=account, role=role, area=where)
        return email

    def program(self, *scopes: str, acting: str | None) -> dict[str, str]:
        """The headers of a new client."""
        with self.office.database.transaction() as session:
            account = accounts.find_account(session, acting) if acting else None
            _client, key = create_client(session, name="Programs", scopes=scopes, now=self.office.now, acting=account)
        return {"Authorization": f"Bearer {key}"}

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def paths(self) -> list[str]:
        return [
            f"/api/v1/people/{self.person}",
            f"/api/v1/people/{self.person}/doses",
            f"/api/v1/certificates/{self.certificate.id}",
        ]

    @property
    def revocation(self) -> str:
        return f"/api/v1/certificates/{self.certificate.id}/revocation"


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path, now: datetime, today: date) -> Iterator[Desk]:
    office = open_office(database, tmp_path / "keys", now=now, today=today)
    person = office.person()
    office.dose(person)
    office.issue_all()
    app = create_app(
        {
            "PASSPORT_DATABASE_URL": database_url,
            "PASSPORT_INSTANCE_DIR": str(tmp_path / "instance"),
            "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
        }
    )
    LIMITER.reset()
    yield Desk(office, app, person, office.certificates(state="issued")[0])
    app.extensions["passport"].database.engine.dispose()


def test_records_are_read_in_the_shape_of_the_document(desk: Desk) -> None:
    headers = desk.program("registry:read", acting=NURSE)
    spec = desk.client.get("/api/v1/openapi.json").get_json()
    told: list[dict[str, Any]] = []
    for path, model in zip(desk.paths, ("PersonOut", "DosesOut", "CertificateOut"), strict=True):
        answer = desk.client.get(path, headers=headers)
        assert answer.status_code == 200
        shape = {"$ref": f"#/components/schemas/{model}", "components": spec["components"]}
        jsonschema_rs.validator_for(shape).validate(answer.get_json())
        told.append(answer.get_json())
    person, doses, certificate = told
    assert (person["full_name"], person["birth_date"], person["identity_state"]) == (
        "Trần Thị Mơ", "1990-01-02", "verified",
    )  # fmt: skip
    assert "phone" not in person
    assert [(d["state"], d["site"], d["certificate"]) for d in doses["doses"]] == [
        ("issued", "KS-01", desk.certificate.id)
    ]
    assert (certificate["text"], certificate["person"]) == (desk.certificate.text, desk.person)
    by_identifier = desk.client.get(
        f"/api/v1/certificates/{quote(desk.certificate.identifier, safe='')}", headers=headers
    )
    assert by_identifier.get_json() == certificate
    with desk.office.database.reading() as session:
        opened = [entry.detail["purpose"] for entry in audit.entries(session, subject=desk.person, limit=4)]
    assert opened == ["program"] * 4  # person, doses, certificate twice: kept for the person to see


def test_a_program_may_do_what_the_account_it_acts_for_may(desk: Desk) -> None:
    here = desk.account("here@example.vn", "inspector", KIM_SON)
    elsewhere = desk.account("elsewhere@example.vn", "inspector", TUA_CHUA)
    for acting, status in ((here, 200), (elsewhere, 403), (None, 403)):
        headers = desk.program("registry:read", "issue", acting=acting)
        assert [desk.client.get(path, headers=headers).status_code for path in desk.paths] == [status] * 3
        # An inspector reads; nobody may revoke by reading.
        assert desk.client.post(desk.revocation, json={"reason": "x"}, headers=headers).status_code == 403
    assert desk.office.certificates(state="revoked") == []


def test_an_account_that_was_closed_acts_no_more(desk: Desk) -> None:
    headers = desk.program("registry:read", acting=NURSE)
    with desk.office.database.transaction() as session:
        accounts.find_account(session, NURSE).active = False
    assert desk.client.get(desk.paths[0], headers=headers).status_code == 403


def test_what_is_not_there_is_404(desk: Desk) -> None:
    headers = desk.program("registry:read", acting=NURSE)
    for path in (
        f"people/{_NOTHING}",
        f"people/{_NOTHING}/doses",
        f"certificates/{_NOTHING}",
        "certificates/URN%3AUVCI%3A01%3AVN%3AKS%2FX%23Y",
        "people/%00",
        "people/1",
    ):
        answer = desk.client.get(f"/api/v1/{path}", headers=headers)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert "RateLimit" in answer.headers


def test_a_revocation_is_told_by_the_next_check_and_by_the_audit_trail(desk: Desk) -> None:
    headers = desk.program(*SCOPES, acting=APPROVER)
    check = {"credential": desk.certificate.text}
    assert desk.client.post("/api/v1/verifications", json=check, headers=headers).get_json()["outcome"] == "valid"
    answer = desk.client.post(desk.revocation, json={"reason": "issued to the wrong person"}, headers=headers)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "revoked")
    assert answer.get_json()["revocation_reason"] == "issued to the wrong person"
    assert desk.client.post("/api/v1/verifications", json=check, headers=headers).get_json()["reason"] == "revoked"
    with desk.office.database.reading() as session:
        entry = audit.entries(session, subject=desk.certificate.id)[0]
    assert (entry.actor, entry.action) == (APPROVER, "certificate_revoked")
    assert entry.detail["client"]
    again = desk.client.post(desk.revocation, json={"reason": "again"}, headers=headers)
    assert (again.status_code, again.get_json()["reason"]) == (409, Refusal.ALREADY_REVOKED.value)


def test_a_revocation_needs_a_reason_and_nothing_else(desk: Desk) -> None:
    headers = desk.program("issue", acting=APPROVER)
    bodies: list[Any] = [{}, [], {"reason": 1}, {"reason": "r", "by": "x"}]
    for body in bodies + [{"reason": reason} for reason in ("", " ", "a\0b", "r" * 201)]:
        assert desk.client.post(desk.revocation, json=body, headers=headers).status_code == 422
    assert desk.client.post(desk.revocation, data=b"{", headers=headers).status_code == 400
    assert desk.office.certificates(state="revoked") == []


def test_the_same_write_under_the_same_key_is_done_once(desk: Desk) -> None:
    headers = desk.program("issue", acting=APPROVER) | {"Idempotency-Key": "7c1a"}
    first = desk.client.post(desk.revocation, json={"reason": "a mistake"}, headers=headers)
    again = desk.client.post(desk.revocation, json={"reason": "a mistake"}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.data == again.data
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = desk.client.post(desk.revocation, json={"reason": "another"}, headers=headers)
    assert (other.status_code, other.get_json()["reason"]) == (422, Refusal.OTHER_REQUEST.value)
    stranger = desk.program("issue", acting=APPROVER) | {"Idempotency-Key": "7c1a"}
    assert desk.client.post(desk.revocation, json={"reason": "a mistake"}, headers=stranger).status_code == 409
    with desk.office.database.reading() as session:
        assert len(audit.entries(session, subject=desk.certificate.id)) == 2  # issued, revoked


def test_a_refused_write_may_be_tried_again_under_its_key(desk: Desk) -> None:
    headers = desk.program("issue", acting=NURSE) | {"Idempotency-Key": "k"}
    body = {"reason": "a mistake"}
    assert desk.client.post(desk.revocation, json=body, headers=headers).status_code == 403
    with desk.office.database.transaction() as session:
        accounts.grant_role(session, account=accounts.find_account(session, NURSE), role="issuer", area=None)
    assert desk.client.post(desk.revocation, json=body, headers=headers).status_code == 200
    for key in ("", "x" * 256, "a b"):
        bad = desk.client.post(desk.revocation, json=body, headers=headers | {"Idempotency-Key": key})
        assert bad.status_code == 422


def test_of_many_at_once_one_write_is_done(desk: Desk) -> None:
    headers = desk.program("issue", acting=APPROVER) | {"Idempotency-Key": "k"}
    start = threading.Barrier(6)

    def send(_number: int) -> int:
        start.wait()
        return desk.client.post(desk.revocation, json={"reason": "a mistake"}, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        told = Counter(pool.map(send, range(6)))
    assert set(told) <= {200, 409}
    assert told[200] >= 1
    with desk.office.database.reading() as session:
        assert len(audit.entries(session, subject=desk.certificate.id)) == 2


def test_a_key_is_kept_for_a_day_and_a_cut_off_write_for_minutes(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        client, _key = create_client(session, name="c", scopes=SCOPES, now=now)

    def begin(at: datetime) -> idempotency.Answer | PassportError | None:
        try:
            with database.transaction() as session:
                return idempotency.begin(session, client_id=client.id, key="k", request_hash=b"h", at=at)
        except PassportError as error:
            return error

    assert begin(now) is None
    refused = begin(now + timedelta(minutes=4))
    assert isinstance(refused, PassportError)
    assert refused.reason is Refusal.IN_PROGRESS
    later = now + timedelta(minutes=6)
    assert begin(later) is None
    done = idempotency.Answer(200, "{}")
    with database.transaction() as session:
        idempotency.finish(session, client_id=client.id, key="k", answer=done)
    assert begin(later + timedelta(hours=23)) == done
    assert begin(later + timedelta(hours=25)) is None
    with database.reading() as session:
        assert len(list(session.scalars(select(idempotency.Write)))) == 1
