"""The benchmark of coverage runs from an empty folder to two speeds."""

from __future__ import annotations

from passport.cli.bench_coverage import PEER, measure


def test_a_small_province_is_measured() -> None:
    ours, peer, peers = measure(people=300)
    assert peer == PEER
    assert ours > 0
    assert peers > 0
