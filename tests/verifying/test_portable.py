"""What goes to the verifier in the browser: nothing that a check of today rests on is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from passport.errors import Reason
from passport.rules.policies import POLICIES
from passport.rules.rulesets import DEMO_RULES, RuleStore, import_rules
from passport.trust import lists
from passport.trust.publishing import rules_list
from passport.trust.signers import active_signer, create_signer
from passport.verifying.context import Context
from passport.verifying.portable import PAST, portable
from tests.forging import NOW, context_of

PASSPHRASE = b"of this test"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    import_rules(tmp_path, [DEMO_RULES], now=NOW)
    return context_of((), folder=tmp_path)


def test_rules_of_today_and_later_go_out_and_those_that_ended_long_ago_do_not(context: Context) -> None:
    kept, ended, recent = context.rules.rules[0], *context.rules.rules[1:3]
    store = RuleStore(
        [
            kept,
            replace(ended, valid_to=NOW - PAST),
            replace(recent, valid_to=NOW - PAST / 2),
            replace(kept, identifier="GR-XA-0000", region="north"),
        ],
        updated_at=NOW,
    )
    told = portable(replace(context, rules=store), now=NOW)
    assert {rule["id"] for rule in told["rules"]} == {kept.identifier, recent.identifier}
    assert told["since"] < told["updated_at"] == "2026-11-21T03:10:00Z"


def test_a_rule_that_cannot_be_evaluated_goes_out_without_its_logic(context: Context) -> None:
    store = RuleStore([replace(context.rules.rules[0], fault="Logic: unknown")])
    (rule,) = portable(replace(context, rules=store), now=NOW)["rules"]
    assert (rule["fault"], rule["logic"]) == ("Logic: unknown", None)


def test_sentences_of_every_reason_policies_and_names_go_out(context: Context) -> None:
    told = portable(context, now=NOW)
    assert {name.partition(".")[0] for name in told["sentences"]} == {*Reason, "valid"}
    assert [policy["name"] for policy in told["policies"]] == [policy.name for policy in POLICIES]
    assert told["names"]["product"]["EU/1/20/1528"] == "Comirnaty"
    assert told["countries"]["VN"][1:] == ["Việt Nam", "Vietnam"]
    assert "VN" in told["value_sets"]["country-2-codes"]
    assert (told["zone"], told["icvp_claim"], told["trust_max_age"]) == ("Asia/Ho_Chi_Minh", -6, 14 * 86400)


def test_the_whole_is_small_when_it_is_sealed(context: Context, tmp_path: Path) -> None:
    create_signer(tmp_path, country="VN", issuer_name="Ministry", passphrase=PASSPHRASE, now=NOW, test=True)
    signer = active_signer(tmp_path, passphrase=PASSPHRASE, now=NOW, production=False)
    payload = portable(context, now=NOW)
    sealed = rules_list(payload, signer=signer, now=NOW)
    assert len(sealed) < 25_000 < len(json.dumps(payload))
    with pytest.raises(ValueError, match="not a signed list of the kind"):
        lists.unseal(sealed, kind=lists.TRUST_LIST, keys=(), now=NOW)
