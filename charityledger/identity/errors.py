"""What can go wrong with accounts. The wording stands in `charityledger.wording`."""

from ..errors import CharityLedgerError, Conflict, InvalidInput


class NotSignedIn(CharityLedgerError):
    """A form was sent without a sign-in, or after it ended. Facts: none."""

    code = "not_signed_in"
    status = 401


class SignInRefused(InvalidInput):
    """Wrong password, nobody of that name, or no longer active: the answer is the same. Facts: none."""

    code = "sign_in_refused"


class WrongPassword(InvalidInput):
    """The present password, asked for before a change, is another one. Facts: none."""

    code = "wrong_password"


class PasswordTooShort(InvalidInput):
    """Facts: least (characters wanted)."""

    code = "password_too_short"


class PasswordTooLong(InvalidInput):
    """Facts: most (characters)."""

    code = "password_too_long"


class PasswordGuessable(InvalidInput):
    """Common, of very few characters, or made of what others know of the person. Facts: none."""

    code = "password_guessable"


class CodeRefused(InvalidInput):
    """A link or one-time code that never was, was used, or is too old. Facts: none."""

    code = "code_refused"


class NameMissing(InvalidInput):
    """Facts: none."""

    code = "name_missing"


class NotAnEmail(InvalidInput):
    """Facts: text."""

    code = "not_an_email"


class Unreachable(InvalidInput):
    """A user needs an e-mail address or a telephone number to sign in with. Facts: none."""

    code = "unreachable"


class AccountExists(Conflict):
    """Another user has this e-mail address or telephone number. Facts: none."""

    code = "account_exists"


class LastAdmin(Conflict):
    """Nobody would be left who can manage users. Facts: none."""

    code = "last_admin"
