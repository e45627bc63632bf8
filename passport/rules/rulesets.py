"""The rules of countries as they lie in the key folder: taken in once, chosen by country, kind, version and clock."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from passport.codecs import strict_json
from passport.domain.certificate import Certificate, DoseStatement
from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal, TrustError
from passport.rules.certlogic import DEPTH_LIMIT
from passport.rules.judging import RulesAnswer, judge, rules_open
from passport.rules.rule import ACCEPTANCE, INVALIDATION, Rule, read_rule

FILE_LIMIT = (
    4 * 1024 * 1024
)  # bytes of one file; the largest rule of the public test data has 5 KiB, five countries 200 KiB
FILE_DEPTH = 3 * DEPTH_LIMIT  # nested containers of one file: two for each nested expression, and those around them
RULES_LIMIT = 5_000  # rules kept; a country publishes about 20
DEMO_RULES = Path(__file__).parent / "data" / "demo_rules"  # of the invented country XA
_TESTS = "tests"  # folder of test cases beside a rule


class RuleStore:
    """All rules that were imported."""

    def __init__(self, rules: Iterable[Rule], *, updated_at: datetime | None = None) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.key))
        self.updated_at = updated_at

    @classmethod
    def load(cls, keys_dir: Path) -> RuleStore:
        """The rules under `keys_dir`; raises InputError (bad_key_file) for a file that cannot be read."""
        path = rules_file(keys_dir)
        if not path.exists():
            return cls(())
        try:
            stored = json.loads(path.read_bytes())
            updated_at = datetime.fromisoformat(stored["updated_at"]) if stored["updated_at"] else None
            return cls((read_rule(document) for document in stored["rules"]), updated_at=updated_at)
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}: {error}") from error

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of arrival that have rules here, in force or not."""
        return tuple(sorted({rule.country for rule in self.rules if rule.type == ACCEPTANCE}))

    def in_force(self, *, country: str, certificate: Certificate, at: datetime) -> tuple[Rule, ...]:
        """The rules that `certificate` must meet: those of the country of arrival, and those by which its own
        country declares certificates invalid; of each the highest version in force at `at`.

        Rules of a single region are left out, since no region is asked for.
        """
        chosen: dict[str, Rule] = {}
        for rule in self.rules:  # by identifier, then version: the highest comes last
            theirs = country if rule.type == ACCEPTANCE else certificate.country
            if rule.country == theirs and not rule.region and rule.looks_at(certificate.kind) and rule.in_force(at):
                chosen[rule.identifier] = rule
        return tuple(chosen.values())

    def evaluate(
        self, *, country: str, certificate: Certificate, doses: Sequence[DoseStatement], at: datetime, on: date
    ) -> RulesAnswer:
        """Whether `certificate` meets the rules of `country` at the clock `at`, with every rule's result.

        `doses` are all that are known of the holder, those of other certificates included; `on` is the calendar
        day of `at` where the check takes place, by which days are counted.
        Raises TrustError (rules_open) when no acceptance rule of that country is in force then for certificates
        of that kind, or when the format tells nothing that rules look at.
        """
        rules = self.in_force(country=country, certificate=certificate, at=at)
        if all(rule.type == INVALIDATION for rule in rules):
            raise rules_open(country, on, "no rules in force")
        return judge(rules, country=country, certificate=certificate, doses=doses, at=at, on=on)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: rules added, rules that were there already, and (where, why) of what was refused.

    A refused rule that names its country and time is kept as one that is open: see `Rule.fault`.
    """

    added: tuple[Rule, ...]
    known: tuple[Rule, ...]
    refused: tuple[tuple[str, str], ...]


def import_rules(keys_dir: Path, paths: Sequence[Path], *, now: datetime) -> ImportReport:
    """Takes in every rule under `paths`: files that hold one rule or a list of them, and folders of such files.

    In a folder, test cases and files that are no rules are passed over. A rule never changes under its identifier
    and version. Raises InputError (bad_option) for a path that is not there.
    """
    kept = {rule.key: rule for rule in RuleStore.load(keys_dir).rules}
    known_before = len(kept)
    added: list[Rule] = []
    known: list[Rule] = []
    refused: list[tuple[str, str]] = []
    for source, document in _documents(paths, refused):
        try:
            rule = read_rule(document)
        except ValueError as error:
            refused.append((source, str(error)))
            continue
        before = kept.get(rule.key)
        if before is None and len(kept) >= RULES_LIMIT:
            refused.append((source, f"there are {RULES_LIMIT} rules already"))
        elif rule.fault is not None:
            refused.append((source, rule.fault))
            kept.setdefault(rule.key, rule)
        elif before is None:
            kept[rule.key] = rule
            added.append(rule)
        elif before.document == rule.document:
            known.append(rule)
        else:
            refused.append((source, "another rule has this identifier and version"))
    if added or known or len(kept) > known_before:
        _write(keys_dir, kept.values(), now=now)
    return ImportReport(tuple(added), tuple(known), tuple(refused))


def rules_file(keys_dir: Path) -> Path:
    """Where imported rules are stored."""
    return keys_dir / "rules" / "rules.json"


def read_json(data: bytes) -> Any:
    """JSON within the limits of a rule file; raises ValueError for anything else."""
    if len(data) > FILE_LIMIT:
        raise ValueError(f"over {FILE_LIMIT} bytes")
    try:
        return strict_json.loads(data.removeprefix(b"\xef\xbb\xbf"), depth=FILE_DEPTH)
    except TrustError as error:
        raise ValueError(error.detail) from error


def _documents(paths: Sequence[Path], refused: list[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    """(where, document) of everything under `paths` that should be a rule."""
    for path in paths:
        if not path.exists():
            raise InputError(Refusal.BAD_OPTION, f"{path}: no such file or folder")
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        for file in files:
            if path.is_dir() and _TESTS in file.relative_to(path).parts:
                continue
            try:
                content = read_json(file.read_bytes())
            except (ValueError, OSError) as error:
                refused.append((str(file), f"not JSON: {error}"))
                continue
            for document in content if isinstance(content, list) else [content]:
                if not path.is_dir() or (isinstance(document, dict) and "Logic" in document):
                    yield str(file), document


def _write(keys_dir: Path, rules: Iterable[Rule], *, now: datetime) -> None:
    """Replaces the file whole, so that a reader never sees half of it."""
    path = rules_file(keys_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(rules, key=lambda rule: rule.key)
    document = {"updated_at": utc_text(now), "rules": [rule.document for rule in ordered]}
    handle, name = tempfile.mkstemp(prefix=".rules.", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    os.replace(name, path)
