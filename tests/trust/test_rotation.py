"""Three years of rotation, day by day, with a moved clock: security.md T30."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from passport.codecs import signatures
from passport.errors import Refused
from passport.trust.keyring import Keyring
from passport.trust.signer_records import SignerState, list_signers
from passport.trust.signers import active_signer, create_signer, rotate_signer

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
ROTATE_EVERY, MAKE_AHEAD = 180, 30  # days; GDHCN: a private key is used for six months


class Signed(NamedTuple):
    key_id: str
    data: bytes
    signature: bytes
    issued: datetime
    expires: datetime


def test_three_years_day_by_day(tmp_path, passphrase) -> None:
    def create(now: datetime) -> None:
        create_signer(tmp_path, country="VN", issuer_name="Bộ Y tế", passphrase=passphrase, now=now, test=False)

    create(START)
    signed: list[Signed] = []
    signer = active_signer(tmp_path, passphrase=passphrase, now=START, production=True)
    ring = Keyring.load(tmp_path, production=True)
    rejected = out_of_force = checked = 0
    for day in range(3 * 365):
        now = START + day * DAY
        turn = day % ROTATE_EVERY
        if turn == ROTATE_EVERY - MAKE_AHEAD:
            create(now)
            ring = Keyring.load(tmp_path, production=True)
        if day and turn == 0:
            rotate_signer(tmp_path, now=now)
            signer = active_signer(tmp_path, passphrase=passphrase, now=now, production=True)
        out_of_force += not signer.certificate.not_valid_before_utc <= now <= signer.not_after
        data = f"certificate of day {day}".encode()
        expires = min(now + YEAR, signer.not_after)
        signed.append(Signed(signer.key_id, data, signer.sign(data), now, expires))
        for one in signed[:: max(1, len(signed) // 5)]:
            if one.expires >= now:
                checked += 1
                rejected += not _good(ring, one, now)
    assert (rejected, out_of_force) == (0, 0)
    assert checked > 2000
    states = [record.state for record in list_signers(tmp_path)]
    assert states == [SignerState.RETIRED] * 6 + [SignerState.ACTIVE]
    assert all(one.expires - one.issued == YEAR for one in signed)


def _good(ring: Keyring, one: Signed, now: datetime) -> bool:
    return any(
        (key.not_before or now) <= now <= (key.not_after or now)
        and key.withdrawn_at is None
        and signatures.verify(algorithm="ES256", public_key=key.public_key, signature=one.signature, signed=one.data)
        for key in ring.find(key_id=one.key_id, issuer="VN")
    )


def test_without_rotation_issuing_stops_at_the_end(tmp_path, passphrase) -> None:
    create_signer(tmp_path, country="VN", issuer_name="Bộ Y tế", passphrase=passphrase, now=START, test=False)
    refused = []
    for day in range(0, 3 * 365, 5):
        try:
            active_signer(tmp_path, passphrase=passphrase, now=START + day * DAY, production=True)
        except Refused:
            refused.append(day)
    assert refused == list(range(735, 3 * 365, 5))


def test_a_signer_never_outlives_its_authority(tmp_path, passphrase) -> None:
    for year in range(6):
        create_signer(
            tmp_path, country="VN", issuer_name="Bộ Y tế", passphrase=passphrase, now=START + year * YEAR, test=False
        )
    records = list_signers(tmp_path)
    for record in records:
        assert record.authority.not_valid_before_utc <= record.not_before
        assert record.not_after <= record.authority.not_valid_after_utc
    assert len({record.authority for record in records}) == 2
