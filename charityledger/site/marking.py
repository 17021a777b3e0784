"""Chinese on an English page is marked as Chinese, so that it is read aloud and drawn as such (WCAG 3.1.2).

Names, memos and places are written by people and stand in a hundred places of the templates; the finished page
is the one place where none can be forgotten.
"""

import re
from typing import Any

from flask import Flask
from jinja2 import Template

from .language import HTML_LANGUAGES, language

# Characters, their punctuation and full-width forms; spaces and digits between two of them go along.
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef](?:[ \d]*[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])*")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>")
_LANGUAGE = re.compile(r'\slang="([^"]*)"')
_WITHOUT_END = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Elements that take no elements inside.
_TEXT_ONLY = {"title", "textarea", "script", "style"}
_MARK = f'lang="{HTML_LANGUAGES["zh"]}"'


def mark(html: str) -> str:
    """The page with `<span lang="zh-CN">` around Chinese text wherever the language around it is English."""
    if not _CHINESE.search(html):
        return html
    done: list[str] = []
    around: list[tuple[str, str]] = [("", "")]      # (element, its language), outermost first
    end = 0
    for tag in _TAG.finditer(html):
        done += (_text(html[end:tag.start()], around[-1], done), tag[0])
        end = tag.end()
        closing, name, attributes = tag.groups()
        if closing:
            while len(around) > 1 and around.pop()[0] != name:
                pass
        elif name not in _WITHOUT_END and not attributes.endswith("/"):
            own = _LANGUAGE.search(attributes) if "lang=" in attributes else None
            around.append((name, own[1] if own else around[-1][1]))
    done.append(html[end:])
    return "".join(done)


def _text(text: str, element: tuple[str, str], before: list[str]) -> str:
    """What stands between two tags. An option takes no elements: its own tag, which stands before it, is marked."""
    name, spoken = element
    if spoken != "en" or name in _TEXT_ONLY or text.isascii() or not _CHINESE.search(text):
        return text
    if name != "option":
        return _CHINESE.sub(rf"<span {_MARK}>\g<0></span>", text)
    before[-1] = f"<option {_MARK}{before[-1][len('<option'):]}"
    return text


class Page(Template):
    """A template whose finished page is marked. Only what is rendered by itself passes here, not its parts."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        html = super().render(*args, **kwargs)
        return mark(html) if language() == "en" and (self.name or "").endswith(".html") else html


def init_app(app: Flask) -> None:
    """Every template that is loaded from now on is a `Page`."""
    app.jinja_env.template_class = Page
