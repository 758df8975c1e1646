"""What no file of the repository may hold: too many lines, words that mean something else here, traces of one machine."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MAX_LINES = 400
# One name for one thing: the event log and its relay, a view, a parked stream, a reaction.
_WORDS = {
    "outbox": "the log and its relay",  # word-rule: the list
    "projection": "view",  # word-rule: the list
    "dead[ _-]?letter": "parked",
    "saga": "reaction",  # word-rule: the list
}


def _pattern(word: str) -> re.Pattern[str]:
    # At the beginning of a word, or as a capitalised part of a CamelCase name.
    camel = word[0].upper() + word[1:]
    return re.compile(rf"(?:(?<![a-z])(?i:{word})|{camel})s?(?![a-z])")


WORDS = {_pattern(word): better for word, better in _WORDS.items()}
_PATHS = r"/root/|/home/\w+/|/Users/\w+/|/opt/wheels|(?<![\w.])/work/"  # trace-rule: the list
_HOSTS = r"(?:pypi|pythonhosted|registry\.npmjs|repo1?\.maven|proxy\.golang)\.(?:org|com)\b"
TRACES = re.compile(rf"{_PATHS}|{_HOSTS}|(?:--index-url|--find-links)[ =]\S*://")
_SECRETS = (
    r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}",  # a signed token
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"whsec_[\w+/=]{20,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_\w{30,}",
    r"\bxox[abp]-[\w-]{10,}",
    r"\bnpm_\w{30,}|\bpypi-\w{30,}",
    r"://[\w.-]+:(?![{$<*])[^@\s/'\"`{}$<>]{6,}@",  # an address with a password
)
SECRETS = re.compile("|".join(_SECRETS))
METRIC_CLASSES = frozenset(("Counter", "Gauge", "Histogram", "Summary", "Info"))


def tracked_files() -> list[Path]:
    """The files of the repository that are there, as git knows them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def python_files() -> list[Path]:
    """Every Python file of ours, committed or not yet."""
    tops = ("libs", "services", "deploy", "tools", "tests", "bench")
    return sorted(path for top in tops for path in (ROOT / top).rglob("*.py") if "__pycache__" not in path.parts)


def long_files(files: list[Path]) -> Iterator[str]:
    for path in files:
        if (lines := path.read_text("utf-8").count("\n")) > MAX_LINES:
            yield f"{path.relative_to(ROOT)}: {lines} lines; split it by what it does, the limit is {MAX_LINES}"


def wrong_words(shown: str, text: str) -> Iterator[str]:
    """Lines that use a word we have another one for; ``# word-rule: reason`` on the line excuses it."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, better in WORDS.items():
            if (found := pattern.search(line)) and "word-rule: " not in line:
                yield f"{shown}:{number}: {found[0]!r} is called {better} here"


def wrong_metrics(shown: str, text: str) -> Iterator[str]:
    """Prometheus metrics not named ``qudao_*``, counters not ending in ``_total``."""
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in METRIC_CLASSES and node.args):
            continue
        if not (isinstance(first := node.args[0], ast.Constant) and isinstance(first.value, str)):
            continue
        if not first.value.startswith("qudao_"):
            yield f"{shown}:{node.lineno}: metric {first.value} does not begin with qudao_"
        if ast.unparse(node.func).endswith("Counter") and not first.value.endswith("_total"):
            yield f"{shown}:{node.lineno}: counter {first.value} does not end in _total"


def traces(shown: str, text: str) -> Iterator[str]:
    """Paths of one machine and hosts of package registries."""
    for number, line in enumerate(text.splitlines(), 1):
        if (found := TRACES.search(line)) and "trace-rule: " not in line:
            yield f"{shown}:{number}: {found[0]} belongs to one machine or one registry"


def secrets(shown: str, text: str) -> Iterator[str]:
    """What looks like a token, a key or a password; ``secret-rule: reason`` on the line excuses one that opens nothing."""
    for number, line in enumerate(text.splitlines(), 1):
        if SECRETS.search(line) and "secret-rule: " not in line:
            yield f"{shown}:{number}: looks like a secret; make it when it is needed, or say why it opens nothing"


def main() -> int:
    """Checks the files named on the command line for traces; all rules over the whole repository are a test's work."""
    found = [message for name in sys.argv[1:] for message in traces(name, Path(name).read_text("utf-8"))]
    sys.stderr.write("".join(message + "\n" for message in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
