"""One line for each job, from an allow-list (product.md G6)."""

from __future__ import annotations

import logging
import re

import pytest

from shared import log


def test_a_line_holds_its_members_in_its_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "outlooksync")
    log.line("sync.done", firm="f1", staff="s-1", job="j1", pulled=3, ms=812.5, paused=False, code=None)
    assert caplog.messages == ["sync.done firm=f1 staff=s-1 job=j1 pulled=3 ms=812.5 paused=false"]


@pytest.mark.parametrize("name", ["title", "email", "subject", "token", "body"])
def test_a_name_outside_the_list_is_a_program_error(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        log.formatted("sync.done", {name: "x"})


@pytest.mark.parametrize("value", ["Deposition of Jane Roe", "", "x" * 201, "a\nb", ["id"], {"id": 1}])
def test_a_value_that_is_no_id_code_or_number_is_a_program_error(value: object) -> None:
    with pytest.raises(ValueError, match="no id, code or number"):
        log.formatted("sync.done", {"code": value})  # type: ignore[dict-item]


def test_an_odd_id_of_another_service_is_shown_as_a_digest() -> None:
    text = log.formatted("sync.failed", {"firm": "Roe & Partners / 1", "reference": "<html>\n", "code": "timeout"})
    assert re.fullmatch(r"sync\.failed firm=~[0-9a-f]{12} reference=~[0-9a-f]{12} code=timeout", text)


def test_the_libraries_own_lines_stay_out() -> None:
    log.quieten()
    for name in ("azure.core.pipeline", "urllib3.connectionpool", "msal.application"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
