"""Indexing is all or nothing, and says in one line why nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.host.errors import HostError
from local.host.indexing import index
from local.host.loading import load_app
from tests.local.host import written


def index_written(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    (project,) = written.write(folder, {"": text})
    monkeypatch.syspath_prepend(str(project))
    monkeypatch.delitem(sys.modules, "function_app", raising=False)
    try:
        return [function.name for function in index(load_app())]
    finally:
        sys.modules.pop("function_app", None)


@pytest.mark.parametrize("form", written.WORKS)
def test_what_azure_takes_is_taken(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert index_written(tmp_path, monkeypatch, written.WORKS[form])[0] == "f"


@pytest.mark.parametrize("form", written.FAILS)
def test_what_azure_refuses_is_refused_in_one_line(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HostError) as refused:
        index_written(tmp_path, monkeypatch, written.FAILS[form])

    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) > 20


def test_a_binding_the_host_does_not_have_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n@app.blob_trigger(arg_name='b', path='p', connection='c')\ndef f(b: func.InputStream): ..."

    with pytest.raises(HostError, match="f function: the local host has no 'blobTrigger' binding"):
        index_written(tmp_path, monkeypatch, text)


def test_an_app_may_be_indexed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project,) = written.write(tmp_path, {"": written.WORKS["two routes"]})
    monkeypatch.syspath_prepend(str(project))
    monkeypatch.delitem(sys.modules, "function_app", raising=False)
    app = load_app()
    sys.modules.pop("function_app")  # for good: monkeypatch would put this app back for whoever imports it next

    assert [each.name for each in index(app)] == [each.name for each in index(app)] == ["f", "g"]
