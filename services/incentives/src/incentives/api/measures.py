"""What incentives tell Prometheus of their own numbers."""

from channel_service import Measure, Reconciled

from incentives.views import adding_up, settlement_runs

MEASURES = [
    Measure(
        "qudao_ledger_imbalance",
        "How far ledgers are from zero, added up without their signs.",
        lambda _: adding_up.imbalance(),
        labels=["currency"],
        every=60,
    ),
    Measure(
        "qudao_statements_unexplained",
        "How far what statements say is owed is from what ledgers say.",
        lambda _: adding_up.statements_unexplained(),
        labels=["currency"],
        every=60,
    ),
    Measure(
        "qudao_incentive_run_last_success_timestamp_seconds",
        "When a period was closed last, each payee having its statement; 0 when none was.",
        lambda _: settlement_runs.last_success(),
    ),
    Measure(
        "qudao_incentive_run_duration_seconds",
        "How long the last took from the moment when its statements could be issued.",
        lambda _: settlement_runs.duration(),
    ),
    Measure(
        "qudao_incentive_run_waiting_timestamp_seconds",
        "Since when the oldest step of settling a period could have been done that is not; 0 when there is none.",
        lambda _: settlement_runs.waiting_since(),
    ),
    Measure(
        "qudao_incentive_run_payees_left",
        "Payees that have no statement yet of the period that is being calculated.",
        lambda _: settlement_runs.payees_left(),
    ),
    Reconciled("gross", adding_up.gross),
    Reconciled("incentive_cost", adding_up.incentive_cost),
]
