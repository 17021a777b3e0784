"""The promises that wait, found by code, name, account, telephone or amount without ever walking through all. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping

from charityledger.phone import last_four

from . import names
from .model import OpenPledge, Part, Settled

# (awaited fen, day, pledge): sorted so, one amount is a slice and its days are in order.
Entry = tuple[int, int, int]


# A reader that passed over more dead entries than this takes them out.
_PASSED = 8


class Waiting:
    """One promise and what is left of it while lines are taken off."""

    __slots__ = ("donor", "entries", "instalments", "outstanding", "pledge", "shorter")

    def __init__(self, pledge: OpenPledge) -> None:
        self.pledge = pledge
        self.donor = names.clean(pledge.donor_name)
        self.outstanding = pledge.outstanding_fen
        self.instalments = pledge.instalments or (
            (pledge.due_fen,) if 0 < pledge.due_fen < pledge.outstanding_fen else ())
        self.entries: tuple[Entry, ...] = ()
        self.shorter = () if pledge.donor_kind == "individual" else names.shorter(self.donor)

    @property
    def due(self) -> int:
        """What is unpaid of the oldest instalment, else all that is outstanding."""
        return min(self.instalments[0], self.outstanding) if self.instalments else self.outstanding

    def awaits(self, amount_fen: int) -> bool:
        """Whether a payer who keeps to the promise pays just this: everything, or the oldest instalments."""
        if amount_fen == self.outstanding:
            return True
        paid = 0
        for instalment in self.instalments:
            paid += instalment
            if paid >= amount_fen:
                return paid == amount_fen
        return False

    def take(self, amount_fen: int) -> None:
        """Take a payment off, the oldest instalment first. Raises ValueError beyond what is outstanding."""
        if not 0 < amount_fen <= self.outstanding:
            raise ValueError(f"{amount_fen} of {self.outstanding} fen of pledge {self.pledge.id}")
        self.outstanding -= amount_fen
        left = list(self.instalments)
        while left and amount_fen >= left[0]:
            amount_fen -= left.pop(0)
        if left:
            left[0] -= amount_fen
        self.instalments = tuple(left)

    def awaited(self) -> tuple[Entry, ...]:
        """Where this promise stands in an index, now."""
        day, number = self.pledge.pledged_on.toordinal(), self.pledge.id
        if not self.outstanding:
            return ()
        if self.due == self.outstanding:
            return ((self.outstanding, day, number),)
        return (self.due, day, number), (self.outstanding, day, number)


def hidden(phone: str) -> str:
    """What every way of masking a telephone still shows: 138******00 and 138****0000 both become 138*00."""
    return f"{phone[:3]}*{phone[-2:]}"


class Index:
    """Entries by a word: a name, an account, the last four digits of a telephone.

    Entries are not taken out when a promise changes: readers pass over those that hold no more, and take out many at
    once. So a line costs the same however long the lists are.
    """

    __slots__ = ("_by_id", "_lists")

    def __init__(self, by_id: dict[int, Waiting]) -> None:
        self._by_id = by_id
        self._lists: dict[str, list[Entry]] = {}

    def append(self, word: str, entry: Entry) -> None:
        """For filling only: entries come in order."""
        self._lists.setdefault(word, []).append(entry)

    def add(self, word: str, entry: Entry) -> None:
        """For a promise that changed: what it awaited before and awaits again may still stand there."""
        entries = self._lists.setdefault(word, [])
        at = bisect_left(entries, entry)
        if entries[at : at + 1] != [entry]:
            entries.insert(at, entry)

    def __contains__(self, word: str) -> bool:
        return word in self._lists

    def count(self, word: str, amount_fen: int, most: int) -> int:
        """How many promises await just this amount, counted up to `most`."""
        return sum(1 for _ in self.between(word, amount_fen, amount_fen, most))

    def exact(self, word: str, amount_fen: int, day: int, most: int) -> Iterator[int]:
        """Pledges that await just this amount: those up to `day` + 3, the latest first; then later ones."""
        entries = self._lists.get(word)
        if entries:
            low, high = bisect_left(entries, (amount_fen,)), bisect_left(entries, (amount_fen + 1,))
            if low < high:
                middle = bisect_left(entries, (amount_fen, day + 4), low, high)
                later = self._live(entries, range(middle, high), most)      # first, while the places hold
                yield from self._live(entries, range(middle - 1, low - 1, -1), most)
                yield from later

    def between(self, word: str, least_fen: int, most_fen: int, most: int) -> Iterator[int]:
        """Pledges that await from `least_fen` to `most_fen`, the smallest first, at most `most` of them."""
        entries = self._lists.get(word)
        if entries:
            low, high = bisect_left(entries, (least_fen,)), bisect_left(entries, (most_fen + 1,))
            yield from self._live(entries, range(low, high), most)

    def every(self, word: str, most: int) -> Iterator[int]:
        """The pledges of a word, each once, at most `most` entries."""
        entries = self._lists.get(word)
        return iter(dict.fromkeys(self._live(entries, range(len(entries)), most)) if entries else ())

    def _live(self, entries: list[Entry], places: range, most: int) -> list[int]:
        """The first `most` pledges in these places that still await what their entry says."""
        by_id = self._by_id
        found: list[int] = []
        kept: list[Entry] = []
        seen = 0
        for at in places:
            entry = entries[at]
            seen += 1
            if entry in by_id[entry[2]].entries:
                found.append(entry[2])
                kept.append(entry)
                if len(found) == most:
                    break
        if seen - len(kept) > _PASSED:
            first, last = places[0], places[seen - 1]
            entries[min(first, last) : max(first, last) + 1] = kept[:: places.step]
        return found


# Above this share of donors who have another donor's name, a stranger's name is a donor's by chance too often.
_NAMESAKES = 0.1


def _tell(waitings: Iterable[Waiting]) -> bool:
    """Whether a payer whose name is a donor's is most likely that donor: few donors here share their names."""
    donors = {waiting.pledge.donor_id: waiting.donor for waiting in waitings
              if waiting.pledge.donor_kind == "individual"}
    return len(donors) - len(set(donors.values())) <= _NAMESAKES * len(donors)


class Book:
    """Every promise that waits and what is known of those that wait no more."""

    def __init__(self, pledges: Iterable[OpenPledge], settled: Mapping[str, Settled]) -> None:
        self.settled = settled
        self._settled_numbers = frozenset(int(code) for code in settled)
        self.by_number: dict[int, Waiting] = {}
        self.by_id: dict[int, Waiting] = {}
        self.by_name, self.by_first, self.by_last, self.by_account, self.by_tail, self.by_hidden, self.by_amount = (
            Index(self.by_id) for _ in range(7))
        # The first two characters of every name that a memo may hold, and how long such names are.
        self.heads: dict[str, tuple[int, ...]] = {}
        filling: list[tuple[Entry, Waiting]] = []
        for pledge in pledges:
            waiting = Waiting(pledge)
            self.by_number[int(pledge.reference)] = self.by_id[pledge.id] = waiting
            waiting.entries = waiting.awaited()
            filling += [(entry, waiting) for entry in waiting.entries]
            self._note_heads(waiting)
        filling.sort(key=lambda pair: pair[0])
        for entry, waiting in filling:
            for index, word in self._places(waiting):
                index.append(word, entry)
            self.by_amount.append(str(entry[0]), entry)
        numbers = sorted(self.by_number)
        self.names_tell = _tell(self.by_id.values())
        self._numbers = numbers
        self._reversed = sorted(int(f"{number}"[::-1]) for number in numbers)

    def is_settled(self, number: int) -> bool:
        """Whether a code, as a number, belongs to a promise that waits no more."""
        waiting = self.by_number.get(number)
        return number in self._settled_numbers if waiting is None else not waiting.outstanding

    def open(self, number: int) -> Waiting | None:
        """The promise with this code if it still waits."""
        waiting = self.by_number.get(number)
        return waiting if waiting is not None and waiting.outstanding else None

    def take(self, part: Part) -> None:
        """Take a part off its promise. Raises KeyError for one that is not here, ValueError beyond outstanding."""
        waiting = self.by_id[part.pledge_id]
        before = waiting.entries
        waiting.take(part.amount_fen)
        waiting.entries = waiting.awaited()
        for entry in waiting.entries:
            if entry not in before:
                self.by_amount.add(str(entry[0]), entry)
                for index, word in self._places(waiting):
                    index.add(word, entry)

    def beginning(self, digits: str, most: int) -> list[Waiting]:
        """Open promises whose code begins with `digits`; none when there are more than `most`."""
        return self._among(self._numbers, digits, most, lambda number: number)

    def ending(self, digits: str, most: int) -> list[Waiting]:
        """Open promises whose code ends with `digits`; none when there are more than `most`."""
        return self._among(self._reversed, digits[::-1], most, lambda number: int(f"{number:010d}"[::-1]))

    def _among(self, numbers: list[int], digits: str, most: int, restore: Callable[[int], int]) -> list[Waiting]:
        unit = 10 ** (10 - len(digits))
        low = bisect_left(numbers, int(digits) * unit)
        high = bisect_left(numbers, (int(digits) + 1) * unit)
        if high - low > most:
            return []
        found = (self.open(restore(number)) for number in numbers[low:high])
        return [waiting for waiting in found if waiting is not None]

    def named_in(self, memo: str) -> list[str]:
        """Names of donors, whole or in their shorter forms, that stand in a memo; the longest at each place."""
        found = []
        heads = self.heads
        for at in range(len(memo) - 1):
            for length in heads.get(memo[at : at + 2], ()):
                word = memo[at : at + length]
                if len(word) == length and word in self.by_name:
                    found.append(word)
                    break
        return found

    def _note_heads(self, waiting: Waiting) -> None:
        for word in (waiting.donor, *waiting.shorter):
            lengths = self.heads.get(word[:2], ())
            if len(word) >= 2 and len(word) not in lengths:
                self.heads[word[:2]] = tuple(sorted((*lengths, len(word)), reverse=True))

    def _places(self, waiting: Waiting) -> Iterator[tuple[Index, str]]:
        for word in (waiting.donor, *waiting.shorter):
            yield self.by_name, word
        if waiting.pledge.donor_kind == "individual" and waiting.donor:
            yield self.by_first, waiting.donor[0]
            yield self.by_last, waiting.donor[-1]
        for account in waiting.pledge.accounts:
            yield self.by_account, account
        if waiting.pledge.phone:
            yield self.by_tail, last_four(waiting.pledge.phone)
            yield self.by_hidden, hidden(waiting.pledge.phone)
