"""Wire depth: the same scenarios through `requests` itself, with the services behind a transport adapter.

What the port depth leaves out is in between here: real header folding, streamed bodies, the session's own behaviour.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from shared.adapters.http import Http, HttpAnswer, RequestsHttp
from shared.core.errors import Retry


class OverRequests:
    """`Http` as in production, down to the transport, which is the simulated service."""

    def __init__(self, service: Http) -> None:
        self._http = RequestsHttp()
        self._http._session.mount("https://", _Transport(service))

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Send one request through `requests`."""
        return self._http.send(method, url, headers=headers, body=body)


class _Transport(BaseAdapter):
    """Hands a prepared request to the service, and its answer back as bytes on a wire."""

    def __init__(self, service: Http) -> None:
        super().__init__()
        self._service = service

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer one request; a fault of the simulated network is one of `requests`."""
        try:
            headers = {name: str(value) for name, value in request.headers.items()}
            answer = self._service.send(
                str(request.method), str(request.url), headers=headers, body=_bytes(request.body)
            )
        except Retry as fault:
            raise requests.ReadTimeout(request=request) from fault
        return _response(request, answer)

    def close(self) -> None:
        """Nothing is open."""


def _bytes(body: object) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return str(body).encode()


def _response(request: requests.PreparedRequest, answer: HttpAnswer) -> requests.Response:
    raw = HTTPResponse(io.BytesIO(answer.body), dict(answer.headers), answer.status, preload_content=False)
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response.raw = raw
    response.url = str(request.url)
    response.request = request
    return response
