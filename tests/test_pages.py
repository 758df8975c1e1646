"""Pages made from the code say what the code says, and a page that does not is named."""

from pathlib import Path

import pytest
from channel_events import Topic
from channel_events.pure import event_type
from channel_service import Service
from qudao_checks import pages, service_pages
from qudao_checks.contracts.published import services
from qudao_checks.metrics import METRICS, Listed, declared, page, read
from qudao_checks.sources import ROOT


def test_the_pages_are_what_the_code_says() -> None:
    assert [str(path) for path in pages.different(pages.pages())] == [], "run make docs"


def test_a_page_that_was_written_by_hand_is_named(tmp_path: Path) -> None:
    wanted = {tmp_path / "a.md": "made", tmp_path / "b.md": "made", tmp_path / "c.md": "made"}
    (tmp_path / "a.md").write_text("made")
    (tmp_path / "b.md").write_text("by hand")
    assert [path.name for path in pages.different(wanted)] == ["b.md", "c.md"]


def test_a_list_of_metrics_is_read_as_it_was_written(tmp_path: Path) -> None:
    metrics = [Listed("qudao_a", "counter", ("x", "y"), "Text, with | and `code`."), Listed("qudao_b", "gauge", (), "Text.")]
    (tmp_path / "metrics.md").write_text(page(metrics))
    assert "| `qudao_a_total` | counter | x, y |" in page(metrics)
    assert read(tmp_path / "metrics.md") == {one.name: one for one in metrics}


@pytest.mark.parametrize("one", declared(), ids=lambda one: one.name)
def test_a_metric_is_named_and_described_as_prometheus_wants_it(one: Listed) -> None:
    assert one.help.endswith(".")
    assert not one.name.endswith(("_age", "_ms", "_milliseconds", "_minutes", "_total"))
    assert not set(one.labels) & {"partner", "partner_id", "order", "order_id", "sku", "product", "warehouse", "customer", "user"}
    assert len(one.labels) <= 3


def test_the_list_holds_something() -> None:
    assert len(read(METRICS)) > 20


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_a_services_readme_lists_its_routes_and_events(service: Service) -> None:
    text = (ROOT / "services" / service.name / "README.md").read_text("utf-8")
    assert "| `GET /health/live` |" in text
    for prefix in {router.prefix for router in service.routers if router.prefix.startswith("/v1")}:
        assert f" {prefix}" in text
    for one in (event_type(cls) for decider in service.deciders for cls in decider.events):
        assert (f"[{one.type}]" if one.public else f"`{one.type}`") in text
    for view in service.views:
        for source in view.sources:
            assert not isinstance(source, Topic) or f"| {source.name} | view {view.name} |" in text


def test_what_is_written_by_hand_around_the_lists_stays() -> None:
    first = service_pages._page("# By hand\n", "old\n")
    assert first == f"# By hand\n\n{service_pages.BEGIN}\nold\n{service_pages.END}\n"
    assert service_pages._page(first + "more\n", "new \\1\n") == first.replace("old", "new \\1") + "more\n"
