"""What a person is told of each error code: a plain sentence, and what to do (K2, K3, K5, B4). Never a service's text.

`action` is the contract's: retry, reconnect, wait or contact_support.
"""

from __future__ import annotations

from msgspec import Struct


class Message(Struct, frozen=True):
    """A sentence for people; `retryable` says whether Retry now may help."""

    text: str
    action: str
    retryable: bool


def _reconnect(text: str) -> Message:
    return Message(text, "reconnect", retryable=False)


def _wait(text: str) -> Message:
    return Message(text, "wait", retryable=True)


def _support(text: str) -> Message:
    return Message(text, "contact_support", retryable=True)


_MESSAGES = {
    # The callback, rule B4
    "access_denied": _reconnect(
        "Permission to use the Outlook calendar was refused. Connect again to give it, or ask your administrator."
    ),
    "admin_consent_required": _reconnect(
        "Your organisation's Microsoft 365 administrator must approve Outlook sync before you can connect."
    ),
    "state_invalid": _reconnect("The sign-in took too long or was started elsewhere. Please connect again."),
    "account_in_use": _reconnect("This Outlook mailbox is already connected by somebody else in CaseFlow."),
    "account_not_allowed": _reconnect("This kind of Microsoft account cannot be used. Sign in with your work account."),
    "no_mailbox": _reconnect("This Microsoft account has no Outlook mailbox that can be reached."),
    "provider_error": _reconnect("Microsoft could not complete the sign-in. Please connect again in a few minutes."),
    # An ended connection, rule K3
    "consent_withdrawn": _reconnect(
        "Outlook sync's permission was withdrawn at Microsoft. Reconnect to give it again."
    ),
    "sign_in_expired": _reconnect("Microsoft ended our access to your Outlook calendar. Reconnect to go on."),
    "password_expired": _reconnect("Your Microsoft password has expired. Renew it, then reconnect."),
    "sign_in_required": _reconnect("Microsoft wants you to sign in again. Reconnect to go on."),
    "account_disabled": _reconnect(
        "Your Microsoft account is disabled or no longer exists. Ask your administrator, then reconnect."
    ),
    "blocked_by_policy": _reconnect(
        "A rule of your organisation keeps Outlook sync out. Ask your Microsoft 365 administrator, then reconnect."
    ),
    "token_missing": _reconnect("Our access to your Outlook calendar is no longer stored. Reconnect to go on."),
    "token_refused": _reconnect("Microsoft no longer accepts our access to your Outlook calendar. Reconnect to go on."),
    # Passing faults (K2)
    "throttled": _wait("Microsoft asked us to slow down. Sync goes on by itself in a few minutes."),
    "timeout": _wait("Outlook or CaseFlow did not answer in time. Sync tries again by itself."),
    "connection": _wait("Outlook or CaseFlow could not be reached. Sync tries again by itself."),
    "service_unavailable": _wait("Outlook or CaseFlow is not available at the moment. Sync tries again by itself."),
    "malformed_answer": _wait("Outlook or CaseFlow answered something unreadable. Sync tries again by itself."),
    "no_answer": _wait("Outlook or CaseFlow left something unanswered. Sync tries again by itself."),
    "too_many_pages": _wait("There is more to read than fits into one run. Sync goes on by itself."),
    "unfinished": _wait("There is more to do than fits into one run. Sync goes on by itself."),
    "busy": _wait("Another sync is under way. This one follows it."),
    "row_contended": _wait("Another sync is under way. Please try again in a moment."),
    "graph_unavailable": _wait("Outlook is not available at the moment. Sync tries again by itself."),
    "caseflow_unavailable": _wait("CaseFlow is not available at the moment. Sync tries again by itself."),
    "sign_in_unavailable": _wait("Microsoft's sign-in is not available at the moment. Sync tries again by itself."),
    "mailbox_unsound": _wait("Your Outlook calendar cannot be read at the moment. Nothing was changed; we look again."),
    "tables_unreachable": _wait("Our own storage is not available at the moment. Sync tries again by itself."),
    "vault_unreachable": _wait("Our own key store is not available at the moment. Sync tries again by itself."),
    # Ours to mend
    "app_registration": _support("Outlook sync's own registration at Microsoft is not right. Our team must mend it."),
    "caseflow_unauthorized": _support("CaseFlow does not accept Outlook sync at present. Our team must mend it."),
    "answer_too_large": _support("Outlook or CaseFlow sent more than can be read at once. Please tell support."),
    "poison": _support("The sync stopped unexpectedly several times. Try again, or tell support the reference."),
    "stale": _support("Your calendars have not been in step for a long time. Try again, or contact support."),
    # Asked for at the wrong time
    "not_connected": Message("No Outlook mailbox is connected. Connect one first.", "reconnect", retryable=False),
    "sync_paused": Message("Sync is paused. Switch Sync enabled on first.", "wait", retryable=False),
    "nothing_to_retry": Message("There is no failed job to run again.", "wait", retryable=False),
    # Review items (H4)
    "already_resolved": Message("This was decided already.", "wait", retryable=False),
    "changed_since": Message(
        "Something changed since you looked, so nothing was applied. Look again, then decide.", "wait", retryable=False
    ),
    "occurrence_refused": Message(
        "Outlook does not let a day of a series move past its neighbours. Keep Outlook's version instead.",
        "wait",
        retryable=False,
    ),
    "not_applied": _wait("The decision could not be applied just now. Nothing was lost; please try again."),
    "partly_applied": _wait("A part of it is done. Decide once more to go on with the rest."),
    # Availability, rule A1
    "plan_required": Message(
        "Outlook sync is part of the Multi-Practice plan. Ask your firm's administrator about the plan.",
        "contact_support",
        retryable=False,
    ),
    "beta_not_enabled": Message(
        "Outlook sync is in private beta and not switched on for your firm. Ask CaseFlow support to join.",
        "contact_support",
        retryable=False,
    ),
    "inactive": Message(
        "This person is no longer active in CaseFlow, so Outlook was disconnected.", "contact_support", retryable=False
    ),
}
_FAMILIES = {
    "tables_": "tables_unreachable",
    "queues_": "tables_unreachable",
    "vault_": "vault_unreachable",
    "archive_": "tables_unreachable",
    "sign_in_": "sign_in_unavailable",
    "graph_": "graph_unavailable",
    "Error": "graph_unavailable",
    "Mailbox": "graph_unavailable",
    "caseflow_": "caseflow_unavailable",
}
_UNKNOWN = Message(
    "The last sync did not finish. Sync tries again by itself; if this stays, tell support the reference.",
    "retry",
    retryable=True,
)


def codes() -> frozenset[str]:
    """Every code that has a sentence of its own."""
    return frozenset(_MESSAGES)


def message(code: str) -> Message:
    """The sentence for `code`, for its family, or a general one: no code leaves a person without words."""
    if code in _MESSAGES:
        return _MESSAGES[code]
    for prefix, known in _FAMILIES.items():
        if code.startswith(prefix):
            return _MESSAGES[known]
    return _UNKNOWN
