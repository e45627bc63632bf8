"""One address is one mailbox: what would reach several people, or one under another spelling, is none."""

from __future__ import annotations

import pytest

from passport.domain.mailbox import is_mailbox


@pytest.mark.parametrize("text", ["an@example.vn", "nguyen.van.an+tiem@mail.example.vn", "o'an@x1.example"])
def test_an_address_is_taken(text: str) -> None:
    assert is_mailbox(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "an", "@example.vn", "an@", "an@localhost", "an@example..vn", "an@-example.vn", ".an@example.vn",
        "an@example.vn,ba@example.vn", "an@example.vn;ba@example.vn", "an@ba@example.vn", "An <an@example.vn>",
        "x<an@example.vn>", "(1)an@example.vn", '"an"@example.vn', "an@[127.0.0.1]", "an@example.vn\nBcc: b@example.vn",
        "an@example.vn\n", "ân@example.vn", "an@" + "a" * 60 + "." + "b" * 60,
    ],
)  # fmt: skip
def test_what_is_more_or_less_than_one_mailbox_is_not(text: str) -> None:
    assert not is_mailbox(text)
