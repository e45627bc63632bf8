"""What the faces hold in common: the settings in force, the database, the context of checks, the register.

`app` builds one `House` at start; `web` and `cli` reach it through `current_house()` and hand single values
down, so that nothing below the faces knows Flask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import current_app
from sqlalchemy import Engine

from passport.config import Settings
from passport.intake.population import PopulationService, population_service
from passport.issuing.delivery import Gateways
from passport.issuing.gateways import SmsGateway, SmtpGateway
from passport.issuing.issuer import Issuer
from passport.issuing.papers import paper_of
from passport.registry.db import Database
from passport.registry.tables import Certificate
from passport.rendering.paper import Paper
from passport.trust.files import read_secret
from passport.trust.passphrase import read_passphrase
from passport.trust.signers import Signer, active_signer
from passport.verifying.context import Context, ContextSource

EXTENSION = "passport"


@dataclass(frozen=True, slots=True)
class House:
    """The wired service."""

    settings: Settings
    database: Database
    context_source: ContextSource

    @property
    def context(self) -> Context:
        """The keys, revocations and rules of this moment."""
        return self.context_source.current()

    def issuer(self, *, now: datetime) -> Issuer:
        """In whose name certificates go out now, with the signer in force.

        Raises Refused (no_active_signer, demo_in_production), InputError (bad_key_file).
        """
        return Issuer(
            country=self.settings.issuer_country,
            name=self.settings.issuer_name,
            signer=self.signer(now=now),
            context=self.context,
            keys_dir=self.settings.keys_dir,
        )

    @property
    def population(self) -> PopulationService:
        """Whoever answers for the population register; raises Refused (demo_in_production) rather than pretend."""
        return population_service(
            url=self.settings.population_url,
            standin=self.settings.instance_dir / "population.db",
            production=self.settings.production,
        )

    @property
    def gateways(self) -> Gateways:
        """By what messages leave; raises InputError (bad_key_file) when the gateway's secret cannot be read."""
        settings, secret = self.settings, ""
        if settings.sms_secret_file is not None:
            secret = read_secret(settings.sms_secret_file).decode().strip()
        return Gateways(
            mail=SmtpGateway(settings.smtp_url, settings.mail_from) if settings.smtp_url else None,
            sms=SmsGateway(settings.sms_url, secret) if settings.sms_url else None,
            production=settings.production,
        )

    def signer(self, *, now: datetime) -> Signer:
        """The signer in force; raises Refused (no_active_signer, demo_in_production), InputError (bad_key_file)."""
        settings = self.settings
        passphrase = read_passphrase(
            settings.keys_dir, file=settings.key_passphrase_file, production=settings.production
        )
        return active_signer(settings.keys_dir, passphrase=passphrase, now=now, production=settings.production)

    def paper(self, certificate: Certificate) -> Paper:
        """What is printed of a certificate of ours."""
        address = f"{self.settings.base_url}/verify"
        return paper_of(certificate, context=self.context, address=address, zone=self.settings.timezone)

    def today(self, now: datetime) -> date:
        """The calendar day of `now` in the service's time zone."""
        return now.astimezone(self.settings.timezone).date()


def open_house(settings: Settings, *, engine: Engine) -> House:
    """The house for these settings on a prepared `engine`."""
    return House(
        settings=settings,
        database=Database(engine),
        context_source=ContextSource(
            keys_dir=settings.keys_dir,
            zone=settings.timezone,
            trust_max_age=settings.trust_max_age,
            revocation_max_age=settings.revocation_max_age,
            icvp_claim=settings.icvp_claim,
            production=settings.production,
        ),
    )


def current_house() -> House:
    """The house of the running application."""
    house = current_app.extensions[EXTENSION]
    assert isinstance(house, House)
    return house


def clock() -> datetime:
    """The present instant; only the faces ask for it."""
    return datetime.now(UTC)
