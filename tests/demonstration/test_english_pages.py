"""English pages are in English: what is Chinese on them, names above all, is marked so; sentences stand apart."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask

from charityledger.extensions import db
from charityledger.identity.models import User
from tests.people import client_of

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
WITHOUT_END = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
READ_ALOUD = ("alt", "aria-label", "placeholder", "title")
# Addresses of one kind look alike: so many of each are read.
EACH = 3
# Elements that hold no others, so that no part of their text can be marked.
NO_MARKUP = {"title", "textarea"}
# Elements that stand within a sentence.
INLINE = {"a", "b", "code", "em", "small", "span", "strong", "time"}
# Two sentences without a space between them, as Chinese has them.
STUCK = re.compile(r"[a-z)”](?:\.(?=[A-Z“])|[;,](?=[A-Za-z]))")


class Reader(HTMLParser):
    """The links of a page, and its faults: Chinese where the page says it is in English, sentences that touch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.said = ""
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._step(tag)
        given = dict(attrs)
        language = given.get("lang") or (self.open[-1][1] if self.open else "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        for name in READ_ALOUD:
            self._look(given.get(name) or "", language, f"{tag} {name}")
        if tag not in WITHOUT_END:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        self._step(tag)
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] not in NO_MARKUP:
            self.said += data
            self._look(data, self.open[-1][1], " ".join(tag for tag, _language in self.open[-3:]))

    def _step(self, tag: str) -> None:
        """Where an element that is no part of a sentence begins or ends, look at what was said so far."""
        if tag not in INLINE:
            self.faults += [f"no space: {self.said[max(0, at.start() - 30):at.end() + 10]}"
                            for at in STUCK.finditer(self.said)]
            self.said = ""

    def _look(self, text: str, language: str, where: str) -> None:
        if language == "en" and CHINESE.search(text):
            self.faults.append(f"{where}: {text.strip()[:60]}")


def kind_of(path: str) -> str:
    """`/en/projects/BM01-1` and `/en/projects/JJ02-1` are pages of one kind."""
    return re.sub(r"/(?=[^/]*\d)[^/]+", "/#", path)


def faults(app: Flask, user: User | None) -> Iterator[str]:
    """Follows every link below /en from the home page and the desk."""
    client = client_of(app, user)
    waiting, seen, read = ["/en/", "/en/desk", "/en/account"], set(), dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        if path in seen or read.get(kind_of(path), 0) >= EACH:
            continue
        seen.add(path)
        read[kind_of(path)] = read.get(kind_of(path), 0) + 1
        with client.get(path) as answer:
            if answer.status_code in (301, 302, 303, 308):
                waiting.append(urlsplit(urljoin(f"http://localhost{path}", answer.location)).path)
            if answer.mimetype != "text/html" or answer.status_code in (301, 302, 303, 308):
                continue
            reader = Reader()
            reader.feed(answer.text)
        yield from (f"{path} {fault}" for fault in reader.faults)
        for link in reader.links:
            there = urlsplit(urljoin(f"http://localhost{path}", link))
            if there.netloc == "localhost" and there.path.startswith("/en/") and not there.path.endswith(".pdf"):
                waiting.append(there.path)


@pytest.mark.parametrize("role", ["visitor", "donor", "staff", "finance", "auditor", "admin"])
def test_english_pages_are_in_english(demonstration: Flask, role: str) -> None:
    user = None
    if role != "visitor":
        with demonstration.app_context():
            user = db.session.scalars(db.select(User).where(User.role == role).order_by(User.id)).first()
            db.session.expunge(user)
    assert list(faults(demonstration, user)) == []
