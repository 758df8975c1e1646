"""``databases``: what a PostgreSQL needs before the first migration."""

from collections.abc import Iterator

import typer

from channel_operate.cli.output import Json, run, say
from channel_operate.cli.target import CannotRun
from channel_operate.databases import Database, make
from channel_operate.services import Installed, installed
from channel_operate.settings import PREFIX, setting


def databases(context: typer.Context, as_json: Json = False) -> None:
    """Make roles and databases of all installed services, or of --service; what is there stays.

    Settings: QUDAO_ADMIN_DATABASE_URL with a superuser, and of each service QUDAO_<SERVICE>_DATABASE_URL and
    QUDAO_<SERVICE>_OWNER_DATABASE_URL, like QUDAO_ORDERS_INVENTORY_DATABASE_URL: the two that its own processes have.
    """
    wanted = [_wanted(one) for one in _chosen(context.obj)]
    made = run(make(_needed("ADMIN_DATABASE_URL"), wanted))
    for one in wanted:
        say(f"{one.name}  {'made' if one.name in made else 'there'}", {"database": one.name, "made": one.name in made}, as_json=as_json)


def _chosen(name: str | None) -> Iterator[Installed]:
    found = [one for one in installed() if name in (None, one.name)]
    if not found:
        raise CannotRun(f"no service {name!r} is installed" if name else "no service is installed")
    yield from found


def _wanted(service: Installed) -> Database:
    name = f"{service.package.upper()}_DATABASE_URL"
    owners = f"{service.package.upper()}_OWNER_DATABASE_URL"
    try:
        return Database.of(_needed(name), _needed(owners))
    except ValueError as wrong:
        raise CannotRun(f"{PREFIX}{name} and {PREFIX}{owners} are wrong: {wrong}") from None


def _needed(name: str) -> str:
    if value := setting(name):
        return value
    raise CannotRun(f"{PREFIX}{name} is not set: write the URL of a PostgreSQL database, like postgresql://user@127.0.0.1:5432/name")


COMMANDS = (databases,)
