"""`flask revocations`: lists of revoked certificates, taken in and given out; imports need no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click
import orjson

from passport.cli.auditing import audit_import
from passport.cli.output import DONE, NOT_VALID, emit_json, emit_table, json_option, read_input, say, told, write_output
from passport.domain.verdict import utc_text
from passport.errors import Refusal, Refused, Unavailable
from passport.formats.uvci import normalise
from passport.house import House, clock, current_house
from passport.issuing.revoke import name_range
from passport.registry.migrations import require_migrated
from passport.trust import publishing
from passport.trust.keyring import Keyring
from passport.trust.own_revocations import record_range
from passport.trust.revocation import Revocations
from passport.trust.revocation_lists import import_revocations
from passport.trust.revoked import Range, write_range
from passport.trust.signer_records import SignerState, list_signers
from passport.verifying.request import parse_at

COMMAND = click.Group("revocations", help="Lists of revoked certificates.")
_COLUMNS = ("format", "issuer", "key_id", "hash_type", "version", "dated", "entries", "imported_at")
_FORMATS = ("signed", "dcc", "smart")


@COMMAND.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--issuer", metavar="NAME", help="Whose list it is, where the list does not say.")
@json_option
@told
def import_(files: tuple[str, ...], issuer: str | None, as_json: bool) -> None:
    """Take in lists: DCC batches, SMART lists, our signed list, arrays of identifiers; `-` is stdin.

    What was revoked once stays revoked. Exit code 1 if any list or entry was refused.
    """
    settings, now = current_house().settings, clock()
    report = import_revocations(
        settings.keys_dir,
        [(click.format_filename(file), read_input(file)) for file in files],
        issuer=issuer,
        production=settings.production,
        now=now,
    )
    if as_json:
        emit_json(report.as_dict())
    for source, reason in report.refused:
        say(f"{source}: {reason}")
    counts = {"added": report.added, "known": report.known, "refused": len(report.refused)}
    say(", ".join(f"{count} {name}" for name, count in counts.items()))
    if report.lists:
        owners = " ".join(sorted({note.issuer or note.key_id or note.format for note in report.lists}))
        audit_import(action="revocations_imported", subject=owners[:100], detail=counts, at=now)
    raise SystemExit(NOT_VALID if report.refused else DONE)


@COMMAND.command("list")
@json_option
@told
def list_(as_json: bool) -> None:
    """Lists what was imported, from whom and when, and how many of our own certificates are revoked."""
    revocations = Revocations.load(current_house().settings.keys_dir)
    rows = [note.as_dict() for note in revocations.book.notes]
    if as_json:
        emit_json(
            {
                "version": revocations.version,
                "updated_at": utc_text(revocations.updated_at),
                "own": len(revocations.own),
                "imported": len(revocations.table),
                "ranges": [write_range(told_of, revoked) for told_of, revoked in revocations.ranges],
                "lists": rows,
            }
        )
        return
    emit_table(_COLUMNS, ([row[column] for column in _COLUMNS] for row in rows))
    say(
        f"version {revocations.version}: {len(revocations.own)} certificates of our own, "
        f"{len(revocations.ranges)} ranges, {len(revocations.table)} imported hashes"
    )


@COMMAND.command("add")
@click.option("--issuer", metavar="NAME", help="Name or country of the issuer.")
@click.option("--key", "key_id", metavar="KID", help="Everything that this key signed.")
@click.option("--identifiers", metavar="PREFIX", help="How the identifiers begin, which names the site.")
@click.option("--from", "since", metavar="TIME", help="Issued at or after this time.")
@click.option("--until", metavar="TIME", help="Issued before this time.")
@told
def add(issuer: str | None, key_id: str | None, identifiers: str | None, since: str | None, until: str | None) -> None:
    """Revokes every certificate that agrees with all the options given, for good.

    With a migrated database those on record are revoked by name, too: SMART Health Cards made of them, and lists for
    others, know a certificate by its name alone.
    """
    house, now = current_house(), clock()
    settings = house.settings
    keys: tuple[str | None, ...] = (None,)
    if key_id:  # a card names the key by another id than the certificate beside it
        keys = Keyring.load(settings.keys_dir, production=settings.production).ids_of(key_id)
    ranges = [
        Range(
            issuer=issuer,
            key_id=key,
            identifier_prefix=normalise(identifiers) if identifiers else None,
            issued_from=parse_at(since) if since else None,
            issued_until=parse_at(until) if until else None,
        )
        for key in keys
    ]
    for revoked in ranges:
        record_range(settings.keys_dir, revoked=revoked, at=now)
    named = _name(house, ranges, now)
    say("revoked" if named is None else f"revoked, {named} on record by name")
    audit_import(
        action="range_revoked",
        subject=(key_id or issuer or identifiers or "")[:100],
        detail=ranges[0].as_dict() | {"named": named},
        at=now,
    )


def _name(house: House, ranges: Sequence[Range], now: datetime) -> int | None:
    """How many certificates on record were revoked by name; None where there is no record."""
    try:
        require_migrated(house.database.engine)
    except Unavailable:
        return None
    settings = house.settings
    return sum(
        name_range(house.database, revoked=revoked, country=settings.issuer_country, at=now, keys_dir=settings.keys_dir)
        for revoked in ranges
    )


@COMMAND.command("export")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="signed", show_default=True)
@click.option("-o", "output", default="-", metavar="FILE", help="Where to write; stdout by default.")
@told
def export(form: str, output: str) -> None:
    """Writes a list for others: `signed` holds all that is known here, `dcc` and `smart` our own certificates.

    A signed list needs the passphrase of the active signer. Beyond 1,000 certificates `dcc` is an array of batches.
    """
    house, now = current_house(), clock()
    settings = house.settings
    revocations = Revocations.load(settings.keys_dir)
    match form:
        case "dcc":
            batches = publishing.dcc_batches(revocations.own, country=settings.issuer_country, now=now)
            data = orjson.dumps(batches[0] if len(batches) == 1 else batches)
        case "smart":
            data = orjson.dumps(publishing.smart_list(revocations.own, key_id=_smart_key_id(house)))
        case _:
            data = publishing.revocation_list(
                revocations, issuer=settings.issuer_country, signer=house.signer(now=now), now=now
            )
    write_output(data, output)


def _smart_key_id(house: House) -> str:
    active = [r for r in list_signers(house.settings.keys_dir) if r.state is SignerState.ACTIVE]
    if not active:
        raise Refused(Refusal.NO_ACTIVE_SIGNER, "smart")
    return str(publishing.jwks(active)["keys"][0]["kid"])
