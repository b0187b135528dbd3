"""The ports of the local world: a block above a base, or free ones."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from typing import Self


class PortInUse(RuntimeError):
    """A port of the world is taken; the message names it and the flag that moves the world."""


@dataclass(frozen=True)
class Ports:
    """One port for each server of the world.

    `outlook` serves people's mailboxes and `graph` the API over TLS; `sign_in` the page and `entra` all over TLS.
    """

    host: int
    caseflow: int
    outlook: int
    entra: int
    graph: int
    vault: int
    identity: int
    archive: int
    blob: int
    queue: int
    table: int
    sign_in: int

    @classmethod
    def above(cls, base: int) -> Self:
        """Return the block that begins at `base` + 1, or any free ports for base 0. Raises `PortInUse`."""
        count = len(cls.__dataclass_fields__)
        numbers = [0] * count if base == 0 else list(range(base + 1, base + count + 1))
        with ExitStack() as held:
            return cls(*(held.enter_context(_bound(number)).getsockname()[1] for number in numbers))

    @property
    def storage(self) -> tuple[int, int, int]:
        """The ports of blobs, queues and tables."""
        return (self.blob, self.queue, self.table)

    def all(self) -> tuple[int, ...]:
        """Return every port."""
        return astuple(self)


def _bound(port: int) -> socket.socket:
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except OSError as error:
        probe.close()
        raise PortInUse(
            f"port {port} is in use: end what listens there, or choose other ports with --ports BASE (0: free ones)"
        ) from error
    return probe
