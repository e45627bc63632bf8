"""Taking rules in, and choosing those that hold for a country, a kind, a version and a clock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from passport.domain.certificate import Certificate, Kind
from passport.errors import InputError, Reason, Refusal, TrustError
from passport.rules.rule import read_rule
from passport.rules.rulesets import DEMO_RULES, FILE_LIMIT, RuleStore, import_rules, rules_file
from tests.rules.making import NOON, certificate, document

ON = NOON.date()


def store(*documents: dict[str, Any]) -> RuleStore:
    return RuleStore(read_rule(document) for document in documents)


def chosen(rules: RuleStore, *, country: str = "XB", at: datetime = NOON, **changes: Any) -> list[str]:
    found = rules.in_force(country=country, certificate=certificate(**changes), at=at)
    return [f"{rule.identifier} {'.'.join(map(str, rule.version))}" for rule in found]


def foreign() -> Certificate:
    return replace(certificate(), country="DE")


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_the_country_of_arrival_and_the_kind_choose() -> None:
    rules = store(
        document("GR-XB-0001", CertificateType="General"),
        document("VR-XB-0001"),
        document("TR-XB-0001", CertificateType="Test"),
        document("VR-XC-0001"),
    )
    assert chosen(rules) == ["GR-XB-0001 1.0.0", "VR-XB-0001 1.0.0"]
    assert chosen(rules, kind=Kind.TEST) == ["GR-XB-0001 1.0.0", "TR-XB-0001 1.0.0"]
    assert chosen(rules, kind=Kind.RECOVERY) == ["GR-XB-0001 1.0.0"]
    assert chosen(rules, country="XC") == ["VR-XC-0001 1.0.0"]
    assert rules.countries == ("XB", "XC")


def test_the_highest_version_in_force_counts_by_number() -> None:
    rules = store(
        document(Version="1.9.0"),
        document(Version="1.10.0", ValidFrom="2022-02-01T00:00:00Z"),
        document(Version="2.0.0", ValidFrom="2022-06-01T00:00:00Z"),
    )
    assert chosen(rules, at=datetime(2022, 1, 31, tzinfo=UTC)) == ["VR-XB-0001 1.9.0"]
    assert chosen(rules, at=datetime(2022, 2, 1, tzinfo=UTC)) == ["VR-XB-0001 1.10.0"]
    assert chosen(rules, at=datetime(2022, 6, 1, tzinfo=UTC)) == ["VR-XB-0001 2.0.0"]


def test_an_expired_higher_version_does_not_hide_the_one_in_force() -> None:
    rules = store(document(Version="1.0.0"), document(Version="1.1.0", ValidTo="2022-02-01T00:00:00Z"))
    assert chosen(rules) == ["VR-XB-0001 1.0.0"]


def test_invalidation_is_by_the_country_of_issue() -> None:
    rules = store(document("VR-XB-0001"), document("IR-VN-0001", Type="Invalidation", Logic=False))
    assert chosen(rules) == ["IR-VN-0001 1.0.0", "VR-XB-0001 1.0.0"]
    assert chosen(rules, country="VN") == ["IR-VN-0001 1.0.0"]
    answer = rules.evaluate(country="XB", certificate=certificate(), doses=certificate().doses, at=NOON, on=ON)
    assert [(result.id, result.result) for result in answer.report.results] == [
        ("IR-VN-0001", "failed"),
        ("VR-XB-0001", "passed"),
    ]
    assert answer.why is not None
    assert [rule.identifier for rule in rules.in_force(country="XB", certificate=foreign(), at=NOON)] == ["VR-XB-0001"]


def test_rules_of_a_region_are_for_those_who_go_there() -> None:
    assert chosen(store(document("VR-XB-0001"), document("VR-XB-0002", Region="NW"))) == ["VR-XB-0001 1.0.0"]


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [document("VR-XC-0001")],
        [document(ValidFrom="2022-03-01T12:00:01Z")],
        [document(ValidTo="2022-03-01T12:00:00Z")],
        [document("TR-XB-0001", CertificateType="Test")],
        [document("IR-VN-0001", Type="Invalidation")],
    ],
    ids=["none", "another country", "not yet", "no longer", "another kind", "invalidation alone"],
)
def test_without_rules_in_force_nothing_is_decided(rules: list[dict[str, Any]]) -> None:
    with pytest.raises(TrustError) as raised:
        store(*rules).evaluate(country="XB", certificate=certificate(), doses=certificate().doses, at=NOON, on=ON)
    assert raised.value.reason is Reason.RULES_OPEN
    assert raised.value.values == {"country": "XB", "date": "2022-03-01"}


def test_importing_a_tree_passes_over_cases_and_other_files(tmp_path: Path) -> None:
    keys, tree = tmp_path / "keys", tmp_path / "XB"
    write(tree / "VR-XB-0001" / "rule.json", document())
    write(tree / "VR-XB-0001" / "tests" / "test001.json", {"Logic": "not a rule"})
    write(tree / "valuesets.json", {"countries": []})
    report = import_rules(keys, [tree], now=NOON)
    assert [rule.identifier for rule in report.added] == ["VR-XB-0001"]
    assert report.refused == ()
    loaded = RuleStore.load(keys)
    assert [rule.document for rule in loaded.rules] == [document()]
    assert loaded.updated_at == NOON
    assert rules_file(keys).stat().st_mode & 0o777 == 0o644


def test_importing_again_changes_the_date_alone(tmp_path: Path) -> None:
    file = write(tmp_path / "list.json", [document(), document("VR-XB-0002")])
    first = import_rules(tmp_path / "keys", [file], now=NOON)
    assert len(first.added) == 2
    again = import_rules(tmp_path / "keys", [file], now=NOON + timedelta(days=1))
    assert (again.added, len(again.known)) == ((), 2)
    assert RuleStore.load(tmp_path / "keys").updated_at == NOON + timedelta(days=1)


def test_a_rule_never_changes_under_its_version(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    import_rules(keys, [write(tmp_path / "a.json", document(Logic=False))], now=NOON)
    report = import_rules(keys, [write(tmp_path / "b.json", document(Logic=True))], now=NOON)
    assert "identifier and version" in report.refused[0][1]
    assert RuleStore.load(keys).rules[0].logic is False


def test_each_fault_is_told_and_the_rest_goes_in(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (FILE_LIMIT + 1))
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000, "utf-8")
    half = write(tmp_path / "half.json", document(Logic={"var": "\ud800"}))
    twice = tmp_path / "twice.json"
    twice.write_text(json.dumps(document())[:-1] + ', "Logic": true}', "utf-8")
    files = [
        broken,
        large,
        deep,
        half,
        twice,
        write(tmp_path / "other.json", {"no": "rule"}),
        write(tmp_path / "mixed.json", [document(), document("VR-XB-0002", Logic={"or": []})]),
    ]
    report = import_rules(tmp_path / "keys", files, now=NOON)
    assert [rule.identifier for rule in report.added] == ["VR-XB-0001"]
    assert [Path(where).name for where, _ in report.refused] == [
        "broken.json",
        "large.json",
        "deep.json",
        "half.json",
        "twice.json",
        "other.json",
        "mixed.json",
    ]
    assert "or" in report.refused[-1][1]


def test_a_country_of_which_one_rule_is_beyond_us_is_open_until_a_newer_version(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    import_rules(keys, [write(tmp_path / "a.json", document(Logic=True))], now=NOON)
    beyond = document("VR-XB-0002", Version="1.0.0", Logic={"or": []})
    for _ in range(2):
        assert import_rules(keys, [write(tmp_path / "b.json", beyond)], now=NOON).refused
    assert len(RuleStore.load(keys).rules) == 2
    answer = RuleStore.load(keys).evaluate(
        country="XB", certificate=certificate(), doses=certificate().doses, at=NOON, on=ON
    )
    assert [result.result for result in answer.report.results] == ["passed", "open"]
    mended = document("VR-XB-0002", Version="1.0.1", Logic=True)
    assert import_rules(keys, [write(tmp_path / "c.json", mended)], now=NOON).added
    answer = RuleStore.load(keys).evaluate(
        country="XB", certificate=certificate(), doses=certificate().doses, at=NOON, on=ON
    )
    assert [result.result for result in answer.report.results] == ["passed", "passed"]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        import_rules(tmp_path / "keys", [tmp_path / "nowhere"], now=NOON)
    assert raised.value.reason is Refusal.BAD_OPTION


def test_nothing_imported_is_an_empty_store(tmp_path: Path) -> None:
    empty = RuleStore.load(tmp_path)
    assert (empty.rules, empty.updated_at, empty.countries) == ((), None, ())


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"updated_at": null, "rules": [{}]}', '{"rules": 1, "updated_at": 1}']
)
def test_a_damaged_store_is_said_so(tmp_path: Path, content: str) -> None:
    rules_file(tmp_path).parent.mkdir()
    rules_file(tmp_path).write_text(content, "utf-8")
    with pytest.raises(InputError) as raised:
        RuleStore.load(tmp_path)
    assert raised.value.reason is Refusal.BAD_KEY_FILE


@pytest.mark.parametrize(
    ("number", "of", "given", "met"),
    [
        (3, 3, "2022-02-28", True),
        (2, 1, "2020-02-28", True),
        (2, 2, "2022-02-01", True),
        (2, 2, "2022-02-20", False),
        (2, 2, "2021-02-01", False),
        (1, 2, "2022-02-01", False),
    ],
)
def test_the_invented_country(tmp_path: Path, number: int, of: int, given: str, met: bool) -> None:
    import_rules(tmp_path, [DEMO_RULES], now=NOON)
    shown = certificate(number=number, of=of, given=given)
    answer = RuleStore.load(tmp_path).evaluate(
        country="XA", certificate=shown, doses=shown.doses, at=NOON, on=date(2022, 3, 1)
    )
    assert (answer.why is None) is met
    assert all("DEMO" in result.description for result in answer.report.results)
