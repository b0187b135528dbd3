"""ical.js, asked in one go over a pipe: the vote on recurrences that does not rest on dateutil (testing.md 6)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_SHORT = {"monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA",
          "sunday": "SU"}  # fmt: skip
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_SCRIPT = """
const ICAL = require(process.argv[1]);
const lines = require("fs").readFileSync(0, "utf8").trim().split("\\n");
for (const line of lines) {
  const { rule, start, through } = JSON.parse(line);
  const days = [];
  const steps = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateString(start));
  for (let day = steps.next(); day && day.toString() <= through; day = steps.next()) days.push(day.toString());
  console.log(JSON.stringify(days));
}
"""


def rule_of(pattern: dict[str, Any]) -> str:
    """The RRULE of a pattern without its end, and without Outlook's way with short months."""
    kind = pattern["type"]
    parts = [f"INTERVAL={pattern['interval']}"]
    if kind == "weekly" or kind.startswith("relative"):
        parts.append("BYDAY=" + ",".join(_SHORT[name] for name in pattern["daysOfWeek"]))
    if kind == "weekly":
        parts.append(f"WKST={_SHORT[pattern['firstDayOfWeek']]}")
    if kind.startswith("relative"):
        parts.append(f"BYSETPOS={_PLACES[pattern['index']]}")
    if kind.startswith("absolute"):
        parts.append(f"BYMONTHDAY={pattern['dayOfMonth']}")
    if kind.endswith("Yearly"):
        parts.append(f"BYMONTH={pattern['month']}")
    frequency = "YEARLY" if kind.endswith("Yearly") else "MONTHLY" if kind.endswith("Monthly") else kind.upper()
    return ";".join([f"FREQ={frequency}", *parts])


def by_ical_js(asked: Sequence[tuple[dict[str, Any], date, date]]) -> list[list[date]]:
    """The days of each pattern from its first day through another, by ical.js. Raises CalledProcessError."""
    lines = [
        json.dumps({"rule": rule_of(pattern), "start": start.isoformat(), "through": through.isoformat()})
        for pattern, start, through in asked
    ]
    library = ROOT / "local/node_modules/ical.js/dist/ical.es5.cjs"
    done = subprocess.run(
        ["node", "-e", _SCRIPT, str(library)], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    return [[date.fromisoformat(day) for day in json.loads(line)] for line in done.stdout.splitlines()]
