"""Microsoft's own client, unmodified, drives the stand-in over TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator
from kiota_abstractions.authentication.base_bearer_token_authentication_provider import (
    BaseBearerTokenAuthenticationProvider,
)
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.event import Event
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.sensitivity import Sensitivity
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from local.graph.server import InvalidToken, create_app
from local.graph.service import Caller, GraphService
from local.serving import Certificates, Served, certificates, serve
from tests.local.graph.world import SPAN

# Microsoft's generated classes warn about themselves while they are imported.
pytestmark = [
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"),
]

Use = Callable[[GraphServiceClient], Coroutine[Any, Any, None]]


class _Token(AccessTokenProvider):
    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return "ann's token"

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


def authorize(token: str) -> Caller:
    if token != "ann's token":
        raise InvalidToken("InvalidToken", "unknown")
    return Caller("firm", "ann", frozenset({"Calendars.ReadWrite", "User.Read"}))


@pytest.fixture
def tls(tmp_path: Path) -> Certificates:
    return certificates(tmp_path)


@pytest.fixture
def served(tls: Certificates) -> Iterator[Served]:
    graph = GraphService(now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    graph.add_mailbox("firm", "ann", "ann@firm.example", "Ann")
    running = serve(create_app(graph, authorize), certs=tls)
    graph.base_url = f"{running.url}/v1.0"
    yield running
    running.stop()


@pytest.fixture
def drive(served: Served, tls: Certificates, monkeypatch: pytest.MonkeyPatch) -> Callable[[Use], None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.ca))

    async def driven(use: Use) -> None:
        adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(_Token()))
        adapter.base_url = f"{served.url}/v1.0"
        try:
            await use(GraphServiceClient(request_adapter=adapter))
        finally:
            await _close(adapter)

    def run(use: Use) -> None:
        # a thread of its own: a browser of another test may keep an event loop in this one
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, driven(use)).result()

    return run


async def _close(adapter: GraphRequestAdapter) -> None:
    """Close the connections: the client's own transports do not hand a close down to the one below."""
    transport: Any = adapter._http_client._transport
    while hasattr(transport, "transport"):
        transport = transport.transport
    await transport.aclose()


def lunch() -> Event:
    return Event(
        subject="Lunch",
        body=ItemBody(content_type=BodyType.Text, content="with Bob"),
        start=DateTimeTimeZone(date_time="2026-12-01T12:00:00", time_zone="Europe/Berlin"),
        end=DateTimeTimeZone(date_time="2026-12-01T13:00:00", time_zone="Europe/Berlin"),
        sensitivity=Sensitivity.Confidential,
    )


def test_microsofts_client_makes_changes_and_deletes_an_event(drive: Callable[[Use], None]) -> None:
    async def use(client: GraphServiceClient) -> None:
        made = await client.me.events.post(lunch())
        assert made is not None
        assert made.id is not None
        patched = await client.me.events.by_event_id(made.id).patch(Event(subject="Dinner"))
        assert patched is not None
        assert patched.subject == "Dinner"
        assert patched.sensitivity == Sensitivity.Confidential
        listed = await client.me.calendar.events.get()
        assert listed is not None
        assert [event.id for event in listed.value or []] == [made.id]
        await client.me.events.by_event_id(made.id).delete()
        with pytest.raises(ODataError) as refusal:
            await client.me.events.by_event_id(made.id).get()
        assert refusal.value.error is not None
        assert refusal.value.error.code == "ErrorItemNotFound"

    drive(use)


def test_microsofts_client_follows_changes(drive: Callable[[Use], None], served: Served) -> None:
    async def use(client: GraphServiceClient) -> None:
        delta = client.me.calendar_view.delta
        first = await delta.with_url(f"{served.url}/v1.0/me/calendarView/delta?{SPAN}").get()
        assert first is not None
        assert first.odata_delta_link is not None
        made = await client.me.events.post(lunch())
        assert made is not None
        after = await delta.with_url(first.odata_delta_link).get()
        assert after is not None
        assert [event.id for event in after.value or []] == [made.id]

    drive(use)


def test_microsofts_client_reads_the_person_and_the_calendars(drive: Callable[[Use], None]) -> None:
    async def use(client: GraphServiceClient) -> None:
        person = await client.me.get()
        calendars = await client.me.calendars.get()
        assert person is not None
        assert person.mail == "ann@firm.example"
        assert calendars is not None
        assert [one.is_default_calendar for one in calendars.value or []] == [True, False]

    drive(use)
