"""Indexing: from the app's decorators to functions the host can run; all or nothing (azure.md 1.1)."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func

from local.host.annotations import (
    TEXT_TYPES,
    Parameter,
    check_context,
    check_parameter,
    check_return,
    refuse,
)
from local.host.errors import HostError

TRIGGERS = ("httpTrigger", "timerTrigger", "queueTrigger")
OUTPUTS = ("http", "queue")
_OUT = 1


@dataclass(frozen=True)
class Output:
    """An output binding: the parameter that carries it (or `$return`) and where its values go."""

    name: str
    type: str
    queue_name: str = ""
    connection: str = ""


@dataclass(frozen=True)
class IndexedFunction:
    """One function as the host knows it; `trigger` is the trigger's function.json form."""

    name: str
    handler: Callable[..., Any]
    trigger: Mapping[str, Any]
    argument: str
    plain_text: bool
    outputs: tuple[Output, ...]
    returns: Output | None
    takes_context: bool
    directory: str

    @property
    def kind(self) -> str:
        """The trigger's type: httpTrigger, timerTrigger or queueTrigger."""
        return str(self.trigger["type"])


def index(app: func.FunctionApp) -> tuple[IndexedFunction, ...]:
    """Return the app's functions in the order written.

    Raises HostError, one line, for the first function that breaks a rule: then none is run.
    """
    # The SDK remembers names over calls and would call the same functions duplicates the second time.
    app.functions_bindings = {}
    try:
        functions = app.get_functions()
    except ValueError as error:
        raise HostError(" ".join(str(error).split())) from error
    return tuple(_index_one(function) for function in functions)


def describe(function: IndexedFunction) -> dict[str, Any]:
    """Return what the function listens to, in plain values: name, type, route, methods, schedule, queue."""
    trigger = function.trigger
    methods = trigger.get("methods")
    return {
        "name": function.name,
        "type": trigger["type"],
        "argument": function.argument,
        "route": trigger.get("route"),
        "methods": sorted(str(method) for method in methods) if methods else None,
        "auth_level": str(trigger["authLevel"]) if trigger.get("authLevel") is not None else None,
        "schedule": trigger.get("schedule"),
        "queue": trigger.get("queueName"),
        "outputs": [[output.name, output.type, output.queue_name] for output in function.outputs],
    }


def _index_one(function: Any) -> IndexedFunction:
    name, handler = function.get_function_name(), function.get_user_function()
    annotations = _annotations(name, handler)
    parameters = set(inspect.signature(handler).parameters)
    bindings = {binding.name: binding for binding in function.get_bindings()}
    for binding in bindings.values():
        _check_known(name, binding)
    returns = bindings.pop("$return", None)
    takes_context = "context" in parameters and "context" not in bindings
    _check_names(name, parameters - ({"context"} if takes_context else set()), set(bindings))
    if takes_context:
        check_context(name, annotations)
    for binding in bindings.values():
        check_parameter(name, _parameter(binding, annotations))
    if returns is not None:
        check_return(name, returns.type, annotations)
    trigger = function.get_trigger()
    return IndexedFunction(
        name=name,
        handler=handler,
        trigger=trigger.get_dict_repr(),
        argument=trigger.name,
        plain_text=annotations.get(trigger.name) in TEXT_TYPES,
        outputs=tuple(_output(binding) for binding in bindings.values() if binding.direction == _OUT),
        returns=None if returns is None else _output(returns),
        takes_context=takes_context,
        directory=str(Path(inspect.getfile(handler)).parent),
    )


def _annotations(name: str, handler: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(handler)
    except NameError as error:
        raise refuse(name, f"an annotation cannot be resolved: {error}; import the name at run time") from error


def _check_known(name: str, binding: Any) -> None:
    known = OUTPUTS if binding.direction == _OUT else TRIGGERS
    if binding.type not in known:
        raise refuse(name, f"the local host has no '{binding.type}' binding; it has {', '.join(known)}")


def _check_names(name: str, parameters: set[str], bound: set[str]) -> None:
    if unbound := parameters - bound:
        raise refuse(name, f"parameters declared in Python but not in a decorator: {', '.join(sorted(unbound))}")
    if missing := bound - parameters:
        raise refuse(name, f"bindings without a parameter in Python: {', '.join(sorted(missing))}")


def _parameter(binding: Any, annotations: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=binding.name,
        binding_type=binding.type,
        is_output=binding.direction == _OUT,
        annotation=annotations.get(binding.name),
        annotated=binding.name in annotations,
    )


def _output(binding: Any) -> Output:
    return Output(
        name=binding.name,
        type=binding.type,
        queue_name=getattr(binding, "queue_name", ""),
        connection=getattr(binding, "connection", ""),
    )
