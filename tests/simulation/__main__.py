"""`python -m tests.simulation`: many seeds with a progress bar, or one seed with its trace."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from tests.simulation.canaries import CANARIES
from tests.simulation.corpus import Case, load, save
from tests.simulation.pairs import STORIES, Story, pairs, stops
from tests.simulation.reach import missing, wanted
from tests.simulation.scenario import Scenario
from tests.simulation.seeds import derive
from tests.simulation.shrink import shrunk
from tests.simulation.simulation import simulate

BLOCK = 50


class Block(Struct):
    """What a block of seeds showed: failures by seed, what was reached and excused."""

    failures: dict[int, str]
    reach: Counter[str]
    excused: Counter[str]


def run_block(first: int, last: int, ignored: frozenset[str] = frozenset(), *, wire: bool = False) -> Block:
    """Run seeds `first` up to `last`, at wire depth where asked."""
    block = Block({}, Counter(), Counter())
    for seed in range(first, last):
        outcome = simulate(derive(seed), ignored, wire=wire)
        block.reach.update(outcome.reach)
        block.excused.update(outcome.excused)
        if outcome.violation is not None:
            block.failures[seed] = f"{outcome.violation.check}: {outcome.violation.what}"
    return block


def _blocks(options: argparse.Namespace) -> Iterator[tuple[int, int]]:
    for first in range(options.start, options.start + options.seeds, BLOCK):
        yield first, min(first + BLOCK, options.start + options.seeds)


def _many(options: argparse.Namespace, console: Console) -> int:
    ignored = frozenset(options.ignore)
    failures: dict[int, str] = {}
    reach: Counter[str] = Counter()
    excused: Counter[str] = Counter()
    began = time.monotonic()
    done = 0
    with ProcessPoolExecutor(options.jobs) as pool, Progress(console=console) as progress:
        bar = progress.add_task("seeds", total=options.seeds)
        futures = [pool.submit(run_block, *block, ignored, wire=options.wire) for block in _blocks(options)]
        for (first, last), future in zip(_blocks(options), futures, strict=True):
            if options.minutes and time.monotonic() - began > options.minutes * 60:
                pool.shutdown(cancel_futures=True)
                break
            block = future.result()
            failures |= block.failures
            reach.update(block.reach)
            excused.update(block.excused)
            done += last - first
            progress.update(bar, completed=done, description=f"seeds ({len(failures)} red)")
    rate = done / (time.monotonic() - began)
    console.print(f"{done} seeds, {rate:.0f} a second, {len(failures)} red, excused {dict(excused)}", markup=False)
    for seed, what in sorted(failures.items())[:40]:
        console.print(f"seed {seed}: {what}", markup=False)
    if options.reach:
        _show_reach(reach, console)
    return 1 if failures else 0


def _show_reach(reach: Counter[str], console: Console) -> None:
    for name in sorted(wanted() | reach.keys()):
        console.print(f"{reach[name]:8d}  {name}", markup=False)
    console.print(f"never reached: {sorted(missing(reach))}", markup=False)


def _one(scenario: Scenario, options: argparse.Namespace, console: Console) -> int:
    outcome = simulate(scenario)
    if outcome.violation is None:
        console.print("\n".join(outcome.trace) if options.trace else "green", markup=False)
        return 0
    check = outcome.violation.check
    if options.shrink or options.save:
        scenario = shrunk(scenario, lambda one: broken(one) == check)
        outcome = simulate(scenario)
    if options.save:
        save(Case(options.save, check, options.why, scenario))
    console.print(f"people {scenario.people} switches {scenario.switches} renewal {scenario.renewal}", markup=False)
    console.print("\n".join(outcome.trace), markup=False)
    return 1


def broken(scenario: Scenario) -> str:
    """The promise that a scenario breaks, or ""."""
    violation = simulate(scenario).violation
    return violation.check if violation is not None else ""


def first_caught(name: str, start: int, end: int) -> int | None:
    """The first seed at which one of a canary's checks fails."""
    (canary,) = [one for one in CANARIES if one.name == name]
    with canary.planted():
        return next((seed for seed in range(start, end) if broken(derive(seed)) in canary.checks), None)


def _canaries(options: argparse.Namespace, console: Console) -> int:
    names = [one.name for one in CANARIES if one.seed is not None and options.canary in {one.name, "all"}]
    end = options.start + options.seeds
    with ProcessPoolExecutor(options.jobs) as pool:
        found = {name: pool.submit(first_caught, name, options.start, end) for name in names}
        for name, future in found.items():
            console.print(f"{name}: {future.result()}", markup=False)
    return 1 if any(future.result() is None for future in found.values()) else 0


def red_pairs(story: Story, stop: int) -> tuple[int, list[str]]:
    """Every pair of troubles whose first lies at a stop: how many there are, and what broke."""
    outcomes = [simulate(scenario) for scenario in pairs(story, from_stop=stop, to_stop=stop + 1)]
    return len(outcomes), ["\n".join(one.trace) for one in outcomes if one.violation is not None]


def _pairs(options: argparse.Namespace, console: Console) -> int:
    chosen = [story for story in STORIES if options.pairs in {story.name, "all"}]
    work = [(story, stop) for story in chosen for stop in range(stops(story))]
    played, red = 0, list[str]()
    with ProcessPoolExecutor(options.jobs) as pool, Progress(console=console) as progress:
        bar = progress.add_task("pairs", total=len(work))
        for future in [pool.submit(red_pairs, story, stop) for story, stop in work]:
            number, broken_ones = future.result()
            played, red = played + number, red + broken_ones
            progress.update(bar, advance=1, description=f"pairs ({played} played, {len(red)} red)")
    console.print(f"{played} played, {len(red)} red", markup=False)
    console.print("\n\n".join(red[:3]), markup=False)
    return 1 if red else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--from", dest="start", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many")
    parser.add_argument("--ignore", action="append", default=[], help="a check not to be judged")
    parser.add_argument("--wire", action="store_true", help="every request through `requests` itself")
    parser.add_argument("--reach", action="store_true", help="show what was reached")
    parser.add_argument("--seed", type=int, help="replay one seed with its trace")
    parser.add_argument("--case", help="replay one case of the corpus")
    parser.add_argument("--trace", action="store_true", help="show the trace of a green run, too")
    parser.add_argument("--shrink", action="store_true", help="make a red seed small first")
    parser.add_argument("--save", metavar="NAME", help="shrink a red seed and keep it in the corpus")
    parser.add_argument("--canary", help="look for the first seed that catches a planted bug, or all of them")
    parser.add_argument("--pairs", metavar="STORY", help="every pair of troubles of a story, or of all of them")
    parser.add_argument("--why", default="", help="what the kept case taught")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run as told; the exit status is 1 if any seed was red."""
    options = _options(arguments)
    console = Console(soft_wrap=True, highlight=False)
    if options.case:
        (case,) = [case for case in load() if case.name == options.case]
        return _one(case.scenario, options, console)
    if options.seed is not None:
        return _one(derive(options.seed), options, console)
    if options.canary:
        return _canaries(options, console)
    return _pairs(options, console) if options.pairs else _many(options, console)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
