"""Titles, places and HTML bodies: what may enter CaseFlow (E6), and the form in which two sides are compared (E2)."""

from __future__ import annotations

import re
from html import escape, unescape

import nh3

MASK_TEXT = "Confidential"
NO_TITLE = "(no title)"
PRIVATE_TITLE = "Private appointment"
TITLE_MAX = 255
PLACE_MAX = 500
TEXT_MAX_BYTES = 65_536
ADDITION_MARK = "<p><strong>Added in Outlook, "
CUT_NOTICE = "<p>The rest is in Outlook</p>"

_ALLOWED = {
    "a", "b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip
_BLOCK_TAGS = {
    "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_SILENT = {"script", "style", "title"}
_CLEANER = nh3.Cleaner(
    tags=_ALLOWED,
    attributes={"a": {"href"}},
    url_schemes={"https", "http", "mailto", "tel"},
    url_relative="deny",
    clean_content_tags=_SILENT,
    link_rel=None,
)
_BLOCKS = nh3.Cleaner(tags=_BLOCK_TAGS, attributes={}, clean_content_tags=_SILENT, link_rel=None)
_TAG = re.compile(r"<[^>]*>")
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_DROPPED = re.compile(r"<(img|video|audio|object|embed|iframe|svg|form|input)\b", re.IGNORECASE)
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)


def sanitised(html: str) -> str:
    """The HTML that may enter CaseFlow (E6): text, lists and http, https, mailto and tel links only."""
    match = _BODY.search(html)
    return _CLEANER.clean(match.group(1) if match else html).strip()


def plain(html: str) -> str:
    """The words of a body in one line: the normal form in which two bodies are compared (dependencies.md 4)."""
    words = unescape(_TAG.sub(" ", _BLOCKS.clean(html)))
    return " ".join(words.translate(_ZERO_WIDTH).split())


def lines(html: str) -> list[str]:
    """The non-empty lines of a body, as plain words."""
    marked = _TAG.sub("\n", _BLOCKS.clean(html))
    stripped = (" ".join(unescape(line).translate(_ZERO_WIDTH).split()) for line in marked.split("\n"))
    return [line for line in stripped if line]


def holds_more(html: str) -> bool:
    """True if sanitising would drop something a person put there: pictures, embedded things (E10, text)."""
    return _DROPPED.search(html) is not None


def one_line(text: str) -> str:
    """Titles and places in the form they are compared in."""
    return " ".join(text.translate(_ZERO_WIDTH).split())


def cut_title(title: str) -> str:
    """A title CaseFlow accepts (E10): never empty, at most 255 characters, "…" where it was cut."""
    clean = title.strip()
    if not one_line(clean):
        return NO_TITLE
    return clean if len(clean) <= TITLE_MAX else clean[: TITLE_MAX - 1] + "…"


def cut_text(html: str) -> str:
    """A body CaseFlow accepts: over 64 KiB the first part, as text, and the notice of E10."""
    if len(html.encode()) <= TEXT_MAX_BYTES:
        return html
    budget = TEXT_MAX_BYTES - len(CUT_NOTICE) - 16
    words = escape(plain(html)).encode()[:budget].decode(errors="ignore")
    return f"<p>{re.sub(r'&[^;]{0,8}$', '', words)}</p>{CUT_NOTICE}"


def is_cut(html: str) -> bool:
    """True if `html`, once sanitised, is larger than CaseFlow takes."""
    return len(html.encode()) > TEXT_MAX_BYTES


def begins_with_mask(html: str) -> bool:
    """True if a body's first line is the mask (G4); cheap where the word is absent."""
    return MASK_TEXT in html and lines(html)[:1] == [MASK_TEXT]


def unmasked(html: str) -> str:
    """A body without the mask on top, as simple HTML (G4)."""
    return "".join(f"<p>{escape(line)}</p>" for line in typed_into_mask(html))


def typed_into_mask(html: str) -> list[str]:
    """What a person added to a masked body: its lines without the mask itself (G3, G4)."""
    return [line for line in lines(html) if line != MASK_TEXT]


def holds(description: str, typed: list[str]) -> bool:
    """True if every typed line already stands in the description as a line (an addition whose answer was lost)."""
    return {one_line(line) for line in typed} <= set(lines(description))


def without_additions(description: str) -> str:
    """The description up to its first "Added in Outlook" section: the part a person edits in CaseFlow (G8)."""
    return description.split(ADDITION_MARK, 1)[0]


def appended(description: str, typed: list[str], place: str, day: str) -> str:
    """The description with a section "Added in Outlook, DATE" at its end (G3)."""
    rows = [*typed, *([f"Place: {place}"] if place else [])]
    body = "".join(f"<p>{escape(row)}</p>" for row in rows)
    return f"{description}{ADDITION_MARK}{escape(day)}</strong></p>{body}"
