"""What every stand-in relies on: a port of its own, TLS that clients accept, a clear error, a clean stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from local.serving import Certificates, PortTaken, certificates, serve

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.url_scheme"].encode(), b" ", body]


def contents(certs: Certificates) -> list[bytes]:
    return [path.read_bytes() for path in (certs.ca, certs.cert, certs.key)]


def test_a_free_port_is_taken_and_reported() -> None:
    first, second = serve(hello), serve(hello)
    try:
        assert first.port != second.port
        assert first.url == f"http://127.0.0.1:{first.port}"
        assert requests.post(first.url, data=b"body", timeout=5).text == "http body"
    finally:
        first.stop()
        second.stop()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_tls_is_accepted_by_a_client_that_trusts_the_authority(tmp_path: Path, host: str) -> None:
    certs = certificates(tmp_path)
    served = serve(hello, certs=certs)
    try:
        assert served.url == f"https://localhost:{served.port}"
        answer = requests.get(f"https://{host}:{served.port}/", verify=str(certs.ca), timeout=5)
        assert answer.text == "https "
    finally:
        served.stop()


def test_a_client_that_does_not_trust_the_authority_is_refused(tmp_path: Path) -> None:
    served = serve(hello, certs=certificates(tmp_path))
    try:
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(served.url, timeout=5)
    finally:
        served.stop()


def test_a_taken_port_is_named() -> None:
    served = serve(hello)
    try:
        with pytest.raises(PortTaken, match=f"port {served.port} is already in use"):
            serve(hello, port=served.port)
    finally:
        served.stop()


def test_a_stopped_server_frees_its_port() -> None:
    served = serve(hello)
    served.stop()
    served.stop()
    again = serve(hello, port=served.port)
    try:
        assert again.port == served.port
    finally:
        again.stop()


def test_certificates_are_made_once(tmp_path: Path) -> None:
    before = contents(certificates(tmp_path / "new"))
    assert contents(certificates(tmp_path / "new")) == before
    assert contents(certificates(tmp_path / "other")) != before


def test_the_private_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    assert certificates(tmp_path).key.stat().st_mode & 0o077 == 0


def test_certificates_made_by_another_process_meanwhile_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = contents(certificates(tmp_path))
    monkeypatch.setattr("pathlib.Path.exists", lambda _path: False)
    assert contents(certificates(tmp_path)) == theirs
    assert [path.name for path in tmp_path.iterdir()] == ["tls"]
