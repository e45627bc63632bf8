"""Employers are compared whatever their legal form was shortened to."""

from __future__ import annotations

import pytest

from passport.domain.employers import KEY_LIMIT, employer_key

MAY = "cong ty trach nhiem huu han may song hong"


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Công ty TNHH May Sông Hồng", MAY),
        ("CTY  TNHH MAY SÔNG HỒNG", MAY),
        ("Cty. T.N.H.H may sông hồng", MAY),
        ("C.ty trách nhiệm hữu hạn May Sông-Hồng", MAY),
        ("Công ty CP May 10", "cong ty co phan may 10"),
        ("CTCP May 10", "cong ty co phan may 10"),
        ("Cty cổ phần May 10", "cong ty co phan may 10"),
        ("Công ty TNHH MTV Đạm", "cong ty trach nhiem huu han mot thanh vien dam"),
        ("Cty TNHH 1 thành viên Đạm", "cong ty trach nhiem huu han mot thanh vien dam"),
        ("DNTN Hoà Phát", "doanh nghiep tu nhan hoa phat"),
        ("HTX Kim Sơn", "hop tac xa kim son"),
        ("Cpt Cnc", "cpt cnc"),  # no form within a word
        ("…", ""),
    ],
)
def test_forms_are_written_out(typed: str, compared: str) -> None:
    assert employer_key(typed) == compared


def test_the_beginning_of_a_name_is_the_beginning_of_its_key() -> None:
    for typed in ("công t", "Cty", "Cty TNHH", "cty tnhh may sông"):
        assert MAY.startswith(employer_key(typed)), typed
    assert len(employer_key("cp " * 70)) == KEY_LIMIT
