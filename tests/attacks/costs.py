"""What hostile inputs cost, each in a fork of its own: `python -m tests.attacks.costs [NAME…]`, a JSON line each.

Memory is the kernel's: the most that was resident above what was before, so that decoders in C count as well. A PDF
is looked at by a child of ours: all that it may have counts, needed or not.
"""

from __future__ import annotations

import base64
import ctypes
import io
import json
import os
import socket
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import cbor2
from PIL import Image

from passport.codecs import base45
from passport.domain.verdict import Verdict
from passport.formats.table import TEXT_LIMIT
from passport.rendering.pdf_pages import MEMORY
from passport.rendering.pdf_reading import looks_like_pdf
from passport.rendering.qr import qr_image
from passport.verifying.verify import verify, verify_image
from tests.forging import NOW, pack
from tests.fuzz.codes import Signer, codes_of, context_for

T = TypeVar("T")
SIDE = 5000  # pixels: as many as may be


def _file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _plain(mode: str, side: int = SIDE) -> Image.Image:
    return Image.new(mode, (side, side))


def _card(payload: bytes) -> str:
    head = base64.urlsafe_b64encode(b'{"zip":"DEF","alg":"ES256","kid":"card-key"}').decode().rstrip("=")
    return f"{head}.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.AAAA"


def _raw(data: bytes) -> bytes:
    return zlib.compress(data, 9)[2:-4]


TEXTS: Mapping[str, Callable[[], str]] = {
    "a deflate bomb": lambda: pack(bytes(2_700_000)),
    "a deflate bomb in a card": lambda: _card(_raw(bytes(2_000_000))),
    "JSON of great depth in a card": lambda: _card(_raw(b"[" * 60_000)),
    "JSON of long numbers in a card": lambda: _card(_raw(b'{"nbf":' + b"9" * 60_000 + b"}")),
    "JSON of a long fraction in a card": lambda: _card(_raw(b'{"nbf":0.' + b"3" * 60_000 + b"}")),
    "JSON of great depth": lambda: '{"icao.":' + "[" * 4200,
    "JSON of great depth in a file": lambda: '{"verifiableCredential":' + "[" * 60_000,
    "CBOR of great depth": lambda: pack(b"\x81" * 60_000),
    "CBOR of a great width": lambda: pack(b"\xd2\x84\x40\x99\xea\x60" + b"\x80" * 60_000),
    "CBOR that claims a long list": lambda: pack(b"\x9b\x7f" + b"\xff" * 7),
    "CBOR that claims long bytes": lambda: pack(b"\x5b\x00\x00\x00\x00\xff\xff\xff\xff"),
    "CBOR of many members": lambda: pack(cbor2.dumps({number: [] for number in range(15_000)})),
    "one character too many": lambda: "HC1:" + "0" * (TEXT_LIMIT - 3),
    "the largest base45": lambda: "HC1:" + base45.encode(os.urandom(2860)),
    "megabytes of base45": lambda: "HC1:" + "0" * 20_000_000,
    "megabytes of digits": lambda: "shc:/" + "56" * 10_000_000,
    "megabytes of brackets": lambda: "[" * 20_000_000,
    "megabytes of dots": lambda: "eyJ" + "." * 20_000_000,
    "megabytes of spaces": lambda: " " * 20_000_000 + "HC1:",
    "a thousand parts": lambda: " ".join(f"shc:/{n}/99/5676" for n in range(1, 1000)),
    "a file of many cards": lambda: json.dumps({"verifiableCredential": ["eyJ.."] * 7000}),
}


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _claiming(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(1000)))


def _wordy() -> bytes:
    """A PNG with sixty texts of a megabyte each."""
    whole = _file(Image.new("L", (64, 64)))
    text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000), 9))
    return whole[:33] + text * 60 + whole[33:]


def _many_codes(side: int) -> bytes:
    symbol = qr_image("HC1:A", module_pixels=1).convert("L")
    page = Image.new("L", (side, side), 255)
    for place in range((side // 33) ** 2):
        page.paste(symbol, (place % (side // 33) * 33, place // (side // 33) * 33))
    return _file(page)


def _corners(side: int) -> bytes:
    """Nothing but what marks the corners of codes, a pixel a module."""
    corner = Image.new("1", (8, 8), 1)
    for inset, shade in ((0, 0), (1, 1), (2, 0)):
        corner.paste(shade, (inset, inset, 7 - inset, 7 - inset))
    page = Image.new("1", (side, side))
    for left in range(0, side, 8):
        page.paste(corner, (left, 0))
    line = page.crop((0, 0, side, 8))
    for top in range(8, side, 8):
        page.paste(line, (0, top))
    return _file(page)


def _many_scans() -> bytes:
    whole = _file(_plain("L", 3000), "JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + scan * 2000 + whole[-2:]


def _pdf(content: bytes, *objects: bytes, box: str = "0 0 595 842") -> bytes:
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>".encode()
    out = b"%PDF-1.7\n"
    for number, body in enumerate(
        (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, content, *objects), 1
    ):
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return out + b"trailer<</Root 1 0 R>>\n%%EOF"


def _stream(piece: bytes, times: int, head: bytes = b"") -> bytes:
    packer = zlib.compressobj(9)
    body = b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (head, len(body), body)


def _picture_object(side: int) -> bytes:
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8" % (side, side)
    return _stream(bytes(side * 3), side, head)


_DRAW = b"q 500 0 0 500 0 0 cm /I Do Q "
_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Resources<</XObject<</I %d 0 R>>>>"
FILES: Mapping[str, Callable[[], bytes]] = {
    "a PNG of 25 million pixels": lambda: _file(_plain("1")),
    "a PNG of 25 million shades": lambda: _file(_plain("L")),
    "a PNG of 25 million colours": lambda: _file(_plain("RGB")),
    "a PNG of 9 million colours": lambda: _file(_plain("RGB", 3000)),
    "a PNG of 5 million colours with transparency": lambda: _file(_plain("P", 2300), transparency=0),
    "a PNG of 8 million pixels with transparency": lambda: _file(_plain("RGBA", 3000)),
    "a PNG of 8 million colours with transparency": lambda: _file(_plain("P", 3000), transparency=0),
    "a PNG that claims gigapixels": lambda: _claiming(60_000, 60_000),
    "a PNG that claims a long line": lambda: _claiming(2_000_000_000, 1),
    "a PNG of many words": _wordy,
    "a JPEG of 25 million pixels": lambda: _file(_plain("RGB"), "JPEG", subsampling=0),
    "a progressive JPEG of 25 million pixels": lambda: _file(_plain("RGB"), "JPEG", subsampling=0, progressive=True),
    "a progressive JPEG of 8 million pixels": lambda: _file(_plain("RGB", 2900), "JPEG", progressive=True),
    "a JPEG of thousands of scans": _many_scans,
    "a CMYK JPEG": lambda: _file(_plain("CMYK", 2600), "JPEG"),
    "a lossless WebP": lambda: _file(_plain("RGBA", 1880), "WEBP", lossless=True, method=0),
    "a lossy WebP": lambda: _file(_plain("RGB", 1880), "WEBP", method=0),
    "a large lossless WebP": lambda: _file(_plain("RGBA"), "WEBP", lossless=True, method=0),
    "noise": lambda: _file(Image.effect_noise((2000, 2000), 200).point(lambda value: value // 64 * 64)),
    "a thousand codes": lambda: _many_codes(1050),
    "fourteen thousand codes": lambda: _many_codes(3900),
    "sixty thousand corners": lambda: _corners(2000),
    "two hundred thousand corners": lambda: _corners(3500),
    "a PDF of a million operators": lambda: _pdf(_stream(b"q Q " * 1000, 50_000)),
    "a PDF of a million lines": lambda: _pdf(_stream(b"0 0 m 9 9 l S " * 1000, 4000)),
    "a PDF with a picture of 100 million pixels": lambda: _pdf(_stream(_DRAW, 1), _picture_object(10_000)),
    "a PDF that draws a picture often": lambda: _pdf(_stream(_DRAW, 300), _picture_object(4000)),
    "a PDF that draws itself": lambda: _pdf(_stream(_DRAW, 1), _stream(_DRAW * 2, 1, _FORM % 5)),
    "a PDF that doubles and doubles": lambda: _pdf(
        _stream(_DRAW, 10), *(_stream(_DRAW * 10, 1, _FORM % (number + 1)) for number in range(5, 14))
    ),
    "a PDF of absurd size": lambda: _pdf(_stream(b"0 0 9 9 re f ", 1), box="0 0 9e9 9e9"),
    "a PDF of nothing": lambda: b"%PDF-1.7\n" + bytes(1000),
}  # fmt: skip


def _status(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])  # KiB


def _refuse(*_args: object, **_named: object) -> None:
    raise AssertionError("a socket was opened")


def _measured(act: Callable[[], Verdict], *, beside: int) -> dict[str, object]:
    ctypes.CDLL(None).malloc_trim(0)  # what making the input left free would be used again, unseen
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before, began = _status("VmRSS"), sum(os.times()[:4])
    verdict = act()
    used = sum(os.times()[:4]) - began  # our own work and that of a child
    taken = (_status("VmHWM") - before) // 1024 + beside
    return {"reason": verdict.reason, "mebibytes": taken, "seconds": round(used, 2)}


def _told(name: str, act: Callable[[], Verdict], *, beside: int = 0) -> None:
    """Prints what `act` costs; a fork keeps one input's memory from hiding another's. `beside`: MiB of its child."""
    child = os.fork()
    if not child:
        try:
            print(json.dumps({"name": name, **_measured(act, beside=beside)}), flush=True)
            os._exit(0)
        finally:
            os._exit(1)
    os.waitpid(child, 0)


def _asked(inputs: Mapping[str, T]) -> list[tuple[str, T]]:
    return [(name, made) for name, made in inputs.items() if name in sys.argv[1:] or not sys.argv[1:]]


def main() -> None:
    """Makes and answers what the arguments name, or everything; nothing may open a socket."""
    signer = Signer("XA")
    with tempfile.TemporaryDirectory() as folder:
        context = context_for(signer, Path(folder))
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _refuse)
    good = codes_of(signer)["hc1"][0].text
    verify(good, context=context, now=NOW)  # what is loaded once is not the input's cost
    verify_image(_file(qr_image(good, module_pixels=3)), context=context, now=NOW)
    for name, text in _asked(TEXTS):
        _told(name, partial(verify, text(), context=context, now=NOW))
    for name, make in _asked(FILES):
        data = make()
        beside = MEMORY // 1024**2 if looks_like_pdf(data) else 0
        _told(name, partial(verify_image, data, context=context, now=NOW), beside=beside)


if __name__ == "__main__":
    main()
