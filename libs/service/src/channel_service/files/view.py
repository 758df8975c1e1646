"""Partners' files, to look them over and to find those that nothing names."""

from collections.abc import Iterator

import sqlalchemy as sa
from channel_events import DATE, INTEGER, TEXT, OwnLog, Table, View
from channel_events.pure import Change, Recorded, Set

from channel_service.files.deciding import KEPT_FILES
from channel_service.files.state import FileKept, FileRemoved, FilesNamed

TABLE = Table(
    "kept_file",
    key=("partner_id", "sha256"),
    columns={
        **dict.fromkeys(("partner_id", "sha256", "copy_id", "media_type", "kept_by", "named_by"), TEXT),
        "size": INTEGER,
        "kept_on": DATE,
    },
    scope="partner_id",
    indexes=[("copy_id",), ("named_by", "kept_on")],
)
"""``named_by``: what named it last; null of one that is loose. A row without a day is of one that is not here."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case FileKept() as e:
            key = (e.partner_id, e.sha256)
            yield Set(key, copy_id=e.copy_id, media_type=e.media_type, size=e.size, kept_by=e.by, kept_on=e.occurred_on)
        case FilesNamed() as e:
            for one in e.files:
                yield Set((e.partner_id, one), named_by=e.named_by)
        case FileRemoved() as e:
            yield Set((e.partner_id, e.sha256), copy_id=None, kept_on=None)


KEPT_FILES_VIEW = View("kept_files", version=1, of=OwnLog(events=KEPT_FILES.events), tables=TABLE, changes=changes)
_c = TABLE.sql.c
KEPT = sa.select(TABLE.sql).where(_c.kept_on.is_not(None))
