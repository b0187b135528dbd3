"""Index and invoke a function project with Microsoft's `azure-functions-runtime` (azure.md 2).

Run as `python -m tests.local.host.truth PROJECT... < cases.json` by a Python 3.13 with requirements-truth.txt;
prints a JSON list with {"error"} or {"functions", "answers"} for each project. The cases go to the first.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import types
from typing import Any

from azure_functions_runtime import handle_event, native_invocation
from azure_functions_runtime.utils.threadpool import start_threadpool_executor, stop_threadpool_executor

from tests.local.host import truth_cases


class IndexingError(Exception):
    """Microsoft's runtime refuses the project."""


class _Message:
    """Stands in for a protobuf message: keeps what it is given."""

    def __init__(self, *, status: Any = None, **members: Any) -> None:
        self.status = status
        self.__dict__.update(members)


class _Status(_Message):
    Success, Failure = "success", "failure"


class _Binding(_Message):
    out, inout, undefined = 1, 2, 0


class _Protos:
    StatusResult = _Status
    BindingInfo = _Binding

    def __getattr__(self, name: str) -> type[_Message]:
        return _Message


def _load(project: str) -> list[Any]:
    request = types.SimpleNamespace(
        worker_init_request=types.SimpleNamespace(capabilities={}, function_app_directory=project)
    )
    envelope = types.SimpleNamespace(request=request, properties={"host": "127.0.0.1", "protos": _Protos()})
    done = asyncio.run(handle_event.worker_init_request(envelope))
    if done.result.status != _Status.Success:
        raise IndexingError(str(done.result.exception.message))
    found = asyncio.run(handle_event.functions_metadata_request(envelope))
    return list(found.function_metadata_results)


def _describe(metadata: Any) -> dict[str, Any]:
    bindings = [json.loads(text) for text in metadata.raw_bindings]
    trigger = next(each for each in bindings if each["type"].endswith("Trigger"))
    methods = trigger.get("methods")
    outputs = [each for each in bindings if each["direction"] == "OUT" and each["name"] != "$return"]
    return {
        "name": metadata.name,
        "type": trigger["type"],
        "route": trigger.get("route"),
        "methods": sorted(methods) if methods else None,
        "auth_level": trigger.get("authLevel"),
        "schedule": trigger.get("schedule"),
        "queue": trigger.get("queueName"),
        "outputs": [[each["name"], each["type"], each.get("queueName", "")] for each in outputs],
        "argument": trigger["name"],
    }


def _invoke(case: truth_cases.Case, function_id: str, argument: str) -> dict[str, Any]:
    handled, ok, returned, outputs, _, _ = native_invocation.run_invocation_sync(
        case["function"],
        function_id,
        [(argument, truth_cases.input_datum(case))],
        truth_cases.metadata(case),
    )
    return truth_cases.answer(ok=bool(handled and ok), returned=returned, outputs=outputs)


def _answer(project: str, cases: list[truth_cases.Case]) -> dict[str, Any]:
    os.chdir(project)
    sys.modules.pop("function_app", None)
    sys.path.insert(0, project)
    try:
        found = _load(project)
    except IndexingError as error:
        return {"error": str(error)}
    finally:
        sys.path.remove(project)
    described = {each.name: (each.function_id, _describe(each)) for each in found}
    answers = []
    for case in cases:
        function_id, description = described[case["function"]]
        answers.append(_invoke(case, function_id, description["argument"]))
    functions = [description for _, description in described.values()]
    return {"functions": functions, "answers": answers}


def main() -> None:
    """Answer for the projects named on the command line and the cases on standard input."""
    cases = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        start_threadpool_executor()
        projects = enumerate(sys.argv[1:])
        results = [_answer(project, [] if number else cases) for number, project in projects]
        stop_threadpool_executor()
    print(json.dumps(results))  # noqa: T201 - the script's result


if __name__ == "__main__":
    main()
