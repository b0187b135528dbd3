"""The rules by which a function's parameters must fit its bindings (azure.md 1.1)."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import azure.functions as func

from local.host.errors import HostError

TEXT_TYPES = (str, bytes)


@dataclass(frozen=True)
class Parameter:
    """One bound parameter: its binding's type and what its annotation says about the values."""

    name: str
    binding_type: str
    is_output: bool
    annotation: Any
    annotated: bool


def refuse(function: str, message: str) -> HostError:
    """Return the error that stops indexing, in the form the worker reports it."""
    return HostError(f"cannot load the {function} function: {message}")


def converter(binding_type: str) -> Any:
    """Return the SDK's converter of a binding type, the one Azure's worker uses, or None."""
    registry: Callable[[], Any] = func.get_binding_registry
    return registry().get(binding_type)


def check_parameter(function: str, parameter: Parameter) -> None:
    """Raise HostError unless the annotation fits the binding; a parameter without one always does."""
    if not parameter.annotated:
        return
    declared_out = _is_out(parameter.annotation)
    value_type = _out_argument(function, parameter) if declared_out else parameter.annotation
    _check_is_type(function, parameter, value_type)
    _check_direction(function, parameter, declared_out=declared_out)
    if value_type not in TEXT_TYPES and not _fits(parameter, value_type):
        raise refuse(
            function,
            f"type of {parameter.name} binding '{parameter.binding_type}' does not match its "
            f"Python annotation {value_type!r}",
        )


def check_context(function: str, annotations: Mapping[str, Any]) -> None:
    """Raise HostError when `context` is annotated as anything but azure.functions.Context."""
    annotation = annotations.get("context", func.Context)
    if not isinstance(annotation, type) or annotation.__name__ != "Context":
        raise refuse(function, f"the 'context' parameter must be azure.functions.Context, not {annotation!r}")


def check_return(function: str, binding_type: str, annotations: Mapping[str, Any]) -> None:
    """Raise HostError when the return annotation does not fit the `$return` binding."""
    if "return" not in annotations:
        return
    annotation = annotations["return"]
    if not isinstance(annotation, type):
        raise refuse(function, f"has invalid non-type return annotation {annotation!r}")
    if not converter(binding_type).check_output_type_annotation(annotation):
        raise refuse(function, f"return annotation {annotation!r} does not match binding type '{binding_type}'")


def _is_out(annotation: Any) -> bool:
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and origin.__name__ == "Out"


def _out_argument(function: str, parameter: Parameter) -> Any:
    arguments = typing.get_args(parameter.annotation)
    if len(arguments) != 1:
        raise refuse(function, f"binding {parameter.name} has invalid Out annotation {parameter.annotation!r}")
    return arguments[0]


def _check_is_type(function: str, parameter: Parameter, value_type: Any) -> None:
    generic = isinstance(typing.get_origin(value_type), type) and not isinstance(
        value_type, types.GenericAlias | types.UnionType
    )
    if not generic and not isinstance(value_type, type):
        raise refuse(function, f"binding {parameter.name} has invalid non-type annotation {parameter.annotation!r}")


def _check_direction(function: str, parameter: Parameter, *, declared_out: bool) -> None:
    if parameter.is_output and not declared_out:
        raise refuse(function, f"binding {parameter.name} is an output; annotate it as azure.functions.Out")
    if declared_out and not parameter.is_output:
        raise refuse(function, f"binding {parameter.name} is an input but is annotated as Out")


def _fits(parameter: Parameter, value_type: Any) -> bool:
    rules = converter(parameter.binding_type)
    if parameter.is_output:
        return bool(rules.check_output_type_annotation(value_type))
    return isinstance(value_type, type) and bool(rules.check_input_type_annotation(value_type))
