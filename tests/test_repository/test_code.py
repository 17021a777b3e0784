"""Rules of the architecture that an import contract cannot see."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.test_repository.tree import PACKAGE


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Every syntax node of the application with its module's path inside the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(PACKAGE)), node


def calls(*names: str) -> set[str]:
    """Modules that call something of one of these names, as function or as method (`today`, `tx.commit`)."""
    ends = tuple(f".{name}" for name in names)
    return {module for module, node in nodes()
            if isinstance(node, ast.Call) and f".{ast.unparse(node.func)}".endswith(ends)}


def writers(*models: str) -> set[str]:
    """Modules that make a row of one of these models, or an INSERT, UPDATE or DELETE of it."""
    found = set()
    for module, node in nodes():
        if not isinstance(node, ast.Call):
            continue
        function = ast.unparse(node.func)
        subject = ast.unparse(node.args[0]).split(".")[0] if node.args else ""
        if function in models or (function in ("insert", "update", "delete") and subject in models):
            found.add(module)
    return found


def test_commit_stands_in_one_place() -> None:
    assert calls("commit") == {"database.py"}


def test_the_machine_is_asked_for_the_time_in_one_place() -> None:
    assert calls("datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.today") == {"clock.py"}


def test_only_the_store_writes_the_books() -> None:
    assert writers("MovementRow", "JournalEntry") == {"ledger/store.py"}


def test_only_events_writes_events() -> None:
    assert writers("Event") == {"audit/events.py"}


def test_modules_say_what_they_are_for() -> None:
    silent = [str(path.relative_to(PACKAGE)) for path in sorted(PACKAGE.rglob("*.py"))
              if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


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
