"""Telephone and insurance numbers, nationalities."""

from __future__ import annotations

import pytest

from passport.intake.contacts import read_insurance_number, read_phone
from passport.intake.nationalities import find_country


@pytest.mark.parametrize(
    ("text", "phone", "repaired"),
    [
        ("0912345678", "0912345678", False),
        ("0912.345.678", "0912345678", False),
        ("+84 (0)912 345 678".replace("(0)", ""), "0912345678", False),
        ("84912345678", "0912345678", False),
        ("0084912345678", "0912345678", False),
        ("'0912345678", "0912345678", False),
        ("912345678", "0912345678", True),
        ("912345678.0", "0912345678", True),
        ("01686123456", "0386123456", True),
        ("1207123456", "0707123456", True),
        ("+841991234567", "0591234567", True),
    ],
)
def test_mobile_numbers(text: str, phone: str, repaired: bool) -> None:
    assert read_phone(text) == (phone, repaired)


@pytest.mark.parametrize(
    "text", ["", "abc", "12345", "02438123456", "0912345678/0987654321", "0112345678", "٠٩١٢٣٤٥٦٧٨"]
)
def test_no_mobile_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="mobile"):
        read_phone(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("DN4370123456789", "DN4370123456789"), ("dn 4 37 0123456789", "DN4370123456789"), ("0123456789", "0123456789")],
)
def test_insurance_numbers(text: str, number: str) -> None:
    assert read_insurance_number(text) == number


@pytest.mark.parametrize("text", ["", "DN637012345678", "DN9370123456789", "123456789", "DN437012345678X"])
def test_no_insurance_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="insurance"):
        read_insurance_number(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Việt Nam", "VN"), ("viet nam", "VN"), ("VN", "VN"), ("Mỹ", "US"), ("HOA KỲ", "US"), ("Anh", "GB"),
        ("Hàn Quốc", "KR"), ("Korea", "KR"), ("nhật bản", "JP"), ("Trung Quốc", "CN"), ("de", "DE"), ("Đức", "DE"),
        ("Sao Hỏa", None), ("", None),
    ],
)  # fmt: skip
def test_countries_by_code_and_by_name(text: str, code: str | None) -> None:
    assert find_country(text) == code
