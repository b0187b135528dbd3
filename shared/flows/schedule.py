"""The timer's tick: one queue message for each connected, unpaused staff member of an eligible firm (C1, A1)."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from shared import log
from shared.core import jobs
from shared.core.errors import Gone, Retry, SyncError
from shared.core.rows import Connection
from shared.flows import availability, directory, downgrade
from shared.ports import Ports

SENDERS = 8
SPREAD_SECONDS_MAX = 20
STAFF_A_SECOND = 10


class Fanout(Struct, frozen=True):
    """What one tick did, in staff members."""

    sent: int = 0
    failed: int = 0
    paused: int = 0
    ineligible: int = 0


def run(ports: Ports, senders: int = SENDERS) -> Fanout:
    """Send the messages, spread over up to 20 seconds; one that cannot be sent stops no other. Raises Retry.

    Whether a back-off stands or a job runs is seen by the job itself, in the one row that it reads anyway.
    """
    listed = list(directory.connected(ports))
    unpaused = [person for person in listed if not person.paused]
    firm_ids = {person.firm_id for person in listed}
    firms = _eligible(ports, firm_ids)
    downgrade.observe(ports, listed, firm_ids - firms)
    due = [person for person in unpaused if person.firm_id in firms]
    spread = min(SPREAD_SECONDS_MAX, len(due) // STAFF_A_SECOND)
    with ThreadPoolExecutor(senders) as pool:
        sent = sum(pool.map(lambda person: _send(ports, person, spread), due))
    fanout = Fanout(sent, len(due) - sent, len(listed) - len(unpaused), len(unpaused) - len(due))
    log.line(
        "schedule.done",
        sent=fanout.sent,
        failed=fanout.failed,
        paused=fanout.paused,
        ineligible=fanout.ineligible,
    )
    return fanout


def _eligible(ports: Ports, firm_ids: set[str]) -> set[str]:
    """The firms that may sync. Where CaseFlow does not answer, the jobs go out: they find and show the fault (K2)."""
    eligible: set[str] = set()
    for number, firm_id in enumerate(order := sorted(firm_ids)):
        try:
            if availability.of(ports.caseflow.firm(firm_id)) == availability.AVAILABLE:
                eligible.add(firm_id)
        except Gone:
            continue
        except Retry as error:
            # One unanswered call is enough to know: asking for every firm would take the tick's five minutes.
            log.line("schedule.unknown_firms", code=error.code, firms=len(order) - number)
            return eligible | set(order[number:])
        except SyncError:
            eligible.add(firm_id)
    return eligible


def _send(ports: Ports, person: Connection, spread_seconds: int) -> bool:
    message = jobs.JobMessage(
        firm_id=person.firm_id, staff_id=person.staff_id, kind="sync", job_id=ports.new_id(), sent_at=ports.now()
    )
    delay = zlib.crc32(message.job_id.encode()) % (spread_seconds + 1)
    try:
        ports.queue.send(jobs.encoded(message), delay)
    except SyncError as error:
        log.line("schedule.not_sent", firm=person.firm_id, staff=person.staff_id, code=error.code)
        return False
    return True
