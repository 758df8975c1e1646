"""Where a database stands on the ways of its revisions: that of the library's tables, and that of the service's own."""

import ast
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channel_service.service import Service

if TYPE_CHECKING:
    from alembic.config import Config


class Revisions:
    """One way: the revisions in a folder, and the table in which a database says at which of them it is."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.table = f"{name}_revision"
        self._folder = folder

    @cached_property
    def config(self) -> "Config":
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(self._folder).replace("%", "%%"))
        config.attributes["table"] = self.table
        return config

    @cached_property
    def _known(self) -> tuple[str | None, frozenset[str]]:
        # Read without Alembic: it takes a tenth of the time in which a service starts, and only migrating needs it.
        before = dict(_said(file) for file in self._folder.glob("*.py") if file.name != "__init__.py")
        [head] = before.keys() - set(before.values()) or [None]
        return head, frozenset(before)

    @property
    def head(self) -> str | None:
        return self._known[0]

    def behind(self, current: str | None) -> bool:
        """Whether a database at ``current`` lacks something. One at a revision unknown here is ahead of us: fine, since
        migrations are such that the version before them runs on."""
        head, known = self._known
        return current is None or (current != head and current in known)

    async def current(self, connection: Any) -> str | None:
        """The revision of the database behind an asyncpg connection; None when it never took a step of this way."""
        if await connection.fetchval("select to_regclass($1)", self.table) is None:
            return None
        revision: str | None = await connection.fetchval(f"select version_num from {self.table}")
        return revision


def _said(file: Path) -> tuple[str, str | None]:
    """A revision, and the one that it comes after."""
    body = ast.parse(file.read_bytes()).body
    values = {one.targets[0].id: one.value for one in body if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)}
    return ast.literal_eval(values["revision"]), ast.literal_eval(values["down_revision"])


def revisions_of(service: Service) -> list[Revisions]:
    """The library's way and, behind it, the service's own, when it has one."""
    library = Revisions("library", Path(__file__).parent / "versions")
    return [library] if service.migrations_folder is None else [library, Revisions("own", service.migrations_folder)]


async def behind(ways: list[Revisions], connection: Any) -> str | None:
    """What the database behind an asyncpg connection lacks, in words; None when it has all that this version needs."""
    for way in ways:
        if way.behind(at := await way.current(connection)):
            return f"behind: {way.name} at {at}, this version needs {way.head}"
    return None
