"""The way of a span through both wires and the stand-ins' own reading and writing of times, without a server."""

from __future__ import annotations

import json
from typing import Any

from local.caseflow.validation import with_times
from local.graph.events import check_times
from local.graph.times import read_moment, windows_name, write_moment
from shared.adapters.caseflow import wire as caseflow_wire
from shared.adapters.graph import wire as graph_wire
from shared.core.events import Span
from shared.core.marks import Stamp
from shared.core.mask import Projection
from shared.core.policy import Mask, Mode
from shared.core.writes import PatchCaseflow, PatchOutlook
from shared.ports import Origin

_STAMP = Stamp("1.1", 1, {})
_ORIGIN = Origin(Mode.SYNC, "ann", "j1")
_AUTHOR = {"kind": "staff", "id": "ann"}


def sent_to_graph(span: Span) -> dict[str, Any]:
    """The times of a PATCH as the app sends them."""
    return graph_wire.patch_body(PatchOutlook("e", "ck", Projection(Mask.NONE, span=span), "l", _STAMP))


def kept_by_graph(body: dict[str, Any]) -> dict[str, Any]:
    """The times as Graph answers them to `Prefer: outlook.timezone="UTC"`; raises GraphError for what it refuses."""
    start, end, all_day = read_moment(body["start"], "start"), read_moment(body["end"], "end"), body["isAllDay"]
    check_times(start, end, all_day=all_day)
    return {
        "id": "e", "subject": "x", "isAllDay": all_day, "originalStartTimeZone": windows_name(start.zone),
        "start": write_moment(start, "UTC", all_day=all_day), "end": write_moment(end, "UTC", all_day=all_day),
    }  # fmt: skip


def read_from_graph(row: dict[str, Any]) -> Span:
    """The span the app reads."""
    event = graph_wire.outlook_event(json.dumps(row).encode())
    assert event is not None
    return event.content.span


def through_graph(span: Span) -> Span:
    """Out and back in."""
    return read_from_graph(kept_by_graph(sent_to_graph(span)))


def through_caseflow(span: Span) -> Span:
    """Out, as CaseFlow checks and writes it, and back in."""
    body = caseflow_wire.patch_body(PatchCaseflow("e", 1, span=span), _ORIGIN)
    kept = with_times({name: body[name] for name in ("start", "end", "all_day", "timezone")})
    event = {
        "id": "e", "version": 1, "title": "x", "staff_ids": ["ann"], "updated_at": "2026-11-24T09:00:00Z",
        "updated_by": _AUTHOR, **kept,
    }  # fmt: skip
    return caseflow_wire.event(json.dumps(event).encode()).content.span
