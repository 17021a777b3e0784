"""What a browser would send of the form on a page."""

from html.parser import HTMLParser

from werkzeug.test import TestResponse


class _Reader(HTMLParser):
    """Collects the forms of a page as {name: value}, unticked boxes and buttons left out."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        if not self.forms or ("name" not in told and tag != "option"):
            return
        form, kind = self.forms[-1], told.get("type")
        if tag == "input" and kind != "file" and (kind not in ("checkbox", "radio") or "checked" in told):
            form[told["name"]] = told.get("value", "")
        elif tag == "textarea":
            self.area = told["name"]
            form[self.area] = ""
        elif tag == "select":
            self.select = told["name"]
        elif tag == "option" and self.select and (self.select not in form or "selected" in told):
            form[self.select] = told["value"]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1][self.area] += data.replace("\r\n", "\n").removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def fields(page: TestResponse, **changed: str) -> dict[str, str]:
    """The page's main form as it stands, with some fields filled in otherwise."""
    reader = _Reader()
    reader.feed(page.text.split("<main", 1)[1])
    return next(form for form in reader.forms if "form_token" in form) | changed
