"""The last transaction of a job that ended well, and its one line (C5, design.md 4.2 and 4.8)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from shared.core.links import State, Todo
from shared.core.state import Job, Result
from shared.flows import chain
from shared.flows.sync.ending import job_row
from shared.flows.sync.reading import Feed, Round, Window
from shared.flows.sync.run import Run
from shared.log import line


def idle(work: Run, feed: Feed, found: Round) -> Job:
    """Nothing changed: one replace, no lease, no job row (C5)."""
    now = work.now()
    job = Job(work.message.job_id, work.message.kind, "succeeded", started_at=now, finished_at=now)
    manual = work.message.kind == "manual"
    changes = {
        "delta_link": found.delta.delta_link,
        "cursor": work.row.cursor if manual else feed.cursor,
        "last_sync": job,
        "last_success_at": now,
        "fault": None,
        "failures": 0,
        "backoff_until": None,
    }
    work.finish([job_row(work.message, job)] if work.message.is_asked else [], **changes)
    _tell(work, job)
    return job


def _tell(work: Run, job: Job) -> None:
    """The one line of a job (style.md habit 14): ids and counts."""
    pulled, pushed = job.result.pulled, job.result.pushed
    line(
        "sync.done",
        firm=work.row.firm_id,
        staff=work.row.staff_id,
        job=job.id,
        kind=job.kind,
        pulled=pulled.created + pulled.updated + pulled.removed,
        pushed=pushed.created + pushed.updated + pushed.removed,
        skipped=pulled.skipped + pushed.skipped,
        reviews=job.result.reviews_opened,
        todo=work.row.todo,
        aside=work.row.set_aside,
        ms=int((work.now() - (job.started_at or work.now())).total_seconds() * 1000),
    )


class Read(Struct, frozen=True):
    """What the job began from, to be stored as the new beginning."""

    feed: Feed
    found: Round
    window: Window
    list_hash: str


def done(work: Run, read: Read, started: datetime) -> Job:
    """The last transaction: what was read becomes the new beginning, unless something of it waits (design.md 4.8)."""
    now = work.now()
    job = Job(
        work.message.job_id, work.message.kind, "succeeded", started_at=started, finished_at=now,
        result=work.result(), skipped=dict(work.skipped),
    )  # fmt: skip
    manual = work.message.kind == "manual"
    changes: dict[str, object] = {"last_sync": job, "last_success_at": now, "fault": None, "failures": 0}
    changes |= {"backoff_until": None, **tallies(work)}
    if not work.unfinished:
        window = read.window
        changes |= {"delta_link": read.found.delta.delta_link, "first_done": True, "list_hash": read.list_hash}
        changes |= {"window_start": window.start, "window_end": window.end, "renew_at": window.renew_at}
        if not manual:
            over = changes["todo"] == 0 and work.rules.policy.events
            off_since = None if over else work.row.off_since
            changes |= {"cursor": read.feed.cursor, "pending": None, "off_since": off_since}
    worth_a_row = work.message.is_asked or not work.row.first_done or work.result() != Result()
    work.finish([job_row(work.message, job)] if worth_a_row else [], **changes)
    _tell(work, job)
    chain.settle(work.ports, work.row.firm_id, work.row.staff_id)
    return job


def tallies(work: Run) -> dict[str, object]:
    """What the status shows without a scan, and when an event set aside is due again (K4)."""
    links = list(work.index)
    aside = [link for link in links if link.state is State.ASIDE]
    times = [link.retry_at for link in aside if link.retry_at is not None]
    return {
        "todo": sum(1 for link in links if link.todo is not Todo.NONE and link.state is not State.ASIDE),
        "set_aside": len(aside),
        "retry_at": min(times) if times else None,
        "not_fully_masked": sum(1 for link in links if link.not_masked),
        "reviews_open": len({link.review for link in links if link.review is not None}),
        "links": sum(1 for link in links if link.state is not State.RESTING),
        "resting": max(work.row.resting, sum(1 for link in links if link.state is State.RESTING)),
        "ended": max(work.row.ended, len(work.ended)),
    }
