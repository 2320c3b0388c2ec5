"""Every environment variable that Jeongsan reads, with its type, default and meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent.parent

Names = Annotated[list[str], NoDecode]
"""A list written with commas, as people write it in a shell."""
Keys = Annotated[list[Annotated[SecretStr, Field(min_length=32)]], NoDecode]
"""The same of secrets; a short one could be guessed."""


class Environment(BaseSettings):
    """The variables of one process; an unusable value stops the start with its name."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    jeongsan_var: Path = Field(default=CHECKOUT / "var", description="Where everything that changes is kept.")
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL 15 or newer; absent: the embedded server."
    )
    celery_broker_url: SecretStr | None = Field(
        default=None, description="redis:// or amqp://; absent: PGMQ in the database."
    )
    celery_visibility_timeout: int = Field(
        default=3600, ge=1, description="Seconds after which the task of a vanished worker is given to another."
    )
    secret_key: SecretStr | None = Field(default=None, description="Signs sessions; absent: made once and kept in var.")
    encryption_keys: Keys = Field(
        default=[], description="Close the secrets of providers, newest first; absent: derived from secret_key."
    )
    webhook_loopback: bool = Field(
        default=False, description="Let webhooks go to this machine, by plain HTTP too; for trying them out only."
    )
    debug: bool = Field(default=False, description="Django's debug pages; never on a machine that others reach.")
    bind: str = Field(default="127.0.0.1", description="The address that the web server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port that the web server listens on.")
    allowed_hosts: Names = Field(
        default=["localhost", "127.0.0.1", "[::1]"], description="Host names the site answers to."
    )
    csrf_trusted_origins: Names = Field(
        default=[], description="Origins such as https://pay.example.com behind a proxy."
    )
    trusted_proxy_count: int = Field(
        default=0, ge=0, le=10, description="Reverse proxies in front whose headers are true."
    )
    api_requests_per_minute: int = Field(
        default=6000, ge=0, description="Requests a minute of one key of the merchant API; 0: as many as it likes."
    )
    unsigned_deliveries_per_minute: int = Field(
        default=600, ge=0, description="Unsigned webhooks a minute from one address, in each web process; 0: no bound."
    )
    reporting_zone: str = Field(
        default="Asia/Seoul",
        description="The zone whose calendar days figures are kept by; change it, then rebuild_rollups.",
    )
    reporting_currency: str = Field(
        default="KRW", pattern="^[A-Z]{3}$", description="The currency of amounts for which nobody names another."
    )
    https_only: bool = Field(default=False, description="Secure cookies, redirect to https, HSTS.")
    email_host: str = Field(default="", description="SMTP server; absent: mail is written to files in var/mail.")
    email_port: int = Field(default=587, ge=1, le=65535, description="SMTP port.")
    email_host_user: str = Field(default="", description="SMTP user.")
    email_host_password: SecretStr = Field(default=SecretStr(""), description="SMTP password.")
    email_use_tls: bool = Field(default=True, description="STARTTLS on the SMTP connection.")
    default_from_email: str = Field(default="jeongsan@localhost", description="The sender of our mail.")
    file_drop: Path | None = Field(
        default=None, description="A folder whose files are imported: movements/, statements/, bank/; none: no drop."
    )
    file_drop_settle_seconds: float = Field(
        default=10, ge=1, le=3600, description="How long a dropped file must stand still before it is taken."
    )
    file_drop_language: Literal["en", "ko", "ja"] = Field(
        default="en", description="The language of the reasons beside refused files of the drop."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least level logged."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="One JSON object a line, or lines for people."
    )
    web_workers: int = Field(default=2, ge=1, le=64, description="Processes of the web server.")
    web_threads: int = Field(default=4, ge=1, le=64, description="Threads of each web process.")
    worker_concurrency: int = Field(default=2, ge=1, le=64, description="Processes of the task worker.")

    @field_validator("allowed_hosts", "csrf_trusted_origins", "encryption_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("reporting_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        return ZoneInfo(value).key

    @field_validator("jeongsan_var")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()
