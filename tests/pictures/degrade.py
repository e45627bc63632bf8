"""What becomes of a code between a screen and a checkpoint's camera: eight conditions, made by Pillow alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

MARGIN = 24  # pixels of the page around the picture


def page(picture: Image.Image) -> Image.Image:
    """The picture in grey on a white page, which is where every condition begins."""
    whole = Image.new("L", (picture.width + 2 * MARGIN, picture.height + 2 * MARGIN), 255)
    whole.paste(picture.convert("L"), (MARGIN, MARGIN))
    return whole


def blur(image: Image.Image, _chance: Random) -> Image.Image:
    """Out of focus."""
    return image.filter(ImageFilter.GaussianBlur(1))


def turn(image: Image.Image, _chance: Random) -> Image.Image:
    """Held at an angle."""
    return image.rotate(15, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def shrink(image: Image.Image, _chance: Random) -> Image.Image:
    """From too far away."""
    return image.resize((image.width * 6 // 10, image.height * 6 // 10), Image.Resampling.BILINEAR)


def jpeg(image: Image.Image, _chance: Random, quality: int = 30) -> Image.Image:
    """Sent through a messenger."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("L")


def slant(image: Image.Image, chance: Random) -> Image.Image:
    """Seen from the side: each corner moves inwards by up to an eighth."""
    width, height = image.size
    x, y = ([chance.uniform(0, side / 8) for _ in range(4)] for side in (width, height))
    corners = (-x[0], -y[0], -x[1], height + y[1], width + x[2], height + y[2], width + x[3], -y[3])
    return image.transform((width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=255)


def dark(image: Image.Image, chance: Random) -> Image.Image:
    """In bad light: an eighth of the contrast, and the noise of the sensor."""
    faint = image.point(lambda value: 20 + value // 8)
    return noisy(faint, chance, sigma=3)


def glare(image: Image.Image, chance: Random) -> Image.Image:
    """A lamp reflected by the screen, over an edge of the code."""
    width, height = image.size
    light = Image.new("L", image.size, 0)
    x, y, r = chance.uniform(0, width), chance.choice((0.0, float(height))), min(image.size) * 0.22
    ImageDraw.Draw(light).ellipse((x - r, y - r, x + r, y + r), fill=170)
    return ImageChops.add(image, light.filter(ImageFilter.GaussianBlur(r / 3)))


def camera(image: Image.Image, chance: Random) -> Image.Image:
    """A hand-held camera: a little of everything."""
    tilted = slant(image, chance).rotate(chance.uniform(-20, 20), Image.Resampling.BICUBIC, expand=True, fillcolor=235)
    scale = chance.uniform(0.8, 1.3)
    sized = tilted.resize((round(tilted.width * scale), round(tilted.height * scale)), Image.Resampling.BILINEAR)
    soft = sized.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 1.1)))
    lit = ImageChops.multiply(soft, _uneven_light(soft.size, chance))
    return jpeg(noisy(lit, chance, sigma=6), chance, quality=60)


def _uneven_light(size: tuple[int, int], chance: Random) -> Image.Image:
    light = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(size)
    return light.point(lambda value: 130 + value * 125 // 255)


def noisy(image: Image.Image, chance: Random, *, sigma: float) -> Image.Image:
    """With the noise of a sensor; Pillow's own noise cannot be seeded."""
    tile = Image.frombytes(
        "L", (128, 128), bytes(round(min(max(chance.gauss(128, sigma), 0), 255)) for _ in range(128 * 128))
    )
    noise = Image.new("L", image.size)
    for x in range(0, image.width, 128):
        for y in range(0, image.height, 128):
            noise.paste(tile, (x, y))
    return ImageChops.add(image, noise, offset=-128)


CONDITIONS: Mapping[str, Callable[[Image.Image, Random], Image.Image]] = {
    "blur": blur,
    "15° turn": turn,
    "60 % scale": shrink,
    "JPEG q30": jpeg,
    "perspective": slant,
    "dark": dark,
    "glare": glare,
    "camera mix": camera,
}


def degrade(picture: Image.Image, condition: str, *, seed: str) -> bytes:
    """`picture` as a PNG file under one of CONDITIONS; the same for the same seed."""
    out = io.BytesIO()
    CONDITIONS[condition](page(picture), Random(f"{seed}/{condition}")).save(out, "PNG", compress_level=1)
    return out.getvalue()
