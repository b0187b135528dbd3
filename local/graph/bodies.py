"""Event bodies: the HTML that Exchange makes of what it was given, and the text it reads out of HTML."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.parser import HTMLParser

_OPEN = '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>'
_CLOSE = "</body></html>"
_INNER = re.compile(r"<body[^>]*>(.*)</body\s*>", re.IGNORECASE | re.DOTALL)
_SHELL = re.compile(r"</?(html|body)[^>]*>|<head[^>]*>.*?</head\s*>", re.IGNORECASE | re.DOTALL)
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "hr", "blockquote"})
_SILENT = frozenset({"script", "style", "head", "title"})
PREVIEW = 255


@lru_cache(maxsize=4096)
def wrapped(kind: str, content: str) -> str:
    """Return the HTML that Exchange keeps for a body of kind `text` or `html`; nothing stays nothing."""
    if not content:
        return ""
    inner = html.escape(content, quote=False).replace("\r\n", "\n").replace("\n", "<br>\r\n")
    if kind == "html":
        found = _INNER.search(content)
        inner = found.group(1) if found else _SHELL.sub("", content)
    return f"{_OPEN}{inner}{_CLOSE}"


@lru_cache(maxsize=4096)
def text_of(kind: str, content: str) -> str:
    """Return a body as text, lines ended by CR LF, as `Prefer: outlook.body-content-type="text"` answers it."""
    if kind == "text":
        return content
    reader = _Reader()
    reader.feed(content)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return "\r\n".join(lines).strip("\r\n")


def preview(kind: str, content: str) -> str:
    """Return `bodyPreview`: the first 255 characters of the text."""
    return text_of(kind, content)[:PREVIEW]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "p":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\r", " ").replace("\n", " "))
