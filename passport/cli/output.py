"""How every command speaks: data on stdout, messages on stderr, exit codes in one place (INTERFACES section 2)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
import orjson
from rich.console import Console
from rich.table import Table

from passport.errors import InputError, PassportError, Refusal, Refused, TrustError, Unavailable

DONE, NOT_VALID, USAGE, UNDECIDED = 0, 1, 2, 3
# One exit code for each child of the error tree; TrustError reaches a command only as a refused key or code.
_EXIT: tuple[tuple[type[PassportError], int], ...] = (
    (InputError, USAGE),
    (Refused, NOT_VALID),
    (TrustError, NOT_VALID),
    (Unavailable, UNDECIDED),
)

P = ParamSpec("P")
R = TypeVar("R")

ID = click.IntRange(1, 2**31 - 1)  # numbers that the database gives
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
by_option = click.option("--by", "by", required=True, metavar="USER", help="The acting member of staff (e-mail).")


def say(message: str) -> None:
    """A line for the person at the terminal, on stderr."""
    click.echo(message, err=True)


def emit_json(data: Any) -> None:
    """Data as one line of JSON on stdout."""
    click.echo(orjson.dumps(data).decode())


def emit_json_with(data: Mapping[str, Any], name: str, items: Iterable[Any]) -> None:
    """One line of JSON as `emit_json` writes it, the list `name` at its end written item by item."""
    click.echo(orjson.dumps(data).decode().removesuffix("}") + f',"{name}":[', nl=False)
    for number, item in enumerate(items):
        click.echo(("," if number else "") + orjson.dumps(item).decode(), nl=False)
    click.echo("]}")


def emit_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout: drawn on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join("" if cell is None else str(cell) for cell in row))
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


def write_output(data: bytes, path: str) -> None:
    """Bytes to a file, or to stdout for `-`."""
    if path == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            raise InputError(Refusal.BAD_OPTION, f"{path}: {error.strerror}") from error
        say(f"{path}: {len(data)} bytes")


def read_input(path: str) -> bytes:
    """The bytes of a file, or of stdin for `-`; raises InputError (bad_option) when there is no such file."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(Refusal.BAD_OPTION, f"{path}: {error.strerror}") from error


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Turns a PassportError of a command into one clear line on stderr and its exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except PassportError as error:
            _leave(error)
        except UnicodeEncodeError:  # an argument that is not UTF-8 was to be written somewhere
            _leave(InputError(Refusal.BAD_OPTION, "an argument is not a text in UTF-8"))

    return wrapped


def _leave(error: PassportError) -> NoReturn:
    say(f"{error.reason.value}: {error.message.en} {error.advice.en}".rstrip())
    raise SystemExit(exit_code(error)) from error


def exit_code(error: PassportError) -> int:
    """The exit code that a child of the error tree stands for."""
    return next(code for kind, code in _EXIT if isinstance(error, kind))
