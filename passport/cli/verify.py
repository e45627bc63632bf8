"""`flask verify`: checks certificates given as text, picture, PDF, or as requests one a line.

Needs no database, passphrase or network: only the files of the key folder.
"""

from __future__ import annotations

import errno
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from passport.cli.output import DONE, NOT_VALID, UNDECIDED, emit_json, json_option, say, told
from passport.codecs import strict_json
from passport.domain.dates import spoken_day
from passport.domain.verdict import Outcome, Verdict
from passport.errors import InputError, PassportError, Refusal
from passport.house import House, clock, current_house
from passport.rendering.pdf_reading import PDF_BYTES
from passport.verifying.holder import HolderQuery
from passport.verifying.request import CheckRequest, answer, answer_file, parse_defaults, parse_request
from passport.verifying.saying import HEADINGS, TEST, dose_line

LINE_LIMIT = 1024 * 1024  # bytes of one request; five credentials of the largest QR symbol need 22 kB
_EXIT = {Outcome.VALID: DONE, Outcome.INVALID: NOT_VALID, Outcome.UNDETERMINED: UNDECIDED}
_GRAVEST = (NOT_VALID, UNDECIDED, DONE)


@click.command("verify")
@click.argument("inputs", nargs=-1, metavar="[TEXT|FILE]...")
@click.option("--at", metavar="TIME", help="Clock of the check: RFC 3339 or a date; now unless given.")
@click.option("--country", metavar="CC", help="Country of arrival whose rules are to be met.")
@click.option("--policy", metavar="NAME", help="Policy of the house that is to be met, such as vn-domestic.")
@click.option("--name", metavar="NAME", help="Name of the person it should belong to.")
@click.option("--born", metavar="DATE", help="Birth date of the person it should belong to.")
@click.option("--lines", is_flag=True, help="Read JSON requests from stdin, one a line; write one verdict a line.")
@json_option
@told
def verify_command(
    inputs: tuple[str, ...],
    at: str | None,
    country: str | None,
    policy: str | None,
    name: str | None,
    born: str | None,
    lines: bool,
    as_json: bool,
) -> None:
    """Check certificates: TEXT, or a FILE with text, picture or PDF; `-` is stdin.

    Exit code 1 if any is invalid, else 3 if any could not be decided.
    """
    if lines and (inputs or name or born):
        raise click.UsageError("--lines takes its requests, holder included, from stdin")
    if not lines and not inputs:
        raise click.UsageError("give a TEXT or a FILE, or --lines")
    asked = {"at": at, "country": country, "policy": policy}
    defaults = parse_defaults({field: value for field, value in asked.items() if value is not None})
    house = current_house()
    if lines:
        outcomes = list(_answer_lines(house, defaults))
    else:
        holder = HolderQuery.read(name=name, born=born) if name is not None or born is not None else None
        outcomes = list(_answer_inputs(house, inputs, defaults, holder, as_json=as_json))
    codes = {_EXIT[outcome] for outcome in outcomes}
    raise SystemExit(next((code for code in _GRAVEST if code in codes), DONE))


COMMAND = verify_command


def _answer_inputs(
    house: House, inputs: tuple[str, ...], defaults: CheckRequest, holder: HolderQuery | None, *, as_json: bool
) -> Iterator[Outcome]:
    for given in inputs:
        data = _read(given)
        if len(inputs) > 1 and data is not None and not as_json:
            click.echo(f"{given}:")
        verdict = _check(given if data is None else data, house, defaults, holder)
        if as_json:
            emit_json(verdict.as_dict())
        else:
            _print(verdict)
        yield verdict.outcome


def _check(given: str | bytes, house: House, defaults: CheckRequest, holder: HolderQuery | None) -> Verdict:
    """The verdict on a text or a file; the cards of a file of several are judged together, as by the other faces."""
    asked = replace(defaults, holder=holder)
    if isinstance(given, bytes):
        return answer_file(given, asked, context=house.context, now=clock())
    verdict = answer(replace(asked, credentials=(given,)), context=house.context, now=clock())
    assert isinstance(verdict, Verdict)  # one credential, however many cards
    return verdict


def _read(given: str) -> bytes | None:
    """The bytes of `-` or of an existing file, one more than any limit at most; None for a text."""
    if given == "-":
        return sys.stdin.buffer.read(PDF_BYTES + 1)
    if not given:  # which would open the working folder
        return None
    try:
        with Path(given).open("rb") as file:
            return file.read(PDF_BYTES + 1)
    except ValueError:  # a zero byte, which no file name holds
        return None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENAMETOOLONG, errno.ENOTDIR):
            return None
        raise InputError(Refusal.BAD_OPTION, f"{given}: {error.strerror}") from error


def _answer_lines(house: House, defaults: CheckRequest) -> Iterator[Outcome]:
    """One verdict a line, whatever the line held: what is no request is no certificate either."""
    for number, line in enumerate(_lines(), start=1):
        context, now = house.context, clock()
        asked = line.removeprefix(BOM_UTF8) if number == 1 else line  # some shells put it before everything they pipe
        request = _request(asked, number, defaults)
        verdict = answer(request, context=context, now=now)
        emit_json(verdict.as_dict() | ({"ref": request.ref} if request.ref is not None else {}))
        yield verdict.outcome


def _request(line: bytes, number: int, defaults: CheckRequest) -> CheckRequest:
    if len(line) > LINE_LIMIT:
        return CheckRequest(credentials=(line.decode("latin-1"),))
    try:
        return parse_request(strict_json.loads(line), defaults=defaults)
    except PassportError as error:
        say(f"line {number}: {error.detail}")
        return CheckRequest(credentials=("",))


def _lines() -> Iterator[bytes]:
    """The lines of stdin; of one that is too long only a part that still is."""
    source = sys.stdin.buffer
    while line := source.readline(LINE_LIMIT + 1):
        rest = line
        while len(rest) > LINE_LIMIT and not rest.endswith(b"\n"):
            rest = source.readline(LINE_LIMIT + 1)
        yield line


def _print(verdict: Verdict) -> None:
    heading = HEADINGS[verdict.heading]
    click.echo(f"{heading.vi} · {heading.en}")
    if verdict.test:
        click.echo(f"{TEST.vi} · {TEST.en}")
    for said in (verdict.message, verdict.advice):
        click.echo(f"  {said.vi}\n  {said.en}")
    if verdict.certificate is not None:
        holder = verdict.certificate.holder
        click.echo(f"  {holder.name} · {spoken_day(holder.born).vi if holder.born else '–'}")
    if verdict.holder_match is not None and verdict.holder_match.why is not None:
        click.echo(f"  {verdict.holder_match.why.vi}\n  {verdict.holder_match.why.en}")
    dose = dose_line(verdict)
    if dose is not None:
        click.echo(f"  {dose.vi}\n  {dose.en}")
    if verdict.reason is not None:
        click.echo(f"  ({verdict.reason.value})")
