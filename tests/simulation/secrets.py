"""The checkers of bytes: what leaves for Graph and CaseFlow, what is stored, and what is logged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.core import rows
from tests.simulation.checks import LIST_AGE
from tests.simulation.names import family, is_day
from tests.simulation.scheduler import Task
from tests.simulation.seen import Seen
from tests.simulation.truth import Truth
from tests.simulation.values import MATTER_NAME, TOKEN, WORD, when_of
from tests.simulation.violation import Violation

CATEGORY_NAMES = (b"Hearing", b"Client meeting", b"Court Date", b"Deposition")


class ByteChecks:
    """Searches bytes for words that must not be in them."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth

    def request(
        self, call: str, url: str, headers: Mapping[str, str], body: bytes | None, task: Task
    ) -> Iterator[Violation]:
        """What is wrong with a request."""
        person = self.truth.world.people[task.who]
        if call.startswith("graph"):
            token = headers["Authorization"].removeprefix("Bearer ")
            if self.truth.world.tokens.granted.get(token, task.who).partition("|")[0] != task.who:
                yield Violation("nobody_else", f"{task.name} of {task.who} used another's token")
            if call == "graph write" and body:
                yield from self._to_graph(body, task)
            return
        if f"/firms/{person.firm_id}" not in url:
            yield Violation("nobody_else", f"{task.name} of {task.who} asked for {url}")
        if call == "caseflow write" and body:
            yield from self._to_caseflow(body, task)

    def _to_graph(self, body: bytes, task: Task) -> Iterator[Violation]:
        text = body.decode()
        if MATTER_NAME.search(text) or any(name in body for name in CATEGORY_NAMES):
            yield Violation("mask", f"{task.name} names a matter or category to Graph")
        for request in json.loads(text)["requests"]:
            about = self._about(request, task)
            for word in sorted(set(WORD.findall(json.dumps(request)))):
                if word[6] != "t" and self._is_secret(word, task, about):
                    yield Violation("mask", f"{task.name} sends {word} of a masked event to Graph")

    def _about(self, request: dict[str, Any], task: Task) -> str:
        """The token of the event that a request changes, or of the one that it copies."""
        mailboxes = self.truth.watch.mailboxes
        if request["method"] == "POST":
            made = request["body"]
            start, end = (_instant(made[name]) for name in ("start", "end"))
            return self.truth.watch.token_at(made["subject"], when_of(start, end, all_day=made["isAllDay"]))
        mine = [seen for seen in self.truth.watch.standing("outlook") if seen.owner == task.who]
        return next((seen.token for seen in mine if mailboxes.id_of(seen) in request["url"]), "")

    def _is_secret(self, word: str, task: Task, about: str) -> bool:
        """Masked since before the job began, or not edited by a person since it was (G3, G8)."""
        side, _ = self.truth.born.get(word, ("", 0))
        firm = self.truth.world.people[task.who].firm_id
        for case in self.truth.watch.standing("caseflow", word[:6]):
            if case.owner != firm:
                continue  # the guest's firm has an event of its own
            if is_day(case.token) and family(about) == word[:6] and case.token != about:
                continue  # the days of a series share the words of the series
            if word not in case.words() and side != "caseflow":
                continue
            since = self.truth.masked.get(case.id)
            listed = self.truth.listed.get(case.id)
            if since is not None and since <= task.began and (listed is None or task.began_at - listed > LIST_AGE):
                return True
        return False

    def _to_caseflow(self, body: bytes, task: Task) -> Iterator[Violation]:
        for word in sorted(set(WORD.findall(body.decode()))):
            standing = [seen for seen in self.truth.watch.standing("outlook", word[:6]) if word in seen.words()]
            shared = any(is_day(seen.token) and (seen.ours or not _is_veiled(seen)) for seen in standing)
            if not shared and any(self._is_private(word, seen, task) for seen in standing):
                yield Violation("private", f"{task.name} sends {word} of a private event to CaseFlow")

    def _is_private(self, word: str, seen: Seen, task: Task) -> bool:
        side, _ = self.truth.born.get(word, ("", 0))
        since = self.truth.private.get(seen.id)
        return (
            seen.owner == task.who and side == "outlook" and not seen.ours and word in seen.words()
            and since is not None and since <= task.began
        )  # fmt: skip

    def row(self, key: str, data: str) -> Iterator[Violation]:
        """What is wrong with a row: text of people stands in losing values only."""
        if key.startswith(rows.LOSER_PREFIX):
            return
        found = TOKEN.search(data) or MATTER_NAME.search(data)
        if found:
            yield Violation("rows", f"the row {key[:2]} holds {found.group()}")

    def log(self, line: str) -> Iterator[Violation]:
        """What is wrong with a line of the log."""
        found = TOKEN.search(line) or MATTER_NAME.search(line)
        if found:
            yield Violation("logs", f"the log holds {found.group()}")


def _is_veiled(seen: Seen) -> bool:
    return seen.sensitivity in {"private", "personal"}


def _instant(sent: dict[str, str]) -> datetime:
    return datetime.fromisoformat(sent["dateTime"]).replace(tzinfo=ZoneInfo(sent["timeZone"]))
