"""A promise is opened by its reference and four digits; ten thousand guesses would open any. So wrong ones are counted
for each reference too, wherever they come from, and past the limit even the right digits get the sentence that all get:
nobody learns that they were right, or that the limit was passed.
"""

from collections.abc import Callable

from limits import parse

from ... import reference as references
from ...extensions import limiter
from ..models import Pledge
from ..pledges import NotFoundByTail

WRONG = parse("10 per day")
_NAME = "pledge-tail"


def guarded(text: str, find: Callable[[], Pledge]) -> Pledge:
    """What `find` finds for the references in `text`. Raises NotFoundByTail, also where too many guesses were wrong.

    The right digits start the count of their own reference anew; other references in the same text stay counted.
    """
    if not limiter.enabled:
        return find()
    # Every one is counted, before anything is looked up: guesses at once must not all see the same count.
    within = [limiter.limiter.hit(WRONG, _NAME, code) for code in references.parse(text)]
    if not all(within):
        raise NotFoundByTail()
    pledge = find()
    limiter.limiter.clear(WRONG, _NAME, pledge.reference)
    return pledge
