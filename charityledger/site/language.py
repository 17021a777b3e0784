"""Two languages: Chinese at the plain addresses, English at the same ones under /en.

Chinese is the source: the text in code and templates is what Chinese readers see. English comes from one .po file,
compiled in memory, so that no .mo file has to be built or shipped.
"""

import io
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, Domain, get_locale

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LANGUAGES = ("zh", "en")
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
PREFIX = "/en"
_KEY = "charityledger.language"


class LanguagePrefix:
    """WSGI middleware: /en moves from the path to SCRIPT_NAME, so that routes match and `url_for` writes it back."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ[_KEY] = "zh"
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            environ[_KEY] = "en"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + PREFIX
            environ["PATH_INFO"] = path[len(PREFIX):] or "/"
        return self.app(environ, start_response)


class Catalogues(Domain):
    """Translations from the .po files of the package; Chinese needs none."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        language = "zh" if locale is None else locale.language
        if language not in self.cache:
            self.cache[language] = _compiled(language)
        return self.cache[language]


def _compiled(language: str) -> NullTranslations:
    po = files("charityledger") / "translations" / language / "LC_MESSAGES" / "messages.po"
    if not po.is_file():
        return Translations()       # the plain gettext class lacks the methods that flask_babel calls
    with po.open("rb") as source:
        catalogue = read_po(source, locale=Locale.parse(language))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """`zh` or `en`: what is being written now. Outside of a request, Chinese unless `force_locale` says otherwise."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def _of_the_request() -> str:
    return str(request.environ.get(_KEY, "zh")) if has_request_context() else "zh"


def root() -> str:
    """Where the site is mounted, without the language's prefix."""
    return request.script_root.removesuffix(PREFIX) if request.environ.get(_KEY) == "en" else request.script_root


def in_other_language() -> str:
    """The address of this page in the other language; of the home page, where this one is not reached by a link."""
    prefix = root() + ("" if language() == "en" else PREFIX)
    readable = request.url_rule is None or "GET" in (request.url_rule.methods or ())
    return prefix + (request.full_path.removesuffix("?") if readable else "/")


def in_language(row: Any, field: str) -> str:
    """`row.<field>_zh` or `_en`, whichever the reader reads; the Chinese one where nobody has translated it."""
    return str(getattr(row, f"{field}_{language()}") or getattr(row, f"{field}_zh"))


def is_translated(row: Any, field: str) -> bool:
    """Whether `in_language` gives the reader's own language."""
    return language() == "zh" or bool(getattr(row, f"{field}_en"))


def init_app(app: Flask, babel: Babel) -> None:
    """Set up Flask-Babel and the prefix."""
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    babel.init_app(app, default_locale="zh", locale_selector=_of_the_request)
    babel.domain_instance = Catalogues()
    wsgi: Callable[..., Any] = app.wsgi_app
    app.wsgi_app = LanguagePrefix(wsgi)  # type: ignore[method-assign]
    app.extensions["charityledger.language"] = app.wsgi_app


def warm(app: Flask) -> None:
    """Compile the catalogues now, so that a broken one stops the start and no reader waits for it."""
    with app.app_context():
        domain: Catalogues = current_app.extensions["babel"].instance.domain_instance
        for name in LANGUAGES:
            domain.cache[name] = _compiled(name)
