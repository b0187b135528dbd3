"""The timers and queues (sync-api.md, Functions): each only hands over to its flow and returns None (azure.md 1.1)."""

from __future__ import annotations

from datetime import timedelta

import azure.functions as func

from shared import compose
from shared.boundary.endpoint import new_blueprint
from shared.core.jobs import decoded
from shared.flows import archive, housekeeping, jobs, schedule, sync

STORAGE = "AzureWebJobsStorage"
NIGHTLY_ARCHIVE = "0 20 1 * * *"
NIGHTLY_HOUSEKEEPING = "0 50 2 * * *"

blueprint = new_blueprint()


@blueprint.function_name("schedule_sync")
@blueprint.timer_trigger(arg_name="timer", schedule=compose.settings().sync_schedule)
def schedule_sync(timer: func.TimerRequest) -> None:
    """Fan out: one queue message a due staff member (C1)."""
    del timer
    schedule.run(compose.ports())


@blueprint.function_name("sync_staff")
@blueprint.queue_trigger(arg_name="msg", queue_name="sync-jobs", connection=STORAGE)
def sync_staff(msg: func.QueueMessage) -> None:
    """One staff member's job (C2, C3)."""
    sync.deliver(compose.ports(), decoded(msg.get_body()))


@blueprint.function_name("sync_poison")
@blueprint.queue_trigger(arg_name="msg", queue_name="sync-jobs-poison", connection=STORAGE)
def sync_poison(msg: func.QueueMessage) -> None:
    """A message that failed every time: mark its job failed and show it."""
    jobs.give_up(compose.ports(), msg.get_body())


@blueprint.function_name("archive_audit")
@blueprint.timer_trigger(arg_name="timer", schedule=NIGHTLY_ARCHIVE)
def archive_audit(timer: func.TimerRequest) -> None:
    """Seal yesterday's audit records of each firm (N2)."""
    del timer
    sealing = compose.settings().sealing
    if sealing:
        ports = compose.ports()
        archive.run(ports, (ports.now() - timedelta(days=1)).date(), sealing.retention_days)


@blueprint.function_name("housekeeping")
@blueprint.timer_trigger(arg_name="timer", schedule=NIGHTLY_HOUSEKEEPING)
def housekeep(timer: func.TimerRequest) -> None:
    """Expire flows, purge old rows and secrets."""
    del timer
    housekeeping.run(compose.ports())
