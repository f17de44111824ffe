"""Passwords and activation codes."""

import pytest

from partygroup.people import passwords


@pytest.mark.parametrize(
    ("password", "part"),
    [
        ("short12", "8 位"),
        ("a" * 129, "128"),
        ("12345678", "常见"),
        ("88888888", "常见"),
        ("Password1", "常见"),
        ("Qwerty123", "常见"),
        ("ababab ab", "常见"),
        ("100234xy!", "工号"),
        ("wanghaisheng!", "拼音"),
        ("luhuo-2026", "单位常用词"),
        ("炉前取样要看火", "8 位"),
    ],
)
def test_a_weak_password_is_refused_with_what_would_do(password, part):
    assert part in passwords.refusal_of_password(password, staff_no="100234", name="王海生")


@pytest.mark.parametrize("password", ["Ladle-7429", "炉前取样先看火花", "a long sentence I remember", "p4ssfr4se!"])
def test_a_good_password_is_taken(password):
    assert passwords.refusal_of_password(password, staff_no="100234", name="王海生") is None


def test_hash_and_check():
    stored = passwords.hash_password("Ladle-7429")
    assert stored.startswith("$argon2id$") and "Ladle" not in stored
    assert passwords.is_password(stored, "Ladle-7429")
    assert not passwords.is_password(stored, "Ladle-7428")
    assert not passwords.is_password(None, "Ladle-7429")
    assert not passwords.needs_rehash(stored)


def test_codes_are_unambiguous_and_forgiving_to_type():
    code = passwords.new_activation_code()
    assert len(code) == 10 and set(code) <= set(passwords.CODE_ALPHABET)
    assert not set("01OI") & set(passwords.CODE_ALPHABET)
    typed = f" {code[:5].lower()}-{code[5:]} "
    assert passwords.digest_of_code(typed) == passwords.digest_of_code(code)
