"""What Microsoft leaves open (the U and O lines of graph.md), as switches that tests set both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DeltaGone = Literal["SyncStateNotFound", "resyncRequired", "syncStateInvalid"]
OccurrenceSensitivity = Literal["accepted", "ignored", "refused"]
DeletedTransaction = Literal["refused", "replayed", "forgotten"]


@dataclass(frozen=True)
class Switches:
    """One world's answers to the open questions; the defaults are the likeliest reading of graph.md.

    Counts are numbers of requests or writes; None means without limit.
    """

    if_match_honoured: bool = True
    transaction_id_remembered: int | None = None
    """How many of the newest transaction ids of a mailbox are remembered."""
    duplicate_transaction_status: Literal[201, 400, 409] = 409
    """Answer to a repeated create whose content differs; the same content is always answered 201."""
    deleted_transaction: DeletedTransaction = "refused"
    """Answer to a repeated create whose event was deleted since."""
    deleted_still_answers_by_id: bool = False
    other_calendar_events_answer_by_id: bool = True
    occurrence_rows_bare: bool = True
    copies_carry_marks: bool = False
    cancelled_occurrence_reported_removed: bool = False
    occurrence_sensitivity: OccurrenceSensitivity = "ignored"
    rewrite_html: bool = True
    filter_on_properties_finds: bool = True
    iana_zones_returned_as_windows: bool = True
    declined_stay: bool = True
    """Declined meetings stay in the calendar; otherwise they go to Deleted Items."""
    stale_delta_rows: int = 0
    """A delta round may miss this many of the newest writes; the round after it has them."""
    delta_tokens_kept: int | None = None
    """How many of the newest delta links of a mailbox still work; older ones answer 410."""
    delta_gone: DeltaGone = "SyncStateNotFound"
    """What a delta link that stopped working answers: 410, or 400 for `syncStateInvalid`."""
    delta_repeats_a_row: bool = False
    """A round tells its last page's first row twice."""
    views_hold_an_empty_id: bool = False
    """A calendar view's last row has an empty id, as has been observed."""
    requests_in_ten_minutes: int | None = 10_000
