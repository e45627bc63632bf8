"""The language of a page: Vietnamese, or English when `?lang=en` asked for it; a cookie remembers the choice.

Templates and Python write the Vietnamese sentence itself, `_("…")`. The English ones stand in
`translations/en/*.po`, one file a face, read as they are, so that no compiled file can be out of date.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from babel.dates import format_date
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

from passport.domain.dates import PartialDate
from passport.errors import Sentence
from passport.house import current_house

LANGUAGES = ("vi", "en")
_COOKIE = "lang"
_YEAR = 365 * 24 * 3600  # seconds that the choice is remembered
# Year alone, month and year, whole date.
_PATTERNS = {"vi": ("yyyy", "MM/yyyy", "dd/MM/yyyy"), "en": ("yyyy", "MMMM yyyy", "d MMMM yyyy")}
_CATALOGUES = Path(__file__).parent / "translations"


def connect(app: Flask) -> None:
    """Chooses the language of each request and gives templates the words for it."""
    babel = Babel(app, default_locale="vi", locale_selector=_selected)
    babel.domain_instance = _Catalogues()
    app.jinja_env.globals.update(language=current_language, in_language=in_language)
    app.jinja_env.filters.update(told=told, day=day, moment=moment)
    app.after_request(_remember)


def current_language() -> str:
    """The language of this request: vi or en; vi where there is none."""
    locale = get_locale() if has_request_context() else None
    return locale.language if locale else LANGUAGES[0]


def gettext(text: str, **values: object) -> str:
    """The Vietnamese sentence `text` in the language of this request, `%(name)s` filled in."""
    return str(_gettext(text, **values))


def ngettext(text: str, count: int, **values: object) -> str:
    """As `gettext`, in the plural form that English wants for `count`; Vietnamese has one."""
    return str(_ngettext(text, text, count, **values))


def in_language(language: str) -> str:
    """The address of this page in `language`."""
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode([*rest, ('lang', language)])}"


def told(sentence: Sentence | Mapping[str, str]) -> str:
    """A sentence that exists in both languages, in the language of this request."""
    both = sentence.as_dict() if isinstance(sentence, Sentence) else sentence
    return both[current_language()]


def day(value: date | datetime | PartialDate | str | None) -> str:
    """A date as people write it, 02/01/2027 or 2 January 2027; an instant in the service's time zone; '' for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = PartialDate.parse(value)
    if isinstance(value, datetime):
        value = value.astimezone(current_house().settings.timezone).date()
    parts = value if isinstance(value, PartialDate) else PartialDate.of(value)
    known = 2 if parts.day else 1 if parts.month else 0
    pattern = _PATTERNS[current_language()][known]
    return format_date(parts.earliest, pattern, locale=current_language())


def moment(value: datetime) -> str:
    """An instant as people write it, in the service's time zone: 14:05 ngày 02/01/2027."""
    local = value.astimezone(current_house().settings.timezone)
    joined = {"vi": f"{local:%H:%M} ngày {day(local)}", "en": f"{day(local)}, {local:%H:%M}"}
    return joined[current_language()]


@cache
def translations(language: str) -> NullTranslations:
    """All catalogues of `language` as one; Vietnamese, the language of the source, needs none."""
    folder = _CATALOGUES / language
    if not folder.is_dir():
        return NullTranslations()
    whole = Catalog(locale=language)
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in pofile.read_po(file, locale=language):
                if message.id:
                    whole.add(message.id, message.string, context=message.context)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


class _Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Where Flask-Babel finds the sentences."""

    def get_translations(self) -> NullTranslations:
        return translations(current_language())


def _asked() -> str | None:
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def _selected() -> str:
    remembered = request.cookies.get(_COOKIE)
    return _asked() or (remembered if remembered in LANGUAGES else LANGUAGES[0])


def _remember(response: Response) -> Response:
    asked = _asked()
    if asked:
        response.set_cookie(
            _COOKIE,
            asked,
            max_age=_YEAR,
            httponly=True,
            samesite="Lax",
            secure=current_house().settings.production,
        )
    return response
