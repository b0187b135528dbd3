"""`python -m local.up COMMAND`: what `dev` hands over to."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from local.up import checks, upkeep, world


def main(arguments: list[str]) -> int:
    """Run one command in the project's folder and return its exit status."""
    parser = argparse.ArgumentParser(prog="./dev")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up")
    up.add_argument("--once", action="store_true")
    up.add_argument("--ports", type=int, default=int(os.environ.get("DEV_PORT_BASE", "7070")))
    up.add_argument("--data", type=Path, default=Path(".dev"))
    for name in ("test", "check", "reset", "lock"):
        commands.add_parser(name)
    known, rest = parser.parse_known_args(arguments)
    console = Console()
    if known.command == "test":
        return checks.test(console, rest)
    if known.command == "check":
        return checks.check(console)
    if known.command == "lock":
        return upkeep.lock(console)
    if known.command == "reset":
        return upkeep.reset(console, Path(".dev"))
    return world.up(console, known.data, known.ports, once=known.once)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
