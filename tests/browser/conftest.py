"""Debian's Chromium, the real application on a free port, a fake camera, and the rules of accessibility."""

from __future__ import annotations

import io
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from axe_playwright_python.sync_playwright import Axe
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from passport.codecs.rfc4648 import encode_base64url
from passport.rendering.qr import qr_image
from passport.trust.keyring import import_keys
from passport.trust.passphrase import read_passphrase
from passport.trust.signers import create_signer
from passport.web.limits import LIMITER
from tests.absence import absent
from tests.forging import NOW
from tests.fuzz.codes import CARD_ISSUER, Signer, codes_of
from tests.serving import Codes, application, served, store_samples, trusted_codes

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # what passes is told briefly: half the time
}
expect.set_options(timeout=30_000)  # milliseconds; machines that run tests are shared
FORMATS = ("hc1", "icvp", "shc", "vdsnc")
NETWORK = "Failed to load resource"  # the console's line for an answer that a test asked for


@dataclass(frozen=True, slots=True)
class Service:
    """The application as a browser meets it."""

    url: str
    app: APIFlask
    folder: Path
    codes: Codes


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; without it these tests skip, in CI they fail."""
    path = shutil.which("chromium")
    if path is None:
        reason = "Chromium is not installed (Debian package chromium)"
        absent(reason)
    return path


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Service]:
    """The application, served, with codes of a trusted demo issuer and cards on /demo."""
    folder = tmp_path_factory.mktemp("service")
    app = application(folder, sqlite_template)
    codes = trusted_codes(folder / "keys")
    store_samples(folder, codes)
    sign_lists(folder / "keys")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with served(app) as url:
        yield Service(url, app, folder, codes)


@pytest.fixture(scope="session")
def every_format(service: Service) -> dict[str, str]:
    """One good code of each format, its issuer trusted by the service."""
    signer, keys = Signer("XA"), service.folder / "keys"
    pem = x509.load_der_x509_certificate(signer.der).public_bytes(Encoding.PEM)
    card_key = next(anchor for anchor in signer.anchors() if anchor.key.key_id == "card-key")
    numbers = card_key.key.public_key.public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "card-key"}
    jwk |= {name: _base64url(number) for name, number in (("x", numbers.x), ("y", numbers.y))}
    document = json.dumps({"keys": [jwk]}).encode()
    for name, data, issuer in (("xa.pem", pem, None), ("cards.json", document, CARD_ISSUER)):
        report = import_keys(keys, [(name, data)], issuer=issuer, production=False, now=NOW)
        assert not report.refused
    return {name: pair[0].text for name, pair in codes_of(signer).items() if name in FORMATS}


def _base64url(number: int) -> str:
    return encode_base64url(number.to_bytes(32, "big"))


def sign_lists(keys_dir: Path) -> None:
    """Makes the signer of the lists that browsers keep."""
    now = datetime.now(UTC)
    passphrase = read_passphrase(keys_dir, file=None, production=False)
    create_signer(keys_dir, country="VN", issuer_name="DEMO", passphrase=passphrase, now=now, test=True)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Chromium without a camera."""
    running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture
def open_page(service: Service, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own; a script error or a breach of the content policy fails the test."""
    with _opener(service, browser) as open_one:
        yield open_one


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page on a telephone."""
    return open_page()


@pytest.fixture
def camera_page(
    service: Service, playwright: Playwright, chromium: str, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Opens a page whose camera looks at the QR codes of texts in turn, a little tilted; at a grey wall for none."""
    browsers = []
    with _closing(browsers):

        def open_one(*texts: str) -> Page:
            reel = tmp_path / "camera.mjpeg"
            reel.write_bytes(film(*texts))
            looking = [
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={reel}",
            ]
            browser = playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, *looking])
            browsers.append(browser)
            context = browser.new_context(base_url=service.url, viewport=PHONE, permissions=["camera"])
            LIMITER.reset()
            return context.new_page()

        yield open_one


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fails on any breach of WCAG 2.2 AA that axe can see."""

    def check(page: Page) -> None:
        found = Axe().run(page, options=WCAG).response["violations"]
        told = [f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found for node in v["nodes"]]
        assert told == []

    return check


@contextmanager
def _opener(service: Service, browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NETWORK):
            errors.append(message.text)

    def open_one(url: str = service.url, **options: object) -> Page:
        context = browser.new_context(**{"base_url": url, "viewport": PHONE, "locale": "vi-VN"} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: errors.append(str(error)))
        LIMITER.reset()
        return page

    with _closing(contexts):
        yield open_one
    assert errors == []


@contextmanager
def _closing(opened: list[BrowserContext] | list[Browser]) -> Iterator[None]:
    try:
        yield
    finally:
        for one in opened:
            one.close()


def film(*texts: str) -> bytes:
    """Some frames of motion JPEG for each text, which Chromium shows in a loop."""
    film = io.BytesIO()
    for text in texts or ("",):
        frame = Image.new("RGB", (1280, 720), (96, 98, 94))
        if text:
            code = qr_image(text, level="L" if len(text) > 800 else "Q").convert("RGB")
            tilted = code.resize((640, 640), Image.Resampling.LANCZOS)
            frame.paste(tilted.rotate(3, fillcolor="white", resample=Image.Resampling.BICUBIC), (320, 40))
        for _ in range(10):
            frame.save(film, "JPEG", quality=90, subsampling=2)
    return film.getvalue()
