"""The check of every other browser test, checked: what the browser complains of does not go unseen."""

from typing import Literal

import pytest
from playwright.sync_api import Page

INLINE = "document.body.append(Object.assign(document.createElement('script'), { textContent: '1' }))"


@pytest.mark.parametrize(
    ("script", "event", "complaint"),
    [
        ("console.warn('careful')", "console", "console warning: careful"),
        ("console.error('broken')", "console", "console error: broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "pageerror", "uncaught thrown"),
        ("void fetch('/api/nothing-here')", "console", "console error: Failed to load resource"),
        ("fetch('http://127.0.0.1:1').catch(() => {})", "console", "console error: Connecting to 'http://127.0.0.1:1"),
        (INLINE, "console", "console error: Executing inline script violates"),
    ],
    ids=["warning", "error", "exception", "refused", "foreign request", "script within"],
)
def test_a_complaint_is_seen(
    page: Page,
    complaints: list[str],
    script: str,
    event: Literal["console", "pageerror"],
    complaint: str,
) -> None:
    page.goto("/api/health")
    with page.expect_event(event):
        page.evaluate(script)
    assert any(seen.startswith(complaint) for seen in complaints)
    complaints.clear()


def test_a_request_that_comes_nowhere_is_seen(page: Page, complaints: list[str]) -> None:
    page.goto("about:blank")  # Whose policy forbids no address
    with page.expect_event("requestfailed"):
        page.evaluate("fetch('http://127.0.0.1:1').catch(() => {})")
    assert any(seen.startswith("GET http://127.0.0.1:1/ failed") for seen in complaints)
    complaints.clear()
