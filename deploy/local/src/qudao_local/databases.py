"""One database per service with three roles: the owner migrates, the service's own role runs, and its scoped one reads for partners."""

from collections.abc import Iterable

from qudao_local.postgres import Postgres
from qudao_local.services import ServiceKind

# Each line may be run again: a start is the same whether the data folder is new, old, or from a start that was cut short.
_ROLE = """
select 'create role "{role}" login' where not exists (select from pg_roles where rolname = '{role}') \\gexec
alter role "{role}" login password {password};
"""
# What a scoped read sees is said by row security, which the service's own role is not held up by (PostgreSQL lets no role that
# it binds copy into a table).
_SCOPED = """
select 'create role "{scoped}" nologin' where not exists (select from pg_roles where rolname = '{scoped}') \\gexec
grant "{scoped}" to "{role}";
alter role "{role}" bypassrls;
"""
_DATABASE = """
select 'create database "{database}" owner "{owner}"' where not exists (select from pg_database where datname = '{database}') \\gexec
revoke all on database "{database}" from public;
grant connect, temporary on database "{database}" to "{role}";
"""
# Everybody may enter what every server has from its beginning: nothing of ours is in there, and a role that runs has no business there.
_CLOSED = """
revoke all on database postgres, template1 from public;
"""


def create(postgres: Postgres, kinds: Iterable[ServiceKind]) -> None:
    """Makes what is missing; no role can enter any database but its own."""
    from channel_events import scoped_role  # takes most of a second, which only a launcher has to spare: the nursery takes longer

    script = [_CLOSED]
    for kind in kinds:
        for role in (kind.owner, kind.database):
            password = postgres.password(role)
            script.append(_ROLE.format(role=role, password=f"'{password}'" if password else "null"))
        script.append(_SCOPED.format(role=kind.database, scoped=scoped_role(kind.database)))
        script.append(_DATABASE.format(database=kind.database, owner=kind.owner, role=kind.database))
    postgres.run("".join(script))
