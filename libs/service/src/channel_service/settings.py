"""Settings of a service's process, from environment variables that begin with ``QUDAO_``, else from files of the same names."""

import base64
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from channel_events import BadSecurity, Broker, Security, read_topic_key, scoped_role
from channel_terms import SAID_LIKE, Calendar, fiscal_calendar
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

PREFIX = "QUDAO_"
SECRETS = Path("/run/secrets")
"""Where containers are given their secrets: files like ``qudao_database_url``. ``QUDAO_SECRETS_FOLDER`` names another folder."""
Role = Literal["api", "worker", "all"]


class BadSettings(Exception):
    """The process must not start; the text is one plain line per reason that says what to do."""


def _postgres_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname or not parts.username or parts.path in {"", "/"}:
        raise ValueError("not the URL of a PostgreSQL database with user, host and database name")
    return value


def _bootstrap(value: str) -> str:
    for address in value.split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError("not a list of host:port")
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not the URL of an HTTP server")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder's name, a path outside the data
        raise ValueError("not a time zone of the IANA list") from None
    return value


def _fiscal_year(value: str) -> str:
    fiscal_calendar(value)
    return value


def _topic_prefix(value: str) -> str:
    if not re.fullmatch(r"[a-zA-Z0-9._-]{0,100}", value):
        raise ValueError("topic names hold letters, digits, '.', '_' and '-' only")
    return value


def _secrets_key(value: SecretStr) -> SecretStr:
    try:
        keys = [base64.b64decode(key.strip(), validate=True) for key in value.get_secret_value().split(",")]
    except ValueError:
        keys = [b""]
    if any(len(key) != 32 for key in keys):
        raise ValueError("not keys of 32 bytes in base64")
    return value


def _topic_key(value: SecretStr) -> SecretStr:
    read_topic_key(value.get_secret_value())
    return value


def _origin(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and value == f"{parts.scheme}://{parts.netloc}"


def _origins(value: str) -> str:
    if not all(_origin(one) for one in value.split(",") if one):
        raise ValueError("not a list of origins")
    return value


def _service_urls(value: str) -> str:
    for one in value.split(","):
        name, _, url = one.partition("=")
        if one and not (name and _origin(url)):
            raise ValueError("not a list of service=origin")
    return value


def _rate(value: str) -> str:
    per_second, slash, burst = value.partition("/")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", per_second) or not re.fullmatch(r"[0-9]{1,7}", burst) or not slash:
        raise ValueError("not requests a second and at once, like 50/500")
    if not float(per_second) or not int(burst):
        raise ValueError("must not be zero")
    return value


RateText = Annotated[str, AfterValidator(_rate)]


def _jwks(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("keys that came over plain HTTP could be anybody's")
    if not value or (parts.scheme in {"http", "https"} and not parts.hostname):
        raise ValueError("neither a file nor a URL")
    return value


_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]


class Settings(BaseSettings):
    """One process is one service, so the variables carry no service's name.

    The description of a field is what a refusal tells the operator to write.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    database_url: PostgresUrl = Field(
        description="the URL of the service's database with the service's own role, like postgresql://incentives@127.0.0.1:55432/incentives"
    )
    owner_database_url: PostgresUrl | None = Field(
        None, description="the same database with the owner's role, like postgresql://incentives_owner@127.0.0.1:55432/incentives"
    )
    kafka_bootstrap: Annotated[str, AfterValidator(_bootstrap)] | None = Field(
        None, description="the broker's addresses as host:port, separated by commas, like 127.0.0.1:59092"
    )
    broker_profile: Literal["embedded", "kafka"] = Field("embedded", description="embedded or kafka")
    topic_replication: int | None = Field(
        None, ge=1, le=15, description="how many brokers hold each record of the service's topic, like 3 (default: embedded 1, kafka 3)"
    )
    topic_prefix: Annotated[str, AfterValidator(_topic_prefix)] = Field(
        "qudao.", description="what all topic names begin with, like qudao. (letters, digits, '.', '_', '-')"
    )
    topic_key: Annotated[SecretStr, AfterValidator(_topic_key)] | None = Field(
        None,
        description="a key of 32 bytes in base64, the same for all services: records that are not signed with it are not read; "
        "for a broker that others can write to, like the output of: openssl rand -base64 32",
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL: SSL is TLS, SASL a user with a password"
    )
    kafka_security_ca: str | None = Field(
        None, description="the PEM file of who signed the broker's certificate (default: whom the system trusts), like /run/secrets/ca.crt"
    )
    kafka_security_certificate: str | None = Field(
        None, description="the PEM file of the client's certificate, where the broker asks for one, like /run/secrets/kafka.crt"
    )
    kafka_security_key: str | None = Field(None, description="the PEM file of that certificate's private key, like /run/secrets/kafka.key")
    kafka_security_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] | None = Field(
        None, description="SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN (default: the first)"
    )
    kafka_security_user: str | None = Field(None, description="the user that the broker knows the service as, like metrics")
    kafka_security_password: SecretStr | None = Field(None, description="that user's password")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Shanghai", description="the brand's time zone by its IANA name, like Asia/Shanghai"
    )
    fiscal_year: Annotated[str, AfterValidator(_fiscal_year)] = Field(
        "from january", description=f"the brand's fiscal year, like {SAID_LIKE}"
    )
    host: str = Field("127.0.0.1", min_length=1, description="the address to listen on, like 127.0.0.1")
    port: int = Field(8100, ge=1, le=65535, description="the port to listen on, a whole number from 1 to 65535, like 8102")
    allowed_origins: Annotated[str, AfterValidator(_origins)] = Field(
        "", description="the origins whose pages may read here from a browser, separated by commas, like http://127.0.0.1:8104"
    )
    service_urls: Annotated[str, AfterValidator(_service_urls)] = Field(
        "", description="where a browser reaches the services, for pages that lead there, like orders-inventory=http://127.0.0.1:8103"
    )
    role: Role = Field("all", description="api, worker or all")
    auth_issuer: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="who issues the tokens, letter by letter as in their claim iss, like https://id.example.com/realms/brand"
    )
    auth_audience: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="for whom tokens must be meant, as in their claim aud, like qudao"
    )
    auth_jwks: Annotated[str, AfterValidator(_jwks)] | None = Field(
        None,
        description="where the issuer's public keys are: a file, or an https URL (http on this machine only), "
        "like https://id.example.com/realms/brand/protocol/openid-connect/certs",
    )
    auth_reload_seconds: int = Field(
        300, ge=1, le=86_400, description="how often the keys are read again, in whole seconds from 1 to 86400, like 300"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    log_format: Literal["json", "console"] = Field("json", description="json or console")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="the largest request body in bytes, at least 1024, like 1048576")
    max_file_bytes: int = Field(
        10_485_760,
        ge=1024,
        le=104_857_600,
        description="the largest file that is kept, in bytes from 1024 to 104857600, like 10485760; each that is taken in is in memory",
    )
    loose_files_bytes: int = Field(
        209_715_200,
        ge=1024,
        description="bytes that one partner's files may come to which nothing names yet, at least 1024, like 209715200",
    )
    partner_files_bytes: int = Field(
        10_737_418_240, ge=1024, description="bytes that all files of one partner may come to, at least 1024, like 10737418240"
    )
    rate_staff: RateText = Field("2000/20000", description="requests a second, and at once, of each of the brand's people, like 2000/20000")
    rate_partner: RateText = Field("50/500", description="requests a second, and at once, of each partner, like 50/500")
    rate_source: RateText = Field("200/5000", description="requests a second, and at once, of each machine source, like 200/5000")
    rate_sign_in: RateText = Field(
        "0.2/10", description="bad tokens and unsigned pushes a second, and at once, from one address, like 0.2/10"
    )
    csv_for_spreadsheets: bool = Field(
        True, description="false where no spreadsheet opens CSV exports, and cells like =1+1 shall stay without an apostrophe, else true"
    )
    metrics_need_token: bool = Field(False, description="true where /metrics shall tell nothing to who has no token, else false")
    client_seconds: float = Field(
        10, ge=0.1, le=3600, description="within how many seconds a client must send a request's head, or 1 KiB more of its body, like 10"
    )
    database_connections: int = Field(
        10, ge=1, le=1000, description="how many database connections reads may hold at once, a whole number from 1 to 1000, like 10"
    )
    secrets_key: Annotated[SecretStr, AfterValidator(_secrets_key)] | None = Field(
        None,
        description="32 random bytes in base64, like the output of: openssl rand -base64 32 (several by commas: the first seals, all open)",
    )
    outgoing_loopback: bool = Field(False, description="true where what goes out may go to this very machine, as in tests, else false")
    durable: bool = Field(True, description="true (false only where a crash of the database may lose data)")
    otlp_endpoint: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, description="the URL of an OpenTelemetry collector that takes OTLP over HTTP, like http://127.0.0.1:4318"
    )
    instance: str = Field("", max_length=200, description="any text by which who started the process knows it again in /health/ready")
    end_with_stdin: bool = Field(False, description="true when the process shall end as soon as its standard input closes, else false")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def fiscal(self) -> Calendar:
        """The calendar in which fiscal periods are counted."""
        return fiscal_calendar(self.fiscal_year)

    @property
    def browsers(self) -> Mapping[str, str]:
        """The origin of each service as browsers see it, by its name; those that are told."""
        return dict(one.split("=", 1) for one in self.service_urls.split(",") if one)

    @property
    def database_role(self) -> str:
        """The role the service runs as: the user of ``database_url``."""
        return str(urlsplit(self.database_url).username)


def scoping(role: str) -> str:
    """The SQL by which a superuser lets a service's role read for partners (see `channel_events.scoped_role`)."""
    scoped = scoped_role(role)
    return f'create role "{scoped}" nologin; grant "{scoped}" to "{role}"; alter role "{role}" bypassrls'


def load(**given: Any) -> Settings:
    """The settings from the environment and, where that says nothing, from the folder of secrets, ``given`` winning.

    `BadSettings` with a line for each variable that is missing or wrong. Values are not shown in refusals: they may hold passwords.
    """
    folder = _secrets_folder()
    try:
        return Settings(_secrets_dir=folder, **given)  # type: ignore[call-arg]  # pydantic-settings takes it beside the fields
    except SettingsError as error:
        cause = error.__cause__
        why = cause.strerror if isinstance(cause, OSError) else "it is no text"
        raise BadSettings(f"a setting in the folder {folder} cannot be read: {why}") from None
    except ValidationError as error:
        raise BadSettings("\n".join(_reason(one) for one in error.errors(include_input=False, include_url=False))) from None


def _secrets_folder() -> Path | None:
    named = os.environ.get(f"{PREFIX}SECRETS_FOLDER")
    folder = Path(named) if named else SECRETS
    if folder.is_dir():
        return folder
    if named:
        raise BadSettings(f"{PREFIX}SECRETS_FOLDER is wrong; write a folder with settings as files, like {SECRETS}")
    return None


def required(settings: Settings, name: str, why: str) -> str:
    """The value of an optional setting that is needed here; `BadSettings` when it is not set."""
    value: str | None = getattr(settings, name)
    if value is None:
        raise BadSettings(f"{PREFIX}{name.upper()} is not set, {why}; write {Settings.model_fields[name].description}")
    return value


def broker_of(settings: Settings) -> Broker:
    """The broker as a process uses it that moves events; `BadSettings` when what is said of it is not enough, or cannot work."""

    def setting(name: str) -> str | None:
        value = getattr(settings, name.lower())
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    try:
        return Broker(
            required(settings, "kafka_bootstrap", f"and the role {settings.role} moves events"),
            settings.broker_profile,
            prefix=settings.topic_prefix,
            replication=settings.topic_replication,
            key=None if (key := setting("TOPIC_KEY")) is None else read_topic_key(key),
            security=Security.of(setting),
        )
    except BadSecurity as refusal:
        raise BadSettings(str(refusal)) from None


def _reason(error: Any) -> str:
    name = str(error["loc"][0])
    what = "is not set" if error["type"] == "missing" else "is wrong"
    return f"{PREFIX}{name.upper()} {what}; write {Settings.model_fields[name].description}"
