"""Every sentence is in both languages: the English catalogue is complete, and no Chinese stands outside of it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from charityledger.site.marking import mark

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "charityledger"
TRANSLATIONS = PACKAGE / "translations"
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
# Beyond what Babel knows; the Makefile's `messages` gives pybabel the same.
OWN_KEYWORDS = ("_l", "lazy_pgettext:1c,2")
GETTEXT = {"_", "_l", "gettext", "ngettext", "pgettext", "npgettext", "lazy_gettext", "lazy_ngettext", "lazy_pgettext"}

HAN = re.compile(r"[\u3400-\u9fff]")
# Punctuation and full-width forms as well, which English text must not have either.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")

# What is Chinese on an English page too, and why. Templates may say a language's own name; Python:
TEMPLATE_WORDS = {"中文"}
PYTHON_WORDS = {
    ("identity/forms.py", "中文"): "a language's own name",
    ("site/faults.py", "没有记下"): "looked for in the Chinese sentence of an error",
    ("site/filters.py", "一二三四五六日"): "days of the week, used where the language is Chinese",
    **{("site/figures.py", mark): "the mark of a category, a drawing rather than a word" for mark in "便帮爱文居"},
}
# Shown to readers of English because they have to type it.
CHINESE_EXAMPLES = re.compile("套")


@cache
def english() -> Catalog:
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale="en", abort_invalid=True)


def forms(value: object) -> tuple[str, ...]:
    """The singular and plural of a message or its translation; one text where it has no plural."""
    return tuple(value) if isinstance(value, (tuple, list)) else (str(value or ""),)


def messages() -> Iterator[Message]:
    return (message for message in english() if message.id)


@cache
def extracted() -> frozenset[tuple[str | None, tuple[str, ...]]]:
    """(context, ids) of everything that `make messages` would find."""
    with (TRANSLATIONS / "extract.cfg").open(encoding="utf-8") as source:
        mapping, options = parse_mapping_cfg(source)
    found = extract_from_dir(str(ROOT), mapping, options, keywords=DEFAULT_KEYWORDS | parse_keywords(OWN_KEYWORDS))
    return frozenset((context, forms(ids)) for _file, _line, ids, _comments, context in found)


def test_english_has_every_sentence_and_no_other() -> None:
    known = {(message.context, forms(message.id)) for message in messages()}
    assert extracted() - known == set(), "run `make messages` and translate what is new"
    assert known - extracted() == set(), "run `make messages`: no page says this any more"


def test_nothing_is_left_over_or_unsure() -> None:
    assert not english().obsolete
    assert [message.id for message in messages() if message.fuzzy] == []


def test_every_sentence_is_translated() -> None:
    for message in messages():
        translated = forms(message.string)
        assert len(translated) == len(forms(message.id)), message.id
        for text in translated:
            assert text.strip(), message.id
            assert text != forms(message.id)[0], message.id


def placeholders(text: str) -> tuple[list[str], list[str], int]:
    """`%(name)s`, `{name}` and `%%`."""
    braces = sorted(name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None)
    return sorted(re.findall(r"%\(\w+\)[a-z]", text)), braces, text.count("%%")


def test_placeholders_agree() -> None:
    for message in messages():
        for text in forms(message.string):
            assert placeholders(text) == placeholders(forms(message.id)[0]), message.id
            assert not re.search(r"%(?!\(\w+\)[a-z])", text.replace("%%", "")), message.id


def test_markup_is_kept() -> None:
    tag = re.compile(r"</?[a-z][^>]*>|&\w+;")
    for message in messages():
        for text in forms(message.string):
            assert sorted(tag.findall(text)) == sorted(tag.findall(forms(message.id)[0])), message.id


def test_english_is_english_in_the_sites_voice() -> None:
    for message in messages():
        for text in forms(message.string):
            assert not CHINESE.search(CHINESE_EXAMPLES.sub("", text)), text
            assert "!" not in text, text
            assert "  " not in text, text


def constants(node: nodes.Node, *, translated: bool = False) -> Iterator[tuple[int, str]]:
    """(line, text) of what a template writes itself: its own text, and strings that no gettext call translates.

    What `language()` chooses between is left out: the other choice is its English.
    """
    if isinstance(node, nodes.TemplateData):
        yield node.lineno, node.data
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        if not translated:
            yield node.lineno, node.value
    elif isinstance(node, (nodes.CondExpr, nodes.If)) and any(
            isinstance(call.node, nodes.Name) and call.node.name == "language"
            for call in node.test.find_all(nodes.Call)):
        return
    else:
        inside = translated or (isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name)
                                and node.node.name in GETTEXT)
        for child in node.iter_child_nodes():
            yield from constants(child, translated=inside)


def test_templates_have_no_chinese_of_their_own() -> None:
    parser = Environment(extensions=["jinja2.ext.i18n"])
    found = []
    for path in TEMPLATES:
        for line, text in constants(parser.parse(path.read_text(encoding="utf-8"))):
            for word in TEMPLATE_WORDS:
                text = text.replace(word, "")
            found += [f"{path.relative_to(ROOT)}:{line + text[:match.start()].count(chr(10))}: {match[0]}"
                      for match in CHINESE.finditer(text)]
    assert found == []


def python_files() -> list[Path]:
    """Where pages and forms are made. PDFs, the catalogue and the demonstration have both languages of their own."""
    return sorted(path for path in PACKAGE.rglob("*.py")
                  if {"views", "forms", "site"} & {path.stem, *path.relative_to(PACKAGE).parts}
                  or path.name in ("wording.py", "web.py"))


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) of every string but docstrings, what a gettext call gets, and what `language()` chooses between."""
    documented = {id(node.body[0].value) for node in ast.walk(tree)
                  if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body
                  and isinstance(node.body[0], ast.Expr)}

    def walk(node: ast.AST) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
            return
        if isinstance(node, (ast.If, ast.IfExp)) and any(
                isinstance(called, ast.Name) and called.id == "language" for called in ast.walk(node.test)):
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.lineno, node.value
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    return walk(tree)


def test_python_has_no_bare_chinese() -> None:
    found, used = [], set()
    for path in python_files():
        name = path.relative_to(PACKAGE).as_posix()
        for line, text in strings(ast.parse(path.read_text(encoding="utf-8"))):
            if (name, text) in PYTHON_WORDS:
                used.add((name, text))
            elif CHINESE.search(text):
                found.append(f"{name}:{line}: {text}")
    assert found == []
    assert set(PYTHON_WORDS) - used == set()


@pytest.mark.parametrize(("written", "marked"), [
    ("<p>苏淑芬 gave ¥9.00</p>", '<p><span lang="zh-CN">苏淑芬</span> gave ¥9.00</p>'),
    ("<p>一号 2 号<br>财务（演示）: 9</p>",
     '<p><span lang="zh-CN">一号 2 号</span><br><span lang="zh-CN">财务（演示）</span>: 9</p>'),
    ('<option value="1">基本户</option>', '<option lang="zh-CN" value="1">基本户</option>'),
])
def test_chinese_on_an_english_page_is_marked(written: str, marked: str) -> None:
    assert mark(f'<html lang="en">{written}</html>') == f'<html lang="en">{marked}</html>'


@pytest.mark.parametrize("written", [
    "<p>Need <b>9</b></p>", '<p lang="zh-CN">苏<b>淑芬</b></p>', "<title>苏淑芬</title>", '<img alt="苏淑芬">',
    "<textarea>苏淑芬</textarea>", '<span lang="zh-CN">苏</span><input value="淑芬"><br>',
])
def test_what_is_marked_or_cannot_be_stays(written: str) -> None:
    page = f'<html lang="en">{written}</html>'
    assert mark(page) == page
