"""What stands in the way of importing a file, and what a person is asked about it."""

from ..errors import Conflict, InvalidInput


class OtherSource(Conflict):
    """Each account has one kind of file that books its lines; another would book them twice. Facts: account, has."""

    code = "other_source"


class OtherAccountNumber(Conflict):
    """The file is of another account. Facts: account, has, number."""

    code = "other_account_number"


class OtherAccountKind(Conflict):
    """A wallet's file for a bank account, or the like. Facts: account, format."""

    code = "other_account_kind"


class FileOfOtherAccount(Conflict):
    """The same file was imported into another account. Facts: account."""

    code = "file_of_other_account"


class ToConfirm(Conflict):
    """A person has to look at something about the file first; nothing was imported. Facts: count."""

    code = "to_confirm"


class NoLines(InvalidInput):
    """A file without a single line of its own. Facts: none."""

    code = "no_lines"


class TotalDiffers(InvalidInput):
    """What the file says of itself is not what its lines come to. Facts: name, declared, found."""

    code = "total_differs"


class NumberRepeats(InvalidInput):
    """The bank's own number came before, with other content. Facts: native_id."""

    code = "number_repeats"


class NumberTwice(InvalidInput):
    """The bank's own number stands twice in the file, with the same content. Facts: native_id."""

    code = "number_twice"


class LooksEnteredByHand(InvalidInput):
    """A line of the same amount was entered by hand at about that day. Facts: amount_fen, day (as text)."""

    code = "looks_entered_by_hand"


class LooksLikeOtherLayout(InvalidInput):
    """A line of the same amount and day came in a file of another layout. Facts: amount_fen, day (as text)."""

    code = "looks_like_other_layout"


class KnownOrTwin(InvalidInput):
    """The same content on a day that the file shares only in part. Facts: amount_fen, day (as text)."""

    code = "known_or_twin"


class MonthClosed(InvalidInput):
    """The line's month is closed; kept, it is booked on the first open day. Facts: period, day (as text)."""

    code = "month_closed"
