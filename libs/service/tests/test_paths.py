"""A slash, or a per cent sign, that belongs to a name in a path stays a part of it."""

import pytest
from channel_service.http.paths import Name, keep_parts


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        (b"/v1/a", ["", "v1", "a"]),
        (b"/v1/a%2Fb/c", ["", "v1", "a/b", "c"]),
        (b"/v1/a%2fb%20c", ["", "v1", "a/b c"]),
        (b"/v1/50%25", ["", "v1", "50%"]),
        (b"/v1/a%252Fb", ["", "v1", "a%2Fb"]),
        (b"/v1/%25252F", ["", "v1", "%252F"]),
        (b"/v1/%E8%9E%BA%2FM8", ["", "v1", "螺/M8"]),
    ],
)
def test_each_part_is_what_was_meant(raw: bytes, parts: list[str]) -> None:
    scope = {"type": "http", "raw_path": raw, "path": "as the server decoded it"}
    if b"%" not in raw:
        scope["path"] = raw.decode()
    keep_parts(scope)
    assert [Name().convert(part) for part in str(scope["path"]).split("/")] == parts
