"""What a person sees after the first sync: what each mailbox got, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
    table = Table("what the syncs did", "", *_COUNTS, "masked", "reviews", "set aside")
    for column in table.columns[2:]:
        column.justify = "right"
    masked = {box.staff_id: sum(row.sensitivity == "confidential" for row in box.events) for box in firm.mailboxes}
    for member in members:
        jobs, status = member.ask("GET", "/jobs?limit=100")["jobs"], member.ask("GET", "/status")
        more = (masked[member.person.staff_id], status["reviews_open"], status["set_aside"])
        table.add_row(member.person.name, "Outlook to CaseFlow", *_sums(jobs, "pulled"))
        table.add_row("", "CaseFlow to Outlook", *_sums(jobs, "pushed"), *(str(number) for number in more))
    console.print(table)


def _sums(jobs: Sequence[dict[str, Any]], way: str) -> list[str]:
    """Add up what the jobs `pulled` or `pushed`, in the order of the columns."""
    results = [job["result"][way] for job in jobs if job["result"]]
    return [str(sum(result[name] for result in results)) for name in _COUNTS]


def addresses(console: Console, ports: Ports, data: Path) -> None:
    """Print where everything is."""
    caseflow, outlook = f"http://localhost:{ports.caseflow}", f"http://localhost:{ports.outlook}"
    table = Table("open", "address")
    table.add_row("CaseFlow: choose who you are", f"{caseflow}/")
    table.add_row("both calendars side by side", f"{caseflow}/side-by-side")
    table.add_row("CaseFlow calendar", f"{caseflow}/calendar")
    table.add_row("Outlook sync settings", f"{host_url(ports)}/api/outlook/settings")
    for person in STAFF:
        table.add_row(f"Outlook of {person.name}", f"{outlook}/people/{person.oid}")
    table.add_row("API of Outlook sync", f"{host_url(ports)}/api/outlook/openapi.json")
    table.add_row("logs", str(data / "logs"))
    console.print(table)
    console.print("The app syncs every minute. Ctrl-C ends the world; its data stays for the next start.")
