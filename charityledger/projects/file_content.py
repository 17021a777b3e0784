"""What an uploaded file really is. Pure: bytes in, checked and cleaned bytes out.

The content decides, never the name or what the browser says. Pictures are decoded and drawn anew, so that no place,
camera, thumbnail or second file travels along with them.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from ..errors import InvalidInput

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 60_000_000          # a telephone's largest photo; decoded, that is 180 MB for a moment
MAX_SIDE_PX = 2400
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
_MAGIC = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
_PIL_FORMAT = {JPEG: "JPEG", PNG: "PNG"}
_JPEG_QUALITY = 85


class UnknownFileType(InvalidInput):
    """Neither PDF nor JPEG nor PNG, whatever its name says. Facts: name."""

    code = "unknown_file_type"


class PictureBroken(InvalidInput):
    """Begins like a picture and cannot be decoded to its end. Facts: name."""

    code = "picture_broken"


class PdfBroken(InvalidInput):
    """Begins like a PDF and has no end. Facts: name."""

    code = "pdf_broken"


class FileTooLarge(InvalidInput):
    """Facts: name, limit_mb."""

    code = "file_too_large"
    status = 413


class PictureTooLarge(InvalidInput):
    """More pixels than a camera takes. Facts: name, limit_megapixels."""

    code = "picture_too_large"


@dataclass(frozen=True)
class Checked:
    """What may be kept. Width and height are None for a PDF."""

    data: bytes
    media_type: str
    width_px: int | None = None
    height_px: int | None = None


def check(data: bytes, name: str) -> Checked:
    """The file as it may be stored. Raises UnknownFileType, PictureBroken, PdfBroken, FileTooLarge, PictureTooLarge."""
    if len(data) > MAX_BYTES:
        raise FileTooLarge(name=name, limit_mb=MAX_BYTES // 1024 // 1024)
    media_type = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if media_type is None:
        raise UnknownFileType(name=name)
    if media_type == PDF:
        if b"%%EOF" not in data[-1024:]:
            raise PdfBroken(name=name)
        return Checked(data, PDF)
    return _redrawn(data, media_type, name)


def _redrawn(data: bytes, media_type: str, name: str) -> Checked:
    try:
        # Only the decoder that the first bytes ask for: Pillow knows many formats, and some of them start programs.
        with Image.open(io.BytesIO(data), formats=[_PIL_FORMAT[media_type]]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureTooLarge(name=name, limit_megapixels=MAX_PIXELS // 1_000_000)
            if media_type == JPEG:
                picture.draft("RGB", (MAX_SIDE_PX, MAX_SIDE_PX))    # decodes at a fraction of the size, and memory
            upright = ImageOps.exif_transpose(picture)
            plain = _plain(upright, media_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge(name=name, limit_megapixels=MAX_PIXELS // 1_000_000) from None
    except InvalidInput:
        raise
    except Exception:   # a decoder fed with damaged bytes raises whatever it stumbles over
        raise PictureBroken(name=name) from None
    plain.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.LANCZOS)
    drawn = io.BytesIO()
    if media_type == JPEG:
        plain.save(drawn, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    else:
        plain.save(drawn, "PNG")
    return Checked(drawn.getvalue(), media_type, plain.width, plain.height)


def _plain(picture: Image.Image, media_type: str) -> Image.Image:
    """A new picture with these pixels and nothing else (no EXIF, no colour profile, no comments)."""
    if picture.mode.startswith("I"):      # 16 bits a pixel: converting would clip all but the darkest
        picture = picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if media_type == PNG and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info):
        mode = "RGBA"
    else:
        mode = "L" if picture.mode in ("1", "L") else "RGB"
    pixels = picture.convert(mode)
    return Image.frombytes(mode, pixels.size, pixels.tobytes())
