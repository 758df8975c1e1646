"""A test skipped for a reason nobody agreed to fails the run."""

from qudao_checks.skips import report
from qudao_checks.sources import ROOT

JUNIT = """<testsuites><testsuite name="pytest" tests="3">
<testcase classname="a.test_x" name="test_one"/>
<testcase classname="a.test_x" name="test_two"><skipped type="pytest.skip" message="no data set">x</skipped></testcase>
<testcase classname="a.test_x" name="test_three"><skipped type="pytest.xfail" message="someday">x</skipped></testcase>
</testsuite></testsuites>"""


def test_each_skipped_test_is_shown_with_its_reason() -> None:
    lines, fine = report(JUNIT, "^no data set\n^someday")
    assert fine
    assert lines == ["skipped: a.test_x::test_two: no data set", "skipped: a.test_x::test_three: someday"]


def test_a_reason_not_on_the_list_fails() -> None:
    lines, fine = report(JUNIT, "# a comment\n^no data set  # why")
    assert not fine
    assert [line for line in lines if "NOT ALLOWED" in line] == ["SKIPPED FOR A REASON NOT ALLOWED: a.test_x::test_three: someday"]


def test_nothing_skipped_is_fine() -> None:
    assert report("<testsuites/>", "") == ([], True)


def test_the_checked_in_reasons_are_regular_expressions() -> None:
    assert report(JUNIT, (ROOT / ".ci/allowed-skips").read_text("utf-8"))[1] is False
