"""The table of the HTTP interface (sync-api.md, Endpoints): functions are registered and OpenAPI is written from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from shared.boundary.bodies import NoBody
from shared.core.state import Preferences
from shared.flows import views

OWN = frozenset({"staff", "firm_admin"})
FIRM = frozenset({"firm_admin"})
COUNTS = frozenset({"firm_admin", "support"})
OPEN: frozenset[str] = frozenset()
DAYS_MAX = 90


class ImportBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How many days back an import reaches (J1)."""

    days: Annotated[int, Meta(ge=1, extra_json_schema={"maximum": DAYS_MAX})]


class ResolveBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which side's version is kept (H4)."""

    keep: Literal["caseflow", "outlook"]


class JobsQuery(Struct, frozen=True):
    """How many jobs to list."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 20


class ReviewsQuery(Struct, frozen=True):
    """Which review items to list; `staff_id` is for firm admins, `mine` set to 1 for the caller's own items."""

    state: Literal["open", "resolved"] = "open"
    staff_id: str | None = None
    mine: Literal["0", "1"] = "0"


class AuditQuery(Struct, frozen=True, rename={"from_": "from"}):
    """Which audit records to read; `from` is inclusive, `to` is not; times carry an offset."""

    cursor: str | None = None
    from_: Annotated[datetime, Meta(tz=True)] | None = None
    to: Annotated[datetime, Meta(tz=True)] | None = None
    action: str | None = None
    staff_id: str | None = None
    origin: str | None = None
    object_id: str | None = None


class HealthQuery(Struct, frozen=True):
    """`deep` set to 1 asks every service."""

    deep: Literal["0", "1"] = "0"


class NoQuery(Struct, frozen=True):
    """A query string without known members."""


class Operation(Struct, frozen=True, kw_only=True):
    """One endpoint. `roles` empty means that no session is needed; `answers` maps a status to a JSON type.

    `refusals` are the codes of errors beyond those that every endpoint knows, by status.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "OPTIONS"]
    path: str
    summary: str
    answers: dict[int, Any]
    roles: frozenset[str] = OWN
    body: type[Struct] = NoBody
    query: type[Struct] = NoQuery
    refusals: dict[int, tuple[str, ...]] = {}

    @property
    def changes(self) -> bool:
        """True for a request that may change something."""
        return self.method in ("POST", "PUT")


class Media(Struct, frozen=True):
    """An answer that is not JSON."""

    type: str


class NoContent(Struct, frozen=True):
    """An answer without a body."""


_GATE = ("plan_required", "beta_not_enabled")
_RUNNING = {200: views.JobAnswer, 202: views.JobAnswer}

OPERATIONS = (
    Operation(
        name="connect",
        method="POST",
        path="outlook/connect",
        summary="Begin connecting the caller's Outlook mailbox; sets the flow cookie",
        answers={200: views.Authorization},
        refusals={403: (*_GATE, "inactive"), 404: ("not_found",)},
    ),
    Operation(
        name="callback",
        method="GET",
        path="outlook/callback",
        summary="Where Microsoft sends the browser back; goes on to the settings page",
        roles=OPEN,
        answers={302: NoContent},
    ),
    Operation(
        name="disconnect",
        method="POST",
        path="outlook/disconnect",
        summary="Stop sync at once and delete the tokens; events stay where they are",
        answers={200: views.Status},
    ),
    Operation(
        name="status",
        method="GET",
        path="outlook/status",
        summary="Everything the settings page and CaseFlow's banner show",
        answers={200: views.Status},
    ),
    Operation(
        name="get_preferences",
        method="GET",
        path="outlook/preferences",
        summary="The four toggles",
        answers={200: Preferences},
    ),
    Operation(
        name="put_preferences",
        method="PUT",
        path="outlook/preferences",
        summary="Save the four toggles",
        body=Preferences,
        answers={200: Preferences},
        refusals={403: _GATE},
    ),
    Operation(
        name="connections",
        method="GET",
        path="outlook/connections",
        summary="Who of the firm is connected and how it goes: states and counts",
        roles=COUNTS,
        answers={200: views.ConnectionList},
    ),
    Operation(
        name="sync_now",
        method="POST",
        path="outlook/sync",
        summary="Pull the latest from Outlook now",
        answers=_RUNNING,
        refusals={403: _GATE, 409: ("not_connected", "sync_paused")},
    ),
    Operation(
        name="retry",
        method="POST",
        path="outlook/retry",
        summary="Run the failed job again",
        answers=_RUNNING,
        refusals={403: _GATE, 409: ("not_connected", "sync_paused", "nothing_to_retry")},
    ),
    Operation(
        name="import_past",
        method="POST",
        path="outlook/import",
        summary="Import past events from Outlook, at most 90 days back",
        body=ImportBody,
        answers={202: views.JobAnswer},
        refusals={
            403: _GATE,
            409: ("not_connected", "sync_paused"),
            422: ("import_range_too_long",),
        },
    ),
    Operation(
        name="get_job",
        method="GET",
        path="outlook/jobs/{job_id}",
        summary="One job and its progress",
        answers={200: views.JobAnswer},
        refusals={404: ("not_found",)},
    ),
    Operation(
        name="list_jobs",
        method="GET",
        path="outlook/jobs",
        summary="The caller's jobs, the newest first",
        query=JobsQuery,
        answers={200: views.JobList},
    ),
    Operation(
        name="list_reviews",
        method="GET",
        path="outlook/reviews",
        summary="Review items, with both versions side by side",
        query=ReviewsQuery,
        answers={200: views.ReviewList},
        refusals={404: ("not_found",)},
    ),
    Operation(
        name="resolve_review",
        method="POST",
        path="outlook/reviews/{review_id}/resolve",
        summary="Decide a review item: keep CaseFlow's version or Outlook's",
        body=ResolveBody,
        answers={200: views.ReviewView},
        refusals={404: ("not_found",), 409: ("already_resolved", "changed_since")},
    ),
    Operation(
        name="list_audit",
        method="GET",
        path="outlook/audit",
        summary="The event audit log: the caller's own part, for a firm admin the firm's",
        query=AuditQuery,
        answers={200: views.AuditPage},
        refusals={404: ("not_found",)},
    ),
    Operation(
        name="export_audit",
        method="GET",
        path="outlook/audit.csv",
        summary="The same records as a CSV file",
        query=AuditQuery,
        answers={200: Media("text/csv")},
        refusals={404: ("not_found",)},
    ),
    Operation(
        name="verify_audit",
        method="GET",
        path="outlook/audit/verify",
        summary="Prove the firm's chain of audit records",
        roles=FIRM,
        answers={200: views.ChainProof},
    ),
    Operation(
        name="preflight",
        method="OPTIONS",
        path="outlook/{*path}",
        summary="What CaseFlow's own pages may ask from their origin",
        roles=OPEN,
        answers={204: NoContent},
    ),
    Operation(
        name="settings_page",
        method="GET",
        path="outlook/settings",
        summary="The settings page",
        roles=OPEN,
        answers={200: Media("text/html"), 304: NoContent},
    ),
    Operation(
        name="page_asset",
        method="GET",
        path="outlook/assets/{name}",
        summary="Scripts and styles of the settings page",
        roles=OPEN,
        answers={200: Media("application/octet-stream"), 304: NoContent},
        refusals={404: ("not_found",)},
    ),
    Operation(
        name="openapi",
        method="GET",
        path="outlook/openapi.json",
        summary="This interface as OpenAPI 3.1",
        roles=OPEN,
        answers={200: Media("application/json")},
    ),
    Operation(
        name="health",
        method="GET",
        path="outlook/health",
        summary="Liveness; with deep=1 every service is asked",
        roles=OPEN,
        query=HealthQuery,
        answers={200: views.Health, 503: views.Health},
    ),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
