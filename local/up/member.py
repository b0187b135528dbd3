"""A staff member at the app's door: connects like a person with a browser, asks for status and jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from local.up.child import Host
from local.up.demo.people import FIRM_ID, Person
from local.up.standins import StandIns

_TIMEOUT = 30.0
_SESSION = timedelta(hours=12)


class Refused(RuntimeError):
    """The app or the sign-in page answered something else than expected; the message holds the answer."""


@dataclass(frozen=True)
class Member:
    """One staff member with a browser of their own (cookies, our certificates) and a CaseFlow session."""

    person: Person
    base: str
    session: str
    browser: requests.Session

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call `/api/outlook{path}`. Raises `Refused` for anything but success."""
        url, headers = f"{self.base}/api/outlook{path}", {"Authorization": f"Bearer {self.session}"}
        answer = self.browser.request(method, url, json=body, headers=headers, timeout=_TIMEOUT)
        return dict(_expect(answer, 202 if answer.status_code == 202 else 200).json())

    def connect(self) -> None:
        """Connect the mailbox through the real flow: begin, sign in, approve, come back. Raises `Refused`."""
        page = self.ask("POST", "/connect", {})["authorization_url"]
        _expect(self.browser.get(page, timeout=_TIMEOUT), 200)
        form = {"account": self.person.oid, "decision": "approve"}
        approved = self.browser.post(page, data=form, allow_redirects=False, timeout=_TIMEOUT)
        back = self._follow(_expect(approved, 302).headers["Location"])
        if "connected=1" not in back:
            raise Refused(f"connecting {self.person.name} ended at {back}")

    def _follow(self, url: str) -> str:
        answer = self.browser.get(url, allow_redirects=False, timeout=_TIMEOUT)
        return str(_expect(answer, 302).headers["Location"])


def member(world: StandIns, host: Host, person: Person) -> Member:
    """Sign a staff member in to CaseFlow and give them a browser."""
    browser = requests.Session()
    browser.trust_env = False
    browser.verify = str(world.ca)
    token = world.sessions.issue(person.staff_id, FIRM_ID, person.role, _SESSION)
    return Member(person, host.url, token, browser)


def _expect(answer: requests.Response, status: int) -> requests.Response:
    if answer.status_code != status:
        place = answer.url.partition("?")[0]
        raise Refused(f"{answer.request.method} {place} answered {answer.status_code}: {answer.text[:300]}")
    return answer
