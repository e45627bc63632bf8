"""`flask demo`: the whole job told on the sample lists in a throw-away database, or served to be tried."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import click
import qrcode
from flask_security import hash_password

from passport.cli.output import DONE, NOT_VALID, USAGE, say, told
from passport.config import ROOT
from passport.demo import prepare, story
from passport.demo.lists import mobile_session
from passport.demo.tls import local_address, make_certificate
from passport.errors import Refusal, Refused
from passport.house import clock, current_house, open_house
from passport.registry.db import make_engine

WORKERS = os.cpu_count() or 1
THREADS = 8  # of a worker: more than the cores, because checks leave the interpreter lock


@click.group("demo", invoke_without_command=True)
@click.pass_context
@told
def COMMAND(context: click.Context) -> None:  # noqa: N802  # every module of this package exports its command so
    """Tells the whole job on the sample lists, step by step, in a throw-away database."""
    if context.invoked_subcommand is not None:
        return
    settings = current_house().settings
    if settings.production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "flask demo")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        house = open_house(
            replace(
                settings,
                database_url=f"sqlite:///{place / 'demo.db'}",
                keys_dir=place / "keys",
                key_passphrase_file=None,
                instance_dir=place,
                population_url="",
            ),
            engine=make_engine(f"sqlite:///{place / 'demo.db'}"),
        )
        _quiet()
        done = prepare.prepare(house, now=clock(), say=lambda line: say(f"==> {line}"), hash_password=hash_password)
        _tell(done)
        house.database.engine.dispose()
    raise SystemExit(DONE if done.samples_right == done.samples_all else NOT_VALID)


@COMMAND.command("serve")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--phone", is_flag=True, help="HTTPS on the local network, for the camera of a telephone.")
@told
def serve(port: int, phone: bool) -> None:
    """Prepares the sample data when they are missing, then serves."""
    host = "0.0.0.0" if phone else "127.0.0.1"  # noqa: S104  # asked for by --phone
    if not _free(host, port):
        say(f"Port {port} is in use. Stop what uses it, or choose another: make run PORT={port + 1}")
        raise SystemExit(USAGE)
    house = current_house()
    _quiet()
    done = prepare.prepare(house, now=clock(), say=lambda line: say(f"==> {line}"), hash_password=hash_password)
    _tell(done)
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", "wsgi:app",
    ]  # fmt: skip
    address = f"http://localhost:{port}"
    if phone:
        certificate, key = make_certificate(house.settings.instance_dir / "tls", now=clock())
        command += ["--ssl-certificate", str(certificate), "--ssl-keyfile", str(key)]
        address = f"https://{local_address()}:{port}"
        os.environ["PASSPORT_BASE_URL"] = address
        _show_symbol(address + "/verify")
    files = house.settings.instance_dir / "files"
    for line in (
        f"sample PDF   {files / 'certificate.pdf'}",
        f"sample PNG   {files / 'certificate.png'}",
        f"a list for the nurse   {files / mobile_session(house.today(clock())).file_name}",
        f"users, people, API key   {house.settings.instance_dir / prepare.FILE}",
        "==> server",
        f"{address}        the four doors",
        f"{address}/demo   ten cards, one-click logins, the outbox",
        "Ctrl+C stops it.",
    ):
        say(line)
    os.chdir(ROOT)
    worker = (sys.executable, "-m", "flask", "worker", "--with-parent")
    subprocess.Popen(worker)  # noqa: S603  # our own; it ends with the server that this process becomes
    os.execv(command[0], command)  # noqa: S606  # becomes the server, so that Ctrl+C reaches it


def _quiet() -> None:
    """Leaves out what libraries tell of their own steps."""
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _tell(done: prepare.Prepared) -> None:
    if done.told is not None:
        for line in story.summary(done.told):
            say(line)
    say(f"{done.samples_right} of {done.samples_all} samples answered as expected")


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: an address in TIME_WAIT is free, one that is listened on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _show_symbol(address: str) -> None:
    symbol = qrcode.QRCode(border=2)
    symbol.add_data(address)
    symbol.print_ascii(out=sys.stderr, invert=True)
