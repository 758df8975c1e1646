"""What is kept, named and removed of a partner's files, decided with nothing running."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from channel_service.files.deciding import KEPT_FILES, AskKept, EraseFile, KeepFile, NameFiles, RemoveLoose, Room
from channel_service.files.kinds import HEAD, KINDS
from channel_service.files.state import LEAST_COUNTED, FileKept, FileRemoved, FilesNamed
from channel_testing import TODAY, given
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec.structs import replace

A, B = "a" * 64, "b" * 64
ROOM = Room(loose=10 * LEAST_COUNTED, kept=20 * LEAST_COUNTED)
KEEP = KeepFile(partner_id="p-1", sha256=A, size=5, media_type="text/plain", copy_id="c1", stored_on=TODAY, room=ROOM, by="ann")
KEPT = FileKept(partner_id="p-1", sha256=A, size=5, media_type="text/plain", copy_id="c1", by="ann", occurred_on=TODAY)
NAME = NameFiles(partner_id="p-1", files=(A,), named_by="claim")
NAMED = FilesNamed(partner_id="p-1", files=(A,), named_by="claim", occurred_on=TODAY)
REMOVE = RemoveLoose(partner_id="p-1", sha256=A, copy_id="c1", days=30)
LATER = TODAY + timedelta(days=30)


def removed(reason: str = "named by nothing for 30 days", by: str = "", on: date = LATER) -> FileRemoved:
    return FileRemoved(partner_id="p-1", sha256=A, copy_id="c1", reason=reason, by=by, occurred_on=on)


def test_a_file_is_kept_once_and_again_only_where_its_copy_is_damaged() -> None:
    given(KEPT_FILES).when(KEEP).then(KEPT)
    given(KEPT_FILES, KEPT).when(replace(KEEP, copy_id="c2")).then_nothing()
    given(KEPT_FILES, KEPT).when(replace(KEEP, copy_id="c2", instead_of="c1")).then(replace(KEPT, copy_id="c2"))
    given(KEPT_FILES, KEPT).when(replace(KEEP, copy_id="c3", instead_of="c0")).then_nothing()
    no_room = replace(KEEP, copy_id="c2", instead_of="c1", room=Room(1, 1))
    given(KEPT_FILES, KEPT).when(no_room).then(replace(KEPT, copy_id="c2"))
    given(KEPT_FILES, KEPT).when(AskKept(sha256=A, copy_id="c1")).then_nothing()
    given(KEPT_FILES, KEPT).when(AskKept(sha256=A, copy_id="c0")).then_rejected("unavailable")


def test_a_copy_that_may_have_been_dropped_as_a_stray_is_not_told_of() -> None:
    given(KEPT_FILES).when(replace(KEEP, stored_on=TODAY - timedelta(days=1))).then(KEPT)
    given(KEPT_FILES).when(replace(KEEP, stored_on=TODAY - timedelta(days=2))).then_rejected("unavailable")


def test_only_what_is_kept_can_be_named_unless_it_is_brought_in() -> None:
    given(KEPT_FILES).when(NAME).then_rejected("file_not_kept", files=A)
    given(KEPT_FILES).known(imported=True).when(NAME).then(NAMED)
    given(KEPT_FILES, KEPT).when(replace(NAME, files=(A, B))).then_rejected("file_not_kept", files=B)
    given(KEPT_FILES, KEPT).when(replace(NAME, files=(A, A))).then(NAMED)


def test_nothing_that_is_named_is_removed_and_nothing_before_its_time() -> None:
    given(KEPT_FILES, KEPT).known(today=LATER).when(REMOVE).then(removed())
    given(KEPT_FILES, KEPT).known(today=LATER - timedelta(days=1)).when(REMOVE).then_nothing()
    given(KEPT_FILES, KEPT, NAMED).known(today=LATER).when(REMOVE).then_nothing()
    given(KEPT_FILES, NAMED, KEPT).known(today=LATER).when(REMOVE).then_nothing()
    given(KEPT_FILES, KEPT, removed()).known(today=LATER).when(REMOVE).then_nothing()
    given(KEPT_FILES, KEPT, replace(KEPT, copy_id="c2")).known(today=LATER).when(REMOVE).then_nothing()
    given(KEPT_FILES, KEPT, removed()).when(NAME).then_rejected("file_not_kept")


def test_it_is_told_how_often_a_file_was_named_also_of_one_that_is_gone() -> None:
    again = replace(NAMED, files=(A, B))
    files = KEPT_FILES.fold([KEPT, NAMED, again, removed("court", "eve", TODAY)])
    assert (files.names(A), files.names(B), files.names("c" * 64)) == (2, 1, 0)


def test_what_is_erased_goes_though_it_is_named_and_may_come_back() -> None:
    erase = EraseFile(partner_id="p-1", sha256=A, reason="court", by="eve")
    gone = removed("court", "eve", TODAY)
    given(KEPT_FILES).when(erase).then_rejected("file_unknown")
    given(KEPT_FILES, KEPT).when(erase).then(gone)
    given(KEPT_FILES, KEPT, NAMED).when(erase).then_rejected("file_named")
    given(KEPT_FILES, KEPT, NAMED).when(replace(erase, though_named=True)).then(gone)
    given(KEPT_FILES, KEPT, NAMED, gone).when(KEEP).then(KEPT)
    given(KEPT_FILES, KEPT, NAMED, gone, KEPT).known(today=LATER).when(REMOVE).then_nothing()


@dataclass
class _Stored:
    """The files of a partner as a dictionary has them: size, and whether it is named."""

    size: int
    named: bool


@drawn(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 4), st.booleans()), max_size=40))
def test_files_never_come_to_more_than_there_is_room_for(steps: list[tuple[str, int, bool]]) -> None:
    room, files, there = Room(loose=6 * LEAST_COUNTED, kept=10 * LEAST_COUNTED), KEPT_FILES.initial, dict[str, _Stored]()
    for letter, size, named in steps:
        sha256 = letter * 64
        command = NameFiles(partner_id="p-1", files=(sha256,), named_by="x") if named else None
        keep = replace(KEEP, sha256=sha256, size=size * LEAST_COUNTED, room=room)
        decided = given(KEPT_FILES, *_told(there)).when(command or keep)
        if named:
            assert (decided.rejected is None) == (sha256 in there)
            if sha256 in there:
                there[sha256].named = True
        elif decided.rejected is None:
            there.setdefault(sha256, _Stored(size, named=False))
        files = KEPT_FILES.fold(_told(there))
        assert files.come_to() <= room.kept
        assert files.come_to(loose=True) <= room.loose
        full = {
            "loose_files_full": files.come_to(loose=True) + keep.size > room.loose,
            "files_full": files.come_to() + keep.size > room.kept,
        }
        assert decided.rejected is None or decided.rejected.code == "file_not_kept" or full[decided.rejected.code]


def _told(there: dict[str, _Stored]) -> list[FileKept | FilesNamed]:
    events: list[FileKept | FilesNamed] = []
    for sha256, one in there.items():
        events.append(replace(KEPT, sha256=sha256, size=one.size * LEAST_COUNTED))
        if one.named:
            events.append(replace(NAMED, files=(sha256,)))
    return events


FIRST = {
    "application/pdf": b"%PDF-1.7\n",
    "application/ofd": b"PK\x03\x04....OFD.xml",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF....WEBPVP8 ",
    "image/heic": b"\x00\x00\x00\x18ftypheic",
    "image/tiff": b"II*\x00",
    "text/csv": "名称,金额\n".encode("gb18030"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"PK\x03\x04....xl/workbook.xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"PK\x03\x04....word/document.xml",
}


@pytest.mark.parametrize("media_type", FIRST)
def test_a_kind_is_told_by_its_first_bytes_and_is_no_other(media_type: str) -> None:
    fitting = {kind for kind, one in KINDS.items() if one.fits(FIRST[media_type])}
    assert fitting == ({"text/csv", "text/plain"} if media_type == "text/csv" else {media_type} | fitting & {"text/csv", "text/plain"})
    assert not KINDS[media_type].fits(b"")
    assert not KINDS[media_type].fits(b"MZ\x90\x00")


def test_a_text_is_one_wherever_its_head_is_cut() -> None:
    for encoding in ("utf-8", "gb18030"):
        for begins in ("", "a", "aa", "aaa"):
            assert KINDS["text/csv"].fits((begins + "名称," * HEAD).encode(encoding))
    assert not KINDS["text/plain"].fits("名".encode()[:1])


@pytest.mark.parametrize("content", [b"", b"\x00text", b"\xff\xfe\x00", b"\x7fELF", b"\xff"])
def test_a_text_has_no_bytes_that_no_text_has(content: bytes) -> None:
    assert not KINDS["text/plain"].fits(content)
