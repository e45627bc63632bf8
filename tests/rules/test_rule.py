"""Rules as documents: what is read, what is refused, and when a rule holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from passport.domain.certificate import Kind
from passport.errors import Reason, TrustError
from passport.rules.rule import read_rule
from tests.rules.making import document


def test_reading() -> None:
    rule = read_rule(document("VR-DE-0007", Version="1.10.2", ValidFrom="2021-07-03T00:00:00+02:00"))
    assert rule.key == ("VR-DE-0007", (1, 10, 2))
    assert rule.country == "DE"
    assert rule.kind is Kind.VACCINATION
    assert rule.valid_from == datetime(2021, 7, 2, 22, tzinfo=UTC)
    assert rule.description == "Always."
    assert rule.region is None


def test_the_first_description_stands_where_there_is_no_english_one() -> None:
    assert read_rule(document(Description=[{"lang": "de", "desc": "Immer."}])).description == "Immer."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Identifier": "rule one"}, "Identifier"),
        ({"Type": "Advice"}, "Type"),
        ({"Country": "Germany"}, "Country"),
        ({"Version": "one"}, "Version"),
        ({"Engine": None}, "Engine"),
        ({"CertificateType": "Passport"}, "CertificateType"),
        ({"ValidFrom": "soon"}, "ValidFrom"),
        ({"ValidTo": None}, "ValidTo"),
        ({"ValidTo": "0001-01-01T00:00:00+05:00"}, "ValidTo"),
        ({"Description": "Always."}, "Description"),
        ({"Description": [{"lang": "en", "desc": "a" * 3000}]}, "Description"),
    ],
)
def test_refusing(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_rule(document(**change))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Engine": "JSONLOGIC"}, "Engine"),
        ({"EngineVersion": "1.4.0"}, "Engine"),
        ({"SchemaVersion": "2.0.0"}, "SchemaVersion"),
        ({"Logic": None}, "Logic"),
        ({"Logic": {"or": [True, False]}}, 'unrecognised operator: "or"'),
    ],
)
def test_a_rule_that_cannot_be_evaluated_here_is_open(change: dict[str, Any], told: str) -> None:
    rule = read_rule(document(**change))
    assert told in (rule.fault or "")
    with pytest.raises(TrustError) as open_:
        rule.met({})
    assert open_.value.reason is Reason.RULES_OPEN


@pytest.mark.parametrize("rubbish", [None, 1, "rule", [], {}])
def test_what_is_no_rule(rubbish: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_rule(rubbish)


def test_validity_ends_before_its_last_instant() -> None:
    rule = read_rule(document())
    assert rule.in_force(rule.valid_from)
    assert rule.in_force(rule.valid_to - timedelta(seconds=1))
    assert not rule.in_force(rule.valid_to)
    assert not rule.in_force(rule.valid_from - timedelta(seconds=1))


def test_kinds() -> None:
    general = read_rule(document(CertificateType="General"))
    test = read_rule(document(CertificateType="Test"))
    assert all(general.looks_at(kind) for kind in Kind)
    assert [kind for kind in Kind if test.looks_at(kind)] == [Kind.TEST]


@pytest.mark.parametrize(
    ("logic", "met"), [(True, True), (False, False), ("", False), (0, False), ({"var": "payload.none"}, False)]
)
def test_a_rule_is_met_by_true_alone(logic: Any, met: bool) -> None:
    assert read_rule(document(Logic=logic)).met({"payload": {}}) is met


@pytest.mark.parametrize("logic", ["yes", 1, [True], {"+": ["a", 1]}, {"plusTime": ["2022-01-01", 0, "day"]}])
def test_what_is_neither_yes_nor_no_tells_nothing(logic: Any) -> None:
    with pytest.raises(TrustError):
        read_rule(document(Logic=logic)).met({})
