"""The command line. Exit codes: 0 done, 1 something is wrong and is named, 2 the call or its input cannot be taken."""

from .group import main

__all__ = ["main"]
