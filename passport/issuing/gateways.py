"""The ways out for messages: a mail server (SMTP) and an SMS gateway over HTTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx

from passport.errors import Refusal, Unavailable

TIMEOUT = 15.0  # seconds
_SUBJECT = "Chứng nhận tiêm chủng / Vaccination certificate"
_PORTS = {"smtp": 587, "smtps": 465}  # RFC 6409, RFC 8314
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class Gateway(Protocol):
    """Hands one message on."""

    def send(self, *, recipient: str, body: str) -> None:
        """Raises Unavailable (service_away) when it was not taken over; whom it was for is never told."""


@dataclass(frozen=True, slots=True)
class SmtpGateway:
    """A mail server: `smtps://` is encrypted from the start; `smtp://` must offer STARTTLS unless on this machine."""

    url: str
    sender: str

    def send(self, *, recipient: str, body: str) -> None:
        """Sends one plain-text mail."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, recipient, _SUBJECT
        mail.set_content(body, cte="quoted-printable")  # not every server takes eight bits
        try:
            with self._server() as server:
                self._introduce(server)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(Refusal.SERVICE_AWAY, "mail") from error

    def _server(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        if parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=TIMEOUT)

    def _introduce(self, server: smtplib.SMTP) -> None:
        parts = urlsplit(self.url)
        if parts.scheme == "smtp" and parts.hostname not in _OWN_MACHINE:
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """An SMS gateway that takes `{"to": "+84…", "text": "…"}` by POST, with the secret as bearer token."""

    url: str
    secret: str

    def send(self, *, recipient: str, body: str) -> None:
        """Sends one text message."""
        number = f"+84{recipient.removeprefix('0')}"  # ITU-T E.164
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        try:
            reply = httpx.post(self.url, json={"to": number, "text": body}, headers=headers, timeout=TIMEOUT)
            reply.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(Refusal.SERVICE_AWAY, "SMS") from error
