"""The check of every other browser test, checked: what the browser complains of does not go unseen."""

from typing import Literal

import pytest
from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("script", "event", "complaint"),
    [
        ("console.warn('careful')", "console", "console warning: careful"),
        ("console.error('broken')", "console", "console error: broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "pageerror", "uncaught thrown"),
        ("void fetch('/api/nothing-here')", "console", "console error: Failed to load resource"),
        ("fetch('http://127.0.0.1:1').catch(() => {})", "requestfailed", "GET http://127.0.0.1:1/ failed"),
    ],
    ids=["warning", "error", "exception", "refused", "unreachable"],
)
def test_a_complaint_is_seen(
    page: Page,
    complaints: list[str],
    script: str,
    event: Literal["console", "pageerror", "requestfailed"],
    complaint: str,
) -> None:
    page.goto("/api/health")
    with page.expect_event(event):
        page.evaluate(script)
    assert any(seen.startswith(complaint) for seen in complaints)
    complaints.clear()
