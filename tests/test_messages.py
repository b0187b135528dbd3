"""What people are told of each fault (product.md K2, K3, B4, G6)."""

from __future__ import annotations

import pytest

from shared.adapters.entra_errors import callback_code, refresh_error
from shared.core.messages import codes, message

ACTIONS = {"retry", "reconnect", "wait", "contact_support"}


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_sentence_is_plain_and_names_a_way_on(code: str) -> None:
    said = message(code)
    assert said.action in ACTIONS
    assert said.text.endswith(".")
    assert code not in said.text or "_" not in code
    assert "AADSTS" not in said.text


def test_a_code_nobody_foresaw_has_words_too() -> None:
    assert message("tables_503") == message("tables_unreachable")
    assert message("vault_refused").action == "wait"
    assert message("ErrorServerBusy") == message("MailboxInfoStale") == message("graph_unavailable")
    assert message("never heard of").text.startswith("The last sync did not finish")


def test_every_refusal_of_entra_has_a_sentence_of_its_own() -> None:
    for number in (65001, 50173, 700082, 50055, 50076, 50057, 53003, 90094, 50020, 7000215, 90033, 50196, 1):
        error = refresh_error({"error": "invalid_grant", "error_codes": [number]})
        assert error.code in codes()
    for number in (65004, 90094, 50020, 70008):
        assert callback_code({"error": "x", "error_description": f"AADSTS{number}: words"}) in codes()
