"""The person that a row tells of: name, sex, birth date, number, and how to reach them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from datetime import date

from passport.domain.dates import EARLIEST_YEAR, PartialDate
from passport.domain.id_numbers import PROVINCES, IdNumber, disagreement, parse_id_number, repair_id_number
from passport.domain.names import FULL_NAME_LIMIT, fold
from passport.domain.people import IdentityState, Sex
from passport.errors import RowReason
from passport.intake.contacts import read_insurance_number, read_phone
from passport.intake.linkage.normalise_names import in_unicode
from passport.intake.nationalities import find_country
from passport.intake.places import Places
from passport.intake.readers import RowReader

HOME = "VN"
UNKNOWN_COUNTRY = "XX"  # one of the codes that ISO 3166-1 leaves to its users
CODE_LENGTH = 5  # digits of a commune's code

_SEXES = dict.fromkeys(("nam", "male", "m", "trai"), Sex.MALE) | dict.fromkeys(("nu", "female", "f", "gai"), Sex.FEMALE)
_NAME_SIGNS = set(" '’ʼ.-‐·")
_NO_LETTERS = set("µªº")  # letters to Unicode; in a name they are what another code page has left


@dataclass(frozen=True, slots=True)
class ContactCells:
    """Where a person lives and works and how to reach them; None for what a list does not tell."""

    insurance_number: str | None = None
    phone: str | None = None
    commune_id: int | None = None
    address: str | None = None
    priority_group: str | None = None
    employer: str | None = None


CONTACT_FIELDS = tuple(field.name for field in fields(ContactCells))


@dataclass(frozen=True, slots=True)
class PersonCells:
    """A person as told; `state` is what the number alone says of the identity."""

    full_name: str
    born: PartialDate
    sex: Sex
    id_number: str | None
    state: IdentityState
    nationality: str
    contact: ContactCells = ContactCells()

    @property
    def name_key(self) -> str:
        """The name as it is compared."""
        return fold(self.full_name)


def read_identity(reader: RowReader, *, today: date) -> PersonCells | None:
    """The person, or None when one of the cells that tell people apart is refused; every cell is looked at."""
    nationality = _nationality(reader)
    name = read_name(reader, nationality=nationality)
    sex = read_sex(reader)
    typed = reader.text("id_number")
    number, fault = _parsed(typed, foreigner=nationality != HOME)
    born = read_birth_date(reader, today=today, year=number.birth_year if number else None)
    if name is None or sex is None or born is None:
        return None
    if typed is None:
        state = _without_number(reader)
    elif number is None:
        number, state = _damaged(reader, typed, fault, born=born, sex=sex)
    else:
        state = _compared(reader, number, born=born, sex=sex)
    return PersonCells(name, born, sex, str(number) if number else None, state, nationality)


def read_name(reader: RowReader, *, nationality: str = HOME) -> str | None:
    """The full name of letters of any script; one that is not in Unicode is warned of, and one of a single word."""
    name = reader.text("full_name", required=True)
    if name is None:
        return None
    letters = [c for c in name if c not in _NAME_SIGNS]
    lettered = letters and all(unicodedata.category(c)[0] in "LM" and c not in _NO_LETTERS for c in letters)
    proper = lettered and len(fold(name)) <= FULL_NAME_LIMIT
    meant = in_unicode(name) if nationality == HOME else None
    if meant is not None:
        note = reader.warn if proper else reader.fault
        note("full_name", RowReason.BAD_NAME, "not_unicode", value=name, meant=meant)
    elif not proper:
        reader.fault("full_name", RowReason.BAD_NAME, "characters", value=name)
    elif " " not in name and nationality == HOME:
        reader.warn("full_name", RowReason.BAD_NAME, "one_word")
    return name if proper else None


def read_sex(reader: RowReader, *, required: bool = True) -> Sex | None:
    """Nam or Nữ, M or F; never 0 and 1, which lists use in both senses."""
    text = reader.text("sex", required=required)
    sex = _SEXES.get(fold(text)) if text else None
    if text and sex is None:
        reader.fault("sex", RowReason.BAD_SEX, value=text)
    return sex


def read_birth_date(
    reader: RowReader, *, today: date, year: int | None = None, required: bool = True
) -> PartialDate | None:
    """The birth date, whole or in part; `year` is what the identity number tells."""
    earliest = date(EARLIEST_YEAR, 1, 1)
    born = reader.date(
        "birth_date", RowReason.BAD_BIRTH_DATE, earliest=earliest, latest=today, year=year, required=required
    )
    if born is not None and born.year < EARLIEST_YEAR:
        reader.fault("birth_date", RowReason.BAD_BIRTH_DATE, "too_early", value=born.year)
        return None
    return born


def read_contact(reader: RowReader, *, lived_on: date, places: Places) -> ContactCells:
    """What else a row tells of a person; `lived_on` is the day at which the commune's code is understood."""
    return ContactCells(
        insurance_number=_insurance_number(reader),
        phone=_phone(reader),
        commune_id=_commune(reader, on=lived_on, places=places),
        address=reader.text("address"),
        priority_group=reader.text("priority_group"),
        employer=reader.text("employer"),
    )


def _parsed(typed: str | None, *, foreigner: bool) -> tuple[IdNumber | None, str]:
    try:
        return (parse_id_number(typed, foreigner=foreigner) if typed else None), ""
    except ValueError as error:
        return None, str(error)


def _without_number(reader: RowReader) -> IdentityState:
    if reader.has("id_number"):  # a formula, hidden characters: already noted
        return IdentityState.BAD_ID
    reader.fault("id_number", RowReason.MISSING_ID)
    return IdentityState.NO_ID


def _damaged(
    reader: RowReader, typed: str, fault: str, *, born: PartialDate, sex: Sex
) -> tuple[IdNumber | None, IdentityState]:
    number = repair_id_number(typed, born=born, sex=sex)
    if number is None:
        reader.fault("id_number", RowReason.BAD_ID, fault, value=typed)
        return None, IdentityState.BAD_ID
    reader.repair("id_number", RowReason.BAD_ID, before=typed, after=str(number))
    return number, IdentityState.WAITING


def _compared(reader: RowReader, number: IdNumber, *, born: PartialDate, sex: Sex) -> IdentityState:
    if (differs := disagreement(number, born=born, sex=sex)) is not None:
        reader.fault("id_number", RowReason.ID_DISAGREES, differs)
    elif number.province is not None and number.province not in PROVINCES:
        reader.warn("id_number", RowReason.BAD_ID, "province", value=number.province)
    return IdentityState.WAITING


def _nationality(reader: RowReader) -> str:
    text = reader.text("nationality")
    country = find_country(text) if text else HOME
    if text and country is None:
        reader.warn("nationality", RowReason.UNKNOWN_AREA, "nationality", value=text)
    return country or UNKNOWN_COUNTRY


def _insurance_number(reader: RowReader) -> str | None:
    text = reader.text("insurance_number")
    try:
        return read_insurance_number(text) if text else None
    except ValueError:
        reader.fault("insurance_number", RowReason.BAD_INSURANCE_NUMBER)
        return None


def _phone(reader: RowReader) -> str | None:
    text = reader.text("phone")
    if text is None:
        return None
    try:
        phone, repaired = read_phone(text)
    except ValueError:
        reader.fault("phone", RowReason.BAD_PHONE)
        return None
    if repaired:
        reader.repair("phone", RowReason.BAD_PHONE, before=text, after=phone)
    return phone


def _commune(reader: RowReader, *, on: date, places: Places) -> int | None:
    text = reader.text("commune_code")
    if text is None:
        return None
    code = text.zfill(CODE_LENGTH)
    commune = places.commune(code, on=on)
    if commune is None:
        reader.fault("commune_code", RowReason.UNKNOWN_AREA, value=text)
    elif code != text:
        reader.repair("commune_code", RowReason.UNKNOWN_AREA, before=text, after=code)
    return commune
