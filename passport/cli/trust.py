"""`flask trust`: the keys of issuers that are believed; needs no database, passphrase or network."""

from __future__ import annotations

from typing import Any

import click

from passport.cli.auditing import audit_import
from passport.cli.output import DONE, NOT_VALID, emit_json, emit_table, json_option, read_input, say, told
from passport.house import clock, current_house
from passport.trust.entries import write_entry
from passport.trust.keyring import Keyring, import_keys, remove_key
from passport.trust.signer_records import list_signers
from passport.trust.status import format_of, trust_status

COMMAND = click.Group("trust", help="Issuer keys that are believed.")
_COLUMNS = ("kid", "country", "name", "issuer", "format", "kinds", "not_after", "withdrawn_at", "test", "own", "lists")
_MATERIAL = ("public_key", "certificate")


@COMMAND.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--issuer", metavar="NAME", help="The one issuer that keys without a certificate may speak for.")
@click.option("--kid", metavar="HEX", help="The id to list the key under, in place of its own.")
@click.option("--withdrawn", is_flag=True, help="Its issuer withdrew it: nothing it signed is accepted.")
@click.option(
    "--lists",
    "signs_lists",
    is_flag=True,
    help="Take the lists they sign, too; keys of PASSPORT_ISSUER_COUNTRY need no word.",
)
@json_option
@told
def import_(
    files: tuple[str, ...], issuer: str | None, kid: str | None, withdrawn: bool, signs_lists: bool, as_json: bool
) -> None:
    """Believe the keys in FILE: PEM, DER, a DSC list, JWK, JWKS, did.json or our signed list; `-` is stdin.

    Importing is trusting: a certificate that is no authority is an anchor by itself, an authority only anchors
    chains. A signed list is taken from our own signers, from imported keys of our own country or with --lists, and
    from whom its last edition named as signers. Exit code 1 if any key was refused.
    """
    house, now = current_house(), clock()
    report = import_keys(
        house.settings.keys_dir,
        [(click.format_filename(file), read_input(file)) for file in files],
        issuer=issuer,
        kid=kid,
        withdrawn=withdrawn,
        signs_lists=signs_lists,
        country=house.settings.issuer_country,
        production=house.settings.production,
        now=now,
    )
    if as_json:
        emit_json(report.as_dict())
    for source, reason in report.refused:
        say(f"{source}: {reason}")
    counts = {"added": len(report.added), "known": len(report.known), "refused": len(report.refused)}
    say(", ".join(f"{count} {name}" for name, count in counts.items()))
    if report.added or report.known:
        countries = " ".join(sorted({key.country or "?" for key in (*report.added, *report.known)}))
        detail = counts | {"withdrawn": withdrawn, "lists": signs_lists}
        audit_import(action="keys_trusted", subject=countries, detail=detail, at=now)
    raise SystemExit(NOT_VALID if report.refused else DONE)


@COMMAND.command("list")
@json_option
@told
def list_(as_json: bool) -> None:
    """Lists every believed key with its dates, our own signers' included."""
    settings = current_house().settings
    own = {record.key_id for record in list_signers(settings.keys_dir)}
    rows: list[dict[str, Any]] = []
    for anchor in Keyring.load(settings.keys_dir, production=settings.production).anchors:
        told_of = {name: value for name, value in write_entry(anchor).items() if name not in _MATERIAL}
        said_here = {"format": format_of(anchor), "own": anchor.key.key_id in own, "lists": anchor.signs_lists}
        rows.append(told_of | said_here)
    if as_json:
        emit_json(rows)
    else:
        emit_table(_COLUMNS, ([_cell(row[column]) for column in _COLUMNS] for row in rows))


@COMMAND.command("status")
@json_option
@told
def status(as_json: bool) -> None:
    """Tells how many keys of which countries there are, how old they are, and which end next."""
    settings = current_house().settings
    keyring = Keyring.load(settings.keys_dir, production=settings.production)
    state = trust_status(keyring, now=clock(), max_age=settings.trust_max_age)
    if as_json:
        emit_json(state)
    else:
        emit_table(("what", "value"), ((name, _cell(value)) for name, value in state.items()))


@COMMAND.command("remove")
@click.argument("kid")
@json_option
@told
def remove(kid: str, as_json: bool) -> None:
    """Forgets the imported keys with the id KID; what they signed becomes `unknown_issuer`."""
    removed = remove_key(current_house().settings.keys_dir, key_id=kid)
    if as_json:
        emit_json({"removed": [key.key_id for key in removed]})
    say(f"{len(removed)} removed")
    audit_import(action="keys_removed", subject=kid[:100], detail={"removed": len(removed)}, at=clock())


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return " ".join(f"{name}:{part}" for name, part in value.items())
    return " ".join(value) if isinstance(value, list) else value
