"""What may be uploaded: the content decides, pictures are drawn anew."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from charityledger.errors import CharityLedgerError
from charityledger.projects import file_content
from charityledger.projects.file_content import (
    FileTooLarge,
    PdfBroken,
    PictureBroken,
    PictureTooLarge,
    UnknownFileType,
    check,
)
from tests.projects.conftest import picture

pytestmark = pytest.mark.one_database
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
ORIENTATION, GPS = 0x0112, 0x8825


def opened(checked: file_content.Checked) -> Image.Image:
    return Image.open(io.BytesIO(checked.data))


@pytest.mark.parametrize(("data", "media_type"), [
    (PDF, "application/pdf"), (picture("JPEG"), "image/jpeg"), (picture("PNG"), "image/png")])
def test_content_decides_not_the_name(data: bytes, media_type: str) -> None:
    assert check(data, "账单.exe").media_type == media_type


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a\x01\x00",
                                  picture("GIF", mode="L"), picture("BMP"), b"PK\x03\x04", b"\xff\xd8", b" " + PDF])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(UnknownFileType):
        check(data, "照片.jpg")


def test_a_pdf_is_kept_as_it_is_and_needs_its_end() -> None:
    assert check(PDF, "a.pdf").data == PDF
    with pytest.raises(PdfBroken):
        check(PDF[:-7], "a.pdf")


def test_metadata_is_left_behind_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6           # the camera was turned: what is stored lies on its side
    exif[0x010F] = "Camera maker"
    exif.get_ifd(GPS)[2] = (34.0, 44.0, 51.0)
    data = picture("JPEG", (60, 40), exif=exif, icc_profile=b"profile" * 40, comment=b"a comment")
    checked = check(data, "a.jpg")
    assert (checked.width_px, checked.height_px) == (40, 60)
    with opened(checked) as kept:
        assert not kept.getexif()
        assert "icc_profile" not in kept.info
    for trace in (b"Camera maker", b"profile", b"comment", b"Exif"):
        assert trace in data
        assert trace not in checked.data


def test_text_in_a_png_and_bytes_after_its_end_are_left_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Author", "somebody")
    checked = check(picture("PNG", pnginfo=told) + b"<script>", "a.png")
    assert b"somebody" not in checked.data
    assert checked.data.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize(("mode", "kept"), [("RGBA", "RGBA"), ("LA", "RGBA"), ("1", "L"), ("L", "L"), ("P", "RGB"),
                                            ("I;16", "L")])
def test_modes_of_png(mode: str, kept: str) -> None:
    with opened(check(picture("PNG", mode=mode), "a.png")) as drawn:
        assert drawn.mode == kept


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    held = io.BytesIO()
    Image.new("I;16", (4, 4), 0x8000).save(held, "PNG")
    with opened(check(held.getvalue(), "a.png")) as drawn:
        assert drawn.getpixel((0, 0)) == 128


def test_cmyk_becomes_rgb() -> None:
    with opened(check(picture("JPEG", mode="CMYK"), "a.jpg")) as drawn:
        assert drawn.mode == "RGB"


def test_large_pictures_shrink_to_the_longest_side() -> None:
    checked = check(picture("JPEG", (4000, 1000)), "a.jpg")
    assert (checked.width_px, checked.height_px) == (2400, 600)


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = picture("JPEG", (500, 300))
    assert check(data, "a.jpg").data == check(data, "b.jpg").data


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that unfold into a huge picture."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\x00" * 100)) + chunk(b"IEND", b""))


@pytest.mark.parametrize("size", [(9000, 9000), (12_000, 12_000), (200_000, 200_000), (60_000_001, 1)])
def test_decompression_bombs_are_refused_before_they_unfold(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLarge):
        check(png_claiming(*size), "a.png")


def test_too_many_bytes() -> None:
    with pytest.raises(FileTooLarge) as error:
        check(b"%PDF-" + bytes(file_content.MAX_BYTES), "a.pdf")
    assert error.value.facts == {"name": "a.pdf", "limit_mb": 12}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_half_a_picture_is_broken(kind: str) -> None:
    data = picture(kind, (300, 300))
    with pytest.raises(PictureBroken):
        check(data[:len(data) // 2], "a")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG"]), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8))
def test_damaged_pictures_are_refused_or_drawn_and_nothing_else_happens(
        kind: str, damage: list[tuple[int, int]]) -> None:
    data = bytearray(picture(kind))
    for place, byte in damage:
        data[place % len(data)] = byte
    try:
        checked = check(bytes(data), "a")
    except CharityLedgerError as error:
        assert error.code in ("unknown_file_type", "picture_broken", "picture_too_large", "pdf_broken")
    else:
        with opened(checked) as drawn:
            drawn.load()
