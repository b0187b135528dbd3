"""What Retry and Reconnect are offered for (K2, K3, A1)."""

from __future__ import annotations

import pytest

from shared.core.messages import codes, message

EXPECTED = [
    ("consent_withdrawn", "reconnect", False),
    ("token_refused", "reconnect", False),
    ("throttled", "wait", True),
    ("busy", "wait", True),
    ("poison", "contact_support", True),
    ("stale", "contact_support", True),
    ("sync_paused", "wait", False),
    ("plan_required", "contact_support", False),
    ("never heard of", "retry", True),
]


@pytest.mark.parametrize(("code", "action", "retryable"), EXPECTED)
def test_each_fault_says_what_helps(code: str, action: str, retryable: bool) -> None:
    said = message(code)
    assert (said.action, said.retryable) == (action, retryable)


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("tables_x", "tables_unreachable"),
        ("queues_x", "tables_unreachable"),
        ("archive_x", "tables_unreachable"),
        ("vault_x", "vault_unreachable"),
        ("sign_in_x", "sign_in_unavailable"),
        ("graph_x", "graph_unavailable"),
        ("ErrorX", "graph_unavailable"),
        ("MailboxX", "graph_unavailable"),
        ("caseflow_x", "caseflow_unavailable"),
    ],
)
def test_a_code_without_words_has_those_of_its_family(code: str, family: str) -> None:
    assert code not in codes()
    assert message(code) == message(family)


def test_reconnecting_never_helps_by_retrying() -> None:
    """K3."""
    assert not any(message(code).retryable for code in codes() if message(code).action == "reconnect")
