"""A square cover: the user's, the book's, or one made from the title."""

from __future__ import annotations

import colorsys
import hashlib
import io
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.errors import SettingsError
from audiobook.names import one_line
from audiobook.publish.cues import piece_pattern
from audiobook.publish.edition import Edition
from audiobook.publish.fonts import face_for
from audiobook.settings import Settings

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["SIDE", "cover_jpeg", "cover_notes", "require_cover"]

SIDE = 1400
"""Pixels of an embedded cover's edge: sharp on every player, and a few hundred kilobytes."""
_MAX_PIXELS = 100_000_000
_QUALITY = 88
_LONGEST_WORD = 48
"""Letters; what is longer (an address, a scream) is cut, for it would be set too small to be read."""


def cover_jpeg(edition: Edition, side: int = SIDE) -> bytes:
    """Return the edition's cover as a square JPEG.

    A picture that is not square is set on a blurred, darkened enlargement of itself, so nothing is cut off. A
    picture of the book that cannot be decoded is replaced by the title cover.

    Raises:
        SettingsError: the picture named in the settings is missing or cannot be decoded.
    """
    wanted = edition.settings.metadata.cover
    picture: Image.Image | None = None
    if wanted:
        picture = _from_settings(Path(wanted))
    elif edition.audiobook.cover:
        picture = _decoded(edition.audiobook.cover.data)
    square = _square(picture, side) if picture else _title_cover(edition, side)
    out = io.BytesIO()
    square.save(out, "JPEG", quality=_QUALITY, optimize=True, dpi=(300, 300))
    return out.getvalue()


def cover_notes(edition: Edition) -> tuple[str, ...]:
    """Return what to tell of a made cover that shows no title; nothing where all is well."""
    title = edition.metadata.title
    drawn = edition.settings.metadata.cover or (edition.audiobook.cover and _decoded(edition.audiobook.cover.data))
    if drawn or face_for(one_line(title)):
        return ()
    message = f"the cover shows no title: no font here has the letters of {one_line(title)!r}"
    return (f"{message}; install one, or name a picture with metadata.cover",)


def require_cover(settings: Settings) -> None:
    """Raise SettingsError when the picture named in the settings is missing or cannot be decoded."""
    if settings.metadata.cover:
        _from_settings(Path(settings.metadata.cover))


def _from_settings(path: Path) -> Image.Image:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the cover cannot be read ({error.strerror or error})", place=str(path), remedy="Correct metadata.cover"
        ) from error
    picture = _decoded(data)
    if picture is None:
        raise SettingsError("the cover is no readable JPEG or PNG", place=str(path), remedy="Correct metadata.cover")
    return picture


def _decoded(data: bytes) -> Image.Image | None:
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            # Its size is judged below; a broken EXIF block is no reason to refuse a picture.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP")) as image:
                if image.width * image.height > _MAX_PIXELS:
                    return None
                upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError):
        return None
    paper = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(paper, upright).convert("RGB")


def _square(picture: Image.Image, side: int) -> Image.Image:
    from PIL import Image, ImageEnhance, ImageFilter, ImageOps

    if picture.width == picture.height:
        return picture.resize((side, side), Image.Resampling.LANCZOS)
    ground = ImageOps.fit(picture, (side // 8, side // 8)).filter(ImageFilter.GaussianBlur(side // 100))
    ground = ImageEnhance.Brightness(ground.resize((side, side), Image.Resampling.BICUBIC)).enhance(0.6)
    whole = ImageOps.contain(picture, (side, side), Image.Resampling.LANCZOS)
    ground.paste(whole, ((side - whole.width) // 2, (side - whole.height) // 2))
    return ground


def _title_cover(edition: Edition, side: int) -> Image.Image:
    """Draw title and author on a colour that belongs to the title."""
    from PIL import Image, ImageDraw

    metadata = edition.metadata
    hue = hashlib.sha256(metadata.title.encode()).digest()[0] / 256
    deep, light = _colour(hue, 0.24, 0.45), _colour(hue, 0.80, 0.55)
    image = Image.new("RGB", (side, side), deep)
    draw = ImageDraw.Draw(image)
    edge = side // 20
    draw.rectangle((edge, edge, side - edge, side - edge), outline=light, width=max(2, side // 280))
    room = side - 5 * edge
    _text(draw, metadata.title, (room, side * 45 // 100), side * 37 // 100, side // 8)
    draw.line((side * 2 // 5, side * 72 // 100, side * 3 // 5, side * 72 // 100), fill=light, width=max(2, side // 280))
    _text(draw, metadata.author, (room, side * 14 // 100), side * 82 // 100, side // 18)
    return image


def _colour(hue: float, lightness: float, saturation: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _text(draw: ImageDraw.ImageDraw, text: str, room: tuple[int, int], middle: int, size: int) -> None:
    """Set ``text`` centred around the height ``middle``, as large as ``size`` and ``room`` allow.

    Nothing is set when no font has its letters, for boxes are worse than a plain cover; signs without letters that
    the font does not have are left out.
    """
    text = one_line(text)
    face = face_for(text)
    if face is None:
        return
    lacking = face.lacks(text)
    pieces = _pieces("".join(char for char in text if char not in lacking))
    width, height = room
    smallest = max(6, draw.im.size[0] // 87)
    while True:
        font = face.at(size)
        lines = _wrapped(pieces, font, width)
        leading = size * 5 // 4
        fits = len(lines) * leading <= height and all(font.getlength(line) <= width for line in lines)
        if fits or size <= smallest:
            break
        size = size * 9 // 10
    lines = lines[: max(1, height // leading)]
    top = middle - (len(lines) - 1) * leading // 2
    for number, line in enumerate(lines):
        place = (draw.im.size[0] // 2, top + number * leading)
        draw.text(place, line, font=font, fill="white", anchor="mm")


def _pieces(text: str) -> list[str]:
    """Cut ``text`` where a line may end; each piece but the first begins with the space before it, if there is one."""
    found = [
        (match[0][at : at + _LONGEST_WORD], match.start() + at)
        for match in re.finditer(piece_pattern(), text)
        for at in range(0, len(match[0]), _LONGEST_WORD)
    ]
    return [(" " if place and text[place - 1] == " " else "") + piece for piece, place in found]


def _wrapped(pieces: list[str], font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and font.getlength(lines[-1] + piece) <= width:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return lines
