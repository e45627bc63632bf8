"""`flask keys`: our own signing keys, their rotation and withdrawal."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
import orjson

from passport.cli.auditing import audit_import
from passport.cli.output import emit_json, emit_table, json_option, say, told, write_output
from passport.errors import InputError, Refusal, Refused
from passport.house import House, clock, current_house
from passport.trust import publishing
from passport.trust.passphrase import read_passphrase
from passport.trust.signer_records import SignerRecord, SignerState, list_signers
from passport.trust.signers import create_signer, rotate_signer, withdraw_signer

COMMAND = click.Group("keys", help="Our own signing keys.")
WARN_BEFORE = timedelta(days=90)  # before a signer ends; security.md T30
_COLUMNS = ("kid", "state", "test", "not_before", "not_after", "activated_at", "retired_at", "withdrawn_at")
_FORMATS = ("pem", "dsc", "jwks")


@COMMAND.command("create")
@click.option("--demo", is_flag=True, help="An invented issuer, begun two years back; refused in production.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long what it signs may be good.")
@json_option
@told
def create(demo: bool, days: int | None, as_json: bool) -> None:
    """Make a signer: active when there is no other, else the next one, which `rotate` makes active."""
    house, now = current_house(), clock()
    record = _create(house, demo=demo, life=timedelta(days=days) if days else None, now=now)
    _tell(record, as_json=as_json)
    audit_import(action="signer_created", subject=record.key_id, detail={"state": record.state.value}, at=now)


@COMMAND.command("list")
@json_option
@told
def list_(as_json: bool) -> None:
    """Lists every signer that was ever made here, with the times of its states."""
    now = clock()
    records = list_signers(current_house().settings.keys_dir)
    rows = [record.as_dict() for record in records]
    if as_json:
        emit_json(rows)
    else:
        emit_table(_COLUMNS, ([row[column] for column in _COLUMNS] for row in rows))
    for record in records:
        left = record.not_after - now
        if record.state is SignerState.ACTIVE and left < WARN_BEFORE:
            say(f"{record.key_id} ends in {left.days} days: make the next one and rotate")


@COMMAND.command("rotate")
@json_option
@told
def rotate(as_json: bool) -> None:
    """Makes the next signer active, and a new one where none waits; the old one signs nothing more.

    What the old one signed stays good. Create the next one weeks ahead, so that verifiers know it.
    """
    house, now = current_house(), clock()
    keys_dir = house.settings.keys_dir
    records = list_signers(keys_dir)
    if not any(record.state is SignerState.NEXT for record in records):
        demo = any(record.state is SignerState.ACTIVE and record.test for record in records)
        created = _create(house, demo=demo, life=None, now=now)
        say("No next signer waited: a new one was made. Verifiers do not know it until they fetch the trust list.")
        record = created if created.state is SignerState.ACTIVE else rotate_signer(keys_dir, now=now)
    else:
        record = rotate_signer(keys_dir, now=now)
    _tell(record, as_json=as_json)
    audit_import(action="signer_rotated", subject=record.key_id, detail={}, at=now)


@COMMAND.command("withdraw")
@click.argument("kid")
@json_option
@told
def withdraw(kid: str, as_json: bool) -> None:
    """Withdraws a signer for good: nothing it ever signed is accepted any more."""
    house, now = current_house(), clock()
    record = withdraw_signer(house.settings.keys_dir, key_id=kid.lower(), now=now)
    _tell(record, as_json=as_json)
    audit_import(action="signer_withdrawn", subject=record.key_id, detail={}, at=now)


@COMMAND.command("export")
@click.argument("kids", nargs=-1, metavar="[KID]...")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="pem", show_default=True)
@click.option("-o", "output", default="-", metavar="FILE", help="Where to write; stdout by default.")
@told
def export(kids: tuple[str, ...], form: str, output: str) -> None:
    """Writes the public part of our signers for others to import; all that are not withdrawn by default."""
    settings = current_house().settings
    known = {record.key_id: record for record in list_signers(settings.keys_dir)}
    for kid in kids:
        if kid.lower() not in known:
            raise InputError(Refusal.UNKNOWN_KEY, kid)
    named = [known[kid.lower()] for kid in kids]
    records = named or [r for r in known.values() if r.state is not SignerState.WITHDRAWN]
    match form:
        case "dsc":
            data = orjson.dumps(publishing.dsc_list(records, country=settings.issuer_country))
        case "jwks":
            data = orjson.dumps(publishing.jwks(records))
        case _:
            data = publishing.pem(records)
    write_output(data, output)


def _create(house: House, *, demo: bool, life: timedelta | None, now: datetime) -> SignerRecord:
    settings = house.settings
    if demo and settings.production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "a demo signer")
    passphrase = read_passphrase(settings.keys_dir, file=settings.key_passphrase_file, production=settings.production)
    return create_signer(
        settings.keys_dir,
        country=settings.issuer_country,
        issuer_name=settings.issuer_name,
        passphrase=passphrase,
        now=now,
        test=demo,
        life=life,
    )


def _tell(record: SignerRecord, *, as_json: bool) -> None:
    if as_json:
        emit_json(record.as_dict())
    say(f"{record.key_id}: {record.state.value}, until {record.not_after:%Y-%m-%d}")
