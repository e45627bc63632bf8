"""JOB: records are corrected after they came in. Identity is the identity officer's, doses are the health staff's;
neither edits the other's, and every change keeps who, when, why, before and after (letters 9438 and 2262).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from passport.domain.dates import PartialDate
from passport.domain.id_numbers import parse_id_number
from passport.domain.mailbox import MAILBOX_LIMIT, is_mailbox
from passport.domain.names import FULL_NAME_LIMIT, split_full_name, tidy, transliterate
from passport.errors import InputError, Refusal, RowReason
from passport.intake.cells import Cell
from passport.intake.contacts import read_insurance_number, read_phone
from passport.intake.issues import Issue, Severity
from passport.intake.matching import compare_dose
from passport.intake.nationalities import find_country
from passport.intake.people_cells import HOME, read_birth_date, read_name, read_sex
from passport.intake.places import Places
from passport.intake.readers import RowReader, day_first
from passport.intake.rows import DoseCells, read_dose
from passport.intake.settling import settle_identity, settle_row
from passport.intake.sheets import RawRow
from passport.registry import audit, doses, identities, people
from passport.registry.accounts import find_account, require_role
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_ROLE, dose_duty
from passport.registry.db import Database
from passport.registry.tables import Correction, Dose, Person

IDENTITY_ROLES, DOSE_ROLES = (IDENTITY_ROLE,), (DOSE_ROLE,)
CONTACT_FIELDS = frozenset({"phone", "email", "insurance_number", "address", "priority_group", "employer"})
TEXT_LIMITS = {"address": 200, "employer": 200, "priority_group": 60, "email": MAILBOX_LIMIT}
# What a dose's columns are called in a list; `correct_dose` takes these names.
DOSE_COLUMNS = ("vaccine", "dose_number", "dose_kind", "vaccination_date", "lot", "site")

REASON_LIMIT = 400  # characters; what the registry keeps of why somebody acted

_LATIN = re.compile(r"[A-Z]+(?:<[A-Z]+)*(?:<<[A-Z]+(?:<[A-Z]+)*)?")


def correct_person(
    database: Database, *, person_id: str, field: str, value: str, why: str, by: str, now: datetime, today: date
) -> Correction | None:
    """Changes one field of a person to what was typed; None when it stood so already.

    A changed name, sex, birth date or number is compared with the population register anew. Raises InputError
    (unknown_person, bad_option, the row reasons of a malformed value, conflict), Refused (not_permitted).
    """
    with database.transaction() as session:
        person, account = people.require_person(session, person_id), find_account(session, by)
        roles = IDENTITY_ROLES + (DOSE_ROLES if field in CONTACT_FIELDS else ())
        people.require_role_for(session, account, roles, person)
        checked = _person_value(person, field, value.strip(), today=today)
        changed = identities.correct_person(
            session, person=person, field=field, value=checked, why=stated_reason(why), by=account, at=now
        )
        if changed is not None:
            settle_identity(session, person)
            detail = {"field": field}
            audit.record(session, actor=by, action="person_corrected", subject=person.id, detail=detail, at=now)
        return changed


def correct_dose(
    database: Database, *, dose_id: str, cells: Mapping[str, str], why: str, by: str, now: datetime, today: date
) -> list[Correction]:
    """Changes the columns `cells` of a dose, checked as a row of a list is; the site then confirms it anew.

    Raises InputError (no_dose, bad_option, the row reasons of a value that is refused, conflict with another
    dose), Refused (not_permitted).
    """
    with database.transaction() as session:
        dose, account = doses.require_dose(session, dose_id), find_account(session, by)
        require_role(session, account, DOSE_ROLES, dose_duty(dose.site, on=today).area)
        people.lock_person(session, dose.person_id)  # first: who settles an identity takes the person, then doses
        told = _told_dose(dose, cells, today=today, places=Places(session))
        values: dict[str, object] = {
            "product": told.product,
            "number": told.number,
            "kind": told.kind.value,
            "given_on": told.given_on,
            "lot": told.lot,
            "site_id": told.site_id or dose.site_id,
        }
        reason = stated_reason(why)
        changed = [
            doses.change_dose(session, dose=dose, field=field, value=value, why=reason, by=account, at=now)
            for field, value in values.items()
        ]
        if dose.import_row is not None:
            settle_row(dose.import_row, settles=lambda issue: issue["column"] != "id_number")
        done = [correction for correction in changed if correction is not None]
        detail = {"fields": [correction.field for correction in done]}
        audit.record(session, actor=by, action="dose_corrected", subject=dose.id, detail=detail, at=now)
        return done


def undo_correction(database: Database, *, correction_id: int, why: str, by: str, now: datetime) -> Correction:
    """Puts back what a correction changed, as a correction of its own, while the record still says what it made of it.

    Raises InputError (bad_option: unknown, or changed since; conflict), Refused (not_permitted).
    """
    with database.transaction() as session:
        account, undone = find_account(session, by), session.get(Correction, correction_id)
        if undone is None or undone.field not in identities.CORRECTABLE or undone.dose_id is not None:
            raise InputError(Refusal.BAD_OPTION, f"correction {correction_id}")
        person = people.lock_person(session, undone.person_id)
        roles = IDENTITY_ROLES + (DOSE_ROLES if undone.field in CONTACT_FIELDS else ())
        people.require_role_for(session, account, roles, person)
        if getattr(person, undone.field) != undone.after:
            raise InputError(
                Refusal.BAD_OPTION, f"correction {correction_id} was changed since", variant="changed_since"
            )
        changed = identities.correct_person(
            session, person=person, field=undone.field, value=undone.before, why=stated_reason(why), by=account, at=now
        )
        assert changed is not None
        settle_identity(session, person)
        detail = {"field": undone.field, "correction": correction_id}
        audit.record(session, actor=by, action="correction_undone", subject=person.id, detail=detail, at=now)
        return changed


def _told_dose(dose: Dose, cells: Mapping[str, str], *, today: date, places: Places) -> DoseCells:
    """The dose as it is told with the new cells; nothing of it may be refused, held or in conflict."""
    for column in cells:
        if column not in DOSE_COLUMNS:
            raise InputError(Refusal.BAD_OPTION, f"column {column[:30]}")
    typed = {**_as_typed(dose), **cells}
    reader = RowReader(RawRow(0, {key: Cell(text) for key, text in typed.items() if text.strip()}))
    told = read_dose(reader, "", born=PartialDate.parse(dose.person.birth_date), today=today, places=places)
    others = [other for other in dose.person.doses if other is not dose]
    _raise_first([*reader.issues, *(compare_dose(told, others) if told else ())])
    assert told is not None
    return told


def _person_value(person: Person, field: str, value: str, *, today: date) -> str | None:
    """The form in which a field is stored."""
    if field in ("full_name", "birth_date", "sex"):
        reader = RowReader(RawRow(0, {field: Cell(value)} if value else {}))
        read: object = read_sex(reader) if field == "sex" else None
        if field == "full_name":
            read = read_name(reader, nationality=person.nationality)
        elif field == "birth_date":
            read = read_birth_date(reader, today=today)
        _raise_first(reader.issues)
        return str(read)
    if not value and field != "nationality":
        return None
    try:
        return _other_value(person, field, value)
    except ValueError as error:
        reasons = {
            "id_number": RowReason.BAD_ID,
            "phone": RowReason.BAD_PHONE,
            "insurance_number": RowReason.BAD_INSURANCE_NUMBER,
        }
        variant = str(error) if field == "id_number" else None
        raise InputError(
            reasons.get(field, Refusal.BAD_OPTION), field, variant=variant, values={"value": value}
        ) from error


def _other_value(person: Person, field: str, value: str) -> str:
    match field:
        case "id_number":
            return str(parse_id_number(value, foreigner=person.nationality != HOME))
        case "phone":
            return read_phone(value)[0]
        case "insurance_number":
            return read_insurance_number(value)
        case "latin_name":
            return _latin(value)
        case "nationality":
            country = find_country(value)
            if country is None:
                raise ValueError("unknown country")
            return country
        case "email" if not is_mailbox(value):
            raise ValueError("no address")
    text = tidy(value)
    if len(text) > TEXT_LIMITS.get(field, FULL_NAME_LIMIT):
        raise ValueError("too long")
    return text


def _latin(value: str) -> str:
    """FAMILY<<GIVEN as passports print it, also typed with spaces, family name first."""
    upper = value.upper()
    if not all(character.isalpha() or character in " <'’-" for character in upper):
        raise ValueError("no name")
    if "<" not in upper:
        family, given = split_full_name(upper)
        upper = "<<".join(part for part in (transliterate(family), transliterate(given)) if part)
    if len(upper) > FULL_NAME_LIMIT or not _LATIN.fullmatch(upper):
        raise ValueError("no Latin name")
    return upper


def _as_typed(dose: Dose) -> dict[str, str]:
    kinds = {"primary": "cơ bản", "additional": "bổ sung", "booster": "nhắc lại"}
    return {
        "vaccine": dose.product,
        "dose_number": str(dose.number),
        "dose_kind": kinds[dose.kind],
        "vaccination_date": day_first(PartialDate.of(dose.given_on)),
        "lot": dose.lot,
        "site": dose.site.code,
    }


def _raise_first(issues: list[Issue]) -> None:
    for issue in issues:
        if issue.severity is not Severity.WARNED:
            raise InputError(issue.reason, issue.column, variant=issue.variant, values=issue.spoken)


def stated_reason(why: str) -> str:
    """Why somebody acts, tidy; raises InputError (bad_option) when nothing or too much is said."""
    reason = tidy(why)
    if not reason or len(reason) > REASON_LIMIT:
        raise InputError(Refusal.BAD_OPTION, "why: 1 to 400 characters", variant="why", values={"limit": REASON_LIMIT})
    return reason
