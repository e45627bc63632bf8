"""Draws the icons of the installable page from the mark: `python -m tests.browser.icons`; then build."""

from __future__ import annotations

from pathlib import Path

import typst

IMAGES = Path(__file__).parents[2] / "passport" / "web" / "frontend" / "images"
# A maskable icon may be cut to a circle of 80 % of its side (W3C, Web Application Manifest, "safe zone").
ICONS = {
    "192.png": (192, "none", 96),
    "512.png": (512, "none", 96),
    "maskable.png": (512, '"#0b3a5b"', 56),
    "apple.png": (180, '"#ffffff"', 78),
}


def main() -> None:
    """Writes images/icons/*.png."""
    (IMAGES / "icons").mkdir(exist_ok=True)
    for name, (side, ground, share) in ICONS.items():
        fill = "none" if ground == "none" else f"rgb({ground})"
        page = f"""
            #set page(width: 100pt, height: 100pt, margin: 0pt, fill: {fill})
            #align(center + horizon, image("mark.svg", height: {share}pt))
        """
        source = IMAGES / "icons.typ"
        source.write_text(page, "utf-8")
        try:
            typst.compile(source, output=IMAGES / "icons" / name, format="png", ppi=72 * side / 100)
        finally:
            source.unlink()


if __name__ == "__main__":
    main()
