"""What an error means in HTTP: the only place that knows. Pages get a page, the API gets problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from passport.errors import InputError, PassportError, Refusal, Refused, Sentence, TrustError, Unavailable

API_PREFIX = "/api/"
PROBLEM = "application/problem+json"
_log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[PassportError], int], ...] = (
    (InputError, 422),
    (TrustError, 422),
    (Refused, 409),
    (Unavailable, 503),
)
_STATUS_OF_REASON = {
    Refusal.NOT_PERMITTED: 403,
    Refusal.SAMPLES_ONLY: 403,
    Refusal.OWN_ENTRY: 403,
    Refusal.OWN_PROPOSAL: 403,
    Refusal.OWN_REQUEST: 403,
    Refusal.FILE_TOO_LARGE: 413,
    Refusal.BAD_KEY_FILE: 503,  # keys come in by commands alone, so the file is the house's own
    Refusal.UNKNOWN_PERSON: 404,
    Refusal.UNKNOWN_CERTIFICATE: 404,
    Refusal.UNKNOWN_BATCH: 404,
    Refusal.UNKNOWN_IMPORT: 404,
    Refusal.UNKNOWN_JOB: 404,
    Refusal.UNKNOWN_SITE: 404,
    Refusal.UNKNOWN_AREA: 404,
    Refusal.UNKNOWN_ACCOUNT: 404,
    Refusal.UNKNOWN_REQUEST: 404,
}
_PAGES = {
    400: Sentence("Yêu cầu không đọc được.", "The request could not be read."),
    401: Sentence("Cần đăng nhập hoặc khóa truy cập.", "A login or an API key is needed."),
    403: Sentence("Bạn không có quyền mở trang này.", "You may not open this page."),
    404: Sentence("Không tìm thấy trang này.", "This page was not found."),
    405: Sentence("Trang này không nhận cách gửi đó.", "This page does not take that method."),
    413: Sentence("Dữ liệu gửi lên quá lớn.", "What was sent is too large."),
    415: Sentence("Kiểu dữ liệu không được hỗ trợ.", "This type of content is not supported."),
    429: Sentence("Quá nhiều yêu cầu. Hãy thử lại sau ít phút.", "Too many requests. Try again in a few minutes."),
    500: Sentence("Hệ thống gặp lỗi. Chưa có gì bị thay đổi.", "The service made an error. Nothing was changed."),
    503: Sentence("Hệ thống tạm thời chưa phản hồi.", "The service does not answer at the moment."),
}


_CALLS = _PAGES | {
    400: Sentence("Nội dung không phải JSON, hoặc có khóa bị lặp.", "The body is not JSON, or repeats a key."),
    404: Sentence("Không có gì ở địa chỉ này.", "There is nothing at this address."),
    405: Sentence("Địa chỉ này không nhận cách gửi đó.", "This address does not take that method."),
}


def status_of(error: PassportError) -> int:
    """The HTTP status that an error of the house stands for."""
    if isinstance(error.reason, Refusal) and error.reason in _STATUS_OF_REASON:
        return _STATUS_OF_REASON[error.reason]
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def problem(
    status: int, title: Sentence, *, reason: str | None = None, advice: Sentence | None = None
) -> dict[str, Any]:
    """A problem object: never repeats the input."""
    return {
        "type": "about:blank",
        "title": title.en,
        "status": status,
        "reason": reason,
        "message": title.as_dict(),
        "advice": advice.as_dict() if advice else None,
    }


def problem_of(error: PassportError) -> dict[str, Any]:
    """The problem object of an error of the house."""
    return problem(status_of(error), error.message, reason=error.reason.value, advice=error.advice)


def problem_response(body: dict[str, Any]) -> Response:
    """A problem object as an answer."""
    return Response(orjson.dumps(body), status=body["status"], content_type=PROBLEM)


def handle_errors(app: Flask) -> None:
    """Registers the three handlers: errors of the house, of HTTP, and anything unforeseen."""
    app.register_error_handler(PassportError, _house_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def _is_call() -> bool:
    return request.path.startswith(API_PREFIX)


def _answer(status: int, message: Sentence, *, reason: str | None = None, advice: Sentence | None = None) -> Response:
    if _is_call():
        return problem_response(problem(status, message, reason=reason, advice=advice))
    page = render_template("error.html", status=status, message=message, advice=advice, reason=reason)
    return Response(page, status=status, content_type="text/html; charset=utf-8")


def _house_error(error: PassportError) -> Response:
    return _answer(status_of(error), error.message, reason=error.reason.value, advice=error.advice)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error  # a redirect that routing raised
    known = _CALLS if _is_call() else _PAGES
    answer = _answer(status, known.get(status, _PAGES[400 if status < 500 else 500]))
    if status == 405 and getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return answer


def _unforeseen(error: Exception) -> Response:
    # The type and place only: an exception's text may hold what a person typed.
    _log.error("unforeseen %s at %s", type(error).__name__, request.endpoint, exc_info=error if app_debug() else None)
    return _answer(500, _PAGES[500])


def app_debug() -> bool:
    """Whether tracebacks may be logged: in development only."""
    return not current_app.extensions["passport"].settings.production
