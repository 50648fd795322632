import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import CliApp

from server.settings import Settings

ANOTHER_VALUE = {
    "host": "0.0.0.0",
    "port": "0",
    "origins": "http://lab.example.org:8000,https://lab.example.org",
    "token": "some-token-of-some-length",
    "watch_token": "another-token-of-some-length",
    "frame_ancestors": "https://lectures.example.org",
    "log_level": "debug",
    "log_format": "json",
    "open": "true",
    "database": "sqlite:////tmp/sessions.sqlite3",
    "rest_after_seconds": "1.5",
    "max_import_bytes": "2000",
    "max_session_bytes": "20000000",
    "max_body_bytes": "1000",
    "lessons": "/tmp",
    "max_json_bytes": "1000",
    "max_commands_per_second": "1",
    "max_sessions": "1",
    "max_sessions_of_a_client": "1",
    "max_streams_of_a_session": "1",
    "max_view_cells": "1000",
    "max_message_bytes": "1024",
}
OUT_OF_RANGE = {
    "port": "65536",
    "origins": "lab.example.org",
    "token": "too-short",
    "watch_token": "with blanks, and a comma",
    "frame_ancestors": "'self'; script-src *",
    "log_level": "loud",
    "log_format": "poem",
    "open": "perhaps",
    "rest_after_seconds": "0",
    "max_import_bytes": "999",
    "max_session_bytes": "999999",
    "max_body_bytes": "999",
    "lessons": "/there/is/no/such/folder",
    "max_json_bytes": "999",
    "max_commands_per_second": "0",
    "max_sessions": "0",
    "max_sessions_of_a_client": "0",
    "max_streams_of_a_session": "0",
    "max_view_cells": "999",
    "max_message_bytes": "1023",
}


def told(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value).lower()


@pytest.mark.parametrize("name", ["token", "watch_token"])
def test_a_token_is_not_in_what_settings_say_of_themselves(name: str) -> None:
    settings = Settings.model_validate({name: ANOTHER_VALUE[name]})
    assert ANOTHER_VALUE[name] not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_tables_below_have_every_setting() -> None:
    assert set(ANOTHER_VALUE) == set(Settings.model_fields)
    assert set(OUT_OF_RANGE) == set(Settings.model_fields) - {"host", "database"}  # Those show at the start.


def test_the_server_listens_on_this_machine_alone_unless_told_otherwise() -> None:
    assert (Settings().host, Settings().port) == ("127.0.0.1", 8000)


@pytest.mark.parametrize(("name", "value"), ANOTHER_VALUE.items())
def test_each_setting_is_read_from_the_environment(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"GRADIENT_FLOW_{name.upper()}", value)
    assert told(Settings(), name) == value


@pytest.mark.parametrize(("name", "value"), ANOTHER_VALUE.items())
def test_each_setting_is_an_option(name: str, value: str) -> None:
    option = f"--{name.replace('_', '-')}"
    settings = CliApp.run(Settings, cli_args=[option] if name == "open" else [option, value])
    assert told(settings, name) == value


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIENT_FLOW_PORT", "1234")
    assert CliApp.run(Settings, cli_args=["--port", "4321"]).port == 4321


@pytest.mark.parametrize(("name", "value"), OUT_OF_RANGE.items())
def test_a_value_out_of_range_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"GRADIENT_FLOW_{name.upper()}", value)
    with pytest.raises(ValidationError, match=name):
        Settings()
