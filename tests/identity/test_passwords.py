"""Hashing: the parameters, what is refused, and that strangers take as long as users."""

import pytest
from argon2 import Type, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charityledger.errors import InvalidInput
from charityledger.identity import passwords
from charityledger.identity.errors import PasswordGuessable, PasswordTooLong, PasswordTooShort


@pytest.mark.usefixtures("real_hashes")
def test_parameters_are_those_of_the_rfc() -> None:
    made = extract_parameters(passwords.new_hash("a quiet lane at dusk"))
    assert made == RFC_9106_LOW_MEMORY
    assert (made.type, made.memory_cost, made.time_cost, made.parallelism) == (Type.ID, 65536, 3, 4)


def test_a_hash_of_older_parameters_is_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    old = passwords.new_hash("a quiet lane at dusk")
    assert not passwords.is_outdated(old)
    monkeypatch.undo()
    assert passwords.is_outdated(old)


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", PasswordTooShort),
        ("nine char", PasswordTooShort),
        ("九个汉字也太短了吧", PasswordTooShort),
        ("x" * 201, PasswordTooLong),
        ("1234567890", PasswordGuessable),
        ("１２３４５６７８９０", PasswordGuessable),
        ("Woaini1314520", PasswordGuessable),
        ("aaaaaaaaaaaa", PasswordGuessable),
        ("ababababab", PasswordGuessable),
        ("13800000000!", PasswordGuessable),
        ("zhou.wei2026", PasswordGuessable),
        ("ZHOU.WEI@example.org", PasswordGuessable),
    ],
)
def test_refuses(password: str, error: type[InvalidInput]) -> None:
    with pytest.raises(error) as refused:
        passwords.new_hash(password, ("周女士", "zhou.wei@example.org", "13800000000", None))
    assert type(refused.value) is error


def test_a_short_name_does_not_forbid_its_letters() -> None:
    assert passwords.new_hash("blue lantern 47", ("Li", None, ""))


@given(st.text(min_size=10, max_size=60).filter(lambda text: len(set(text.lower())) > 5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_the_right_password_fits_and_another_does_not(password: str) -> None:
    try:
        made = passwords.new_hash(password)
    except InvalidInput:
        return  # shorter or duller once full-width letters are narrow
    assert passwords.fits(password, made)
    assert not passwords.fits(password + "x", made)
    assert not passwords.fits("", made)


def test_full_width_letters_are_the_same_password() -> None:
    assert passwords.fits("ａ quiet ｌａｎｅ", passwords.new_hash("a quiet lane"))


@pytest.mark.parametrize("kept", [None, passwords.UNUSABLE, ""])
def test_nobody_has_a_password_but_it_is_checked_all_the_same(
    kept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []
    hasher = passwords.HASHER

    class Watched:
        hash = staticmethod(hasher.hash)

        def verify(self, against: str, password: str) -> bool:
            checked.append(against)
            return hasher.verify(against, password)

    monkeypatch.setattr(passwords, "HASHER", Watched())
    assert not passwords.fits("a quiet lane at dusk", kept)
    assert not passwords.fits("nobody has this password", kept)
    assert len(checked) == 2
    assert all(extract_parameters(against) == extract_parameters(hasher.hash("any")) for against in checked)
