"""The context follows the files of the key folder, and production knows no test issuer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passport.errors import InputError
from passport.rules.rulesets import DEMO_RULES, import_rules
from passport.trust.key_store import keyring_file
from passport.trust.keyring import import_keys
from passport.trust.own_revocations import record_own
from passport.verifying.context import ContextSource
from passport.verifying.verify import verify
from tests.forging import NOW, TWO_WEEKS, ZONE, Authority

CODE_ID = "URN:UVCI:01:XA:MOH/8H3K2M9QWZ#T"


def source(folder: Path, *, production: bool = False) -> ContextSource:
    return ContextSource(
        keys_dir=folder,
        zone=ZONE,
        trust_max_age=TWO_WEEKS,
        revocation_max_age=TWO_WEEKS,
        icvp_claim=-6,
        production=production,
    )


def trust(folder: Path, *authorities: Authority) -> None:
    files = [(a.country, a.certificate.public_bytes(Encoding.PEM)) for a in authorities]
    import_keys(folder, files, production=False, now=NOW)


def reasons(contexts: ContextSource, text: str) -> str | None:
    return verify(text, context=contexts.current(), now=NOW).reason


def test_an_empty_folder_trusts_nobody(tmp_path: Path) -> None:
    assert reasons(source(tmp_path / "absent"), Authority().code()) == "unknown_issuer"


def test_changes_count_from_the_next_check_on(tmp_path: Path) -> None:
    contexts, authority = source(tmp_path), Authority()
    text = authority.code()
    assert reasons(contexts, text) == "unknown_issuer"
    trust(tmp_path, authority)
    assert reasons(contexts, text) is None
    before = contexts.current()
    assert contexts.current() is before
    record_own(tmp_path, identifier=CODE_ID, at=NOW, replaced=False)
    assert reasons(contexts, text) == "revoked"
    assert contexts.current().keyring is before.keyring
    import_rules(tmp_path, [DEMO_RULES], now=NOW)
    assert contexts.current().rules.countries == ("XA",)
    assert before.rules.countries == ()


def test_a_file_that_is_spoilt_is_told(tmp_path: Path) -> None:
    contexts = source(tmp_path)
    keyring_file(tmp_path).parent.mkdir(parents=True)
    keyring_file(tmp_path).write_text("rubbish")
    for _ in range(2):
        with pytest.raises(InputError):
            contexts.current()
    keyring_file(tmp_path).unlink()
    assert contexts.current().keyring.keys == ()


def test_production_knows_no_test_issuer(tmp_path: Path) -> None:
    demo = Authority(organisation="DEMO Ministry of XA")
    trust(tmp_path, demo)
    assert reasons(source(tmp_path), demo.code()) is None
    assert reasons(source(tmp_path, production=True), demo.code()) == "unknown_issuer"


def test_many_threads_while_keys_come_in(tmp_path: Path) -> None:
    contexts = source(tmp_path)
    authorities = [Authority() for _ in range(4)]
    trust(tmp_path, authorities[0])
    text = authorities[0].code()

    def check(turn: int) -> str | None:
        if turn % 50 == 0:
            trust(tmp_path, authorities[turn // 50 % 4])
        return reasons(contexts, text)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(check, range(200))) == {None}
    assert len(contexts.current().keyring.keys) == 4


def test_the_age_of_the_key_ring_is_that_of_its_import(tmp_path: Path) -> None:
    contexts, authority = source(tmp_path), Authority()
    trust(tmp_path, authority)
    late = NOW + timedelta(days=15)
    assert verify(authority.code(), context=contexts.current(), now=late).reason == "lists_stale"
    import_keys(tmp_path, [("again", authority.certificate.public_bytes(Encoding.PEM))], production=False, now=late)
    assert verify(authority.code(), context=contexts.current(), now=late).reason is None
