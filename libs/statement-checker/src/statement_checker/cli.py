"""``statement-checker FILE``: 0 where all is right, 1 where something is wrong, 2 where there is no such file."""

import sys
from pathlib import Path

from statement_checker.checking import Report, check


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write("usage: statement-checker FILE\n")
        return 2
    try:
        with Path(sys.argv[1]).open(encoding="utf-8") as lines:
            report = check(lines)
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{sys.argv[1]} cannot be read: {error}\n")
        return 2
    sys.stdout.write(told(report))
    return 1 if report.findings else 0


def told(report: Report) -> str:
    if report.findings:
        return "\n".join([*report.findings, f"{len(report.findings)} findings"]) + "\n"
    payable = ", ".join(f"{amount} {currency}" for currency, amount in report.payable.items()) or "nothing"
    return f"{report.statement_id}: {report.entries} entries are right, payable is {payable}\nhash {report.head}\n"
