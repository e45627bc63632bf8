"""From what was typed to what the rules compare: each distinct value is normalised once, in Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from passport.intake.linkage.normalise_ids import IdForms, id_forms, phone_form
from passport.intake.linkage.normalise_names import NameForms, name_forms
from passport.intake.linkage.normalise_values import DayForms, day_forms, place_form, sex_form
from passport.intake.linkage.steps import read_steps
from passport.intake.linkage.workspace import Workspace

# Most numbers are whole: the engine itself sees that they are their own form. A test holds this against the forms.
WHOLE_ID = (
    "regexp_full_match(raw, '[0-9]{9}|[0-9]{12}') AND replace(raw, raw[1], '') <> ''"
    " AND NOT (LENGTH(raw) = 12 AND raw LIKE '%00000')"
)
WHOLE_PHONE = "regexp_full_match(raw, '0[35789][0-9]{8}')"


def prepare(workspace: Workspace, *, today: date, progress: Callable[[str], object]) -> None:
    """Makes `all_listed` and `people` from `typed` and `register`."""
    progress("names")
    workspace.forms("name", _values("full_name", "full_name"), NameForms._fields, name_forms)
    progress("numbers")
    workspace.forms("number", _odd(_values("id_no", "cccd", "cmnd"), WHOLE_ID), IdForms._fields, id_forms)
    progress("telephones")
    workspace.forms("telephone", _odd(_values("phone", "phone"), WHOLE_PHONE), ["phone"], _phone)
    progress("dates")
    workspace.forms("birth", _values("dob", "dob"), DayForms._fields, partial(day_forms, today=today))
    workspace.forms("gender", _values("sex", "sex"), ["sex"], _sex)
    places = _values("commune", "commune", "province") + " UNION SELECT province FROM typed"
    workspace.forms("place", places, ["place"], _place)
    progress("rows and people")
    for step in read_steps("preparing.sql"):
        workspace.take(step)
    for table in ("typed", "register", "name", "number", "telephone", "birth"):  # room for what comes
        workspace.run(f"DROP TABLE {table} CASCADE")


# Functions of the module, because other processes must find them.
def _phone(raw: str) -> tuple[str]:
    return (phone_form(raw),)


def _sex(raw: str) -> tuple[str]:
    return (sex_form(raw),)


def _place(raw: str) -> tuple[str]:
    return (place_form(raw),)


def _values(of_rows: str, *of_people: str) -> str:
    """The distinct values of a column of the list and of its counterparts in the register."""
    selects = [f"SELECT {of_rows} AS raw FROM typed", *(f"SELECT {column} FROM register" for column in of_people)]
    return " UNION ".join(selects)


def _odd(values: str, whole: str) -> str:
    """Those of the values that are not whole as they stand."""
    return f"SELECT raw FROM ({values}) WHERE NOT ({whole})"
