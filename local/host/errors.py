"""Why a host cannot start."""

from __future__ import annotations


class HostError(Exception):
    """The app or its surroundings are unfit to start; the text is one line naming fault and fix."""
