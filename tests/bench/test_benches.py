"""Each bench runs at a small size, beside its anchor, and both leave the same rows; nothing here looks at a clock."""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jobs.schedule import SCHEDULE
from supervision.bench import latency
from supervision.bench.command import BENCHES
from supervision.bench.frame import Bench, Report, Run, side_by_side
from supervision.cli import main
from supervision.errors import Refusal
from tests.conftest import ROOT

PEOPLE = 200
ALIKE = {"bench", "people", "value", "anchor", "ratio", "unit", "bar", "pairs", "rows", "notes", "machine"}


@cache
def measure(name: str) -> list[dict[str, Any]]:
    """The answer of a bench, run as a process of its own; it leaves nothing in the temporary folder."""
    words = [sys.executable, "-m", "supervision.cli", "bench", name, "--people", str(PEOPLE), "--runs", "1", "--json"]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:  # a path short enough for a socket
        Path(folder).chmod(0o711)
        done = subprocess.run(words, cwd=ROOT, env=os.environ | {"TMPDIR": folder}, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert list(Path(folder).iterdir()) == []
    return list(json.loads(done.stdout))


def whole(report: dict[str, Any]) -> dict[str, Any]:
    """Hold what every bench says; its rows."""
    assert set(report) == ALIKE and report["people"] == PEOPLE
    assert len(report["pairs"]) == 1 and min(report["pairs"][0]) > 0
    assert report["ratio"] == pytest.approx(report["pairs"][0][0] / report["pairs"][0][1], rel=0.05)
    return dict(report["rows"])


def test_the_watch_and_a_hand_written_transaction_leave_the_same_rows() -> None:
    [report] = measure("watch")
    rows = whole(report)
    lapses = 2 * PEOPLE // 10  # of both registers
    texts = 11  # the lapses in correction are of k = 1 … 20; told are those by phone (1 … 8) and in person (9 … 11)
    assert [rows[name] for name in ("duties_noticed", "alerts", "alert_events")] == [lapses] * 3
    assert [rows[name] for name in ("texts", "texts_about")] == [texts] * 2


def test_an_idle_tick_reads_few_pages() -> None:
    [report] = measure("watch")
    assert 0 < report["notes"]["idle tick, buffers"] <= 20


def test_making_the_ledger_leaves_what_the_rules_say_by_statements_that_no_file_adds_to() -> None:
    [report] = measure("sync")
    rows = whole(report)
    assert rows["duties"] >= 25 * PEOPLE
    thin, thick, many = report["notes"].values()
    assert 0 < thin == thick == many < 20


def test_the_nightly_proof_finds_what_the_rules_say() -> None:
    [report] = measure("reconcile")
    assert whole(report)["duties"] >= 25 * PEOPLE


def test_an_import_and_a_bare_copy_leave_the_same_rows() -> None:
    [report] = measure("import")
    rows = whole(report)
    assert [rows[table] for table in ("person", "orders", "class_decision", "ledger_subject")] == [PEOPLE] * 4
    assert rows["duty"] >= 20 * PEOPLE
    assert report["notes"]["peak memory, MB"] > 0


def test_our_pages_and_the_bare_ones_show_the_same() -> None:
    reports = measure("pages")
    assert [one["bench"] for one in reports] == [f"pages: {name}" for name in ("caseload", "day", "file", "queue")]
    assert all(whole(one)["tags"] > 500 for one in reports)
    caseload = reports[0]["notes"]
    assert caseload["rows that the bare route reads"] == 50
    assert caseload["statements of our page"] < 12


def test_the_sender_hands_over_every_text_of_a_run() -> None:
    reports = measure("sender")
    assert [one["bench"] for one in reports] == ["sender: fake", "sender: sent rows", "sender: SDK"]
    assert [whole(one) for one in reports] == [{"sent": 1000}] * 3
    assert reports[0]["anchor"] == 50 / 0.05
    assert reports[0]["notes"]["sent rows"] == 10 * PEOPLE


def test_each_lapse_is_seen_on_the_queue_of_a_running_office() -> None:
    [report] = measure("latency")
    assert whole(report) == {"lapses seen": 10}
    assert report["anchor"] == report["notes"]["tick, s"] == 10
    assert 0 < report["notes"]["p50, s"] <= report["notes"]["p99, s"] <= report["notes"]["longest, s"]


def test_the_monthly_table_and_a_hand_written_pass_count_the_same() -> None:
    [report] = measure("reports")
    rows = whole(report)
    assert rows["ever_received"] == PEOPLE and rows["handed_in"] == rows["handed_out"]
    assert rows["after"] == rows["before"] + rows["came"] - rows["went"] and rows["went"] > rows["handed_out"]
    assert report["notes"]["pages of the database"] > 0


def test_the_slowest_statement_of_the_dashboard_is_looked_at_for_both_views() -> None:
    reports = measure("dashboard")
    assert [one["bench"] for one in reports] == ["dashboard: the bureau", "dashboard: an office"]
    assert [whole(one) for one in reports] == [{}, {}]
    assert [one["anchor"] for one in reports] == [200.0, 200.0]
    assert all(5 < one["notes"]["statements"] < 15 for one in reports)


def test_the_bench_of_latency_knows_the_jobs_of_the_schedule() -> None:
    daily = {job.name: job.at for job in SCHEDULE if job.at}
    [tick] = [job.every for job in SCHEDULE if job.name == "watch"]
    assert (daily, tick) == (latency.DAILY, latency.TICK)


def test_every_bench_is_explained_and_has_a_last_run() -> None:
    said = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    for name in BENCHES:
        assert f"\n| `{name}` |" in said, f"{name} isn't explained"
        assert f"`supervision bench {name} --people" in said, f"{name} has no last run"


async def test_sides_that_leave_different_rows_are_refused() -> None:
    async def ours() -> Run:
        return Run(1.0, {"alerts": 2})

    async def anchor() -> Run:
        return Run(1.0, {"alerts": 1})

    with pytest.raises(Refusal, match=r"ours leaves \{'alerts': 2\}, the anchor \{'alerts': 1\}"):
        await side_by_side(Bench("watch", "s"), ours, anchor)


def test_the_ratio_is_the_median_of_the_pairs_not_the_ratio_of_the_medians() -> None:
    report = Report(Bench("watch", "s"), 1, [(1.0, 1.0), (6.0, 2.0), (8.0, 4.0)], {})
    assert report.ratio == 2.0
    assert (report.data()["value"], report.data()["anchor"]) == (6.0, 2.0)


@pytest.mark.parametrize(
    "words", [["--people", "99"], ["--people", "0"], ["--runs", "0"]], ids=lambda words: "".join(words)
)
def test_a_size_that_measures_nothing_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "watch", *words]) == 1
    assert capsys.readouterr().err == "A bench needs at least 100 people and one run.\n"


def test_an_unknown_bench_is_refused_with_the_names_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "nonsense"]) == 1
    said = capsys.readouterr().err
    assert [name for name in BENCHES if name not in said] == []
