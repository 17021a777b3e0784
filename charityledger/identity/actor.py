"""Who does something: what services and events need to know of a person, and no more."""

from dataclasses import dataclass

DONOR = "donor"
STAFF = "staff"
FINANCE = "finance"
AUDITOR = "auditor"
ADMIN = "admin"
# Every role that a user can have. An enterprise member is a donor with a membership.
ROLES = (DONOR, STAFF, FINANCE, AUDITOR, ADMIN)

# Nobody is signed in, or no person acts at all; no user has these.
VISITOR = "visitor"
SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """`user_id` is None for a visitor and for the system itself."""

    user_id: int | None
    role: str
    name: str

    @classmethod
    def system(cls) -> "Actor":
        """The program itself: the command line, the demonstration, what happens when time passes."""
        return cls(None, SYSTEM, "")

    @classmethod
    def public(cls) -> "Actor":
        """A visitor who has not signed in."""
        return cls(None, VISITOR, "")
