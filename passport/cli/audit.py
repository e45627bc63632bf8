"""`flask audit`: is the trail whole, and where does it end."""

from __future__ import annotations

import click

from passport.cli.output import NOT_VALID, emit_json, json_option, say, told
from passport.errors import InputError, Refusal
from passport.house import current_house
from passport.registry import audit

COMMAND = click.Group("audit", help="The audit trail.")


@COMMAND.command("verify")
@click.option("--head", "kept", metavar="NUMBER:HASH", help="A head that was kept outside the database.")
@json_option
@told
def verify(kept: str | None, as_json: bool) -> None:
    """Checks the whole chain; exit 1 names the first entry that is not what was written."""
    expected = _read_head(kept) if kept else None
    with current_house().database.reading() as session:
        bad = audit.verify_chain(session, expected=expected)
        last = audit.head(session)
    if as_json:
        emit_json({"whole": bad is None, "first_bad": bad, "entries": last.entry_id if last else 0})
    elif bad is None:
        click.echo(f"whole: {last.entry_id if last else 0} entries")
    else:
        say(f"entry {bad} is not what was written")
    if bad is not None:
        raise SystemExit(NOT_VALID)


@COMMAND.command("head")
@json_option
@told
def head(as_json: bool) -> None:
    """Prints the last entry as NUMBER:HASH, to be kept outside the database."""
    with current_house().database.reading() as session:
        last = audit.head(session) or audit.Head(entry_id=0, hash=audit.START)
    if as_json:
        emit_json({"entry": last.entry_id, "hash": last.hash})
    else:
        click.echo(f"{last.entry_id}:{last.hash}")


def _read_head(kept: str) -> audit.Head:
    number, _, value = kept.partition(":")
    if not number.isdecimal() or len(value) != len(audit.START):
        raise InputError(Refusal.BAD_OPTION, "--head: as flask audit head prints it")
    return audit.Head(entry_id=int(number), hash=value)
