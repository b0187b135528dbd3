"""Tiny function apps, each with one thing written rightly or wrongly (azure.md 1.1)."""

from __future__ import annotations

from pathlib import Path

_QUEUE = 'connection="AzureWebJobsStorage"'
_HEAD = """
import functools
from typing import List, Optional, Sequence
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""
_TRIGGER = f'\n@app.queue_trigger(arg_name="msg", queue_name="q", {_QUEUE})'
_OUTPUT = f'{_TRIGGER}\n@app.queue_output(arg_name="out", queue_name="o", {_QUEUE})'
_RETURN = f'{_TRIGGER}\n@app.queue_output(arg_name="$return", queue_name="o", {_QUEUE})'
_ROUTE = "\n@app.route(route='r')"
_PLAIN = "\ndef f(req: func.HttpRequest) -> func.HttpResponse: return func.HttpResponse()"
_WRAPPED = """
def quiet(handler):
    @functools.wraps(handler)
    def inner(*args, **kwargs): return handler(*args, **kwargs)
    return inner
"""

WORKS = {
    "Out[List[str]]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[List[str]]) -> None: ...",
    "Out[Sequence[str]]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[Sequence[str]]): ...",
    "Out[str]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[str]): ...",
    "Out[bytes]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[bytes]): ...",
    "Out[QueueMessage]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[func.QueueMessage]): ...",
    "no annotation": f"{_OUTPUT}\ndef f(msg, out): ...",
    "text argument": f"{_TRIGGER}\ndef f(msg: str): ...",
    "$return without annotation": f"{_RETURN}\ndef f(msg: func.QueueMessage): ...",
    "$return str": f"{_RETURN}\ndef f(msg: func.QueueMessage) -> str: ...",
    "context": f"{_TRIGGER}\ndef f(msg: func.QueueMessage, context: func.Context): ...",
    "wraps": f"{_WRAPPED}{_ROUTE}\n@quiet{_PLAIN}",
    "two routes": f"{_ROUTE}{_PLAIN}\n@app.route(route='s')\ndef g(req: func.HttpRequest) -> str: return ''",
}

FAILS = {
    "Out[list[str]]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[list[str]]): ...",
    "Out bare": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out): ...",
    "Out[List[QueueMessage]]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[List[func.QueueMessage]]): ...",
    "Out[int]": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: func.Out[int]): ...",
    "out not Out": f"{_OUTPUT}\ndef f(msg: func.QueueMessage, out: str): ...",
    "in as Out": f"{_TRIGGER}\ndef f(msg: func.Out[str]): ...",
    "QueueMessage | None": f"{_TRIGGER}\ndef f(msg: func.QueueMessage | None): ...",
    "Optional[QueueMessage]": f"{_TRIGGER}\ndef f(msg: Optional[func.QueueMessage]): ...",
    "wrong trigger type": f"{_TRIGGER}\ndef f(msg: func.HttpRequest): ...",
    "-> List[str] with $return": f"{_RETURN}\ndef f(msg: func.QueueMessage) -> List[str]: ...",
    "-> dict of HTTP": f"{_ROUTE}\ndef f(req: func.HttpRequest) -> dict: ...",
    "-> None of HTTP": f"{_ROUTE}\ndef f(req: func.HttpRequest) -> None: ...",
    "default parameter": f"{_ROUTE}\ndef f(req: func.HttpRequest, extra=1): ...",
    "other name": f"{_ROUTE}\ndef f(request: func.HttpRequest): ...",
    "context of another type": f"{_TRIGGER}\ndef f(msg: func.QueueMessage, context: str): ...",
    "no wraps": f"{_WRAPPED.replace('@functools.wraps(handler)', '')}{_ROUTE}\n@quiet{_PLAIN}",
    "duplicate names": f"{_ROUTE}{_PLAIN}\n@app.route(route='s'){_PLAIN}",
    "an alias": f"{_ROUTE}{_PLAIN}\nagain = app",
    "no trigger": f'\n@app.queue_output(arg_name="out", queue_name="o", {_QUEUE})\ndef f(out: func.Out[str]): ...',
    "import error": "\nimport no_such_module",
    "missing setting": "\nimport os\nos.environ['NO_SUCH_SETTING']",
}


def write(folder: Path, written: dict[str, str]) -> list[Path]:
    """Write each app into a project folder of its own; return the folders in order."""
    projects = [folder / str(number) for number in range(len(written))]
    for project, text in zip(projects, written.values(), strict=True):
        project.mkdir(parents=True)
        (project / "function_app.py").write_text(_HEAD + text)
    return projects
