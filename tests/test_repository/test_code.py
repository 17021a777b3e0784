"""Rules of the architecture that an import contract cannot see."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.test_repository.tree import PACKAGE


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """Every module of the application, by its path inside the package."""
    return [(str(path.relative_to(PACKAGE)), ast.parse(path.read_text(encoding="utf-8")))
            for path in sorted(PACKAGE.rglob("*.py"))]


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Every syntax node with its module's path."""
    for module, tree in trees():
        for node in ast.walk(tree):
            yield module, node


def dotted(node: ast.AST) -> str:
    """`tx.commit` of a name or attribute; of anything else, what follows it: `.commit`."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def calls(*names: str) -> set[str]:
    """Modules that call something of one of these names, as function or as method (`today`, `tx.commit`)."""
    ends = tuple(f".{name}" for name in names)
    return {module for module, node in nodes()
            if isinstance(node, ast.Call) and f".{dotted(node.func)}".endswith(ends)}


def writers(*models: str) -> set[str]:
    """Modules that make a row of one of these models, or an INSERT, UPDATE or DELETE of it."""
    found = set()
    for module, node in nodes():
        if not isinstance(node, ast.Call):
            continue
        function = dotted(node.func)
        # `insert(Model)`, `insert_many(tx, Model.__table__, rows)`
        place = {"insert": 0, "update": 0, "delete": 0, "insert_many": 1, "update_many": 1}.get(function)
        subject = "" if place is None or len(node.args) <= place else dotted(node.args[place]).split(".")[0]
        if function in models or subject in models:
            found.add(module)
    return found


def test_commit_stands_in_one_place() -> None:
    assert calls("tx.commit", "session.commit", "connection.commit", "cursor.commit") == {"database.py"}


def test_the_machine_is_asked_for_the_time_in_one_place() -> None:
    assert calls("datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.today") == {"clock.py"}


def test_only_the_store_writes_the_books() -> None:
    assert writers("MovementRow", "JournalEntry") == {"ledger/store.py"}


def test_only_events_writes_events() -> None:
    assert writers("Event") == {"audit/events.py"}


def test_modules_say_what_they_are_for() -> None:
    assert [module for module, tree in trees() if tree.body and not ast.get_docstring(tree)] == []


def test_silenced_checks_give_their_reason() -> None:
    """A `# noqa` or `# type: ignore` names what it silences; the reason stands beside it or in the line above."""
    bare = []
    for path in [*sorted(PACKAGE.rglob("*.py")), *sorted(Path(PACKAGE.parent, "tests").rglob("*.py"))]:
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if ("# noqa" in line and "# noqa:" not in line) or line.rstrip().endswith("# type: ignore"):
                bare.append(f"{path.name}:{number}")
    assert bare == []


def imports() -> Iterator[tuple[str, str, str]]:
    """(module's path, what it imports from, what name), relative imports resolved inside the package."""
    for module, node in nodes():
        if isinstance(node, ast.ImportFrom):
            above = Path("charityledger", module).parents[node.level - 1].parts if node.level else ()
            source = ".".join((*above, *filter(None, [node.module])))
            for alias in node.names:
                yield module, source, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield module, alias.name, ""


# Besides views and forms: the site, sign-in, what puts the parts together, and two that say why they are here.
FOR_THE_WEB = ("site", "identity", "application", "extensions", "web", "forms", "wording")
EXCEPTIONS = {
    "projects/facts.py",  # asks for the facts once in a request
    "projects/files.py",  # the one way a file is sent: as an attachment
    "cli/deploy.py",      # starts the web server
}


def is_for_the_web(module: str) -> bool:
    """Whether a module may know requests."""
    parts = Path(module).with_suffix("").parts
    return parts[0] in FOR_THE_WEB or "views" in parts or "forms" in parts or module in EXCEPTIONS


def test_services_know_no_request_and_no_form() -> None:
    """Services run in commands and tests just the same: `views, cli → service → rules, models → pure`."""
    found = set()
    for module, source, name in imports():
        web = (source == "flask" and name not in ("Flask", "current_app")) or source.split(".")[0] in (
            "wtforms", "flask_wtf", "flask_login", "werkzeug", "waitress")
        ours = source in ("charityledger.web", "charityledger.forms") or {"views", "forms"} & {*source.split("."), name}
        if (web or ours) and not is_for_the_web(module):
            found.add(f"{module}: {source}.{name}")
    assert found == set()
