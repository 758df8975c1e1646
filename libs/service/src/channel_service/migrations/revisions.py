"""Where a database stands on the way of a service's revisions."""

from functools import cached_property
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory


class Revisions:
    """The revisions of one service, from the folder that holds them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(self.folder).replace("%", "%%"))
        return config

    @cached_property
    def _known(self) -> tuple[str | None, frozenset[str]]:
        script = ScriptDirectory.from_config(self.config)
        return script.get_current_head(), frozenset(revision.revision for revision in script.walk_revisions())

    @property
    def head(self) -> str | None:
        return self._known[0]

    def behind(self, current: str | None) -> bool:
        """Whether a database at ``current`` lacks something. One at a revision unknown here is ahead of us: fine, since
        migrations are such that the version before them runs on."""
        head, known = self._known
        return current is None or (current != head and current in known)

    @staticmethod
    async def current(connection: Any) -> str | None:
        """The revision of the database behind an asyncpg connection; None when it was never migrated."""
        if await connection.fetchval("select to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("select version_num from alembic_version")
        return revision
