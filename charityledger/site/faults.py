"""Error pages: what happened, what is safe, what to do next. JSON where that is what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from .. import wording
from ..errors import CharityLedgerError
from ..extensions import db
from ..identity.policy import EVERYONE, rule_of
from ..web import ids
from .language import root

# By status: title, what happened, what to do. What is safe depends on whether something was to be written.
PAGES = {
    400: (_l("这个请求看不懂"), _l("送来的内容不完整，可能是页面放得太久，或网址抄漏了。"),
          _l("请返回上一页，刷新后再试一次。")),
    401: (_l("请先登录"), _l("您还没有登录，或者登录已过期。"), _l("登录后再来一次。")),
    403: (_l("这一页不对您开放"), _l("您的账户不包括这一步。"), _l("需要的话，请联系管理员。")),
    404: (_l("没有找到这个页面"), _l("网址可能抄漏了一位，或者项目换了地址。"), _l("搜一搜，或从下面的链接走。")),
    405: (_l("这个地址不能这样用"), _l("这一步要从网页里的按钮进来。"), _l("请返回上一页，用页面上的按钮。")),
    409: (_l("情况有变"), _l("页面打开之后，别人先走了一步。"), _l("请返回上一页，看看现在的情况再决定。")),
    410: (_l("这个链接过期了"), _l("它已经用过，或者时间过了。"), _l("请重新申请一个。")),
    413: (_l("文件太大了"), _l("送来的文件超过了大小限制。"), _l("请换一个小些的，照片可以先压缩。")),
    422: (_l("有一处看不懂"), _l("填写的内容看不懂。"), _l("请返回上一页改一改，再试一次。")),
    429: (_l("试得太快了"), _l("同一个地方短时间里试了太多次。"), _l("请等几分钟再试。")),
    500: (_l("这一步没有做成"), _l("我们这边出了差错，不是您的操作有误。"),
          _l("您可以放心再试一次。还不行，请把事件号告诉我们。")),
}
_TITLES = {
    "over_need": _l("名额刚被别人认领了一部分"),
    "pledge_expired": _l("这次认领过期了"),
    "idempotency_conflict": _l("这张表已经提交过"),
    "same_person": _l("要另一位同事来办"),
}


@dataclass(frozen=True)
class Fault:
    """What an error page says. `status` is HTTP's; `code` is for programs; `incident` for the telephone."""

    status: int
    code: str
    title: str
    what: str
    safe: str
    do: str
    incident: str = ""


def _page_for(status: int) -> tuple[str, str, str]:
    known = status if status in PAGES else 500 if status >= 500 else 400
    title, what, do = PAGES[known]
    return str(title), str(what), str(do)


def _safe() -> str:
    """A page that was only read has changed nothing; a step that failed was not kept."""
    return _("钱和记录都不受影响。") if request.method in ("GET", "HEAD") else _("这一步没有记下，也没有扣款。")


def answer(fault: Fault, headers: Mapping[str, str] | None = None) -> Response:
    """The page, or JSON for a program."""
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        body = {"error": fault.code, "status": fault.status, "message": fault.what}
        if fault.incident:
            body["incident"] = fault.incident
        response = jsonify(body)
    else:
        response = make_response(_written(fault))
    response.status_code = fault.status
    response.headers.update(headers or {})
    response.headers["Cache-Control"] = "no-store"
    return response


def _written(fault: Fault) -> str:
    try:
        # Whatever failed may have left the reading session unusable, and the page's frame may need it.
        db.session.rollback()
        return render_template("errors/fault.html", fault=fault, frame="base.html" if _public() else "base_staff.html",
                               home=f"{root()}/")
    except Exception:
        current_app.logger.exception("the error page itself failed")
        return render_template("errors/bare.html", fault=fault)


def _public() -> bool:
    """Whether the page that failed is one that everyone may open: the frame of its error is that page's."""
    if request.endpoint is None or fault_of_reader():
        return True
    rule = rule_of(current_app, request.endpoint)
    return rule is None or EVERYONE in rule.read


def fault_of_reader() -> bool:
    """Whether nobody from the office is reading: they do not get the office's frame."""
    from .frame import OFFICE, who

    try:
        return who().role not in OFFICE
    except SQLAlchemyError:
        return True


def ours(error: CharityLedgerError) -> Response:
    """An error that has a sentence of its own."""
    title, _what, do = _page_for(error.status)
    incident = _incident(error) if error.status >= 500 else ""
    safe = "" if _says_what_is_safe(error) else _safe()
    return answer(Fault(error.status, error.code, str(_TITLES.get(error.code, title)), wording.text(error), safe, do,
                        incident))


def _says_what_is_safe(error: CharityLedgerError) -> bool:
    """Whether the sentence of an error has said already that nothing was recorded."""
    with force_locale("zh"):
        return "没有记下" in wording.text(error)


def http(error: HTTPException) -> AnyResponse:
    """An error of the protocol: no such page, too large, too often. Flask turns any fault of ours into a 500, with its
    traceback in the log; the incident number stands on the line after it."""
    if error.response is not None:
        return error.get_response()
    status = error.code or 500
    title, what, do = _page_for(status)
    if status >= 500:
        return answer(Fault(500, "server_error", title, what, _safe(), do, _incident(error)))
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")}
    return answer(Fault(status, f"http_{status}", title, what, _safe(), do), kept)


def csrf(_error: CSRFError) -> Response:
    """A form without its token: the page was open for too long, or another site sent it."""
    return answer(Fault(400, "csrf", _("这张表放得太久了"), _("为了您的安全，页面打开太久以后，表格要重新打开。"),
                        _safe(), _("请返回上一页，刷新后再提交一次。")))


def _incident(error: Exception) -> str:
    incident = ids().incident()
    # Flask has logged the traceback of what it did not expect; ours carries its own.
    current_app.logger.error("incident %s: %s %s", incident, request.method, request.path,
                             exc_info=error if isinstance(error, CharityLedgerError) else None)
    return incident


def init_app(app: Flask) -> None:
    """Register them."""
    app.register_error_handler(CharityLedgerError, ours)
    app.register_error_handler(CSRFError, csrf)
    app.register_error_handler(HTTPException, http)
