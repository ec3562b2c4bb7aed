"""Settings from `SAMBANG_*` variables; those of the database apart, so that a migration needs no token secret."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.core.pool import cores

Environment = Literal["production", "development", "test"]


class DatabaseSettings(BaseSettings):
    """Where the database is and what its roles are called.

    `database_url` is the login role's (owns nothing); `database_owner_url` migrates, installs roles and seeds.
    """

    model_config = SettingsConfigDict(env_prefix="SAMBANG_", extra="ignore")

    env: Environment = "production"
    database_url: str
    database_owner_url: str | None = None
    # the server itself, where `database_url` is a PgBouncer in transaction mode: the worker keeps locks of its session
    database_direct_url: str | None = None
    role_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}_$")] = "sambang_"
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    pool_timeout_s: Annotated[float, Field(gt=0)] = 2.0
    statement_timeout_ms: Annotated[int, Field(ge=100)] = 15_000

    @property
    def direct_url(self) -> str:
        """A connection that is one session from its beginning to its end."""
        return self.database_direct_url or self.database_url

    @property
    def behind_a_pooler(self) -> bool:
        """Whether each transaction of `database_url` may find another server process."""
        return self.database_direct_url is not None

    @property
    def owner_url(self) -> str:
        """The owner's connection, or the ordinary one where a deployment has only one."""
        return self.database_owner_url or self.direct_url


class Settings(DatabaseSettings):
    """All that the API and the worker need beside the database."""

    issuer: str = "https://sambang.malangkota.go.id"
    audience: str = "sambang"
    private_folder: Path = Path(".sambang")
    # `s3://bucket/photos`, `gs://…`, `az://…`: credentials as each store's own environment variables; else a folder
    photos_url: str | None = None
    log_level: Literal["info", "warning", "error"] = "info"
    cors_origins: Annotated[list[str], NoDecode] = []
    access_token_s: Annotated[int, Field(ge=60, le=900)] = 600
    refresh_token_days: Annotated[int, Field(ge=1, le=30)] = 14
    session_days: Annotated[int, Field(ge=1, le=366)] = 90  # then even a session in daily use ends (ASVS 10.4.8)
    idempotency_hours: int = 72
    # calls a minute, over all processes; an address is asked about calls without a valid token alone
    calls_person: Annotated[int, Field(ge=60, le=1_000_000)] = 3000
    calls_machine: Annotated[int, Field(ge=60, le=1_000_000)] = 600
    calls_address: Annotated[int, Field(ge=60, le=1_000_000)] = 3000
    sweep_every_s: Annotated[float, Field(ge=0.1, le=604_800)] = 86_400.0
    seal_every_s: Annotated[float, Field(ge=0.1, le=60)] = 2.0
    audit_stuck_s: Annotated[float, Field(ge=5)] = 900.0
    worker_processes: Annotated[int, Field(ge=1, le=64)] = Field(default_factory=lambda: min(cores(), 4))

    @field_validator("cors_origins", mode="before")
    @classmethod
    def split_origins(cls, value: object) -> object:
        """`SAMBANG_CORS_ORIGINS` is a list with commas."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @property
    def keys_folder(self) -> Path:
        """Where the private keys lie: readable by one user, never committed, apart from the data."""
        return self.private_folder / "keys"

    @property
    def files_folder(self) -> Path:
        """Where uploaded files lie, encrypted."""
        return self.private_folder / "files"


@cache
def database_settings() -> DatabaseSettings:
    """The database's settings, read once."""
    return DatabaseSettings()


@cache
def settings() -> Settings:
    """All settings, read once."""
    return Settings()
