"""Queue outputs and connections."""

from __future__ import annotations

import pytest
from azure.functions.meta import Datum

from local.azurite import connection_string
from local.host.errors import HostError
from local.host.storage import QueueConnections, _connect, messages


@pytest.mark.parametrize(
    ("datum", "texts"),
    [
        (Datum("plain", "string"), ["plain"]),
        (Datum(b"bytes", "bytes"), ["bytes"]),
        (Datum("7", "string"), ["7"]),
        (Datum('["a", "[1]", {"b":  1}]', "json"), ["a", "[1]", '{"b":1}']),
        (Datum('["split", "too"]', "string"), ["split", "too"]),
        (Datum('{"written":  "anew"}', "string"), ['{"written":"anew"}']),
        (Datum("[]", "json"), []),
    ],
)
def test_an_outputs_value_becomes_messages(datum: Datum, texts: list[str]) -> None:
    assert messages(datum) == texts


def test_base64_goes_both_ways_and_other_text_is_refused() -> None:
    connections = QueueConnections({}, base64_encoding=True)

    assert connections.decode(connections.encode("für")) == "für"
    for text in ("{}", "kein Base64", "/////w=="):
        with pytest.raises(ValueError, match=r"."):
            connections.decode(text)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"Conn": connection_string((1, 2, 3))}, "http://127.0.0.1:2/devstoreaccount1/jobs"),
        ({"Conn": "UseDevelopmentStorage=true"}, "http://127.0.0.1:10001/devstoreaccount1/jobs"),
        ({"AzureWebJobsConn": connection_string((1, 2, 3))}, "http://127.0.0.1:2/devstoreaccount1/jobs"),
        ({"Conn__accountName": "acc"}, "https://acc.queue.core.windows.net/jobs"),
        ({"Conn__queueServiceUri": "https://q.example", "Conn__clientId": "id"}, "https://q.example/jobs"),
    ],
)
def test_a_connection_is_a_string_or_an_identity(settings: dict[str, str], url: str) -> None:
    with _connect("Conn", "jobs", settings) as client:
        assert client.url == url


@pytest.mark.parametrize(
    "settings", [{}, {"Conn": "nonsense"}, {"Conn__clientId": "id"}, {"Conn__queueServiceUri": "http://plain.example"}]
)
def test_a_missing_or_malformed_connection_names_its_setting(settings: dict[str, str]) -> None:
    with pytest.raises(HostError, match="setting Conn"):
        _connect("Conn", "jobs", settings)
