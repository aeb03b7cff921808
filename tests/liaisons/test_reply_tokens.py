"""The token in Reply-To finds the mail back, whatever became of its case on the way, and cannot be guessed."""

import pytest

from liaisons import reply_tokens


def test_an_answer_finds_back_to_its_mail() -> None:
    address = reply_tokens.address("jca-mv@example.org", 4711)
    assert address.startswith("jca-mv+4711-")
    assert address.endswith("@example.org")
    assert len(address.rpartition("@")[0]) <= 64
    assert reply_tokens.read(f'"JCA-MV Secretariat" <{address.upper()}>') == 4711


NO_TOKENS = [
    "", "jca-mv@example.org", "jca-mv+4711-aaaaaaaaaaaaaaaa@example.org", "jca-mv+1٢-aaaaaaaaaaaaaaaa@example.org",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_TOKENS)
def test_what_is_no_token_of_ours_finds_nothing(text: str) -> None:
    assert reply_tokens.read(text) is None


def test_a_token_does_not_open_another_mail() -> None:
    seal = reply_tokens.token(1).partition("-")[2]
    assert reply_tokens.read(f"2-{seal}") is None
