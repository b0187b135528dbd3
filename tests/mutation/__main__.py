"""What mutmut found, module by module; `--again` first puts the survivors to the slow tests (docs/testing.md).

mutmut forks, so a mutant of code that runs at import never comes to life there. `--again` gives each survivor a process
of its own, in which it lives from the start, and the stories of the engine besides.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "mutants"
AGAIN = MUTANTS / "again.json"
OUTCOMES = {1: "killed", 3: "killed", 37: "types", 36: "timeout", 24: "timeout", 152: "timeout", -24: "timeout"}
# mypy reports these for every mutant of a constructor, as all of them define its attributes again
NO_FINDING = "already defined"
SLOW = ("tests/test_messages.py", "tests/core", "tests/engine")
TIME_MAX = 300.0


def found() -> Iterator[tuple[str, str, str]]:
    """Module, mutant, and what became of it: killed, types, timeout or survived."""
    for path in sorted((MUTANTS / "shared" / "core").glob("*.meta")):
        data = json.loads(path.read_text())
        errors = data.get("type_check_error_by_key") or {}
        for name, code in data["exit_code_by_key"].items():
            yield path.name.split(".")[0], name, _outcome(code, errors.get(name) or "")


def _outcome(code: int | None, error: str) -> str:
    """Anything but a proof is a survivor: also a mutant that no test reaches, or that was not run."""
    outcome = OUTCOMES.get(code if code is not None else 0, "survived")
    return "survived" if outcome == "types" and NO_FINDING in error else outcome


def is_killed_slowly(mutant: str) -> bool:
    """True if a slow test fails once the mutant lives from the start of the process."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *SLOW]
    try:
        done = subprocess.run(
            command, cwd=MUTANTS, env={**os.environ, "MUTANT_UNDER_TEST": mutant}, capture_output=True,
            timeout=TIME_MAX, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def earlier() -> dict[str, bool]:
    """What the slow tests said before."""
    return dict(json.loads(AGAIN.read_text())) if AGAIN.exists() else {}


def again(wanted: list[str]) -> None:
    """Put survivors to the slow tests, all of them where none is named, and keep what the tests say."""
    if is_killed_slowly(""):
        sys.exit("the slow tests fail in mutants/ without any mutant: run mutmut anew, then this")
    known = earlier()
    for _, name, outcome in found():
        if outcome == "survived" and (name in wanted if wanted else name not in known):
            known[name] = is_killed_slowly(name)
            AGAIN.write_text(json.dumps(known, indent=1))


def report() -> str:
    """A table: mutants, killed by the quick tests, by types, by the slow tests, surviving, per cent killed."""
    slow, counts = earlier(), defaultdict[str, Counter[str]](Counter)
    names = []
    for module, name, outcome in found():
        survives = outcome == "survived"
        judged = "slow" if survives and slow.get(name) else outcome
        names += [name] if survives and judged != "slow" else []
        counts[module][judged] += 1
        counts["~ all"][judged] += 1
    return "\n".join([*HEAD, *(_row(module, counts[module]) for module in sorted(counts)), "", *names])


HEAD = ["| module | mutants | quick tests | types | slow tests | survive | killed |", "|---|---|---|---|---|---|---|"]


def _row(module: str, counts: Counter[str]) -> str:
    quick, total = counts["killed"] + counts["timeout"], counts.total()
    dead = quick + counts["types"] + counts["slow"]
    share = f"{100 * dead / total:.1f} %"
    cells = (module, total, quick, counts["types"], counts["slow"], total - dead, share)
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Print the table and the names of those that survive."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--again", nargs="*", metavar="MUTANT", help="put survivors to the slow tests first")
    asked = parser.parse_args().again
    if asked is not None:
        again(asked)
    sys.stdout.write(f"{report()}\n")


if __name__ == "__main__":
    main()
