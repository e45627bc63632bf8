"""Values spread over processes come back as if one had done them all, in order."""

from __future__ import annotations

from contextlib import ExitStack

from passport.intake.linkage.normalise_ids import id_forms
from passport.intake.linkage.spreading import WORTH, Spread, written


def test_the_same_lines_in_the_same_order() -> None:
    chunks = [[(start + n, f"0370900{start + n:05d}") for n in range(100)] for start in range(0, 2000, 100)]
    alone = [written(id_forms, chunk) for chunk in chunks]
    with ExitStack() as stack:
        spread = Spread(stack)
        assert list(spread.over(chunks, values=WORTH - 1, forms_of=id_forms)) == alone
        assert list(spread.over(chunks, values=WORTH, forms_of=id_forms)) == alone
    assert alone[0].startswith("0,")
    assert len("".join(alone).splitlines()) == 2000
