"""Pictures that stand for a photo and a scanned sheet: drawn here, of nobody and nothing."""

from datetime import datetime
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from supervision.files.actions import Upload

FACE: Final = (240, 320)
SHEET: Final = (620, 877)
GREY, DARK, PAPER = (222, 224, 228), (120, 124, 132), (252, 252, 250)


def photo(at: datetime) -> Upload:
    """A head and shoulders without a face."""
    picture = Image.new("RGB", FACE, GREY)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((75, 60, 165, 170), fill=DARK)
    draw.ellipse((30, 190, 210, 420), fill=DARK)
    return Upload("演示照片.jpg", _saved(picture, "JPEG"), at)


def scan(at: datetime) -> Upload:
    """A sheet with lines for writing, and a stroke for a signature."""
    picture = Image.new("RGB", SHEET, PAPER)
    draw = ImageDraw.Draw(picture)
    for y in range(120, 700, 32):
        draw.line((70, y, 550, y), fill=GREY, width=2)
    draw.line((380, 790, 420, 760, 450, 795, 510, 765), fill=DARK, width=3)
    return Upload("演示签字件.png", _saved(picture, "PNG"), at)


def _saved(picture: Image.Image, form: str) -> bytes:
    out = BytesIO()
    picture.save(out, form)
    return out.getvalue()
