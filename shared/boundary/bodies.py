"""Requests as typed values: strict JSON bodies and query strings, every refusal names the member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import azure.functions as func
import msgspec

from shared.boundary.problems import Problem, invalid

BODY_BYTES_MAX = 65_536

T = TypeVar("T")


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request that needs none: nothing, or an empty object."""


class _Fault(ValueError):
    """What the JSON parser's hooks refuse."""


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _Fault(f"Object holds the member `{repeated[:60]}` twice")
    return found


def _integral(text: str) -> float:
    number = float(text)  # JSON Schema calls 30.0 an integer, msgspec does not
    return int(number) if number.is_integer() else number


def _refuse(text: str) -> Any:
    raise _Fault(f"{text} is not JSON")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_no_repeats, parse_float=_integral, parse_constant=_refuse
        )
    except RecursionError:
        raise invalid("The body is nested too deeply.") from None
    except _Fault as fault:
        raise invalid(f"{fault}.") from None
    except ValueError:
        raise invalid("The body is not valid JSON in UTF-8.") from None


def read_body(request: func.HttpRequest, kind: type[T]) -> T:
    """The body as `kind`. Raises Problem 413, 415 or 422 (sync-api.md, Errors)."""
    body = request.get_body()
    if len(body) > BODY_BYTES_MAX:
        raise Problem(413, "body_too_large", f"The body is over {BODY_BYTES_MAX} bytes.")
    if not body and issubclass(kind, NoBody):
        return kind()
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media != "application/json":
        raise Problem(415, "unsupported_media_type", "The body must be application/json.")
    if not body:
        raise invalid("A JSON body is needed, with its Content-Length.")
    return _converted(_parsed(body), kind, strict=True)


def read_query(params: Mapping[str, str], kind: type[T]) -> T:
    """The query string as `kind`; members it does not know are ignored. Raises Problem 422."""
    return _converted(dict(params), kind, strict=False)


def _converted(value: Any, kind: type[T], *, strict: bool) -> T:
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise invalid(f"{error}.") from None
