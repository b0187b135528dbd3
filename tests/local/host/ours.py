"""Index and invoke a function project with the local host, in the form of `truth.py`.

Run as `python -m tests.local.host.ours PROJECT... < cases.json`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from azure.functions.meta import Datum

from local.host.errors import HostError
from local.host.indexing import IndexedFunction, Output, describe, index
from local.host.invoking import Invoker
from local.host.loading import load_app
from tests.local.host import truth_cases


def _invoke(case: truth_cases.Case, function: IndexedFunction) -> dict[str, Any]:
    sent: list[tuple[Output, Datum]] = []
    invoker = Invoker(1, None, lambda output, datum: sent.append((output, datum)))
    outcome = invoker.submit(function, truth_cases.input_datum(case), truth_cases.metadata(case), "compared").result()
    invoker.stop(0)
    outputs = [(output.name, datum) for output, datum in sent if output.name != "$return"]
    return truth_cases.answer(ok=outcome.error is None, returned=outcome.returned, outputs=outputs)


def _answer(project: str, cases: list[truth_cases.Case]) -> dict[str, Any]:
    os.chdir(project)
    sys.modules.pop("function_app", None)
    sys.path.insert(0, project)
    try:
        functions = {function.name: function for function in index(load_app())}
    except HostError as error:
        return {"error": str(error)}
    finally:
        sys.path.remove(project)
    answers = [_invoke(case, functions[case["function"]]) for case in cases]
    found = [describe(function) for function in functions.values()]
    return {"functions": found, "answers": answers}


def main() -> None:
    """Answer for the projects named on the command line and the cases on standard input."""
    cases = json.load(sys.stdin)
    projects = enumerate(sys.argv[1:])
    results = [_answer(project, [] if number else cases) for number, project in projects]
    print(json.dumps(results))  # noqa: T201 - the script's result


if __name__ == "__main__":
    main()
