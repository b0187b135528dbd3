"""The request as sent: OData options and `Prefer`, read strictly; Graph ignores nothing it does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from local.graph.errors import bad_request
from local.graph.schema import properties
from local.graph.times import zone_info

_PREFERENCE = re.compile(r'(?:^|,)\s*([A-Za-z.-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))\s*(?=[,;]|$)')
_PROPERTY_ID = re.compile(r"String \{([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\} Name (\S.*)")
_EXPAND = re.compile(r"singleValueExtendedProperties\(\s*\$filter\s*=\s*(.+)\)")
_ID_EQUALS = re.compile(r"id eq '((?:[^']|'')*)'")
_ANY = re.compile(
    r"singleValueExtendedProperties/Any\(\s*(\w+)\s*:\s*"
    r"\1/id eq '((?:[^']|'')*)' and \1/value eq '((?:[^']|'')*)'\s*\)",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"(subject|iCalUId) eq '((?:[^']|'')*)'")
_OPTIONS = frozenset({"$select", "$filter", "$expand", "$orderby", "$top", "$skip", "$search", "$count"})
MOST_ON_A_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Prefer:
    """What the `Prefer` header asks for; `page` is the number of rows."""

    immutable: bool = False
    zone: str = "UTC"
    text: bool = False
    page: int | None = None
    applied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Find:
    """A `$filter`: an extended property with a value, or a plain member."""

    extended: bool
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Query:
    """A request's path below the version, its plain parameters and its OData options."""

    path: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    select: tuple[str, ...] | None = None
    expand: tuple[str, ...] = ()
    find: Find | None = None
    order: tuple[str, bool] | None = None
    top: int | None = None
    skip: int = 0
    options: frozenset[str] = frozenset()
    sent: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """Return a plain parameter; its name is not case-sensitive."""
        return next((value for key, value in self.parameters if key.lower() == name.lower()), None)


@lru_cache(maxsize=4096)
def read_url(url: str) -> Query:
    """Return what a URL below the version asks for; raises GraphError 400 for an option Graph would refuse."""
    path, _, query = url.partition("?")
    segments = tuple(unquote(part) for part in path.strip("/").split("/"))
    pairs = parse_qsl(query, keep_blank_values=True)
    plain = tuple((key, value) for key, value in pairs if not _is_option(key))
    options = {key.lower(): value for key, value in pairs if _is_option(key)}
    unknown = set(options) - _OPTIONS
    if unknown:
        raise bad_request("BadRequest", f"The query parameter '{min(unknown)}' is not supported.")
    if "$search" in options:
        raise bad_request("ErrorInvalidUrlQuery", "The query parameter '$search' is not supported for events.")
    return Query(
        segments,
        plain,
        _read_select(options.get("$select")),
        _read_expand(options.get("$expand")),
        _read_filter(options.get("$filter")),
        _read_order(options.get("$orderby")),
        _read_count(options.get("$top"), "$top", 1),
        _read_count(options.get("$skip"), "$skip", 0) or 0,
        frozenset(options),
        tuple(pairs),
    )


def _is_option(key: str) -> bool:
    return key.startswith("$") and key.lower() not in {"$skiptoken", "$deltatoken"}


def _read_select(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in properties("graph.event"):
            raise bad_request(
                "RequestBroker--ParseUri",
                f"Could not find a property named '{name}' on type 'microsoft.graph.event'.",
            )
    return names


def _read_expand(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    found = _EXPAND.fullmatch(text.strip())
    parts = re.split(r"\s+or\s+", found.group(1).strip()) if found else []
    matches = [_ID_EQUALS.fullmatch(part) for part in parts]
    if not parts or not all(matches):
        raise bad_request(
            "ErrorInvalidUrlQuery",
            "Only $expand=singleValueExtendedProperties($filter=id eq '...' or id eq '...') is supported.",
        )
    return tuple(property_id(unquoted(match.group(1))) for match in matches if match)


def _read_filter(text: str | None) -> Find | None:
    if text is None:
        return None
    found = _ANY.fullmatch(text.strip())
    if found:
        return Find(True, property_id(unquoted(found.group(2))), unquoted(found.group(3)))
    plain = _EQUALS.fullmatch(text.strip())
    if plain:
        return Find(False, plain.group(1), unquoted(plain.group(2)))
    raise bad_request("ErrorInvalidUrlQueryFilter", f"The query filter contains something unsupported: {text}")


def _read_order(text: str | None) -> tuple[str, bool] | None:
    if text is None:
        return None
    member, _, direction = text.strip().partition(" ")
    if member not in _SORTABLE or direction not in {"", "asc", "desc"}:
        raise bad_request("ErrorInvalidUrlQuery", f"$orderby={text} is not supported.")
    return member, direction == "desc"


_SORTABLE = frozenset({"start/dateTime", "end/dateTime", "createdDateTime", "lastModifiedDateTime", "subject"})


def _read_count(text: str | None, name: str, least: int) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < least or (name == "$top" and int(text) > MOST_ON_A_PAGE):
        raise bad_request("ErrorInvalidUrlQuery", f"Invalid value '{text}' for the query option '{name}'.")
    return int(text)


def unquoted(text: str) -> str:
    """Return what an OData string literal says: doubled quotes stand for one."""
    return text.replace("''", "'")


def property_id(text: str) -> str:
    """Return an extended property's id as Graph returns it; raises GraphError 400 for any other form.

    Only the form `String {GUID} Name X` is known here.
    """
    found = _PROPERTY_ID.fullmatch(text)
    if found is None:
        raise bad_request(
            "ErrorInvalidProperty", f"PropertyId values may only be in one of the following formats: '{text}'."
        )
    return f"String {{{found.group(1).lower()}}} Name {found.group(2)}"


@lru_cache(maxsize=512)
def read_prefer(header: str) -> Prefer:
    """Return the preferences of a header; raises GraphError 400 for an unknown zone, ignores unknown names."""
    values: dict[str, str] = {}
    for found in _PREFERENCE.finditer(header):
        name = found.group(1).lower()
        value = found.group(2) if found.group(2) is not None else found.group(3)
        values.setdefault(name, value)
    zone = values.get("outlook.timezone", "UTC")
    zone_info(zone)
    page = values.get("odata.maxpagesize")
    return Prefer(
        values.get("idtype", "").lower() == "immutableid",
        zone,
        values.get("outlook.body-content-type", "").lower() == "text",
        _page(page),
        tuple(f'{name}="{value}"' for name, value in values.items() if name in _KNOWN),
    )


_KNOWN = frozenset({"idtype", "outlook.timezone", "outlook.body-content-type", "odata.maxpagesize"})


def _page(text: str | None) -> int | None:
    if text is None or not text.isdecimal() or not int(text):
        return None
    return min(int(text), MOST_ON_A_PAGE)
