"""`flask certificates`: proposed, approved, issued, renewed, revoked, and shown in every form."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import Progress

from passport.cli import viewing
from passport.cli.output import (
    ID,
    NOT_VALID,
    by_option,
    emit_json,
    emit_table,
    json_option,
    say,
    told,
    write_output,
)
from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.house import House, clock, current_house
from passport.issuing.batch import approve, propose
from passport.issuing.issue import issue
from passport.issuing.renew import renew, renew_key
from passport.issuing.revoke import revoke
from passport.registry.certificates import find_certificate
from passport.registry.tables import Certificate
from passport.rendering.card import certificate_png
from passport.rendering.document import certificate_pdf
from passport.rendering.qr import qr_png, qr_svg

COMMAND = click.Group("certificates", help="Certificates and the batches that propose them.")


@COMMAND.command("propose")
@click.option("--area", required=True, metavar="CODE", help="Commune, district or province.")
@by_option
@json_option
@told
def propose_(area: str, by: str, as_json: bool) -> None:
    """Proposes everybody in an area who is ready; prints the batch that somebody else approves."""
    house, now = current_house(), clock()
    proposed = propose(house.database, area_code=area, by=by, now=now, today=house.today(now))
    if proposed.own:
        say(f"{proposed.own} left out: entered by {by}")
    _tell({"batch": proposed.batch_id, "doses": proposed.doses, "own": proposed.own}, as_json=as_json)


@COMMAND.command("approve")
@click.argument("batch", type=ID)
@by_option
@json_option
@told
def approve_(batch: int, by: str, as_json: bool) -> None:
    """Approves a batch of somebody else and issues it; run again, it goes on. Exit 1 when some were refused.

    On a terminal it shows certificates drawn at random first and asks; a script is asked nothing, and the audit trail
    says that none was viewed.
    """
    house, now = current_house(), clock()
    if not as_json and viewing.at_a_terminal():
        viewing.show_and_ask(house, batch=batch, by=by, now=now)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("issuing", total=None)
        run = approve(
            house.database,
            batch_id=batch,
            by=by,
            now=now,
            issuer=house.issuer(now=now),
            progress=lambda done: progress.update(task, completed=done),
        )
    _tell({"batch": run.batch_id, "issued": run.issued, "refused": run.refused, "open": run.open}, as_json=as_json)
    if run.refused:
        sys.exit(NOT_VALID)


@COMMAND.command("issue")
@click.option("--person", required=True, metavar="ID", help="As `flask people find` prints it.")
@by_option
@json_option
@told
def issue_(person: str, by: str, as_json: bool) -> None:
    """Issues the certificate of one person's latest dose, which an approved batch must hold."""
    house, now = current_house(), clock()
    issued = issue(house.database, person_id=person, by=by, now=now, issuer=house.issuer(now=now))
    told_ = {"id": issued.certificate_id, "identifier": issued.identifier, "expires_at": utc_text(issued.expires_at)}
    _tell(told_, as_json=as_json)


@COMMAND.command("renew")
@click.option(
    "--key", "key_id", metavar="KID", help="Instead everything that this key signed, such as a withdrawn one."
)
@json_option
@told
def renew_(key_id: str | None, as_json: bool) -> None:
    """Makes codes anew that end soon; for a scheduler, once a day. Exit 1 when some were refused."""
    house, now = current_house(), clock()
    issuer = house.issuer(now=now)
    if key_id is None:
        renewal = renew(house.database, now=now, issuer=issuer)
    else:
        renewal = renew_key(house.database, key_id=key_id, now=now, issuer=issuer)
    _tell(asdict(renewal), as_json=as_json)
    if renewal.refused:
        sys.exit(NOT_VALID)


@COMMAND.command("revoke")
@click.argument("certificate_id", metavar="ID")
@click.option("--reason", required=True, help="Why; kept on record, never published.")
@by_option
@json_option
@told
def revoke_(certificate_id: str, reason: str, by: str, as_json: bool) -> None:
    """Ends a certificate for good, by its own id or its identifier."""
    house, now = current_house(), clock()
    ended = revoke(
        house.database,
        certificate_id=certificate_id,
        reason=reason,
        by=by,
        now=now,
        keys_dir=house.settings.keys_dir,
    )
    told_ = {"id": ended.id, "identifier": ended.identifier, "revoked_at": utc_text(ended.revoked_at)}
    _tell(told_, as_json=as_json)


Shown = Callable[[House, Certificate], bytes]
FORMS: Mapping[str, tuple[str, Shown]] = {  # form → end of the file's name, and what is in it
    "json": (".json", lambda house, certificate: orjson.dumps(_record(certificate), option=orjson.OPT_APPEND_NEWLINE)),
    "text": (".txt", lambda house, certificate: f"{certificate.text}\n".encode()),
    "pdf": (".pdf", lambda house, certificate: certificate_pdf(house.paper(certificate))),
    "png": (".png", lambda house, certificate: certificate_png(house.paper(certificate))),
    "qr-png": ("-qr.png", lambda house, certificate: qr_png(certificate.text or "")),
    "qr-svg": ("-qr.svg", lambda house, certificate: qr_svg(certificate.text or "").encode()),
}
_BINARY = {"pdf", "png", "qr-png"}


@COMMAND.command("show")
@click.argument("certificate_id", metavar="ID")
@click.option("--format", "form", type=click.Choice(list(FORMS)), help="Without it: json, or all of them into DIR.")
@click.option("-o", "folder", metavar="DIR", help="Where the files are written, named by the certificate's id.")
@json_option
@told
def show(certificate_id: str, form: str | None, folder: str | None, as_json: bool) -> None:
    """Shows a certificate by its own id or its identifier: on stdout, or as files."""
    house = current_house()
    form = "json" if as_json else form
    with house.database.reading() as session:
        certificate = find_certificate(session, certificate_id)
        forms = [form] if form else list(FORMS) if folder else ["json"]
        if folder is None and forms[0] in _BINARY and sys.stdout.isatty():
            raise InputError(Refusal.BAD_OPTION, f"{forms[0]} on a terminal; name a folder with -o")
        made = {name: FORMS[name][1](house, certificate) for name in forms}
    for name, data in made.items():
        write_output(data, "-" if folder is None else str(_file(folder, certificate, name)))


def _file(folder: str, certificate: Certificate, form: str) -> Path:
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(Refusal.BAD_OPTION, f"{folder}: {error.strerror}") from error
    return path / f"{certificate.id}{FORMS[form][0]}"


def _record(certificate: Certificate) -> dict[str, Any]:
    return {
        "id": certificate.id,
        "identifier": certificate.identifier,
        "state": certificate.state,
        "person": certificate.person_id,
        "dose": certificate.dose_id,
        "batch": certificate.batch_id,
        "format": certificate.format,
        "key_id": certificate.key_id,
        "issued_at": utc_text(certificate.issued_at),
        "expires_at": utc_text(certificate.expires_at),
        "revoked_at": utc_text(certificate.revoked_at),
        "reason": certificate.revocation_reason,
        "replaced_by": certificate.replaced_by_id,
        "text": certificate.text,
    }


def _tell(row: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit_json(dict(row))
    else:
        flat = [
            " ".join(f"{k}:{v}" for k, v in cell.items()) if isinstance(cell, Mapping) else cell
            for cell in row.values()
        ]
        emit_table(list(row), [flat])
