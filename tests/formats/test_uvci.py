"""Certificate identifiers and their check character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport.formats import uvci

# From the wiki of the EU schema, the EU's overview and a sample of the reference library.
CHECKED = [
    "URN:UVCI:01:NL:187/37512422923#Z",
    "URN:UVCI:01:NL:DADFCC47C7334E45A906DB12FD859FB7#1",
    "URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B",
]
BLOCKS = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=20)


@pytest.mark.parametrize("identifier", CHECKED)
def test_published_examples(identifier: str) -> None:
    before, _, check = identifier.partition("#")
    assert uvci.check_character(before) == check


def test_make() -> None:
    made = uvci.make(country="VN", issuer="BYT", opaque="0123456789ABCDEF")
    before, _, check = made.partition("#")
    assert before == "URN:UVCI:01:VN:BYT/0123456789ABCDEF"
    assert check == uvci.check_character(before)


@pytest.mark.parametrize(
    ("country", "issuer", "opaque"), [("vn", "BYT", "A"), ("VN", "", "A"), ("VN", "B/T", "A"), ("VN", "BYT", "A" * 80)]
)
def test_make_refuses_what_would_not_fit(country: str, issuer: str, opaque: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        uvci.make(country=country, issuer=issuer, opaque=opaque)


@given(opaque=BLOCKS, place=st.integers(0), other=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
def test_the_check_sees_one_changed_character(opaque: str, place: int, other: str) -> None:
    place %= len(opaque)
    changed = opaque[:place] + other + opaque[place + 1 :]
    if changed != opaque:
        assert uvci.check_character(opaque) != uvci.check_character(changed)


def test_one_identifier_has_one_normal_form() -> None:
    forms = ["URN:UVCI:01:VN:BYT/AB12#K", " urn:uvci:01:vn:byt/ab12 ", "01:VN:BYT/AB12#K", "URN:UVCI:01:VN:BYT/AB12"]
    assert {uvci.normalise(form) for form in forms} == {"01:VN:BYT/AB12"}
    assert uvci.normalise("URN:UVCI:01:VN:BYT/AB13") != "01:VN:BYT/AB12"
