"""Small changes of a text, of bytes and of a tree of values, each chosen by `chance` alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:abcxyz_={}[]",\\\0\n\té\u0660\ud800\U0001f600'
STARTS = ("HC1:", "HC2:", "shc:/", "shc:/1/2/", "NZCP:/1/", "NZCP:/2/", "eyJ", "[", '{"icao.":', "\ufeff", " ")
PIECES = (
    b"\x81" * 20,  # a list in a list and so on
    b"\xa1\x00" * 20,
    b"\xd8\x1c\x81\xd8\x1d\x00",  # a list that holds itself
    b"\xd8\x23\x64(a+)",
    b"\xc2\x58\x40" + b"\xff" * 64,  # a number of 512 bits
    b"\xc4\x82\x1a\x3b\x9a\xca\x00\x01",  # a decimal of a billion digits
    b"\xc1\x1b\x7f\xff\xff\xff\xff\xff\xff\xff",  # a time beyond the calendar
    b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\x5b\x00\x00\x00\x01\x00\x00\x00\x00",
    b"\xf9\x7e\x00",
    b"\xf7",
    b"\xd2",
    b"\xd8\x3d",
    b"\x9f\xff",
    b"[" * 40,
    b'{"a":1,"a":2}',
    b"1e999",
    b"9" * 30,
    b"\\ud800",
    b"\xff\xfe\0",
)
TAGS = (0, 1, 2, 3, 4, 5, 16, 17, 18, 24, 28, 29, 35, 36, 37, 61, 98, 100, 258, 260, 1004, 55799)
DEPTHS = (1, 15, 16, 17, 100)
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, -7, -37, 5, 2**31, 2**53 + 1, 2**63, 2**64 - 1, 2**64, -(2**64), 10**400,
    0.5, -0.0, 1e-7, 1e18, 1e308, float("nan"), float("inf"), float("-inf"), 253402300800, -62135596801,
    "", " ", "\0", "\u202e", "Ä" * 200, "none", "ES256", "ES384", "PS256", "HS256", "1990-13-40", "0000-00-00",
    "9999-12-31", "0001-01-01", "2026-02-18T25:00:00", "../../etc/passwd", "http://127.0.0.1/", "<b>", "{0}", "%n",
    b"", b"\0", b"\xff" * 8, [], {}, [[]], {"a": {}}, {1: 2}, cbor2.undefined, cbor2.CBORSimpleValue(99),
)  # fmt: skip


class Twice(dict[Any, Any]):
    """A map that writes each of its members two times."""

    def __len__(self) -> int:
        return 2 * super().__len__()

    def items(self) -> Any:
        return [*super().items(), *super().items()]


def change(value: Any, other: Any, chance: Random) -> Any:
    """`value` changed somewhere; `other` is its counterpart in another code."""
    if isinstance(value, str):
        return _change_text(value, other, chance)
    if isinstance(value, bytes):
        return _change_bytes(value, other, chance)
    return _change_tree(value, other, chance)


def _change_text(text: str, other: Any, chance: Random) -> str:
    start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    match chance.randrange(9):
        case 0:
            return text[:start] + chance.choice(LETTERS) + text[start + 1 :]
        case 1:
            return text[:start] + chance.choice(LETTERS) * chance.choice((1, 1, 2, 50)) + text[start:]
        case 2:
            return text[:start] + text[start + chance.choice((1, 2, 3, 50)) :]
        case 3:
            return text[:start] if chance.random() < 0.5 else text[start:]
        case 4:
            return text[:start] + str(other)[start:]  # the head of one, the tail of the other
        case 5:
            return text[:end] + text[start:end] + text[end:]
        case 6:
            return text[:start] + text[start:end].swapcase() + text[end:]
        case 7:
            return chance.choice(STARTS) + (text if chance.random() < 0.5 else text[chance.randrange(1, 10) :])
        case _:
            return text[:start] + text[start:end][::-1] + text[end:]


def _change_bytes(data: bytes, other: Any, chance: Random) -> bytes:
    if len(data) == 64 and chance.random() < 0.5:
        return _change_signature(data, chance)
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    match chance.randrange(8):
        case 0:
            return (
                data[:start]
                + bytes(byte ^ 1 << chance.randrange(8) for byte in data[start : start + 1])
                + data[start + 1 :]
            )
        case 1:
            return data[:start] + chance.randbytes(1) + data[start + 1 :]
        case 2:
            return data[:start] + chance.randbytes(chance.choice((1, 2, 8))) + data[start:]
        case 3:
            return data[:start] + data[start + chance.choice((1, 2, 8)) :]
        case 4:
            return data[:start] if chance.random() < 0.5 else data[start:]
        case 5:
            return data[:start] + (other[start:] if isinstance(other, bytes) else b"")
        case 6:
            return data[:end] + data[start:end] + data[end:]
        case _:
            piece = chance.choice(PIECES)
            return data[:start] + piece + data[start + chance.choice((0, 1, len(piece))) :]


def _change_signature(data: bytes, chance: Random) -> bytes:
    r, s = data[:32], data[32:]
    number = int.from_bytes(s, "big")
    twin = r + (P256_ORDER - number).to_bytes(32, "big") if 0 < number < P256_ORDER else data
    der = encode_dss_signature(int.from_bytes(r, "big"), number)
    return chance.choice(
        (twin, twin, s + r, der, bytes(64), data + b"\0", b"\0" + r + b"\0" + s, r + bytes(32), data[1:])
    )


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a tree: the list or map and the index or key."""
    if isinstance(tree, list | dict):
        for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
            yield tree, key
            yield from _places(tree[key])


def _change_tree(tree: Any, other: Any, chance: Random) -> Any:
    """`tree` itself is changed; where all of it is replaced, the answer is the new one."""
    places = list(_places(tree))
    if not places or chance.random() < 0.02:
        return _odd(tree, other, chance)
    holder, key = chance.choice(places)
    match chance.randrange(8):
        case 0 | 1:
            holder[key] = _odd(holder[key], other, chance)
        case 2 if isinstance(holder[key], str | bytes):
            counterparts = [box[name] for box, name in _places(other) if type(box[name]) is type(holder[key])]
            holder[key] = change(holder[key], chance.choice(counterparts or [holder[key]]), chance)
        case 2 | 3 if type(holder[key]) in (int, float):
            holder[key] = chance.choice((_plus, _floating, str, lambda n: -n, lambda n: n * 1000))(holder[key])
        case 4:
            del holder[key]
        case 5 if isinstance(holder, list):
            holder.insert(key, holder[key] if chance.random() < 0.5 else _from_odd(chance))
        case 5:
            holder[chance.choice((0, 1, 2, 4, -260, "x", "v", "vc", "crit", "kid", "alg", 1.5))] = holder[key]
        case 6 if isinstance(holder, dict):  # the same members in another order
            members = list(holder.items())
            chance.shuffle(members)
            holder.clear()
            holder.update(members)
        case 7 if isinstance(holder[key], dict):
            holder[key] = Twice(holder[key])
        case _:
            holder[key] = _wrapped(holder[key], chance)
    return tree


def _plus(number: float) -> float:
    return number + 1


def _floating(number: float) -> float:
    return number + 0.5 if abs(number) < 1e300 else 0.5


def _odd(value: Any, other: Any, chance: Random) -> Any:
    makers: tuple[Callable[[], Any], ...] = (
        lambda: _from_odd(chance),
        lambda: copy.deepcopy(chance.choice([box[name] for box, name in _places(other)] or [other])),
        lambda: _wrapped(value, chance),
    )
    return chance.choice(makers)()


def _from_odd(chance: Random) -> Any:
    value = chance.choice(ODD)
    return copy.deepcopy(value) if isinstance(value, list | dict) else value  # it may be changed in its turn


def _wrapped(value: Any, chance: Random) -> Any:
    if chance.random() < 0.5:
        return cbor2.CBORTag(chance.choice(TAGS), value)
    inside_list = chance.random() < 0.5
    for _ in range(chance.choice(DEPTHS)):
        value = [value] if inside_list else {"a": value}
    return value
