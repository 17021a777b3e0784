"""Reads pages the way a checker does: structure, names of controls, text."""

from html.parser import HTMLParser
from itertools import pairwise

INLINE = {"a", "b", "em", "small", "span", "strong", "time"}
VOID = {"meta", "link", "input", "img", "br", "hr", "path", "rect", "line"}


class Reader(HTMLParser):
    """What a page consists of: tags with attributes, ids, headings, text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()
        if self.open:
            self.faults.append(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in INLINE:
            self.texts.append(" ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag not in INLINE:
            self.texts.append(" ")
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text as it is read: blocks parted by single spaces."""
        return " ".join("".join(self.texts).split())

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag
                and all(found.get(key.rstrip("_").replace("_", "-")) == value for key, value in attributes.items())]

    def links(self) -> list[str]:
        return [str(found["href"]) for found in self.all("a") if found.get("href")]


def read(html: str) -> Reader:
    """The page, after looking at what every page must have."""
    page = Reader(html)
    assert page.faults == []
    assert html.lstrip().startswith("<!doctype html>")
    assert len(page.all("h1")) == 1
    assert len(page.all("title")) == 1
    assert len(page.all("main")) == 1
    assert page.all("html")[0]["lang"] in ("zh-CN", "en")
    ids = [str(found["id"]) for _tag, found in page.tags if found.get("id")]
    assert len(ids) == len(set(ids)), sorted(ids)
    labelled = {found["for"] for found in page.all("label") if "for" in found}
    for tag, found in page.tags:
        assert not any(name.startswith("on") or name == "style" for name in found), (tag, found)
        assert tag != "style"
        assert tag != "script" or found.get("src")
        if tag == "img":
            assert "alt" in found
        if tag in ("select", "textarea") or (tag == "input" and found.get("type") not in ("hidden", "checkbox")):
            assert found.get("id") in labelled, found
        for name in ("aria-labelledby", "aria-describedby"):
            for named in (found.get(name) or "").split():
                assert named in ids, (name, named)
    levels = [int(tag[1]) for tag, _found in page.tags if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), levels
    return page
