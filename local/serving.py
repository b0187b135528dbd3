"""Serve a WSGI application on this machine, over plain http or over TLS, as every stand-in does."""

from __future__ import annotations

import errno
import socket
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import trustme
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_NAMES = ("localhost", "127.0.0.1")


class PortTaken(OSError):
    """Another process listens on the port that was asked for."""


@dataclass(frozen=True)
class Certificates:
    """Paths of a throw-away authority (usable as `REQUESTS_CA_BUNDLE`) and of what it issued, all PEM."""

    ca: Path
    cert: Path
    key: Path


def certificates(folder: Path) -> Certificates:
    """Return the certificates for localhost and 127.0.0.1 under `folder`, made at the first call."""
    home = folder / "tls"
    found = Certificates(ca=home / "ca.pem", cert=home / "cert.pem", key=home / "key.pem")
    if not found.key.exists():
        _issue(home)
    return found


def _issue(home: Path) -> None:
    """Write a fresh set beside `home`, then move it there whole: two processes may begin at once."""
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".tls-", dir=home.parent))
    authority = trustme.CA()
    issued = authority.issue_cert(*_NAMES)
    authority.cert_pem.write_to_path(str(fresh / "ca.pem"))
    issued.private_key_pem.write_to_path(str(fresh / "key.pem"))
    for part in issued.cert_chain_pems:
        part.write_to_path(str(fresh / "cert.pem"), append=True)
    (fresh / "key.pem").chmod(0o600)
    try:
        fresh.rename(home)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        for path in fresh.iterdir():
            path.unlink()
        fresh.rmdir()


class Served:
    """A running server: its base `url` (no trailing slash) and `port`."""

    def __init__(self, server: Server, url: str, port: int) -> None:
        self.url = url
        self.port = port
        self._server = server
        self._thread = threading.Thread(target=server.serve, name=f"serve-{port}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests under way and close the port; a second call does nothing."""
        self._server.stop()
        self._thread.join(timeout=10)


def serve(
    app: WSGIApplication,
    *,
    port: int = 0,
    certs: Certificates | None = None,
    threads: int = 16,
    host: str = "127.0.0.1",
) -> Served:
    """Serve `app` in a daemon thread; port 0 takes a free one. Raises `PortTaken` for a port in use."""
    _require_free(host, port)
    server = Server((host, port), app, numthreads=threads, shutdown_timeout=2)
    if certs is not None:
        server.ssl_adapter = BuiltinSSLAdapter(str(certs.cert), str(certs.key))
    server.prepare()
    bound = int(server.bind_addr[1])
    url = f"http://{host}:{bound}" if certs is None else f"https://localhost:{bound}"
    return Served(server, url, bound)


def _require_free(host: str, port: int) -> None:
    """Try the port first: cheroot's own refusal loses the error number and leaks a socket."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        fault = f"port {port} is already in use; stop the program that listens there or choose another port"
        raise PortTaken(errno.EADDRINUSE, fault) from error
