"""What can be set: on the command line, and in the environment with the prefix `GRADIENT_FLOW_`."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.guard import origin_of
from server.logs import Format, Level


class Settings(BaseSettings):
    """Gradient Flow: see backpropagation, op by op, in the browser."""

    model_config = SettingsConfigDict(
        env_prefix="GRADIENT_FLOW_",
        cli_prog_name="python -m server",
        cli_implicit_flags=True,
        cli_kebab_case=True,
        extra="forbid",
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    origins: str = Field(
        "",
        description="Further addresses the page is opened under, as a browser shows them, separated by commas: "
        "http://lab.example.org:8000. Required where it listens beyond this machine.",
    )
    token: SecretStr = Field(
        SecretStr(""),
        description="Who has it may do everything. Left out, and listening beyond this machine: one is made, and "
        "stands in the link that is printed at the start; on this machine alone none is needed.",
    )
    watch_token: SecretStr = Field(
        SecretStr(""), description="Who has it may look, and change nothing: a link for a class. Made as the other is."
    )
    frame_ancestors: str = Field(
        "'self'",
        description="Which sites may embed the page in a frame, as in a Content-Security-Policy: 'self', or "
        "https://lectures.example.org.",
    )
    log_level: Level = Field(
        "warning", description="What is told on stderr: debug, info (each request), warning or error."
    )
    log_format: Format = Field("text", description="How: text, one readable line each, or json.")
    open: bool = Field(False, description="Open the page in the browser once the server is up.")
    database: str = Field(
        "",
        description="Where sessions are kept, as an SQLAlchemy URL (sqlite:////path/to/file or "
        "postgresql://user:password@host/database); left out: a file in the user's data folder.",
    )
    rest_after_seconds: float = Field(
        600, gt=0, allow_inf_nan=False, description="A session that nobody touches for so long is put to rest."
    )
    max_import_bytes: int = Field(
        100_000_000, ge=1_000, description="Largest file of a session that can be imported, in bytes."
    )
    max_session_bytes: int = Field(
        2_000_000_000, ge=10_000_000, description="Memory that one session's tensors may take, in bytes."
    )
    max_body_bytes: int = Field(
        10_000_000, ge=1_000, description="Largest request body: words or a parameter, in bytes."
    )
    lessons: str = Field(
        "", description="A folder of lessons of your own, Markdown files that stand beside those that come with it."
    )
    max_json_bytes: int = Field(
        1_000_000, ge=1_000, description="Largest body of all other requests, in bytes, sent in chunks too."
    )
    max_commands_per_second: int = Field(
        1_000, ge=1, description="Commands, which change something, that one client may give in a second."
    )
    max_sessions: int = Field(1_000, ge=1, description="Sessions that are kept at a time.")
    max_sessions_of_a_client: int = Field(
        500, ge=1, description="Sessions that one client may have made, since the server started."
    )
    max_streams_of_a_session: int = Field(200, ge=1, description="Pages that may show one session at a time.")
    max_view_cells: int = Field(
        16_000_000, ge=1_000, description="Numbers in one frame: of all views that a page shows together."
    )
    max_message_bytes: int = Field(65_536, ge=1_024, description="Largest message a page may send on the stream.")

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, origins: str) -> str:
        return ",".join(origin_of(origin) for origin in origins.split(",") if origin.strip())

    @field_validator("token", "watch_token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if text and not re.fullmatch(r"[A-Za-z0-9._~-]{16,200}", text):
            raise ValueError("a token has 16 to 200 letters, figures and any of . _ ~ -")
        return token

    @field_validator("frame_ancestors")
    @classmethod
    def _is_one_directive(cls, sources: str) -> str:
        if not re.fullmatch(r"[\x21-\x2b\x2d-\x3a\x3c-\x7e]+( [\x21-\x2b\x2d-\x3a\x3c-\x7e]+)*", sources):
            raise ValueError("sources are separated by single spaces, and have no comma or semicolon")
        return sources

    @field_validator("lessons")
    @classmethod
    def _is_a_folder(cls, lessons: str) -> str:
        if lessons and not Path(lessons).is_dir():
            raise ValueError(f"there is no folder {lessons}")
        return lessons
