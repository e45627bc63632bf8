"""What a device keeps of the scanner, so that it opens and checks without a network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from flask import Response, url_for
from flask_babel import force_locale

from passport.web import scanner
from passport.web.assets import asset, serve
from passport.web.language import LANGUAGES, current_language
from passport.web.language import gettext as _
from passport.web.scanner import BLUEPRINT

_SCRIPT = Path(__file__).parent / "static" / "keeper.js"
_FONTS = tuple(
    f"fonts/be-vietnam-pro-{part}-normal.woff2"
    for part in ("latin-400", "latin-700", "vietnamese-400", "vietnamese-700")
)
_FILES = (
    "site.css", "site.js", "scanner.js", "zxing_reader.wasm", "signs.svg", "mark.svg", *_FONTS,
)  # fmt: skip
# The reader of PDF files, fetched once the page has come to rest: a first visit does not wait for it.
_LATER = ("jbig2.wasm", "openjpeg.wasm")
_ICONS = (
    ("icons/192.png", "192x192", "any"),
    ("icons/512.png", "512x512", "any"),
    ("icons/maskable.png", "512x512", "maskable"),
)


@BLUEPRINT.get("/verify/kept")
def kept_page() -> str:
    """The page as devices keep it, in the language that is asked for."""
    return scanner.page(scanner.Terms(), kept=True)


@BLUEPRINT.get("/verify/keeper.js")
def keeper() -> Response:
    """The service worker; other files or words give it another version, at which devices fetch everything anew."""
    pages = {language: url_for(".kept_page", lang=language) for language in LANGUAGES}
    files = [worker("reader.js"), *map(asset, _FILES)]
    later = [worker("pages.js"), *map(asset, _LATER)]
    version = hashlib.sha256("\n".join([*files, *later, *map(_written, LANGUAGES)]).encode()).hexdigest()[:16]
    kept = json.dumps({"version": version, "pages": pages, "files": files, "later": later})
    answer = Response(f"const KEPT = {kept};\n{_SCRIPT.read_text('utf-8')}", mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = url_for("scanner.verify_page")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@BLUEPRINT.get("/verify/<any('reader.js', 'pages.js'):name>")
def worker_file(name: str) -> Response:
    """A worker's script: without a network a service worker answers for it only beneath its own address."""
    return serve(name)


@BLUEPRINT.app_template_global()
def worker(name: str) -> str:
    """The address of a worker's script as pages ask for it."""
    return url_for("scanner.worker_file", name=name, v=asset(name).split("?v=")[1])


@BLUEPRINT.get("/verify/app.webmanifest")
def manifest() -> Response:
    """What a telephone needs to know to set the page on its home screen."""
    start = url_for("scanner.verify_page")
    icons = [
        {"src": asset(name), "sizes": sizes, "type": "image/png", "purpose": purpose} for name, sizes, purpose in _ICONS
    ]
    told = {
        "id": start,
        "start_url": url_for("scanner.verify_page", lang=current_language()),
        "scope": start,
        "name": _("Kiểm tra chứng nhận tiêm chủng"),
        "short_name": _("Kiểm tra"),
        "lang": current_language(),
        "display": "standalone",
        "theme_color": "#0b3a5b",
        "background_color": "#ffffff",
        "icons": icons,
    }
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/manifest+json")


def _written(language: str) -> str:
    with force_locale(language):
        return scanner.page(scanner.Terms(), kept=True)
