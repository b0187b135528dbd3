"""A connection from the first click to the disconnect, with the app as it is composed and every service a stand-in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.caseflow.server import create_app as caseflow_app
from local.caseflow.service import CaseFlow
from local.caseflow.sessions import Sessions
from local.entra import InvalidToken
from local.graph.call import Caller
from local.graph.server import InvalidToken as RefusedToken
from local.graph.server import create_app as graph_app
from local.graph.service import GraphService
from local.serving import serve
from shared import compose
from shared.core import rows
from shared.core.errors import NotEligible, Reconnect
from shared.core.session import Session
from shared.core.state import ALL_ON, Preferences, StaffRow
from shared.flows import chain, connect, disconnect, housekeeping, preferences
from tests.integration.conftest import Azure
from tests.integration.test_sign_in import approve
from tests.local.front import Front

pytestmark = pytest.mark.integration
OID = "o-anna"


@pytest.fixture(scope="module")
def graph_front() -> Iterator[Front]:
    front = Front()
    served = serve(front, threads=4)
    front.url = served.url
    yield front
    served.stop()


@pytest.fixture(scope="module")
def caseflow_front() -> Iterator[Front]:
    front = Front()
    served = serve(front, threads=4)
    front.url = served.url
    yield front
    served.stop()


@dataclass
class Place:
    """The app, the services around it, and the one who uses it."""

    azure: Azure
    app: compose.World
    graph: GraphService
    caseflow: CaseFlow
    sessions: Sessions
    who: Session

    def staff(self) -> StaffRow:
        row = self.app.ports.store.get(rows.staff_partition(self.who.firm_id, self.who.staff_id), rows.STAFF_KEY)
        assert row is not None
        return rows.decoded(row.data, StaffRow)

    def connect(self) -> str | None:
        begun = connect.begin(self.app.ports, self.who)
        params = approve(self.azure, begun.authorization_url, OID)
        return connect.finish(self.app.ports, params, begun.cookie).code


@pytest.fixture
def place(azure: Azure, graph_front: Front, caseflow_front: Front, tmp_path: Path) -> Place:
    def authorize(token: str) -> Caller:
        try:
            claims = azure.entra.verify_access_token(token)
        except InvalidToken as error:
            raise RefusedToken("InvalidAuthenticationToken", str(error)) from error
        return Caller(claims.tid, claims.oid, frozenset(claims.scopes))

    def now() -> datetime:
        return datetime.now(UTC)

    graph = GraphService(now=now, base_url=f"{graph_front.url}/v1.0")
    caseflow = CaseFlow(now=now, service_token="service-token")
    sessions = Sessions(tmp_path, issuer="https://caseflow.example", now=now)
    # Azurite is shared by all tests: a firm of a name of its own keeps them apart.
    firm_id = f"f-{os.urandom(6).hex()}"
    caseflow.add_firm("Adler & Co", firm_id=firm_id)
    caseflow.add_staff(firm_id, "Anna Adler", "anna@firm.example", staff_id=f"{firm_id}-s1")
    azure.entra.add_account(tid=firm_id, oid=OID, email="anna@firm.example", name="Anna Adler")
    graph_front.app = graph_app(graph, authorize)
    caseflow_front.app = caseflow_app(
        caseflow, sessions, settings_url="/", outlook_url=lambda _: "/", node_modules=tmp_path
    )
    app = azure.app(
        GRAPH_BASE_URL=f"{graph_front.url}/v1.0",
        CASEFLOW_API_URL=f"{caseflow_front.url}/api",
        CASEFLOW_API_TOKEN="service-token",
        CASEFLOW_JWKS_URL=f"{caseflow_front.url}/.well-known/jwks.json",
    )
    return Place(azure, app, graph, caseflow, sessions, Session(f"{firm_id}-s1", firm_id, "staff"))


def test_a_mailbox_is_connected_used_and_disconnected(place: Place, azurite: Azurite) -> None:
    who, ports = place.who, place.app.ports
    place.graph.add_mailbox(who.firm_id, OID, "anna@firm.example", "Anna Adler")
    assert place.connect() is None
    staff = place.staff()
    assert staff.secret is not None
    assert ports.outlook(staff.secret).is_sound()
    queue = QueueClient.from_connection_string(azurite.connection_string, "sync-jobs")
    assert any(who.firm_id in str(message.content) for message in queue.peek_messages(32))
    assert (
        preferences.put(
            ports, who, Preferences(sync_enabled=True, calendar_events=True, tasks=False, deadlines=True)
        ).tasks
        is False
    )
    after = disconnect.run(ports, who)
    assert (after.connection, after.secret) == ("disconnected", None)
    with pytest.raises(Reconnect, match="token_missing"):
        ports.tokens.access(staff.secret)
    proof = chain.verify(ports, who.firm_id)
    assert (proof["ok"], proof["records"], proof["pending"]) == (True, 3, 0)
    assert place.connect() is None
    assert place.staff().line == staff.line
    assert housekeeping.run(ports).failed == 0


def test_an_account_without_a_mailbox_leaves_nothing_behind(place: Place) -> None:
    assert place.connect() == "no_mailbox"
    assert place.azure.vault.calls["set"] >= 1
    partition = rows.staff_partition(place.who.firm_id, place.who.staff_id)
    assert place.app.ports.store.get(partition, rows.STAFF_KEY) is None
    assert place.app.ports.store.get(rows.mailbox_partition(place.who.firm_id, OID), rows.CLAIM_KEY) is None


def test_an_access_token_that_graph_refuses_is_replaced_on_the_way(place: Place) -> None:
    place.graph.add_mailbox(place.who.firm_id, OID, "anna@firm.example", "Anna Adler")
    assert place.connect() is None
    secret = place.staff().secret
    assert secret is not None
    for token in place.azure.entra.state.access.values():
        token.revoked = token.revoked or token.oid == OID
    assert place.app.ports.outlook(secret).is_sound()


def test_a_revoked_sign_in_asks_to_reconnect_and_reconnecting_mends_it(place: Place) -> None:
    place.graph.add_mailbox(place.who.firm_id, OID, "anna@firm.example", "Anna Adler")
    assert place.connect() is None
    secret = place.staff().secret
    assert secret is not None
    place.azure.entra.revoke(OID)
    with pytest.raises(Reconnect, match="sign_in_expired"):
        place.app.ports.outlook(secret).is_sound()
    assert place.connect() is None
    renewed = place.staff().secret
    assert renewed not in {None, secret}
    assert place.app.ports.outlook(renewed or "").is_sound()


def test_a_firm_without_the_feature_cannot_connect_or_switch_on(place: Place) -> None:
    place.caseflow.set_feature(place.who.firm_id, outlook_sync=False)
    with pytest.raises(NotEligible, match="beta_not_enabled"):
        connect.begin(place.app.ports, place.who)
    assert preferences.get(place.app.ports, place.who) == ALL_ON


def test_a_session_of_caseflow_opens_the_app(place: Place) -> None:
    token = place.sessions.issue(place.who.staff_id, place.who.firm_id, "staff", timedelta(minutes=5))
    assert place.app.sessions.verify(token) == place.who
