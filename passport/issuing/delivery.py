"""JOB: messages that were written down reach people, by mail or SMS; in development they stay in the outbox."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from passport.errors import Refusal, Refused, Unavailable
from passport.issuing.gateways import Gateway
from passport.registry.db import Database
from passport.registry.messages import claim_message, forget_messages, message_failed, message_left

_log = logging.getLogger("passport.delivery")


@dataclass(frozen=True, slots=True)
class Gateways:
    """By what messages leave the house; without any they stay in the outbox, which only development may."""

    mail: Gateway | None = None
    sms: Gateway | None = None
    production: bool = False

    @property
    def outbox_only(self) -> bool:
        """Whether nothing is ever sent."""
        return self.mail is None and self.sms is None

    def require(self) -> None:
        """Raises Refused (demo_in_production) where messages would stay in the outbox for good."""
        if self.production and self.outbox_only:
            raise Refused(
                Refusal.DEMO_IN_PRODUCTION,
                "the outbox of one-time codes; set PASSPORT_SMTP_URL or PASSPORT_SMS_URL",
            )

    def of(self, recipient: str) -> Gateway | None:
        """The gateway for an address or a telephone number."""
        return self.mail if "@" in recipient else self.sms

    def carry(self, recipient: str) -> bool:
        """Whether a message to `recipient` gets there."""
        return self.outbox_only or self.of(recipient) is not None

    def reaching(self, *, phone: str | None, email: str | None) -> str | None:
        """Where somebody is told: by SMS where that goes, else by mail."""
        return next((to for to in (phone, email) if to and self.carry(to)), None)


def deliver(database: Database, *, gateways: Gateways, now: datetime) -> int:
    """Hands on every message that is due and answers how many went out; what a gateway refuses is tried again.

    What is of no use any more is deleted, and what went out: no message is kept.
    """
    if gateways.outbox_only:
        return 0
    with database.transaction() as session:
        forget_messages(session, at=now)
    sent = 0
    while True:
        with database.transaction() as session:
            message = claim_message(session, at=now)
        if message is None:
            return sent
        gateway = gateways.of(message.recipient)
        try:
            if gateway is not None:
                gateway.send(recipient=message.recipient, body=message.body)
                sent += 1
        except Unavailable as error:
            _log.warning("message %d, try %d: %s does not take it", message.id, message.tries, error.detail)
            with database.transaction() as session:
                message_failed(session, message, at=now)
        else:
            with database.transaction() as session:
                message_left(session, message.id)
