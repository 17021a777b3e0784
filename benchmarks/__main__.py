"""`python -m benchmarks [posting|pages|documents …]`: prints rates and ratios; docs/performance.md keeps a copy."""

import sys

from . import documents, pages, posting

PARTS = {"posting": posting.run, "pages": pages.run, "documents": documents.run}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


main()
