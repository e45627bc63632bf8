"""`flask population`: the stand-in for the population register, and the check of people who wait."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import click
import orjson

from passport.cli.output import emit_json, json_option, read_input, say, told
from passport.errors import InputError, PassportError, Refusal, Refused
from passport.house import clock, current_house
from passport.intake.population import check_people
from passport.intake.standin import EmbeddedPopulation

COMMAND = click.Group("population", help="The national population register and its stand-in.")
BODY_LIMIT = 1024 * 1024  # bytes of one question to the stand-in


@COMMAND.command("load")
@click.argument("file")
@told
def load(file: str) -> None:
    """Loads an extract of the register (CSV) into the stand-in."""
    count = _standin().load(read_input(file))
    say(f"the stand-in for the population register holds {count} people")


@COMMAND.command("serve")
@click.option("--port", type=int, default=8090, show_default=True)
@told
def serve(port: int) -> None:
    """Serves the stand-in on the loopback: POST /check and /guardian."""
    server = make_server(_standin(), port)
    say(f"STAND-IN for the population register on http://127.0.0.1:{server.server_port}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("stopped")
    finally:
        server.server_close()


@COMMAND.command("check")
@click.option("--area", metavar="CODE", help="Only people of this area.")
@json_option
@told
def check(area: str | None, as_json: bool) -> None:
    """Asks the register about everybody who waits. Exit 3 when it is away."""
    house, now = current_house(), clock()
    report = check_people(
        house.database, service=house.population, area=area, by="command line", now=now, today=house.today(now)
    )
    if as_json:
        emit_json(report.as_dict())
    else:
        say(
            f"{report.checked} people: {report.verified} right, {report.wrong} wrong, {report.not_found} not found,"
            f" {report.ambiguous} ambiguous"
        )


def _standin() -> EmbeddedPopulation:
    settings = current_house().settings
    if settings.production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "population register")
    return EmbeddedPopulation(settings.instance_dir / "population.db")


def make_server(standin: EmbeddedPopulation, port: int) -> ThreadingHTTPServer:
    """A server on the loopback that answers both questions; raises InputError (bad_option) for a port in use."""
    questions = {"/check": standin.answer, "/guardian": standin.answer_guardian}

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                size = min(int(self.headers.get("Content-Length", 0)), BODY_LIMIT)
                answer = 200, orjson.dumps(questions[self.path](orjson.loads(self.rfile.read(size))))
            except KeyError:
                answer = 404, b""
            except (PassportError, ValueError):
                answer = 422, b""
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: who was asked about is personal."""

    try:
        return ThreadingHTTPServer(("127.0.0.1", port), Desk)
    except OSError as error:
        raise InputError(Refusal.BAD_OPTION, f"port {port}: {error.strerror}") from error
