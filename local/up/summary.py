"""What a person sees after the first sync: what each mailbox got, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from local.up.demo.people import STAFF
from local.up.member import Member
from local.up.ports import Ports
from local.up.standins import host_url
from local.up.views import Firm

_COUNTS = ("created", "updated", "removed", "unchanged", "skipped")


def synced(console: Console, members: Sequence[Member], firm: Firm) -> None:
    """Print what the jobs of each staff member did, both ways, and how many of their events are masked."""
    table = Table("", "pulled", "pushed", "masked", "reviews", "aside", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    masked = {box.staff_id: sum(row.sensitivity == "confidential" for row in box.events) for box in firm.mailboxes}
    for member in members:
        jobs, status = member.ask("GET", "/jobs?limit=100")["jobs"], member.ask("GET", "/status")
        more = (masked[member.person.staff_id], status["reviews_open"], status["set_aside"])
        counts = (_sums(jobs, "pulled"), _sums(jobs, "pushed"))
        table.add_row(member.person.name, *counts, *(str(number) for number in more))
    console.print(table)


def _sums(jobs: Sequence[dict[str, Any]], way: str) -> str:
    """Add up what the jobs `pulled` or `pushed`, and name what is not zero."""
    results = [job["result"][way] for job in jobs if job["result"]]
    sums = {name: sum(result[name] for result in results) for name in _COUNTS}
    return ", ".join(f"{number} {name}" for name, number in sums.items() if number) or "nothing"


def addresses(console: Console, ports: Ports, data: Path) -> None:
    """Print where everything is, each address whole on one line."""
    caseflow, outlook = f"http://localhost:{ports.caseflow}", f"http://localhost:{ports.outlook}"
    places = {
        "CaseFlow: choose who you are": f"{caseflow}/",
        "Both calendars side by side": f"{caseflow}/side-by-side",
        "CaseFlow calendar": f"{caseflow}/calendar",
        "Outlook sync settings": f"{host_url(ports)}/api/outlook/settings",
        **{f"Outlook of {person.name}": f"{outlook}/people/{person.oid}" for person in STAFF},
        "API of Outlook sync": f"{host_url(ports)}/api/outlook/openapi.json",
        "Logs": str(data / "logs"),
    }
    console.print()
    for name, place in places.items():
        console.print(f"{name:<31}{place}", soft_wrap=True, highlight=False)
    console.print(
        "\nThe app syncs every minute. Ctrl-C ends the world; its data stays for the next start.", soft_wrap=True
    )
