"""Coverage-guided fuzzing of one format: `python -m tests.fuzz.target FORMAT SECONDS` (needs atheris).

The first byte of an input chooses a layer, the rest stands in for the bytes there and is dressed again, so that
the search gets past compression and the outer encodings. What may not happen is the same as in `mutations`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["passport"]):
    from tests.fuzz.mutations import finding, ground


def main(format: str, seconds: int) -> None:
    """Starts from the good codes, opened at every layer of text or bytes."""
    code = ground().codes[format][0]
    depths = [depth for depth, value in enumerate(code.opened()) if isinstance(value, str | bytes)]

    def check(data: bytes) -> None:
        depth = depths[data[0] % len(depths)] if data else 0
        inside: str | bytes = data[1:]
        if isinstance(code.opened()[depth], str):
            inside = data[1:].decode("utf-8", "replace")
        problem, _ = finding(code.dressed(inside, depth=depth), signed=False)
        if problem:
            raise AssertionError(problem)

    with tempfile.TemporaryDirectory() as corpus:
        for number, good in enumerate(ground().codes[format]):
            for place, depth in enumerate(depths):
                value = good.opened()[depth]
                data = value.encode() if isinstance(value, str) else value
                Path(corpus, f"{number}-{depth}").write_bytes(bytes([place]) + data)
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={seconds}", "-max_len=5000", "-print_final_stats=1", corpus], check
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
