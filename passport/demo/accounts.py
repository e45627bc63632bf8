"""The invented staff: one account a role, each in the area where the story needs it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from passport.demo.people import KIM_SON, TUA_CHUA
from passport.errors import Sentence
from passport.registry.accounts import create_account, find_account, grant_role, list_accounts
from passport.registry.areas import require_area

DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """A member of the invented staff; the password is drawn anew for each installation."""

    email: str
    name: str
    roles: tuple[str, ...]
    area_code: str | None
    title: Sentence


NURSE = SampleAccount(
    f"dieuduong@{DOMAIN}", "Điều dưỡng mẫu", ("registrar",), TUA_CHUA.code, Sentence("Người nhập liệu", "Registrar")
)
NURSE_KIM_SON = SampleAccount(
    f"dieuduong.ks@{DOMAIN}",
    "Điều dưỡng mẫu Kim Sơn",
    ("registrar",),
    KIM_SON.code,
    Sentence("Người nhập liệu, Kim Sơn", "Registrar, Kim Sơn"),
)
HEAD = SampleAccount(
    f"truongtram@{DOMAIN}", "Trưởng trạm mẫu", ("confirmer",), None, Sentence("Người xác nhận", "Head of the site")
)
IDENTITY = SampleAccount(
    f"danhtinh@{DOMAIN}",
    "Cán bộ danh tính mẫu",
    ("identity_officer",),
    None,
    Sentence("Cán bộ danh tính", "Identity officer"),
)
ISSUER = SampleAccount(
    f"decap@{DOMAIN}", "Cán bộ đề nghị mẫu", ("issuer",), None, Sentence("Người đề nghị cấp", "Issuer")
)
APPROVER = SampleAccount(f"duyet@{DOMAIN}", "Người duyệt mẫu", ("approver",), None, Sentence("Người duyệt", "Approver"))
INSPECTOR = SampleAccount(
    f"thanhtra@{DOMAIN}", "Thanh tra mẫu", ("inspector",), None, Sentence("Thanh tra (chỉ xem)", "Inspector, read only")
)
LIST_PROVIDER = SampleAccount(
    f"nhatruong@{DOMAIN}",
    "Trường học mẫu",
    ("list_provider",),
    TUA_CHUA.code,
    Sentence("Đơn vị cung cấp danh sách", "List provider"),
)
CHECKPOINT_HEAD = SampleAccount(
    f"chot@{DOMAIN}",
    "Phụ trách chốt mẫu",
    ("checkpoint_head",),
    TUA_CHUA.code,
    Sentence("Người phụ trách chốt", "Head of the checkpoint"),
)
AUDITOR = SampleAccount(f"kiemtoan@{DOMAIN}", "Kiểm toán mẫu", ("auditor",), None, Sentence("Kiểm toán", "Auditor"))
ADMINISTRATOR = SampleAccount(
    f"quantri@{DOMAIN}", "Quản trị mẫu", ("administrator",), None, Sentence("Quản trị", "Administrator")
)
SECOND_ADMINISTRATOR = SampleAccount(
    f"quantri2@{DOMAIN}",
    "Quản trị mẫu thứ hai",
    ("administrator",),
    None,
    Sentence("Quản trị thứ hai (đồng ý)", "Second administrator (agrees)"),
)
ACCOUNTS = (
    NURSE, NURSE_KIM_SON, HEAD, IDENTITY, ISSUER, APPROVER, INSPECTOR, LIST_PROVIDER, CHECKPOINT_HEAD, AUDITOR,
    ADMINISTRATOR, SECOND_ADMINISTRATOR,
)  # fmt: skip


def create_accounts(session: Session, *, hash_password: Callable[[str], str], today: date) -> dict[str, str]:
    """Makes the accounts that are missing and answers the password of each new one by e-mail."""
    known = {account.email for account in list_accounts(session)}
    passwords: dict[str, str] = {}
    for sample in ACCOUNTS:
        if sample.email in known:
            continue
        passwords[sample.email] = secrets.token_urlsafe(12)
        create_account(
            session, email=sample.email, name=sample.name, password_hash=hash_password(passwords[sample.email])
        )
        account = find_account(session, sample.email)
        area = require_area(session, sample.area_code, on=today) if sample.area_code else None
        for role in sample.roles:
            grant_role(session, account=account, role=role, area=area)
    return passwords
