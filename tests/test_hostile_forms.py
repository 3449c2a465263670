"""Every form under hostile requests (tests/hostile_forms.py): no answer is a breakdown, whatever is sent by whomever."""

import logging
import os
import random
from collections.abc import Callable

import pytest

from tests.cast import Cast
from tests.hostile_forms import CODINGS, COUNT, SPOILERS, attack, forms_of

REQUESTS = int(os.environ.get(COUNT) or 5000)


async def test_no_form_breaks_down_under_hostile_requests(
    cast: Cast, caplog: pytest.LogCaptureFixture, record_property: Callable[[str, object], None]
) -> None:
    outcome = await attack(cast, REQUESTS)
    record_property("said", str(outcome))
    assert outcome.broken == []
    assert [entry.getMessage() for entry in caplog.records if entry.levelno >= logging.ERROR] == []
    assert outcome.statuses.total() == REQUESTS
    reached = outcome.statuses[200] + outcome.statuses[303] + outcome.statuses[422]
    assert reached > REQUESTS / 2, "most must get as far as the form's own reading"
    assert outcome.shown > outcome.forms / 2


def test_a_form_is_read_off_its_page_with_its_fields() -> None:
    page = """<form method="get" action="/a"><input name="q"></form>
        <form method="post" action="/b?c=d"><input type="hidden" name="_csrf_token" value="x"><input name="e" value="f">
        <select name="g"><option value="h">1</option><option value="i">2</option></select><textarea name="j"></textarea></form>"""
    [form] = forms_of(page)
    assert (form.action, form.pairs) == ("/b", (("e", "f"), ("g", "i"), ("j", "")))


def test_the_same_seed_spoils_and_codes_in_the_same_way() -> None:
    def once() -> list[object]:
        chance, pairs = random.Random(1), [("a", "1"), ("b", "2")]
        return [code(spoil(pairs, chance), chance) for spoil in SPOILERS for code in CODINGS]

    assert once() == once()
