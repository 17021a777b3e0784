"""Follows every link of a freshly initialised site as a visitor, in the interpreter that test_wheel.py starts.

The last line printed is JSON: the package's folder, how many pages and
static files were served, and what was refused.
"""

import json
import re
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import charityledger
from charityledger import cli


def main() -> None:
    cli.main(["init"], standalone_mode=False)
    app = charityledger.create_app({"RATE_LIMITS": False})
    client = app.test_client()
    waiting, seen, refused, static = ["/", "/en/"], set(), {}, 0
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        with client.get(path) as answer:
            if answer.status_code in (301, 302, 303, 308):
                found = [answer.location]
            elif answer.status_code != 200:
                refused[path] = answer.status_code
                continue
            elif answer.mimetype == "text/html":
                found = re.findall(r'\b(?:href|src)="([^"]+)"', answer.text)
            else:
                static += "/static/" in path
                found = re.findall(r"url\(['\"]?([^'\")]+)", answer.text) if answer.mimetype == "text/css" else []
        for link in found:
            # Filters and sorting would make the site endless; each page is visited once.
            there = urlsplit(urljoin(f"http://localhost{path}", unescape(link)))
            if there.netloc == "localhost" and there.scheme == "http":
                waiting.append(unquote(there.path))
    print(json.dumps({"package": charityledger.__file__, "pages": len(seen) - static, "static": static,
                      "refused": refused}))


if __name__ == "__main__":
    main()
