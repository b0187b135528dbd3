"""The stand-ins behind the app's own `Http`, in process: what the simulation calls thousands of times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from shared.adapters.http import HttpAnswer

GRAPH_URL = "https://graph.microsoft.com/v1.0"
CASEFLOW_URL = "https://caseflow.test"
_CallerT = TypeVar("_CallerT")
_Caller_contra = TypeVar("_Caller_contra", contravariant=True)


class Answer(Protocol):
    """What both stand-ins answer."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def body(self) -> Any | None: ...


class GraphLike(Protocol[_Caller_contra]):
    """`local.graph.service.GraphService`, as far as it is needed here."""

    def request(
        self, caller: _Caller_contra, method: str, url: str, headers: Mapping[str, str], body: Any | None
    ) -> Answer: ...


class CaseflowLike(Protocol):
    """`local.caseflow.service.CaseFlow`, as far as it is needed here."""

    def request(self, method: str, url: str, headers: Mapping[str, str], body: Any | None) -> Answer: ...


class GraphHttp:
    """Graph in process. `caller_of_token` names who calls, or None for a token that Graph refuses (401)."""

    def __init__(self, service: GraphLike[_CallerT], caller_of_token: Callable[[str], _CallerT | None]) -> None:
        self._request = _bound(service, caller_of_token)

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Answer one request."""
        answer = self._request(method, url, headers, _value(body))
        return _REFUSED if answer is None else _answer(answer)


def _bound(
    service: GraphLike[_CallerT], caller_of_token: Callable[[str], _CallerT | None]
) -> Callable[[str, str, Mapping[str, str], Any], Answer | None]:
    def request(method: str, url: str, headers: Mapping[str, str], body: Any) -> Answer | None:
        caller = caller_of_token(headers["Authorization"].removeprefix("Bearer "))
        return None if caller is None else service.request(caller, method, url, headers, body)

    return request


class CaseflowHttp:
    """CaseFlow in process, at `CASEFLOW_URL`."""

    def __init__(self, service: CaseflowLike) -> None:
        self._service = service

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Answer one request."""
        return _answer(self._service.request(method, url.removeprefix(CASEFLOW_URL), headers, _value(body)))


def _value(body: bytes | None) -> Any:
    return None if body is None else msgspec.json.decode(body)


def _answer(answer: Answer) -> HttpAnswer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return HttpAnswer(answer.status, headers, b"" if answer.body is None else msgspec.json.encode(answer.body))


_REFUSED = HttpAnswer(
    401, {"content-type": "application/json"}, b'{"error":{"code":"InvalidAuthenticationToken","message":"refused"}}'
)
