"""The local host says the same as Microsoft's own runtime (azure-functions-runtime, Python 3.13)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.local.host import written
from tests.local.host.runtime import ROOT, both

pytestmark = pytest.mark.integration

SAMPLE = ROOT / "tests" / "local" / "host" / "sample"
SETTINGS = {"SAMPLE_QUEUE": "sample", "SAMPLE_SCHEDULE": "0 0 0 1 1 *"}


def test_the_sample_is_indexed_and_answers_alike(python: str) -> None:
    if not python:
        return
    cases = json.loads((SAMPLE / "cases.json").read_text())

    (truth,), (ours,) = both(python, [SAMPLE], cases, SETTINGS)

    assert {case["function"] for case in cases} == {function["name"] for function in truth["functions"]}
    assert ours["functions"] == truth["functions"]
    assert ours["answers"] == truth["answers"]
    assert len(truth["answers"]) == len(cases)


def test_what_indexing_takes_and_refuses_is_alike(python: str, tmp_path: Path) -> None:
    if not python:
        return
    forms = {**written.WORKS, **written.FAILS}
    projects = written.write(tmp_path, forms)

    truth, ours = both(python, projects, [], {})

    assert {form: "error" in found for form, found in zip(forms, truth, strict=True)} == {
        form: form in written.FAILS for form in forms
    }
    for form, expected, found in zip(forms, truth, ours, strict=True):
        assert ("error" in found) == ("error" in expected), (form, expected, found)
        assert found.get("functions") == expected.get("functions"), form
