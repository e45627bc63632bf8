"""Nationalities as lists write them: a code, or a country's name in Vietnamese or English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from passport.domain.names import fold


def find_country(text: str) -> str | None:
    """The ISO 3166-1 code of the country that `text` names, with or without diacritics; None when unknown."""
    return _names().get(fold(text))


@cache
def _names() -> Mapping[str, str]:
    # Names of the Unicode CLDR in both languages, and the short ones of everyday lists (Mỹ, Anh, USA).
    path = Path(__file__).parent / "data" / "countries.json"
    countries: Mapping[str, list[str]] = json.loads(path.read_text("utf-8"))
    return {fold(name): code for code, names in countries.items() for name in (code, *names)}
