"""What the codes in certificates mean, and which codes rules may rely on.

Facts of the EU value sets and of the country names of the Unicode CLDR; `data/make_valuesets.py` made the data
file. Names are for people to read: a code without a name is no fault of a certificate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from passport.errors import Sentence
from passport.rules.schedules import EU_PRODUCTS

COUNTRY_SET = "country-2-codes"
# The field of a dose statement, and the EU value set that names its codes.
_FIELDS = {
    "disease": "disease-agent-targeted",
    "vaccine": "sct-vaccines-covid-19",
    "product": "vaccines-covid-19-names",
    "manufacturer": "vaccines-covid-19-auth-holders",
}
_NOT_VALUE_SETS = {"countries", "other"}


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads((Path(__file__).parent / "data" / "valuesets.json").read_text("utf-8"))
    return data


@cache
def names() -> Mapping[str, Mapping[str, str]]:
    """The display names by code of each field: disease, vaccine, product, manufacturer.

    Includes codes that are no longer given out, and the CVX and ICD-11 codes of the same products; these stand
    under vaccine too, since some formats write the product there.
    """
    data = _data()
    products = data[_FIELDS["product"]]
    same = {code: products[mp] for code, mp in EU_PRODUCTS.items()}
    fields = {field: dict(data[value_set_id]) for field, value_set_id in _FIELDS.items()}
    return fields | {
        "disease": fields["disease"] | data["other"]["disease"],
        "vaccine": same | data["other"]["vaccine"] | fields["vaccine"],
        "product": same | fields["product"],
    }


def value_set(value_set_id: str) -> Mapping[str, str]:
    """The names by code of one EU value set; empty for a set that is not kept here."""
    if value_set_id == COUNTRY_SET:
        return {code: english for code, (_, _, english) in countries().items()}
    return {} if value_set_id in _NOT_VALUE_SETS else _data().get(value_set_id, {})


@cache
def rule_value_sets() -> Mapping[str, list[str]]:
    """The codes of every value set, as CertLogic rules read them at `external.valueSets`."""
    ids = [COUNTRY_SET, *(set(_data()) - _NOT_VALUE_SETS)]
    return {value_set_id: sorted(value_set(value_set_id)) for value_set_id in sorted(ids)}


def countries() -> Mapping[str, Sequence[str]]:
    """Every country by its alpha-2 code: alpha-3 code, name in Vietnamese, name in English."""
    rows: Mapping[str, Sequence[str]] = _data()["countries"]
    return rows


@cache
def _countries() -> Mapping[str, Sentence]:
    rows = countries().items()
    return {code: Sentence(vi, en) for alpha2, (alpha3, vi, en) in rows for code in (alpha2, alpha3)}


def country_name(code: str) -> Sentence:
    """The country of an ISO 3166 alpha-2 or alpha-3 code in both languages; the code itself where it is no country."""
    return _countries().get(code.upper(), Sentence(code, code))
