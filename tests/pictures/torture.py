"""Reads every public code that has a picture under every bad condition: `python -m tests.pictures.torture`."""

from __future__ import annotations

import base64
import io
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from passport.errors import TrustError
from passport.rendering.reading import read_codes
from tests.pictures.degrade import CONDITIONS, degrade

FOLDER = Path(os.environ.get("CONFORMANCE_DIR", "../shared/conformance")) / "dgc"
SEEDS = 5  # of a whole run
LEAST = 0.99  # of all pictures must be read


@dataclass(slots=True)
class Figures:
    """How many pictures of each condition were read, which were not, and how long each took of the processor."""

    read: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the pictures that were read."""
        return self.read.total() / len(self.seconds)


def pictures() -> Iterator[tuple[str, str, Image.Image]]:
    """Name, text and picture of each public code, but for those whose picture is broken on purpose."""
    for path in sorted(FOLDER.glob("*/*.json")):
        case = json.loads(path.read_text("utf-8"))
        if "2DCODE" in case and case["EXPECTEDRESULTS"].get("EXPECTEDPICTUREDECODE") is not False:
            picture = Image.open(io.BytesIO(base64.b64decode(case["2DCODE"])))
            yield f"{path.parent.name}-{path.stem}", case["PREFIX"], picture


def torture(seed: str) -> Figures:
    """Degrades and reads all pictures once."""
    figures = Figures()
    for name, text, picture in pictures():
        for condition in CONDITIONS:
            data = degrade(picture, condition, seed=f"{seed}/{name}")
            began = time.process_time()
            if text in _read(data):
                figures.read[condition] += 1
            else:
                figures.missed.append(f"{name} {condition}")
            figures.seconds.append(time.process_time() - began)
    return figures


def _read(data: bytes) -> list[str]:
    try:
        return read_codes(data)
    except TrustError:
        return []


def main() -> int:
    """Several seeds, a line each, and one for all."""
    shares = []
    for seed in range(SEEDS):
        figures = torture(str(seed))
        shares.append(figures.share)
        middle = sorted(figures.seconds)[len(figures.seconds) // 2]
        print(f"seed {seed}: {figures.share:.1%} of {len(figures.seconds)} read, {dict(figures.read)}")
        print(f"  median {middle * 1000:.0f} ms, longest {max(figures.seconds) * 1000:.0f} ms; missed {figures.missed}")
    share = sum(shares) / SEEDS
    print(f"{share:.2%} read")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    raise SystemExit(main())
