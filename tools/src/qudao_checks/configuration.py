"""``docs/configuration.md``: every setting of the services as the code declares it, and those of what stands around them."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from channel_service import Settings
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from qudao_checks.sources import ROOT

PAGE = ROOT / "docs" / "configuration.md"
EXAMPLE = ROOT / ".env.example"
PREFIX = Settings.model_config.get("env_prefix", "")
NEEDED = {"database_url": "always", "owner_database_url": "`migrate`", "kafka_bootstrap": "worker, all"} | dict.fromkeys(
    ("auth_issuer", "auth_audience", "auth_jwks"), "api, all"
)
"""Without which a process refuses to start, and which (`test_what_the_page_says_is_needed_is`)."""
AROUND = {
    "QUDAO_SECRETS_FOLDER": (
        "services, commands",
        "/run/secrets",
        "the folder in which settings are files of their names, in small letters",
    ),
    "QUDAO_COMMIT": ("services", "unknown", "what `qudao_build_info` says of the commit; the image sets it"),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("services", "", "used where `QUDAO_OTLP_ENDPOINT` says nothing; other `OTEL_*` are the standard's"),
    "QUDAO_ADMIN_DATABASE_URL": ("`channel-operate databases`", "", "a superuser's URL of PostgreSQL"),
    "QUDAO_<SERVICE>_DATABASE_URL": ("`channel-operate`", "", "the `QUDAO_DATABASE_URL` of that service, where several are spoken of"),
    "QUDAO_<SERVICE>_OWNER_DATABASE_URL": ("`channel-operate`", "", "likewise its `QUDAO_OWNER_DATABASE_URL`"),
    "QUDAO_PORT_BASE": ("`make up`", "", "ports from this number + 1 on, in the order of the parts; 0: any free ones"),
    "QUDAO_PORT_<PART>": ("`make up`, compose", "as `make status` shows", "the port of one part"),
    "PG_BIN": ("`make up`", "", "the folder of PostgreSQL's programs, instead of the wheel's"),
    "PROMETHEUS_BIN": ("`make observe`", "", "Prometheus' program, instead of the one on the path"),
    "QUDAO_SMOKE_SECONDS": ("`deploy/container/smoke.py`", "600", "how many seconds all services have to be well"),
}
"""What is no field of the settings: who reads it, its default, its meaning."""
HEAD = """# Configuration

`make docs` makes this page from the code. One process is one service, so its settings carry no service's name. Each is an environment
variable, or a file of its name in small letters in the folder of secrets; the variable wins. A setting that is wrong or missing keeps a
process from starting, with a line that says what to write (exit status 2). Times are whole seconds, sizes bytes, unless the meaning says
otherwise. **Secret**: give it as a file.

## Settings of a service

| setting | default | form | meaning |
|---|---|---|---|
"""
BETWEEN = """
## Around the services

| variable | read by | default | meaning |
|---|---|---|---|
"""
COMPOSE = """
## Of docker-compose.yml

What `.env` may say besides settings of services; `.env.example` has them all.

| variable | default |
|---|---|
"""


def pages() -> dict[Path, str]:
    settings = "".join(_row(name, field) for name, field in Settings.model_fields.items())
    around = "".join(f"| `{name}` | {who} | {_code(default)} | {what} |\n" for name, (who, default, what) in AROUND.items())
    compose = "".join(f"| `{name}` | {_code(default)} |\n" for name, default in of_compose().items())
    return {PAGE: f"{HEAD}{settings}{BETWEEN}{around}{COMPOSE}{compose}"}


def of_compose() -> dict[str, str]:
    """What ``.env.example`` names that is no setting of a service, with its default."""
    own = {PREFIX + name.upper() for name in Settings.model_fields} | AROUND.keys()
    said = re.findall(r"^#(\w+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    return {name: default for name, default in said if name not in own}


def _row(name: str, field: FieldInfo) -> str:
    remarks = [f"needed: {NEEDED[name]}"] if name in NEEDED else []
    remarks += ["secret"] if secret(name, field) else []
    meaning = field.description or ""
    return (
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_form(field)} | {'; '.join([meaning, *(f'**{one}**' for one in remarks)])} |\n"
    )


def secret(name: str, field: FieldInfo) -> bool:
    """Whether its value lets others in."""
    return SecretStr in _kinds(field.annotation) or name.endswith("database_url")


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined or field.default is None:
        return ""
    return _code(str(field.default).lower() if isinstance(field.default, bool) else str(field.default)) or "empty"


def _code(text: str) -> str:
    return f"`{text}`" if text and "`" not in text and " as " not in f" {text}" else text


def _form(field: FieldInfo) -> str:
    """What its value looks like, with the bounds that the code holds."""
    kinds = [one for one in _kinds(field.annotation) if one is not NoneType]
    words = {bool: "true or false", int: "whole number", float: "number", str: "text", SecretStr: "text"}
    form = " or ".join(words.get(one, f"`{one}`") for one in kinds)
    least = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    if least is not None:
        form += f", {least} to {most}" if most is not None else f", at least {least}"
    return form


def _kinds(annotation: Any) -> Iterator[Any]:
    """The plain types, or the literal values, that an annotation lets pass."""
    arguments = get_args(annotation)
    if not arguments:
        yield annotation
    elif get_origin(annotation) in (Union, UnionType):
        for one in arguments:
            yield from _kinds(one)
    elif hasattr(annotation, "__metadata__"):
        yield from _kinds(arguments[0])
    else:
        yield from arguments
