"""How the documentation is read by its tests."""

from typing import Any

import pytest
from qudao_checks.markdown import blocks, differences, links

TEXT = """# Title
```sh run
echo 1
```
   ```json
   {}
   ```
See [there](docs/there.md#part), [here](#here), [the web](https://example.org) and `[not](this.md)`:

```
[nor](that.md)
```
"""


def test_blocks_come_with_their_info_and_place() -> None:
    assert list(blocks(TEXT)) == [("sh run", 3, "echo 1\n"), ("json", 6, "{}\n"), ("", 11, "[nor](that.md)\n")]


def test_a_block_left_open_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 1 is not closed"):
        list(blocks("```sh\necho 1\n"))


def test_links_lead_into_the_repository() -> None:
    assert links(TEXT) == ["docs/there.md", "this.md"]


@pytest.mark.parametrize(
    ("shown", "got"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ([1], [1, 2]),
        ("...", 7),
        ("2026-...", "2026-11-24"),
        ({"a": [{"b": "..."}]}, {"a": [{"b": None}, 2]}),
    ],
)
def test_what_is_shown_may_leave_out(shown: Any, got: Any) -> None:
    assert differences(shown, got) == []


@pytest.mark.parametrize(
    ("shown", "got"),
    [({"a": 1}, {"b": 1}), ([1, 2], [1]), ("2026-...", "2025-01-01"), (1, "1"), (1, True), ({"a": 1}, [1]), (None, 0), ("x", "y")],
)
def test_what_is_shown_must_be_so(shown: Any, got: Any) -> None:
    assert len(differences(shown, got)) == 1
