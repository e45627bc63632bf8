"""The API for programs that keep records: people, doses and certificates, in the name of an account of staff.

A client has no roles of its own. It reads and revokes as the account it acts for, with that account's roles and
areas, and the audit trail names both.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response
from flask.sansio.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session
from werkzeug.routing import BaseConverter

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.house import clock, current_house
from passport.intake.reception import note_opened
from passport.issuing.revoke import revoke
from passport.registry import certificates, merging, people
from passport.registry.accounts import require_role
from passport.registry.doses import state_of
from passport.registry.tables import Certificate, Dose, Person
from passport.web.agency import BLUEPRINT, json_answer
from passport.web.bodies import json_body
from passport.web.callers import acting_account, calling_client, needs
from passport.web.idempotency import idempotent
from passport.web.openapi import documented
from passport.web.record_models import (
    CERTIFICATE_ID,
    PERSON_ID,
    REASON,
    CertificateOut,
    DosesOut,
    PersonOut,
    RevocationIn,
    RevocationOut,
)
from passport.web.staff import READS_PEOPLE

_READ_ERRORS = (403, 404, 429)


class _PersonId(BaseConverter):
    regex = PERSON_ID


class _CertificateId(BaseConverter):
    """An identifier holds a slash, so it may be more than one part of an address."""

    regex = CERTIFICATE_ID
    part_isolating = False


@BLUEPRINT.record
def _know_ids(state: BlueprintSetupState) -> None:
    state.app.url_map.converters |= {"person": _PersonId, "certificate": _CertificateId}


@BLUEPRINT.get("/people/<person:person_id>")
@documented("One person as recorded", answer=PersonOut, errors=_READ_ERRORS, tag="Records")
@needs("registry:read")
def read_person(person_id: str) -> Response:
    """The record, without telephone and address; 403 outside the areas of the acting account."""
    with current_house().database.reading() as session:
        found = _readable(session, person_id)
        answer = json_answer(_person(found))
    _remember_opened(found.id)
    return answer


@BLUEPRINT.get("/people/<person:person_id>/doses")
@documented("The doses of one person, oldest first", answer=DosesOut, errors=_READ_ERRORS, tag="Records")
@needs("registry:read")
def read_doses(person_id: str) -> Response:
    """Each dose with how far its record has come and the certificate in force for it."""
    with current_house().database.reading() as session:
        found = _readable(session, person_id)
        answer = json_answer({"doses": [_dose(dose) for dose in found.doses]})
    _remember_opened(found.id)
    return answer


@BLUEPRINT.get("/certificates/<certificate:certificate_id>")
@documented("One certificate", answer=CertificateOut, errors=_READ_ERRORS, tag="Records")
@needs("registry:read")
def read_certificate(certificate_id: str) -> Response:
    """A certificate by its own id or its identifier, with its text."""
    with current_house().database.reading() as session:
        found = certificates.find_certificate(session, certificate_id)
        require_role(session, acting_account(session), READS_PEOPLE, found.dose.site.area)
        answer = json_answer(_certificate(found))
    _remember_opened(found.person_id)
    return answer


@BLUEPRINT.post("/certificates/<certificate:certificate_id>/revocation")
@documented(
    "Revoke a certificate for good",
    answer=RevocationOut,
    bodies={"application/json": RevocationIn},
    errors=(400, 403, 404, 409, 413, 422, 429),
    tag="Records",
    idempotent=True,
)
@needs("issue")
@idempotent
def revoke_certificate(certificate_id: str) -> Response:
    """From now on every check says `revoked`; the acting account must be one that may revoke there."""
    reason = _reason(json_body())
    house = current_house()
    with house.database.reading() as session:
        by = acting_account(session).email
    revoked = revoke(
        house.database,
        certificate_id=certificate_id,
        reason=reason,
        by=by,
        client=calling_client().id,
        now=clock(),
        keys_dir=house.settings.keys_dir,
    )
    return json_answer(
        {
            "id": revoked.id,
            "identifier": revoked.identifier,
            "state": revoked.state,
            "revoked_at": utc_text(revoked.revoked_at),
            "revocation_reason": revoked.revocation_reason,
        }
    )


def _readable(session: Session, person_id: str) -> Person:
    found = people.require_person(session, merging.successor_of(session, person_id) or person_id)
    people.require_role_for(session, acting_account(session), READS_PEOPLE, found)
    return found


def _remember_opened(person_id: str) -> None:
    """Keeps which program opened a record, as the staff's pages do: people may ask who looked at their data."""
    house, program = current_house(), calling_client().name
    with house.database.reading() as session:
        by = acting_account(session).email
    note_opened(house.database, person_ids=[person_id], by=by, office=program, purpose="program", now=clock())


def _reason(body: Any) -> str:
    if type(body) is not dict or body.keys() != {"reason"} or type(body["reason"]) is not str:
        raise InputError(Refusal.BAD_OPTION, "body")
    if not re.fullmatch(REASON, body["reason"]):
        raise InputError(Refusal.BAD_OPTION, "reason")
    return str(body["reason"])


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "full_name": person.full_name,
        "latin_name": person.latin_name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "id_number": person.id_number,
        "nationality": person.nationality,
        "commune": person.commune.code if person.commune else None,
        "identity_state": person.identity_state,
        "identity_checked_at": utc_text(person.identity_checked_at),
    }


def _dose(dose: Dose) -> dict[str, Any]:
    return {
        "id": dose.id,
        "site": dose.site.code,
        "product": dose.product,
        "number": dose.number,
        "kind": dose.kind,
        "date": dose.given_on.isoformat(),
        "lot": dose.lot or None,
        "state": state_of(dose).value,
        "confirmed_at": utc_text(dose.confirmed_at),
        "certificate": next((c.id for c in dose.certificates if c.state == "issued"), None),
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "id": certificate.id,
        "identifier": certificate.identifier,
        "person": certificate.person_id,
        "dose": certificate.dose_id,
        "format": certificate.format,
        "state": certificate.state,
        "text": certificate.text,
        "key_id": certificate.key_id,
        "issued_at": utc_text(certificate.issued_at),
        "expires_at": utc_text(certificate.expires_at),
        "revoked_at": utc_text(certificate.revoked_at),
        "revocation_reason": certificate.revocation_reason,
        "replaced_by": certificate.replaced_by_id,
    }
