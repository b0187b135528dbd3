"""The services that the app needs, played on this machine: started together, stopped together, kept in a folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from moto.server import ThreadedMotoServer

from local import azurite, entra, identity, serving, vault
from local.caseflow import server as caseflow_server
from local.caseflow.service import CaseFlow
from local.caseflow.sessions import Sessions
from local.entra import Entra
from local.graph import server as graph_server
from local.graph.service import Caller, GraphService
from local.up.demo.people import STAFF
from local.up.ports import Ports

CLIENT_ID = "c0ffee00-5a1c-4d0e-8b1f-2f7d3a9e6c55"
CLIENT_SECRET = "local-client-secret"
SERVICE_TOKEN = "local-caseflow-service-token"
IDENTITY_HEADER = "local-identity-header"
ISSUER = "https://caseflow.local"
VAULT_RESOURCE = "https://vault.azure.net"
NODE_MODULES = Path(__file__).resolve().parent.parent / "node_modules"

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class StandIns:
    """Everything that runs beside the app; `ca` is what its clients must trust, `now` the clock of all (UTC)."""

    data: Path
    ports: Ports
    now: Clock
    ca: Path
    connection_string: str
    graph: GraphService
    entra: Entra
    caseflow: CaseFlow
    sessions: Sessions
    graph_lock: threading.Lock = field(default_factory=threading.Lock)

    def save(self) -> None:
        """Write what is held in memory only; a file is replaced whole."""
        with self.graph_lock:
            mailboxes = self.graph.dump()
        _write(self.data / "graph.json", mailboxes)
        _write(self.data / "entra.json", self.entra.dump())


def host_url(ports: Ports) -> str:
    """Return the address at which people reach the app."""
    return f"http://localhost:{ports.host}"


def start(data: Path, ports: Ports, stack: ExitStack, *, now: Clock = lambda: datetime.now(UTC)) -> StandIns:
    """Start Azurite and all stand-ins on `data`, as it was left the last time; `stack` stops them and saves.

    Raises `PortTaken` or `AzuriteError`, and leaves what was started to the stack.
    """
    data.mkdir(parents=True, exist_ok=True)
    storage = azurite.start(data / "azurite", ports.storage)
    stack.callback(storage.stop)
    world = StandIns(
        data=data,
        ports=ports,
        now=now,
        ca=serving.certificates(data).ca,
        connection_string=storage.connection_string,
        graph=_graph(data, ports, now),
        entra=_entra(data, ports, now),
        caseflow=CaseFlow(str(data / "caseflow.sqlite"), now=now, service_token=SERVICE_TOKEN),
        sessions=Sessions(data / "sessions", issuer=ISSUER, now=now),
    )
    stack.callback(world.caseflow.close)
    stack.callback(world.save)
    _serve(world, stack)
    return world


def _serve(world: StandIns, stack: ExitStack) -> None:
    ports, certs = world.ports, serving.certificates(world.data)
    graph = graph_server.create_app(world.graph, _authorize(world.entra), lock=world.graph_lock)
    secrets = vault.Vault(world.now, world.data / "vault.json")
    sign_in = entra.create_app(world.entra)
    _show_plainly(sign_in, ports)
    secure = (
        (sign_in, ports.entra),
        (graph, ports.graph),
        (vault.create_app(secrets, _may(world.entra)), ports.vault),
    )
    plain = (
        (graph, ports.outlook),
        (sign_in, ports.sign_in),
        (_caseflow_app(world), ports.caseflow),
        (identity.create_app(IDENTITY_HEADER, world.entra.issue_app_token), ports.identity),
    )
    running: list[Callable[[], None]] = []
    stack.callback(_stop_all, running)
    for app, port in secure:
        running.append(serving.serve(app, port=port, certs=certs).stop)
    for app, port in plain:
        running.append(serving.serve(app, port=port).stop)
    archive = ThreadedMotoServer(ip_address="127.0.0.1", port=ports.archive, verbose=False)
    archive.start()
    running.append(archive.stop)


def _stop_all(stops: Sequence[Callable[[], None]]) -> None:
    """Stop servers all at once: each one takes half a second to notice."""
    with ThreadPoolExecutor(len(stops) or 1) as pool:
        for stopped in [pool.submit(stop) for stop in stops]:
            stopped.result()


def _show_plainly(app: Flask, ports: Ports) -> None:
    """Send browsers to the sign-in page over plain http: they do not know the authority of our certificates."""

    @app.after_request
    def point(response: Response) -> Response:
        if request.endpoint == "configuration" and response.status_code == 200:
            known = response.get_json()
            page = urlsplit(known["authorization_endpoint"])._replace(
                scheme="http", netloc=f"localhost:{ports.sign_in}"
            )
            response.set_data(json.dumps(known | {"authorization_endpoint": page.geturl()}))
        return response


def _graph(data: Path, ports: Ports, now: Clock) -> GraphService:
    graph = GraphService(now=now, base_url=f"https://localhost:{ports.graph}/v1.0")
    kept = _read(data / "graph.json")
    if kept is not None:
        graph.load(kept)
    return graph


def _entra(data: Path, ports: Ports, now: Clock) -> Entra:
    directory = Entra(
        now=now,
        base_url=f"https://localhost:{ports.entra}",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uris=[f"{host_url(ports)}/api/outlook/callback"],
    )
    kept = _read(data / "entra.json")
    if kept is not None:
        directory.load(kept)
    return directory


def _authorize(directory: Entra) -> Callable[[str], Caller]:
    def authorize(token: str) -> Caller:
        try:
            claims = directory.verify_access_token(token)
        except entra.InvalidToken as error:
            raise graph_server.InvalidToken("InvalidAuthenticationToken", str(error)) from error
        return Caller(claims.tid, claims.oid, claims.scopes)

    return authorize


def _may(directory: Entra) -> Callable[[str], frozenset[str] | None]:
    """Let the app's managed identity do everything with secrets, and nobody else anything."""

    def may(token: str) -> frozenset[str] | None:
        try:
            directory.verify_app_token(token, VAULT_RESOURCE)
        except entra.InvalidToken:
            return None
        return vault.EVERYTHING

    return may


def _caseflow_app(world: StandIns) -> Flask:
    mailboxes = {person.staff_id: person.oid for person in STAFF}

    def outlook_url(staff: dict[str, Any]) -> str:
        return f"http://localhost:{world.ports.outlook}/people/{mailboxes.get(staff['id'], '')}"

    return caseflow_server.create_app(
        world.caseflow,
        world.sessions,
        settings_url=f"{host_url(world.ports)}/api/outlook/settings",
        outlook_url=outlook_url,
        node_modules=NODE_MODULES,
    )


def _read(path: Path) -> Any | None:
    return json.loads(path.read_text()) if path.exists() else None


def _write(path: Path, value: Any) -> None:
    fresh = path.with_suffix(".tmp")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(value))
    fresh.replace(path)
