"""From a seed to a scenario. Swarm testing: each seed leaves out a random third of acts and faults."""

from __future__ import annotations

import random

from tests.simulation.faulty import HTTP_FAULTS, STORE_FAULTS
from tests.simulation.restoring import with_restore, with_switch
from tests.simulation.scenario import Operation, Scenario
from tests.simulation.staff_acts import TOGGLES

ACTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "new_outlook": (6, ("", "", "", "", "", "private", "meeting")),
    "retitle_outlook": (6, ("",)),
    "move_outlook": (6, ("",)),
    "days_outlook": (2, ("",)),
    "replace_outlook": (3, ("",)),
    "retext_outlook": (5, ("",)),
    "delete_outlook": (5, ("",)),
    "purge_outlook": (1, ("",)),
    "purge_case": (1, ("",)),
    "undelete_outlook": (2, ("",)),
    "secondary_outlook": (2, ("",)),
    "back_outlook": (3, ("",)),
    "touch_outlook": (2, ("",)),
    "copy_outlook": (2, ("copy",)),
    "sensitivity_outlook": (4, ("private", "normal", "normal", "confidential", "personal")),
    "invite_outlook": (3, ("", "", "", "colleague")),
    "respond_outlook": (2, ("declined", "accepted", "tentativelyAccepted")),
    "new_series": (3, ("weekly", "daily", "twice", "private")),
    "make_series": (2, ("weekly", "daily")),
    "retitle_series": (3, ("",)),
    "retext_series": (2, ("",)),
    "replace_series": (1, ("",)),
    "sensitivity_series": (1, ("private", "normal")),
    "move_series": (3, ("",)),
    "repattern_series": (2, ("weekly", "daily", "twice")),
    "split_series": (3, ("", "retitled")),
    "delete_series": (2, ("",)),
    "new_case": (6, ("", "", "", "matter", "protected", "listed")),
    "retitle_case": (6, ("",)),
    "move_case": (6, ("",)),
    "days_case": (2, ("",)),
    "replace_case": (3, ("",)),
    "retext_case": (5, ("",)),
    "delete_case": (5, ("",)),
    "link_case": (4, ("matter", "matter", "")),
    "categorise_case": (4, ("Hearing", "Client meeting", "")),
    "confidential_case": (2, ("on", "off")),
    "visibility_case": (2, ("private", "firm")),
    "assign_case": (4, ("",)),
    "new_item": (5, ("", "", "matter")),
    "retitle_item": (2, ("",)),
    "move_item": (3, ("",)),
    "retext_item": (2, ("",)),
    "undate_item": (1, ("",)),
    "complete_item": (2, ("",)),
    "link_item": (2, ("matter", "")),
    "assign_item": (2, ("",)),
    "delete_item": (2, ("",)),
    "toggle_staff": (3, TOGGLES),
    "disconnect_staff": (1, ("",)),
    "reconnect_staff": (2, ("",)),
    "protect_staff": (2, ("Client meeting", "Hearing")),
    "feature_staff": (1, ("",)),
    "expire_staff": (2, ("cursor", "delta")),
    "throttle_staff": (1, ("",)),
    "resolve_staff": (5, ("caseflow", "outlook")),
    "leave_staff": (1, ("",)),
    "restore_staff": (1, ("",)),
}
SWITCHES: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("if_match_honoured", (False,)),
    ("transaction_id_remembered", (0, 1)),
    ("duplicate_transaction_status", (201, 400)),
    ("deleted_transaction", ("replayed", "forgotten")),
    ("deleted_still_answers_by_id", (True,)),
    ("other_calendar_events_answer_by_id", (False,)),
    ("copies_carry_marks", (True,)),
    ("rewrite_html", (False,)),
    ("filter_on_properties_finds", (False,)),
    ("declined_stay", (False,)),
    ("stale_delta_rows", (1, 3)),
    ("delta_tokens_kept", (1,)),
    ("delta_gone", ("resyncRequired", "syncStateInvalid")),
    ("delta_repeats_a_row", (True,)),
    ("views_hold_an_empty_id", (True,)),
    ("occurrence_rows_bare", (False,)),
    ("cancelled_occurrence_reported_removed", (True,)),
    ("occurrence_sensitivity", ("accepted", "refused")),
)
PEOPLE = (("ann",), ("ann",), ("ann", "bob"), ("ann", "bob", "cyd"), ("ann", "cyd"))
CALLS = {
    "graph write": 8, "caseflow write": 6, "store commit": 5, "graph read": 4, "graph filter": 3,
    "graph calendarView": 3, "graph delta": 2, "graph calendar": 1, "graph instances": 2,
    "caseflow changes": 2, "caseflow events": 2, "caseflow firm": 1, "store get": 1, "store scan": 1,
}  # fmt: skip
"""At which calls jobs are stopped, and how often."""
LOSSES = ("error_before", "crash_before", "throttled", "throttled_bare", "unavailable", "lost", "crash_after")
CREATES = ("new_outlook", "new_case", "new_item", "new_series")
LENGTH = (25, 55)
MONTH = 40 * 86_400


class _Maker:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - seeded on purpose
        self.people = self.random.choice(PEOPLE)
        self.acts = self._swarm(list(ACTS), always=CREATES)
        self.http_faults = self._swarm(list(HTTP_FAULTS), always=())
        self.store_faults = self._swarm(list(STORE_FAULTS), always=())
        self.many = self.random.choice((2, 3, 8))
        self.calm = self.random.random() < 0.15
        self.operations: list[Operation] = []
        self.events: list[tuple[str, str]] = []
        self.items: list[tuple[str, str]] = []
        self.series: list[tuple[str, str]] = []
        self.jobs: list[str] = []
        self.open: list[str] = []
        self.number = 0

    def _swarm(self, names: list[str], always: tuple[str, ...]) -> list[str]:
        kept = [name for name in names if name in always or self.random.random() < 0.67]
        return kept or names

    def add(self, do: str, **members: object) -> None:
        self.number += 1
        self.operations.append(Operation(do=do, number=self.number, **members))  # type: ignore[arg-type]

    def create(self) -> None:
        shares = (4, 4, 1 if "complete_item" in self.acts else 0, 2 if "move_series" in self.acts else 0)
        do = self.random.choices(CREATES, shares)[0]
        who = self.random.choice(self.people)
        if do == "new_item":
            item = f"{self.random.choice(('tk', 'dl'))}{len(self.items) + 1:04d}"
            self.items.append((who, item))
            self.add(do, who=who, event=item, kind=self.random.choice(ACTS[do][1]))
            return
        event = f"ev{len(self.events) + 1:04d}"
        self.events.append((who, event))
        if do == "new_series":
            self.series.append((who, event))
        self.add(do, who=who, event=event, kind=self.random.choice(ACTS[do][1]), reach=self.reach())

    def reach(self) -> str:
        return self.random.choices(("near", "dst", "far", "past"), (20, 2, 1, 1))[0]

    def act(self, side: str = "") -> None:
        names = [
            name for name in self.acts if name.endswith(side) and (name not in CREATES or len(self.events) < self.many)
        ]
        if not names:
            return
        do = self.random.choices(names, [ACTS[name][0] for name in names])[0]
        if do in CREATES or not self.events:
            self.create()
            return
        about = self.items if do.endswith("_item") else self.events
        if do.endswith("_series") and do != "make_series":
            about = self.series
        if do.endswith("_outlook") and self.items and self.random.random() < 0.15:
            about = self.items
        if not about:
            return
        owner, event = self.random.choice(about)
        who = owner if self.random.random() < 0.8 else self.random.choice(self.people)
        kind = self.random.choice(ACTS[do][1])
        if kind == "copy":
            kind = f"ev{len(self.events) + 1:04d}"
            self.events.append((who, kind))
        if do == "make_series":
            self.series.append((who, event))
        self.add(do, who=who, event=event, kind=kind, reach=self.reach())
        if do in {"delete_outlook", "secondary_outlook"} and not self.calm and self.random.random() < 0.5:
            self.followed(self.random.choice(("graph calendarView", "graph calendar", "caseflow events")))

    def job(self) -> None:
        name = f"j{len(self.jobs) + 1}"
        self.jobs.append(name)
        self.open.append(name)
        draw = self.random.random()
        if draw < 0.1 and len(self.jobs) > 1:
            self.add("again", job=name, kind=self.random.choice(self.jobs[:-1]))
            return
        kind = "manual" if draw < 0.2 else "import" if draw < 0.24 else "sync"
        self.add("job", who=self.random.choice(self.people), job=name, kind=kind,
                 steps=self.random.choice((0, 0, 0, 30, 400)))  # fmt: skip

    def step(self) -> None:
        if not self.open:
            self.job()
            return
        job = self.random.choice(self.open)
        draw = self.random.random()
        if draw < 0.2:
            self.open.remove(job)
            self.add("finish", job=job)
            return
        fault = ""
        if draw < 0.35:
            self.add("step", job=job, steps=self.random.choice((1, 1, 2, 3, 5, 8, 13, 21)))
            return
        call = self.random.choices(tuple(CALLS), tuple(CALLS.values()))[0]
        if not self.calm and draw < 0.8:
            fault = self.random.choice(self.store_faults if call.startswith("store") else self.http_faults)
        if fault.startswith("crash"):
            self.open.remove(job)
        self.add("until", job=job, call=call, fault=fault, kind="" if fault else self.random.choice(("", "after")))
        if not fault:
            for _ in range(self.random.randint(0, 2)):
                self.act(
                    self.random.choice(("_outlook", "_case", "_case" if call.startswith("caseflow") else "_outlook"))
                )
        if fault in LOSSES and call == "graph write" and self.random.random() < 0.9:
            self.followed("graph filter")

    def followed(self, call: str) -> None:
        """A further job that meets trouble at a call which only the act before brings about."""
        self.add("clock", steps=125)
        self.job()
        fault = HTTP_FAULTS[(self.seed + len(self.jobs)) % len(HTTP_FAULTS)]
        self.add("until", job=self.jobs[-1], call=call, fault=fault)

    def clock(self) -> None:
        self.add("clock", steps=self.random.choice((1, 1, 30, 30, 90, 90, 125, 125, 300, 300, 3700, 3700, MONTH)))


def derive(seed: int) -> Scenario:
    """The scenario of a seed; the same for ever."""
    maker = _Maker(seed)
    for _ in range(maker.random.randint(2, min(5, maker.many + 1))):
        maker.create()
    if maker.random.random() < 0.75:
        maker.add("settle")
    if "restore_staff" in maker.acts and maker.random.random() < 0.2:
        maker.add("backup_staff", who=maker.people[0])
    length = maker.random.randint(*LENGTH)
    while len(maker.operations) < length:
        maker.random.choices((maker.act, maker.job, maker.step, maker.clock), (10, 4, 12, 2))[0]()
    if maker.random.random() < 0.15:
        maker.add("settle")
        maker.add("protect_staff", who=maker.people[0], kind="Client meeting")
    if maker.random.random() < 0.1:
        maker.add("settle")
        for who in maker.people:
            maker.add("resolve_staff", who=who, kind=maker.random.choice(("caseflow", "outlook")))
    scenario = Scenario(
        seed=seed,
        people=maker.people,
        switches=_switches(maker.random),
        operations=tuple(maker.operations),
        renewal=maker.random.random() < 0.1,
        restore=maker.random.random() < 0.7,
    )
    return with_switch(with_restore(scenario))


def _switches(dice: random.Random) -> dict[str, object]:
    flipped: dict[str, object] = {}
    for name, values in SWITCHES:
        if dice.random() < 0.1:
            flipped[name] = dice.choice(values)
    return flipped
