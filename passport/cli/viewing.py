"""Before a batch is approved on a terminal: what was drawn at random is shown, and a yes is typed."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from passport.cli.output import say
from passport.house import House
from passport.issuing.viewing import Preview, view_batch


def at_a_terminal() -> bool:
    """Whether somebody sits there who can look and answer."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def show_and_ask(house: House, *, batch: int, by: str, now: datetime) -> None:
    """Shows what was drawn for `by` as it would be signed; goes on after a yes, ends the command after anything else.

    Whoever may not approve is shown nothing, to be refused by the act; an approved batch is gone on with.
    """
    settings = house.settings
    previews = view_batch(
        house.database,
        batch_id=batch,
        by=by,
        now=now,
        issuer_country=settings.issuer_country,
        issuer_name=settings.issuer_name,
    )
    for number, preview in enumerate(previews, start=1):
        say(f"{number}. {_words(preview)}")
    if previews:
        click.confirm("Drawn at random, as they would be signed. Approve the whole batch?", abort=True, err=True)


def _words(preview: Preview) -> str:
    draft = preview.draft
    if draft is None:
        return f"{preview.full_name}: will not be issued, the record has changed"
    holder, dose = draft.holder, draft.dose
    given = f"dose {dose.number}/{dose.of} {preview.vaccine} {dose.date}"
    return " · ".join((preview.full_name, str(holder.transliterated), str(holder.born), given, preview.site))
