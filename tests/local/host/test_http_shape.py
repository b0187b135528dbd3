"""Responses leave in the shape ASP.NET gives them."""

from __future__ import annotations

import azure.functions as func
import pytest
from azure.functions.meta import Datum

from local.host.annotations import converter
from local.host.http_shape import Response, query_values, response


def answered(made: func.HttpResponse) -> Response:
    return response(converter("http").encode(made, expected_type=None))


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("a=b", "a=b"),
        ("a=x+/=~.-_; SameSite=None; Secure", "a=x%2B%2F%3D~.-_; secure; samesite=none"),
        ("a=b; Domain=d.example; Path=/p; Max-Age=0", "a=b; max-age=0; domain=d.example; path=/p"),
        ("a=b; Expires=Wed, 25 Nov 2026 10:00:00 GMT", "a=b; expires=Wed, 25 Nov 2026 10:00:00 GMT"),
    ],
)
def test_a_cookie_is_written_anew(given: str, written: str) -> None:
    assert ("Set-Cookie", written) in answered(func.HttpResponse(headers={"Set-Cookie": given})).headers


@pytest.mark.parametrize("given", ["a=b; Max-Age=soon", "a=b; Expires=Wed, 25-Nov-2026 10:00:00 GMT"])
def test_a_cookie_that_azure_cannot_pass_on_is_an_error(given: str) -> None:
    with pytest.raises(ValueError, match=r"soon|25-Nov-2026"):
        answered(func.HttpResponse(headers={"Set-Cookie": given}))


def test_lengths_and_transfer_are_the_servers_own() -> None:
    made = answered(
        func.HttpResponse(b"x", headers={"Content-Length": "99", "Transfer-Encoding": "chunked", "ETag": "e"})
    )

    assert [name for name, _ in made.headers] == ["ETag", "content-type"]


@pytest.mark.parametrize("returned", [None, Datum("{}", "json")])
def test_anything_but_a_response_or_text_is_a_bare_500(returned: Datum | None) -> None:
    assert response(returned) == Response(500)


def test_equal_query_names_are_joined_in_any_case() -> None:
    assert query_values("Tag=a&tag=&TAG=b&x=&y=1") == {"Tag": "a,,b", "y": "1"}
