"""The sentences with which the scanner's page speaks by itself; `{…}` is filled in by its scripts."""

from __future__ import annotations

from typing import Any

from passport.errors import Reason, advice, sentence
from passport.verifying.context import Context
from passport.verifying.saying import HEADINGS, TEST
from passport.web import result
from passport.web.language import gettext as _
from passport.web.language import told

# What the page finds out by itself: no code, no network, lists that are too old.
_OWN_REASONS = (
    Reason.UNREADABLE_IMAGE,
    Reason.TOO_LARGE,
    Reason.UNAVAILABLE,
    Reason.LISTS_STALE,
    Reason.HOLDER_DIFFERS,
)


def terms(policy: str, date: str) -> str:
    """Wording 11."""
    return _("Kiểm tra theo: %(policy)s · ngày %(date)s", policy=policy, date=date)


def rules_of(country: str) -> str:
    """The rules of a country of arrival, as part of wording 11."""
    return _("quy định của %(country)s", country=country)


def no_policy() -> str:
    """What is checked where no rule was chosen, as part of wording 11."""
    return _("chữ ký và hiệu lực")


def words(*, context: Context) -> dict[str, Any]:
    """Everything that the page's scripts say, in the language of the request."""
    return result.words(context=context) | {
        "terms": terms("{policy}", "{date}"),
        "rules_of": rules_of("{country}"),
        "no_policy": no_policy(),
        "reasons": {reason.value: _reason(reason) for reason in _OWN_REASONS}
        | {
            "mismatch": {
                "message": _("Họ tên hoặc ngày sinh không khớp với giấy tờ tùy thân."),
                "advice": told(advice(Reason.HOLDER_DIFFERS)),
            },
            "no_reader": {
                "message": _("Thiết bị này chưa đọc được tệp loại này."),
                "advice": _("Kết nối mạng một lần rồi thử lại, mở bằng trình duyệt khác hoặc quét mã bằng máy ảnh."),
            },
            "no_lists": {
                "message": _("Thiết bị này chưa có danh sách kiểm tra."),
                "advice": _("Kết nối mạng một lần, hoặc nạp danh sách từ tệp."),
            },
        },
        "clock": _("Đồng hồ của thiết bị sai. Giờ đúng: {time}. Hãy chỉnh lại ngày giờ của thiết bị."),
        "part": _("Đã đọc {count}/{total} mã. Đưa mã tiếp theo vào khung."),
        "empty": _("Nhập nội dung mã hoặc chọn ảnh."),
        "file": {
            "taken": _("Đã nạp danh sách từ tệp."),
            "not_lists": _("Tệp này không phải danh sách kiểm tra."),
            "unknown_signer": _("Danh sách trong tệp không do dịch vụ này ký, hoặc đã bị sửa."),
            "older": _("Danh sách trong tệp cũ hơn danh sách đang dùng."),
        },
        "setup": _("Mã này đổi cài đặt kiểm tra thành: {terms}"),
        "shift": {
            "rows": [*(heading.value for heading in HEADINGS), "test"],
            "since": _("Ca trực từ {time}"),
            "until": _("đến {time}"),
            "total": _("Tổng số: {count}"),
            "test": told(TEST),
            "copied": _("Đã chép."),
        },
    }


def _reason(reason: Reason) -> dict[str, str]:
    gaps = {"n": "{n}"}
    return {"message": told(sentence(reason, values=gaps)), "advice": told(advice(reason))}
