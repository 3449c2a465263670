"""Thousands of made-up requests, right and wrong ones, over the OpenAPI file: no 5xx and no undocumented answer.

    python -m tests.api_fuzz [--cases 5000]

The requests go to a real server on a small district of its own; the output counts the answers of each route.
"""

import argparse
import os
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from supervision.exchange.api.document import document
from tests.cast import NOW

CASES = "SUPERVISION_TEST_API_CASES"
"""How many requests the test sends; the runner sets it."""
FEW = 260
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
)
Answers = dict[str, Counter[int]]
Ids = dict[str, list[int]]
"""List of the API → ids that it names."""


def fuzz(address: str, token: str, cases: int) -> Answers:
    """Send so many requests, half of them made to be wrong, evenly over the routes; how often each route answered what.

    Of those that are made to be right, every other asks for something that is there: ids are seldom guessed.
    """
    load_all_checks()
    checks = CHECKS.get_by_names(list(CHECKED))
    there = _there(address, token)
    operations = [found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations()]
    answers: Answers = {}
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            counted = answers.setdefault(operation.label, Counter())
            made = operation.as_strategy(mode)
            if mode is GenerationMode.POSITIVE:
                made = st.tuples(made, st.booleans(), st.integers(0, 10_000)).map(lambda drawn: _real(there, *drawn))
            _ask(made, _share(cases, 2 * len(operations)), (address, token), checks, counted)
    return answers


def _there(address: str, token: str) -> Ids:
    """What the lists of the API name."""
    found: Ids = {}
    paths = list(document()["paths"])
    for path in paths:
        if any(other.startswith(f"{path}/{{") for other in paths):
            answer = httpx.get(f"{address}{path}?limit=200", headers={"Authorization": f"Bearer {token}"})
            found[path] = [one["id"] for one in answer.json()["items"]]
    return found


def _real(there: Ids, case: Any, real: bool, turn: int) -> Any:
    """The case; or, where it is to be a real one, about somebody who is there, at a moment that has been."""
    parent = case.operation.path.rpartition("/")[0]
    if real and there.get(parent):
        case.path_parameters = dict.fromkeys(case.path_parameters, there[parent][turn % len(there[parent])])
    if real and isinstance(case.body, dict) and "person" in case.body:
        people = there["/api/v1/people"]
        at = (NOW - timedelta(minutes=turn)).isoformat()
        case.body |= {"person": people[turn % len(people)], "happened_at": at}
    return case


def _share(cases: int, parts: int) -> int:
    return -(-cases // parts)


def _ask(cases: Any, many: int, server: tuple[str, str], checks: Any, counted: Counter[int]) -> None:
    address, token = server

    @settings(
        max_examples=many,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def one(case: Any) -> None:
        answer = case.call_and_validate(base_url=address, headers={"Authorization": f"Bearer {token}"}, checks=checks)
        counted[answer.status_code] += 1

    one()


def main() -> int:
    """Run the test at full size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=5000)
    os.environ[CASES] = str(parser.parse_args().cases)
    return int(pytest.main(["-q", "tests/exchange/api/test_fuzz.py"]))


if __name__ == "__main__":
    sys.exit(main())
