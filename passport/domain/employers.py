"""Employers as lists name them: the legal form of a company is written out, shortened or with dots, as people like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from passport.domain.names import fold

KEY_LIMIT = 400  # characters; names have 200, and written out they grow
# What is compared is written out, so that the beginning of a long form finds the short ones too. Forms of the Law on
# Enterprises 2020 and the Law on Cooperatives 2023, and the words that names of companies begin with.
_FORMS: Mapping[str, str] = {
    "cty": "cong ty",
    "c ty": "cong ty",
    "cti": "cong ty",
    "ct tnhh": "cong ty trach nhiem huu han",
    "ct cp": "cong ty co phan",
    "ctcp": "cong ty co phan",
    "ctytnhh": "cong ty trach nhiem huu han",
    "ctycp": "cong ty co phan",
    "tnhh": "trach nhiem huu han",
    "t n h h": "trach nhiem huu han",
    "cp": "co phan",
    "c p": "co phan",
    "mtv": "mot thanh vien",
    "m t v": "mot thanh vien",
    "1 thanh vien": "mot thanh vien",
    "1tv": "mot thanh vien",
    "2 thanh vien": "hai thanh vien",
    "dntn": "doanh nghiep tu nhan",
    "dn tu nhan": "doanh nghiep tu nhan",
    "htx": "hop tac xa",
    "tct": "tong cong ty",
    "tcty": "tong cong ty",
    "lh htx": "lien hiep hop tac xa",
    "cn": "chi nhanh",
    "xn": "xi nghiep",
    "kcn": "khu cong nghiep",
}
_FORM = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _FORMS), key=len, reverse=True)) + r")\b")
_NO_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=16_384)  # lists repeat their employers
def employer_key(name: str) -> str:
    """The form in which employers are compared: no marks, case or punctuation, legal forms written out."""
    words = _NO_WORD.sub(" ", fold(name)).strip()
    return _FORM.sub(lambda found: _FORMS[found[0]], words)[:KEY_LIMIT]
