"""Search, filters, sorting and paging of the list of projects. Pure: works on figures that were read before."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlencode

from ..pinyin import initials
from ..projects.rules import KINDS
from .figures import PROGRESS, ProjectFigures

PER_PAGE = 12
SORTS = ("least", "newest", "people")


class Arguments(Protocol):
    """The query of a request."""

    def get(self, name: str, default: str, /) -> str: ...

    def getlist(self, name: str, /) -> list[str]: ...


@dataclass(frozen=True)
class Choice:
    """What the reader asked for. Empty means everything; within a group the values add up, groups narrow down."""

    q: str = ""
    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    street: str = ""
    sort: str = ""
    page: int = 1

    @property
    def filters(self) -> int:
        """How many values narrow the list down."""
        return len(self.categories) + len(self.kinds) + len(self.progress) + bool(self.street) + bool(self.q)

    @property
    def in_force(self) -> tuple[str, ...]:
        """The names of the groups that narrow the list down."""
        return tuple(name for name in GROUPS if getattr(self, name))

    def query(self, **changes: object) -> str:
        """The choice as the query of an address, with changes; `?` included where there is anything to say."""
        new = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        pairs = [("q", new.q), *(("c", c) for c in new.categories), *(("k", k) for k in new.kinds),
                 *(("s", s) for s in new.progress), ("st", new.street), ("sort", new.sort),
                 ("page", str(new.page) if new.page > 1 else "")]
        return f"?{text}" if (text := urlencode([(name, value) for name, value in pairs if value])) else ""

    def without(self, group: str, value: str = "") -> "Choice":
        """The choice without one value of a group, or without the group."""
        old = getattr(self, group)
        left: Any = tuple(v for v in old if v != value) if value and old != value else type(old)()
        return replace(self, page=1, **{group: left})


def read(arguments: Arguments, *, categories: Iterable[str], streets: Iterable[str]) -> Choice:
    """What an address asks for. Values that mean nothing are left out, as if they had not been written."""
    page = arguments.get("page", "1")
    return Choice(
        q=" ".join(arguments.get("q", "").split())[:60],
        categories=tuple(c for c in categories if c in arguments.getlist("c")),
        kinds=tuple(k for k in KINDS if k in arguments.getlist("k")),
        progress=tuple(p for p in PROGRESS if p in arguments.getlist("s")),
        street=street if (street := arguments.get("st", "")) in set(streets) else "",
        sort=sort if (sort := arguments.get("sort", "")) in SORTS else "",
        page=int(page) if page.isascii() and page.isdigit() and int(page[:4]) > 0 else 1)


def folded(text: str) -> str:
    """Full width and half width, capitals and small letters are the same to a reader."""
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=512)
def _initials(text: str) -> str:
    return initials(text)


def _haystack(project: ProjectFigures) -> str:
    return folded(" ".join((
        project.title_zh, project.title_en, project.major.title_zh, project.major.title_en, project.category.title_zh,
        project.category.title_en, project.street + project.community, project.code, project.pinyin,
        _initials(project.major.title_zh))))


def matches(project: ProjectFigures, q: str) -> bool:
    """Whether every word of `q` is part of a title, street or community, or of their pinyin initials."""
    text = _haystack(project)
    return all(word in text for word in folded(q).split())


GROUPS: Mapping[str, Callable[[ProjectFigures, Choice], bool]] = {
    "q": lambda project, choice: not choice.q or matches(project, choice.q),
    "categories": lambda project, choice: not choice.categories or project.category.code in choice.categories,
    "kinds": lambda project, choice: not choice.kinds or bool(project.kinds & set(choice.kinds)),
    "progress": lambda project, choice: not choice.progress or project.progress in choice.progress,
    "street": lambda project, choice: not choice.street or project.street == choice.street,
}


def found(projects: Sequence[ProjectFigures], choice: Choice, *, but: str = "") -> list[ProjectFigures]:
    """The projects that a choice leaves, in the order it asks for; `but` names a group that is not applied."""
    tests = [test for name, test in GROUPS.items() if name != but]
    left = [project for project in projects if all(test(project, choice) for test in tests)]
    return sorted(left, key=_ORDERS[choice.sort]) if choice.sort else left


# The last part of each key is what is asked for; the first keeps what has nothing of the kind at the end.
_ORDERS: Mapping[str, Callable[[ProjectFigures], tuple[object, ...]]] = {
    "least": lambda project: (not (project.adoptable and project.totals.cash.open), not project.adoptable,
                              project.totals.cash.open),
    "newest": lambda project: (project.updated_on is None,
                               -project.updated_on.toordinal() if project.updated_on else 0),
    "people": lambda project: (-project.beneficiary_count,),
}


def counts(projects: Sequence[ProjectFigures], choice: Choice, group: str,
           value_of: Callable[[ProjectFigures], Iterable[str]]) -> dict[str, int]:
    """For each value of a group, how many projects it would show together with the other groups' choices."""
    sums: dict[str, int] = {}
    for project in found(projects, choice, but=group):
        for value in value_of(project):
            sums[value] = sums.get(value, 0) + 1
    return sums


@dataclass(frozen=True)
class Pages:
    """One page of a list: `shown` of `total`, page `number` of `last`."""

    shown: list[ProjectFigures]
    total: int
    number: int
    last: int


def paged(projects: Sequence[ProjectFigures], number: int, per_page: int = PER_PAGE) -> Pages:
    """Cut out a page; a number beyond the last gives the last."""
    last = max(1, -(-len(projects) // per_page))
    number = min(number, last)
    return Pages(list(projects[(number - 1) * per_page:number * per_page]), len(projects), number, last)
