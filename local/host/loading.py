"""Finding the app: host.json, local.settings.json and function_app.py of a project folder."""

from __future__ import annotations

import importlib
import json
import os
import traceback
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func

from local.host.errors import HostError

MODULE = "function_app"


def read_host_json(folder: Path) -> dict[str, Any]:
    """Return the project's host.json; raises HostError when it is missing or no JSON object."""
    return _read_object(folder / "host.json")


def apply_local_settings(folder: Path, environment: MutableMapping[str, str]) -> None:
    """Add the `Values` of local.settings.json, where there is one, to those settings not set already."""
    path = folder / "local.settings.json"
    if path.exists():
        for name, value in _read_object(path).get("Values", {}).items():
            environment.setdefault(name, str(value))


def load_app() -> func.FunctionApp:
    """Import `function_app` and return the one app in it.

    Raises HostError with one line for whatever the import raises: in Azure, too, nothing runs then.
    """
    return find_app(_import())


def find_app(module: ModuleType) -> func.FunctionApp:
    """Return the module's app; two names for one, even of the same object, are refused as in Azure."""
    found = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
    if not found:
        raise HostError(f"{module.__name__}.py has no top-level FunctionApp; write app = func.FunctionApp()")
    if len(found) > 1:
        raise HostError(f"More than one FunctionApp is defined in {module.__name__}.py; keep one name")
    app = found[0]
    if not isinstance(app, func.FunctionApp):
        raise HostError(f"{module.__name__}.py defines a {type(app).__name__}; the local host runs FunctionApp")
    return app


def _import() -> ModuleType:
    # A future holds whatever the app raises, SystemExit included.
    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool:
        done = pool.submit(importlib.import_module, MODULE)
        error = done.exception()
    if error is None:
        return done.result()
    raise HostError(_one_line(error)) from error


def _one_line(error: BaseException) -> str:
    """Return the app's own sentence; for a programming fault also its kind and place."""
    text = " ".join(str(error).split())
    if isinstance(error, ValueError | SystemExit | RuntimeError) or type(error).__module__ != "builtins":
        return text or type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename[:1] != "<"]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else MODULE
    return f"{MODULE} cannot be imported: {type(error).__name__}: {text} ({place})"


def _read_object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise HostError(f"{path.name} is missing in {os.fspath(path.parent)}; start in the project's folder") from error
    except ValueError as error:
        raise HostError(f"{path.name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise HostError(f"{path.name} must be a JSON object")
    return found
