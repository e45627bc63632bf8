"""Makes a development installation that is ready to try: keys, staff, lists, certificates, samples; once.

A second call changes nothing but the age of the trust list, which a scheduler would renew in real life.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from passport.demo import accounts, cards, citizens, codes, lists, samples, story
from passport.errors import Refusal, Refused
from passport.house import House
from passport.intake.standin import EmbeddedPopulation
from passport.registry.clients import SCOPES, create_client
from passport.registry.migrations import upgrade
from passport.trust.keyring import import_keys
from passport.trust.passphrase import read_passphrase
from passport.trust.signer_records import list_signers
from passport.trust.signers import create_signer

FILE = "demo.json"
REFRESH_AFTER = timedelta(days=7)  # half of what makes a trust list stale


@dataclass(frozen=True, slots=True)
class Prepared:
    """What there is to try; `told` is None when everything was there already."""

    told: story.Told | None
    samples_right: int
    samples_all: int


def prepare(
    house: House, *, now: datetime, say: Callable[[str], None], hash_password: Callable[[str], str]
) -> Prepared:
    """Makes what is missing; raises Refused (demo_in_production)."""
    settings = house.settings
    if settings.production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "sample data")
    say("migration")
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    upgrade(house.database.engine)
    say("development keys")
    make_keys(house, now=now)
    told = None
    if not (settings.instance_dir / FILE).exists():
        say("sample data")
        passwords = make_staff(house, now=now, hash_password=hash_password)
        say("the whole line, once")
        told = story.tell(house, now=now, say=lambda line: say(f"    {line}"))
        samples.store(settings.instance_dir, cards.build(house, now=now))
        story.write_files(house, settings.instance_dir, now=now)
        _write(settings.instance_dir / FILE, _description(house, passwords, now=now))
    _refresh_trust(house, now=now)
    right, every = check_cards(house, now=now)
    return Prepared(told, right, every)


def make_keys(house: House, *, now: datetime) -> None:
    """A demo signer that starts two years back, unless there is one."""
    settings = house.settings
    if not list_signers(settings.keys_dir):
        create_signer(
            settings.keys_dir,
            country=settings.issuer_country,
            issuer_name=settings.issuer_name,
            passphrase=read_passphrase(settings.keys_dir, file=settings.key_passphrase_file, production=False),
            now=now,
            test=True,
        )


def make_staff(house: House, *, now: datetime, hash_password: Callable[[str], str]) -> dict[str, str]:
    """The invented staff with fresh passwords, and the register that the stand-in answers from."""
    EmbeddedPopulation(house.settings.instance_dir / "population.db").load(lists.population(house.today(now)))
    with house.database.transaction() as session:
        return accounts.create_accounts(session, hash_password=hash_password, today=house.today(now))


def check_cards(house: House, *, now: datetime) -> tuple[int, int]:
    """How many of the cards get the verdict they must get."""
    known = [sample for sample in samples.load(house.settings.instance_dir) if sample.card]
    right = 0
    for sample in known:
        verdict = sample.verdict(context=house.context, now=now)
        right += (verdict.outcome, verdict.reason, verdict.heading) == (
            sample.expected.outcome,
            sample.expected.reason,
            sample.expected.heading,
        )
    return right, len(known)


def _refresh_trust(house: House, *, now: datetime) -> None:
    updated = house.context.keyring.updated_at
    if updated is not None and now - updated > REFRESH_AFTER:
        folder = house.settings.instance_dir / "authorities" / "XA"
        xa = codes.authority(folder, country="XA", name="DEMO Arcadia", now=now)
        import_keys(house.settings.keys_dir, [("XA", xa.certificate)], production=False, now=now)


def _description(house: House, passwords: dict[str, str], *, now: datetime) -> dict[str, Any]:
    base = house.settings.base_url
    with house.database.transaction() as session:
        _client, key = create_client(session, name="Demo agency", scopes=SCOPES[:2], now=now)
    return {
        "made_at": now.isoformat(),
        "users": [
            {
                "email": account.email,
                "password": passwords.get(account.email),
                "totp_secret": None,
                "roles": list(account.roles),
                "area": account.area_code,
            }
            for account in accounts.ACCOUNTS
        ],
        "people": [asdict(citizen) for citizen in citizens.sample_citizens(house.today(now))],
        "files": {path.name: str(path) for path in sorted((house.settings.instance_dir / "files").iterdir())},
        "api_key": key,
        "urls": {
            name: base + path
            for name, path in (
                ("home", "/"), ("verify", "/verify"), ("certificate", "/certificate"), ("agency", "/agency"),
                ("staff", "/staff"), ("demo", "/demo"), ("api", "/api/v1"), ("docs", "/api/docs"),
            )
        },
    }  # fmt: skip


def _write(path: Path, data: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1)
