"""A run of changed codes: nothing may crash, and nothing but what was signed may be believed.

`python -m tests.fuzz.mutations NUMBER [SEED]` spreads a run over all cores; every finding is told with its number,
and the same seed and number make the same code again.
"""

from __future__ import annotations

import copy
import json
import os
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any

from passport.domain.verdict import Outcome
from passport.formats.table import open_text
from passport.verifying.context import Context
from passport.verifying.holder import HolderQuery
from passport.verifying.verify import verify
from tests.forging import NOW
from tests.fuzz.changing import change
from tests.fuzz.codes import FORMATS, Code, Signer, codes_of, context_for

CHUNK = 1000
TOLD = 10  # findings written out
RULES_SHARE = 0.1  # of the codes are also held against the rules of a country, which cost most
HOLDER = HolderQuery.read(name="Nguyễn Văn An", born="1990-01-02")


@dataclass(slots=True)
class Figures:
    """What a run saw: how many codes, how many of them believed as the same statement, and the findings."""

    passed: int = 0
    believed: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Counts the figures of another run."""
        self.passed += other.passed
        self.believed += other.believed
        self.findings += other.findings


@dataclass(frozen=True, slots=True)
class Ground:
    """Codes, what lies beneath their layers, whom to trust, and what each good code states by its signed bytes."""

    codes: dict[str, tuple[Code, ...]]
    opened: dict[str, list[list[Any]]]
    context: Context
    stated: dict[bytes, Any]


@cache
def ground() -> Ground:
    """The same in every process."""
    signer = Signer("XA")
    codes = codes_of(signer)
    with tempfile.TemporaryDirectory() as folder:
        context = context_for(signer, Path(folder))
    stated = {}
    for code in (code for pair in codes.values() for code in pair):
        verdict = verify(code.text, context=context, now=NOW)
        assert verdict.certificate is not None, verdict.steps
        stated[open_text(code.text).signed] = verdict.as_dict()["certificate"]
    opened = {format: [code.opened() for code in pair] for format, pair in codes.items()}
    return Ground(codes, opened, context, stated)


def changed_code(format: str, chance: Random) -> tuple[str, bool]:
    """A changed code, and whether it was signed after the change, as by an issuer who is careless or worse."""
    one, other = chance.sample(range(2), 2)
    code, values = ground().codes[format][one], ground().opened[format]
    changes = chance.choice((1, 1, 1, 2, 4))
    signed = chance.random() < 0.2
    depth = chance.randrange(len(code.layers) + 1)
    value, counterpart = (
        copy.deepcopy(ground().codes[format][place].content if signed else values[place][depth])
        for place in (one, other)
    )
    for _ in range(changes):
        value = change(value, counterpart, chance)
    return code.sign(value) if signed else code.dressed(value, depth=depth), signed


def finding(text: str, *, signed: bool, country: str | None = None) -> tuple[str | None, bool]:
    """What is wrong with the answer to `text`, and whether it was believed."""
    base = ground()
    try:
        verdict = verify(text, context=base.context, now=NOW, country=country, policy="vn-entry", holder=HOLDER)
        told = json.loads(json.dumps(verdict.as_dict(), allow_nan=False))
    except Exception as error:
        return f"crash: {type(error).__name__}: {error}", False
    if (verdict.reason is None) is not (verdict.outcome is Outcome.VALID) or not verdict.message.vi:
        return "an answer without a reason", False
    if verdict.certificate is None:
        return None, False
    if not signed and base.stated.get(open_text(text).signed) != told["certificate"]:
        return "believed though it was changed", True
    return None, True


def run(seed: str, numbers: Iterable[int], formats: tuple[str, ...] = FORMATS) -> Figures:
    """Makes and checks the codes with these numbers, the formats in turn."""
    figures = Figures()
    for number in numbers:
        format = formats[number % len(formats)]
        chance = Random(f"{seed}/{number}")
        text, signed = changed_code(format, chance)
        country = "XA" if chance.random() < RULES_SHARE else None
        problem, believed = finding(text, signed=signed, country=country)
        if problem:
            figures.findings.append(f"seed {seed}, number {number}, {format}: {problem}: {text!r}")
            continue
        figures.passed += 1
        if believed:
            figures.believed[format, "signed anew" if signed else "written anew"] += 1
    return figures


def main(number: int, seed: str) -> int:
    """Runs `number` changed codes and prints what was found."""
    print(f"seed {seed}")
    chunks = [range(first, min(first + CHUNK, number)) for first in range(0, number, CHUNK)]
    figures = Figures()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for part in pool.map(run, repeat(seed), chunks):
            figures.add(part)
    for told in figures.findings[:TOLD]:
        print(told)
    for (format, how), count in sorted(figures.believed.items()):
        print(f"{format}: {count} believed as the same statement {how}")
    print(f"{figures.passed} passed, {len(figures.findings)} failed")
    return 1 if figures.findings else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else secrets.token_hex(4)))
