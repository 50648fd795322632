"""Every answer tells the browser what the page may load and who may embed it."""

import re

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.headers import security_headers
from server.settings import Settings

PATHS = ["/", "/docs", "/docs/start.js", "/openapi.json", "/main.js", "/api/health", "/api/nothing", "/api/sessions"]


def directives(policy: str) -> dict[str, str]:
    return dict(directive.split(" ", 1) for directive in policy.split("; "))


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_them(client: TestClient, path: str) -> None:
    answer = client.get(path)
    for name, value in security_headers("'self'").items():
        assert answer.headers[name] == value


def test_scripts_are_own_files_alone_and_nothing_is_allowed_that_is_not_named() -> None:
    policy = directives(security_headers("'none'")["Content-Security-Policy"])
    assert (policy["default-src"], policy["script-src"], policy["base-uri"]) == ("'none'", "'self'", "'none'")
    assert [name for name, value in policy.items() if "unsafe" in value] == ["style-src"]
    assert not any("http" in value or "*" in value for value in policy.values())


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_no_page_has_a_script_within(client: TestClient, path: str) -> None:
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", client.get(path).text, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    assert not re.search(r"\son\w+=", client.get(path).text)


def test_who_may_embed_the_page_is_a_setting() -> None:
    with TestClient(
        create_app(Settings(database="sqlite://", frame_ancestors="https://lectures.example.org"))
    ) as other:
        policy = directives(other.get("/").headers["Content-Security-Policy"])
    assert policy["frame-ancestors"] == "https://lectures.example.org"
