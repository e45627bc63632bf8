"""What the tables are made of: the base, instants, compared text, random identifiers."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Integer, MetaData, String, Table, TypeDecorator, and_
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.types import TypeEngine

_LAST = "\U0010ffff"  # sorts after every character of a name or path
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ORDERED, _RANDOM = 7, 25  # characters of an identifier; 25 hold 129 bits
_CONSECUTIVE = count(secrets.randbelow(36**_ORDERED // 2))  # leaves the other half to count on


class Instant(TypeDecorator[datetime]):
    """A UTC instant on both databases; refuses one without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DayNumber(TypeDecorator[date]):
    """A day as the number of days since the year 1: an index of numbers is counted several times as fast as dates."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:
        return None if value is None else value.toordinal()

    def process_result_value(self, value: int | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromordinal(value)


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


def compared(length: int) -> TypeEngine[str]:
    """Text that is ordered and searched by code point on both databases, whatever the server's collation."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def starts_with(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], prefix: str
) -> ColumnElement[bool]:
    """Whether a `compared` column begins with `prefix`: a range that an index serves on both databases.

    NULL begins with nothing.
    """
    return and_(column >= prefix, column < prefix + _LAST)


def table_of(mapped: type[Base]) -> Table:
    """The table behind a mapped class, for statements that write many rows at once."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def new_id() -> str:
    """An identifier of 32 hexadecimal digits, 128 random bits, that tells nothing of any other."""
    return secrets.token_hex(16)


def row_id() -> str:
    """An identifier for a row of a long list: 32 digits and small letters, 129 random bits behind a running number.

    Those that one process gives out follow each other, so that rows written together lie together in an index:
    wholly random ones would touch a page of it each, once there are millions. What a stranger may see takes `new_id`,
    for gaps between the numbers tell how much was written meanwhile.
    """
    return _written(next(_CONSECUTIVE), _ORDERED) + _written(secrets.randbelow(36**_RANDOM), _RANDOM)


def _written(number: int, length: int) -> str:
    """A number in `length` digits of base 36."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 36)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
