"""Sorts the lines of a file into new, known and doubtful, against what the account has already."""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from ..clock import period_of
from . import identity
from .identity import Stored, as_kept
from .importers.lines import Line, Parsed
from .kept import Kept

NEW, KNOWN, DOUBTFUL = range(3)
CHUNK = 1000

# number_repeats: the bank's number came before with other content; number_twice: twice in the file, all the same;
# by_hand, other_layout: it looks like a line that no number tells; twin: the file goes on in the middle of a day with
# what another file ended with; closed_month: its month is closed.
Code = Literal["number_repeats", "number_twice", "by_hand", "other_layout", "twin", "closed_month"]
Answer = Literal["same", "another"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A line that a person decides about. `like`: the line that it may be; its id is 0 where that is in the file too.

    `likely`: what is taken where everything is confirmed at once. `late`: kept, it is booked on the first open day.
    """

    index: int
    line: Line
    code: Code
    like: Stored | None
    likely: Answer
    late: bool = False


@dataclass
class Sorting:
    """`identities` and `states` run beside the file's lines. `takeovers`: {index: id of the line entered by hand}."""

    identities: list[str]
    states: bytearray
    doubts: list[Doubt] = field(default_factory=list)
    takeovers: dict[int, int] = field(default_factory=dict)

    def count(self, state: int) -> int:
        return self.states.count(state)


def sort_lines(parsed: Parsed, account: str, kept: Kept, closed: Container[str]) -> Sorting:
    """`closed`: codes of closed months. The cost of a line does not grow with the file or with what is kept."""
    return _Sorter(parsed, account, kept, closed).sort()


class _Sorter:
    def __init__(self, parsed: Parsed, account: str, kept: Kept, closed: Container[str]) -> None:
        self.lines, self.layout, self.kept, self.closed = parsed.lines, parsed.format, kept, closed
        identities = identity.of_file(account, parsed.lines)
        self.result = Sorting(identities, bytearray(len(identities)))
        self.own = set(identities)
        self.first: dict[str, int] = {}                 # {number: index} of the lines that came up in this file
        self.again: dict[str, list[int]] = {}           # those that came up after them with the same number
        self.claimed: set[int] = set()          # ids of kept lines that a line of this file is, or may be
        self.matched: dict[date, list[int]] = defaultdict(list)     # indexes known by their content alone

    def sort(self) -> Sorting:
        order = sorted(range(len(self.lines)), key=lambda index: self.lines[index].booked_at)
        waiting: list[int] = []
        for start in range(0, len(order), CHUNK):
            waiting += self._sort(order[start:start + CHUNK])
        self._look_alike(waiting)
        self._find_twins()
        self.result.doubts.sort(key=lambda doubt: doubt.index)
        return self.result

    def _sort(self, indexes: Sequence[int]) -> list[int]:
        """Those that nothing is known of."""
        known = self.kept.by_identity([self.result.identities[index] for index in indexes])
        return [index for index in indexes if not self._is_known(index, known)]

    def _is_known(self, index: int, known: Mapping[str, Stored]) -> bool:
        """Whether the line is decided: known, or doubtful because of its number."""
        line, own = self.lines[index], self.result.identities[index]
        one = known.get(own)
        if not line.native_id:
            if one is None:
                return False
            self._know(index, one)
            self.matched[line.booked_at.date()].append(index)
            return True
        earlier = self.first.setdefault(own, index)
        if one is None and earlier == index:
            return False
        family = [] if one is None else [one]
        if one is not None and (earlier != index or not identity.agrees(line, one, self.layout)):
            family = self.kept.family(own)
        for member in family:
            if member.id not in self.claimed and identity.agrees(line, member, self.layout):
                self._know(index, member)
                return True
        said = list(family)
        if earlier != index:
            before = self.again.setdefault(own, [])
            said += [_as_stored(self.lines[one], own, self.layout) for one in (earlier, *before)]
            before.append(index)
        twice = next((member for member in said if identity.agrees(line, member, self.layout)), None)
        if twice is not None:
            self._doubt(index, "number_twice", twice, "same")
        else:
            self._doubt(index, "number_repeats", said[0], "another")
        return True

    def _know(self, index: int, one: Stored) -> None:
        self.claimed.add(one.id)
        self.result.states[index] = KNOWN
        if one.by_hand:
            self.result.takeovers[index] = one.id

    def _look_alike(self, waiting: Sequence[int]) -> None:
        """Of lines that no identity tells: those that may have been entered by hand, or come in another layout."""
        if not waiting:
            return
        days = self._days(waiting)
        found = self._pair(waiting, self.kept.by_hand(*days))
        rest = [index for index in waiting if index not in found]
        for start in range(0, len(rest), CHUNK):
            part = rest[start:start + CHUNK]
            found |= self._pair(part, self.kept.other_layouts(*self._days(part)))
        for index in waiting:
            like = found.get(index)
            if like is not None:
                self._doubt(index, "by_hand" if like.by_hand else "other_layout", like,
                            "same" if identity.likely_same(self.lines[index], like) else "another")
            elif self._is_late(self.lines[index]):
                self._doubt(index, "closed_month", None, "another")

    def _days(self, indexes: Sequence[int]) -> tuple[date, date]:
        days = [self.lines[index].booked_at.date() for index in indexes]
        return min(days), max(days)

    def _pair(self, indexes: Sequence[int], loose: Sequence[Stored]) -> dict[int, Stored]:
        # Whose own line comes, or came, is nobody else.
        free = [one for one in loose if one.identity not in self.own and one.id not in self.claimed]
        found = identity.pairs(((index, self.lines[index]) for index in indexes), free) if free else {}
        self.claimed.update(one.id for one in found.values())
        return found

    def _find_twins(self) -> None:
        """Without a balance nothing tells a file that overlaps another from one that goes on where it ended, when all
        that they share of a day is one content: what was taken for known may be a twin."""
        if not self.matched:
            return
        days = sorted(self.matched)
        kept, last = self.kept.contents(days[0], days[-1]), max(line.booked_at for line in self.lines)
        for day in days:
            indexes = self.matched[day]
            if kept.get(day, 0) <= len(indexes) or any(self.lines[i].balance_fen is not None for i in indexes):
                continue
            if len({self.result.identities[index].partition("#")[0] for index in indexes}) > 1:
                continue
            # A file that ends early in the day lacks only what came after it.
            if day == last.date() and last != datetime.combine(day, datetime.min.time()) \
                    and self.kept.contents_until(last) <= len(indexes):
                continue
            for index in indexes:
                self._doubt(index, "twin", self.kept.by_identity([self.result.identities[index]]).get(
                    self.result.identities[index]), "another")

    def _doubt(self, index: int, code: Code, like: Stored | None, likely: Answer) -> None:
        self.result.states[index] = DOUBTFUL
        line = self.lines[index]
        self.result.doubts.append(Doubt(index, line, code, like, likely, self._is_late(line)))

    def _is_late(self, line: Line) -> bool:
        return period_of(line.booked_at.date()) in self.closed


def _as_stored(line: Line, own: str, layout: str) -> Stored:
    return Stored(0, own, line.native_id, line.booked_at.date(), line.booked_at, line.amount_fen, line.currency,
                  as_kept(line.counterparty, 200), as_kept(line.counterparty_account, 60), as_kept(line.memo, 400),
                  line.balance_fen, layout)
