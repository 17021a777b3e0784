"""What stands around every page: links that may not exist, the sections, the organisation, the demonstration's mark."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from werkzeug.local import LocalProxy

from .. import web
from ..identity import policy
from ..identity.actor import ADMIN, AUDITOR, FINANCE, STAFF, Actor
from ..identity.session import is_signed_in
from ..projects.facts import is_demonstration
from .language import HTML_LANGUAGES, in_other_language, language, root

OFFICE = (STAFF, FINANCE, AUDITOR, ADMIN)


def link(endpoint: str, **values: object) -> str | None:
    """`url_for`, or None where the endpoint does not exist (a part that is not installed)."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None  # type: ignore[arg-type]


def allowed(endpoint: str, **values: object) -> str | None:
    """`link`, or None where this reader may not open it."""
    rule = policy.rule_of(current_app, endpoint) if endpoint in current_app.view_functions else None
    return link(endpoint, **values) if rule is not None and rule.allows(who().role, "GET") else None


def who() -> Actor:
    """Who reads this page, asked of the database only where somebody signed in."""
    return web.actor() if is_signed_in() else Actor.public()


@dataclass(frozen=True)
class Section:
    """One place in the navigation; `here` where this page belongs to it."""

    label: str
    address: str
    here: bool


def sections() -> list[Section]:
    """The public navigation."""
    here = request.endpoint
    return [Section(label, address, here in belonging or request.blueprint in belonging)
            for label, address, belonging in (
                (pgettext("list", "项目"), allowed("site.projects"),
                 ("site.projects", "site.project", "site.people", "adopt")),
                (_("去向"), allowed("site.where"), ("site.where",)),
                (_("查验"), allowed("documents.verify"), ("documents.verify",)),
                # A visitor is asked to sign in there; whoever may not open it once signed in is not sent there.
                (_("我的捐赠"), (allowed if is_signed_in() else link)("mine.home") or link("adopt.find"),
                 ("mine", "adopt.find")),
            ) if address]


def office_sections() -> list[Section]:
    """The navigation of staff pages; each person sees what they may open."""
    return [Section(label, address, request.blueprint in blueprints)
            for label, blueprints in (
                (_("工作台"), ("desk",)),
                (_("对账"), ("reconcile", "statements", "mappings", "suspense", "closing")),
                (_("收款"), ("receipts", "pledges", "cashboxes", "goods", "donors", "accounts", "corrections",
                            "state_receipts")),
                (pgettext("list", "拨付"), ("payments",)),
                (_("审批"), ("approvals", "surplus")),
                (pgettext("list", "项目"), ("catalogue", "updates")),
                (_("文件"), ("documents",)),
                (_("用户"), ("users",)),
            ) if (address := _front_page(blueprints[0]))]


def _front_page(blueprint: str) -> str | None:
    """A blueprint's shortest address that this reader may open and that names nothing; None if there is none."""
    rules = sorted((len(rule.rule), rule.endpoint) for rule in current_app.url_map.iter_rules()
                   if rule.endpoint.startswith(f"{blueprint}.") and not rule.arguments
                   and "GET" in (rule.methods or ()))
    return next((address for _length, endpoint in rules if (address := allowed(endpoint))), None)


def page_at(path: str) -> str | None:
    """The address of the page at a path of our own, where it exists and this reader may open it."""
    return next((allowed(rule.endpoint) for rule in current_app.url_map.iter_rules()
                 if rule.rule == path and "GET" in (rule.methods or ())), None)


@lru_cache
def _digest(path: str, changed_ns: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file, the same in both languages; it changes with the content, so it may be kept."""
    path = Path(str(current_app.static_folder)) / name
    return f"{root()}{current_app.static_url_path}/{name}?v={_digest(str(path), path.stat().st_mtime_ns)}"


class Organisation:
    """Who runs this site, from the settings. What is not filled in is an empty string, and pages say so."""

    def __getattr__(self, name: str) -> str:
        return str(current_app.config[name.upper()]).strip()

    @property
    def name(self) -> str:
        """In the reader's language."""
        config = current_app.config
        return str(config[f"ORGANISATION_{language().upper()}"] or config["ORGANISATION_ZH"])


STATIC_MAX_AGE_S = 365 * 24 * 3600


def _keep_static(response: Response) -> Response:
    """A file whose address names its content never changes, so nobody needs to ask for it again."""
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={STATIC_MAX_AGE_S}, immutable"
    return response


def init_app(app: Flask) -> None:
    """Give the templates these names."""
    app.after_request(_keep_static)
    app.jinja_env.globals.update(
        link=link, allowed=allowed, sections=sections, office_sections=office_sections, asset=asset, who=who,
        organisation=Organisation(), demonstration=is_demonstration, in_other_language=in_other_language,
        html_languages=HTML_LANGUAGES, current_role=LocalProxy(lambda: who().role), office_roles=OFFICE)
