"""The HTTP server under the host: cheroot, with repeated request headers joined by commas as in Azure."""

from __future__ import annotations

import errno
import socket
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest
from cheroot.wsgi import Server

from local.host.errors import HostError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_THREADS = 32


class _Headers(dict[bytes, bytes]):
    """Joins what is set twice; cheroot itself joins some names, with a comma and a space."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        before = self.get(name)
        if before is not None:
            value = before + b"," + value.removeprefix(before + b", ")
        super().__setitem__(name, value)


class _JoiningReader(HeaderReader):
    def __call__(self, rfile: BinaryIO, hdict: Any = None) -> Any:
        hdict.update(super().__call__(rfile, _Headers()))
        return hdict


class _Request(HTTPRequest):
    header_reader = _JoiningReader()


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request


class _Server(Server):
    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: tuple[str, int]) -> socket.socket:
        """Bind, or say which port is the fault; cheroot's own refusal hides it and leaks the socket."""
        try:
            socket_.bind(bind_addr)
        except OSError as error:
            socket_.close()
            fault = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise HostError(f"port {bind_addr[1]} {fault}; choose another with --port or PORT") from error
        return socket_


class WebServer:
    """Serves one WSGI application at `address` in threads of its own; port 0 means a free one."""

    def __init__(self, app: WSGIApplication, address: str, port: int) -> None:
        self._server = _Server((address, port), app, numthreads=_THREADS)
        self._server.ConnectionClass = _Connection
        self._thread = threading.Thread(target=self._server.serve, name="http", daemon=True)

    def start(self) -> str:
        """Begin to serve; return the base URL. Raises HostError when the port is taken."""
        self._server.prepare()
        self._thread.start()
        address, port = self._server.bind_addr[:2]
        return f"http://{address}:{port}"

    def stop(self, grace_seconds: float) -> None:
        """Accept nothing more and wait for the requests under way, at most so many seconds."""
        # cheroot itself would wait for a stuck request without end.
        stopping = threading.Thread(target=self._server.stop, name="http-stop", daemon=True)
        stopping.start()
        stopping.join(grace_seconds)
