"""From what was typed to what the rules compare: each distinct value is normalised once, in Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from passport.intake.linkage.normalise_ids import IdForms, id_forms, phone_form
from passport.intake.linkage.normalise_names import NameForms, name_forms
from passport.intake.linkage.normalise_values import DayForms, day_forms, place_form, sex_form
from passport.intake.linkage.steps import read_steps
from passport.intake.linkage.workspace import Workspace


def prepare(workspace: Workspace, *, today: date, progress: Callable[[str], object]) -> None:
    """Makes `all_listed` and `people` from `typed` and `register`."""
    progress("names")
    workspace.forms("name", _values("full_name", "full_name"), NameForms._fields, name_forms)
    progress("numbers")
    workspace.forms("number", _values("id_no", "cccd", "cmnd"), IdForms._fields, id_forms)
    progress("telephones")
    workspace.forms("telephone", _values("phone", "phone"), ["phone"], lambda raw: [phone_form(raw)])
    progress("dates")
    workspace.forms("birth", _values("dob", "dob"), DayForms._fields, lambda raw: day_forms(raw, today=today))
    workspace.forms("gender", _values("sex", "sex"), ["sex"], lambda raw: [sex_form(raw)])
    places = _values("commune", "commune", "province") + " UNION SELECT province FROM typed"
    workspace.forms("place", places, ["place"], lambda raw: [place_form(raw)])
    progress("rows and people")
    for step in read_steps("preparing.sql"):
        workspace.table(step.name, step.sql)
    workspace.run("DROP TABLE drafted")


def _values(of_rows: str, *of_people: str) -> str:
    """The distinct values of a column of the list and of its counterparts in the register."""
    selects = [f"SELECT {of_rows} AS raw FROM typed", *(f"SELECT {column} FROM register" for column in of_people)]
    return " UNION ".join(selects)
