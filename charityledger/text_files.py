"""The text of files as spreadsheets and banks write it. Pure."""


def decoded(data: bytes) -> str | None:
    """UTF-16 by its mark, else UTF-8, else GB18030; None where it is no text. Nothing is guessed: detectors are wrong
    about short Chinese files."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None
