"""COSE_Sign1: its forms, its headers, its exact signed bytes."""

from __future__ import annotations

import cbor2
import pytest

from passport.codecs import cose
from passport.errors import Reason, TrustError

PAYLOAD = b"payload"


def built(*parts: object) -> bytes:
    return cbor2.dumps(list(parts))


def headers() -> bytes:
    return cbor2.dumps({1: -7, 4: b"key"})


def test_what_is_written_is_read_again() -> None:
    seen: list[bytes] = []

    def sign(data: bytes) -> bytes:
        seen.append(data)
        return b"signature"

    parsed = cose.parse(cose.sign1(protected={1: -7, 4: b"key"}, payload=PAYLOAD, sign=sign))
    assert parsed.protected == {1: -7, 4: b"key"}
    assert parsed.unprotected == {}
    assert (parsed.payload, parsed.signature) == (PAYLOAD, b"signature")
    assert parsed.signed == seen[0] == cbor2.dumps(["Signature1", headers(), b"", PAYLOAD])


@pytest.mark.parametrize("tags", [b"", b"\xd2", b"\xd8\x3d\xd2"])
def test_three_forms(tags: bytes) -> None:
    parsed = cose.parse(tags + built(headers(), {}, PAYLOAD, b"s"))
    assert parsed.header(cose.ALGORITHM) == -7


@pytest.mark.parametrize("tags", [b"\xd8\x3d", b"\xd2\xd2", b"\xd2\xd8\x3d", b"\xd1", b"\xd8\x12"])
def test_other_tags_are_refused(tags: bytes) -> None:
    with pytest.raises(TrustError) as refused:
        cose.parse(tags + built(headers(), {}, PAYLOAD, b"s"))
    assert refused.value.reason is Reason.BAD_STRUCTURE


def test_the_protected_header_wins() -> None:
    parsed = cose.parse(built(cbor2.dumps({4: b"right"}), {4: b"wrong", 1: -37}, PAYLOAD, b"s"))
    assert parsed.header(cose.KEY_ID) == b"right"
    assert parsed.header(cose.ALGORITHM) == -37
    assert parsed.header(99) is None


def test_an_empty_protected_header() -> None:
    assert cose.parse(built(b"", {1: -7}, PAYLOAD, b"s")).protected == {}
    assert cose.parse(built(b"\xa0", {1: -7}, PAYLOAD, b"s")).protected == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        built(),
        built(headers(), {}, PAYLOAD),
        built(headers(), {}, PAYLOAD, b"s", b"more"),
        built({1: -7}, {}, PAYLOAD, b"s"),
        built(headers(), [], PAYLOAD, b"s"),
        built(headers(), {}, None, b"s"),
        built(headers(), {}, PAYLOAD, "s"),
        built(cbor2.dumps([1]), {}, PAYLOAD, b"s"),
        built(b"\xff", {}, PAYLOAD, b"s"),
        built(cbor2.dumps({1: -7}) + b"\0", {}, PAYLOAD, b"s"),
        built(headers(), {}, PAYLOAD, b"s") + b"\0",
    ],
)
def test_other_shapes_are_refused(data: bytes) -> None:
    with pytest.raises(TrustError) as refused:
        cose.parse(data)
    assert refused.value.reason is Reason.BAD_STRUCTURE


@pytest.mark.parametrize("critical", [[], [99], ["x"], [1, 99], 1, [True], [1.0]])
def test_a_critical_header_that_is_not_understood(critical: object) -> None:
    with pytest.raises(TrustError, match="critical"):
        cose.parse(built(cbor2.dumps({1: -7, 2: critical}), {}, PAYLOAD, b"s"))


def test_critical_headers_that_are_understood() -> None:
    cose.parse(built(cbor2.dumps({1: -7, 2: [1, 4]}), {}, PAYLOAD, b"s"))
    with pytest.raises(TrustError, match="crit"):
        cose.parse(built(headers(), {2: [1]}, PAYLOAD, b"s"))
