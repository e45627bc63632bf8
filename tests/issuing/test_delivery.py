"""Messages reach a real mail server and a real SMS gateway, are tried again when those fail, and leave no trace."""

from __future__ import annotations

import json
import logging
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_string, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import pytest

from passport.config import load_settings
from passport.errors import InputError, Refused, Unavailable
from passport.house import open_house
from passport.issuing.delivery import Gateways, deliver
from passport.issuing.gateways import SmsGateway, SmtpGateway
from passport.registry.messages import FIRST_WAIT, leave_message, outbox

from .conftest import Office

_Server = TypeVar("_Server", bound=socketserver.BaseServer)
PHONE, MAIL = "0912345678", "chi@example.vn"
BODY = "123456 là mã xác thực lấy chứng nhận tiêm chủng."
LASTS = timedelta(minutes=10)


class _MailHandler(socketserver.StreamRequestHandler):
    """Enough of SMTP (RFC 5321) to take a mail, or to refuse it."""

    server: _MailServer

    def handle(self) -> None:
        self._say("220 mail.test")
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "DATA":
                self._say("354 go on")
                self.server.mails.append(self._data())
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            elif word == "RCPT" and self.server.refusing:
                self._say("450 try again later")
            else:
                self._say("250 ok")

    def _data(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailHandler)
        self.mails: list[str] = []
        self.refusing = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _SmsHandler(BaseHTTPRequestHandler):
    server: _SmsServer

    def do_POST(self) -> None:  # the name that http.server calls
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.headers["Authorization"], body))
        self.send_response(503 if self.server.refusing else 202)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


class _SmsServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _SmsHandler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.refusing = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/send"


@contextmanager
def _running(server: _Server) -> Iterator[_Server]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def mail() -> Iterator[_MailServer]:
    with _running(_MailServer()) as server:
        yield server


@pytest.fixture
def sms() -> Iterator[_SmsServer]:
    with _running(_SmsServer()) as server:
        yield server


@pytest.fixture
def gateways(mail: _MailServer, sms: _SmsServer) -> Gateways:
    return Gateways(
        mail=SmtpGateway(mail.url, "so-tiem@example.vn"), sms=SmsGateway(sms.url, "of the gateway"), production=True
    )


def _leave(office: Office, *recipients: str) -> None:
    with office.database.transaction() as session:
        for recipient in recipients:
            leave_message(session, recipient=recipient, body=BODY, at=office.now, lasts=LASTS)


def _waiting(office: Office) -> list[str]:
    with office.database.reading() as session:
        return [message.recipient for message in outbox(session)]


def test_each_message_leaves_by_its_own_way_and_is_kept_nowhere(
    office: Office, gateways: Gateways, mail: _MailServer, sms: _SmsServer
) -> None:
    _leave(office, PHONE, MAIL)
    assert deliver(office.database, gateways=gateways, now=office.now) == 2
    assert sms.asked == [("Bearer of the gateway", {"to": "+84912345678", "text": BODY})]
    (taken,) = mail.mails
    letter = message_from_string(taken, policy=policy.default)
    assert (letter["From"], letter["To"]) == ("so-tiem@example.vn", MAIL)
    assert letter.get_content().strip() == BODY
    assert _waiting(office) == []
    assert deliver(office.database, gateways=gateways, now=office.now) == 0


def test_what_is_refused_goes_out_later_and_no_log_tells_to_whom(
    office: Office, gateways: Gateways, mail: _MailServer, sms: _SmsServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mail.refusing = sms.refusing = True
    _leave(office, PHONE, MAIL)
    assert deliver(office.database, gateways=gateways, now=office.now) == 0
    mail.refusing = sms.refusing = False
    assert deliver(office.database, gateways=gateways, now=office.now) == 0
    assert sorted(_waiting(office)) == [PHONE, MAIL]
    assert deliver(office.database, gateways=gateways, now=office.now + FIRST_WAIT) == 2
    assert _waiting(office) == []
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "does not take it" in told
    assert [secret for secret in (PHONE, PHONE[1:], MAIL, "123456", "of the gateway") if secret in told] == []


def test_a_gateway_that_is_not_there_is_away_for_both_ways() -> None:
    for gateway in (SmtpGateway("smtp://127.0.0.1:9", "a@b"), SmsGateway("http://127.0.0.1:9", "")):
        with pytest.raises(Unavailable) as told:
            gateway.send(recipient=MAIL, body=BODY)
        assert MAIL not in str(told.value)


def test_a_mail_server_elsewhere_must_encrypt(mail: _MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passport.issuing.gateways._OWN_MACHINE", ())
    with pytest.raises(Unavailable):
        SmtpGateway(mail.url, "a@b").send(recipient=MAIL, body=BODY)
    assert mail.mails == []


def test_a_code_that_nobody_can_use_any_more_is_not_sent(office: Office, gateways: Gateways, sms: _SmsServer) -> None:
    _leave(office, PHONE)
    assert deliver(office.database, gateways=gateways, now=office.now + LASTS + timedelta(seconds=1)) == 0
    assert (sms.asked, _waiting(office)) == ([], [])


def test_people_are_reached_by_the_ways_there_are(gateways: Gateways) -> None:
    only_mail = Gateways(mail=gateways.mail)
    assert gateways.reaching(phone=PHONE, email=MAIL) == PHONE
    assert only_mail.reaching(phone=PHONE, email=MAIL) == MAIL
    assert only_mail.reaching(phone=PHONE, email=None) is None
    assert Gateways().reaching(phone=None, email=MAIL) == MAIL


def test_without_a_gateway_messages_stay_and_production_refuses(office: Office) -> None:
    _leave(office, PHONE)
    assert deliver(office.database, gateways=Gateways(), now=office.now) == 0
    assert _waiting(office) == [PHONE]
    Gateways().require()
    with pytest.raises(Refused) as told:
        Gateways(production=True).require()
    assert "PASSPORT_SMTP_URL or PASSPORT_SMS_URL" in told.value.message.en


def test_the_settings_make_the_gateways(office: Office, tmp_path: Any) -> None:
    secret = tmp_path / "sms-secret"
    secret.write_text("of the gateway\n")
    environ = {
        "PASSPORT_SMTP_URL": "smtps://user:p%40ss@mail.example:465",
        "PASSPORT_MAIL_FROM": "so-tiem@example.vn",
        "PASSPORT_SMS_URL": "https://sms.example/send",
        "PASSPORT_SMS_SECRET_FILE": str(secret),
    }
    house = open_house(load_settings(environ), engine=office.database.engine)
    with pytest.raises(InputError, match="0600"):
        _ = house.gateways
    secret.chmod(0o600)
    made = house.gateways
    assert made.mail == SmtpGateway("smtps://user:p%40ss@mail.example:465", "so-tiem@example.vn")
    assert made.sms == SmsGateway("https://sms.example/send", "of the gateway")
    for wrong in ({"PASSPORT_SMTP_URL": "mail.example"}, {"PASSPORT_MAIL_FROM": "nobody"}):
        with pytest.raises(InputError, match="PASSPORT_"):
            load_settings(wrong)
