"""Pinyin initials, so that 百顺小院 is found by typing bsxy."""

from pypinyin import Style, lazy_pinyin


def initials(*texts: str) -> str:
    """First letters of each text, lower case, texts parted by spaces: `initials("胡同书屋")` is "htsw"."""
    return " ".join("".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="ignore")).lower() for text in texts)
