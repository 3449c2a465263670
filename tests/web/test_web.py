"""The frame of the pages: how moments are shown, headers, static files, macros."""

import re
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from supervision import web
from supervision.days import SHANGHAI
from tests.web.conftest import EVENING


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(2026, 11, 25), "11-25"),
        (date(2026, 1, 1), "01-01"),
        (date(2025, 12, 31), "2025-12-31"),
        (date(2027, 1, 1), "2027-01-01"),
        (datetime.fromisoformat("2026-11-22T15:59:59+00:00"), "11-22"),
        (datetime.fromisoformat("2026-11-22T16:00:00+00:00"), "11-23"),
    ],
)
def test_a_day_shows_its_year_only_when_it_is_another_one(value, shown):
    assert web.day_text(value, EVENING) == shown


def test_the_year_is_that_of_shanghai_not_of_utc():
    just_new_year = datetime.fromisoformat("2026-12-31T16:00:00+00:00")
    assert web.day_text(date(2027, 1, 5), just_new_year) == "01-05"
    assert web.day_text(date(2027, 1, 5), just_new_year - timedelta(seconds=1)) == "2027-01-05"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-21 23:59", "11-21 23:59"),
        ("2026-11-22 00:00", "昨天 00:00"),
        ("2026-11-22 23:59", "昨天 23:59"),
        ("2026-11-23 00:00", "今天 00:00"),
        ("2026-11-23 23:59", "今天 23:59"),
        ("2026-11-24 00:00", "明天 00:00"),
        ("2026-11-25 00:00", "11-25 00:00"),
        ("2025-11-23 09:00", "2025-11-23 09:00"),
    ],
)
def test_a_moment_is_named_by_its_local_day(value, shown):
    assert web.moment_text(_moment(value), EVENING) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-24 00:00", "今天"),
        ("2026-11-24 00:01", "明天 00:01"),
        ("2026-11-23 23:59", "今天 23:59"),
        ("2026-11-21 00:00", "11-20"),
        ("2026-01-01 00:00", "2025-12-31"),
    ],
)
def test_a_limit_at_midnight_is_the_whole_day_before(value, shown):
    assert web.limit_text(_moment(value), EVENING) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(2026, 11, 22), "逾期 1 天"),
        (date(2026, 11, 23), "今天到期"),
        (date(2026, 11, 24), "余 1 天"),
        (date(2027, 8, 7), "余 257 天"),
        (_moment("2026-11-21 00:00"), "逾期 3 天"),
        (_moment("2026-11-23 00:00"), "逾期 1 天"),
        (_moment("2026-11-23 19:59"), "今日逾期"),
        (EVENING, "今日逾期"),
        (_moment("2026-11-23 20:01"), "今天到期"),
        (_moment("2026-11-24 00:00"), "今天到期"),
        (_moment("2026-11-25 00:00"), "余 1 天"),
    ],
)
def test_days_left_or_late_are_counted_from_the_last_day_of_the_limit(value, shown):
    assert web.until_text(value, EVENING) == shown


def test_help_has_its_own_word_for_late():
    assert web.until_text(date(2026, 11, 20), EVENING, late="已过") == "已过 3 天"
    assert web.until_text(date(2026, 11, 20), EVENING, waits=True) == "已待办 3 天"


@pytest.mark.parametrize(("days", "shown"), [(0, "今天"), (1, "昨天"), (2, "2 天前"), (400, "400 天前")])
def test_past_days_are_counted_back_from_today(days, shown):
    assert web.ago_text(EVENING - timedelta(days=days), EVENING) == shown


@pytest.mark.parametrize(
    ("born_on", "age"),
    [(date(1990, 11, 22), 36), (date(1990, 11, 23), 36), (date(1990, 11, 24), 35), (date(1992, 2, 29), 34)],
)
def test_age_counts_full_years_on_the_local_day(born_on, age):
    assert web.age_of(born_on, EVENING) == age


def test_nothing_is_shown_for_nothing(env):
    shown = env.from_string("[{{ x|day }}{{ x|moment }}{{ x|limit }}{{ x|until }}{{ x|ago }}{{ x|age }}]")
    assert shown.render(x=None, now=EVENING) == "[]"


def test_a_filter_uses_the_pages_now_unless_given_another(env):
    shown = env.from_string("{{ x|moment }} {{ x|moment(now=later) }}")
    text = shown.render(x=EVENING, now=EVENING, later=EVENING + timedelta(days=1))
    assert text == "今天 20:00 昨天 20:00"


def test_the_full_day_has_its_weekday():
    assert web.full_day_text(EVENING) == "2026年11月23日 星期一"


def test_each_slice_has_its_templates_under_its_name(tmp_path: Path):
    for folder, text in {"templates": "ours", "desk/templates": "the desk's", "desk/static": "hidden"}.items():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.html").write_text(text)
    (tmp_path / "templates" / "ui.html").write_text("")
    env = web.environment(tmp_path)
    assert [env.get_template(name).render() for name in ("x.html", "desk/x.html")] == ["ours", "the desk's"]
    assert sorted(env.list_templates()) == ["desk/x.html", "ui.html", "x.html"]


def test_an_unknown_name_in_a_template_is_an_error(env):
    with pytest.raises(UndefinedError):
        env.get_template("typo.html").render()


def test_what_people_typed_is_escaped(env):
    html = env.from_string('{{ ui.field("x", "名", v) }}{{ ui.textarea("y", "名", v) }}{{ ui.empty(v) }}')
    assert "<b>" not in html.render(v='"><b>')


def test_a_field_with_an_error_tells_a_screen_reader(env):
    html = env.from_string(
        '{{ ui.field("phone", "电话", "12", error="号码不对", hint="本人的", required=True) }}'
    ).render()
    field = re.search(r"<input[^>]+>", html).group()
    assert 'aria-invalid="true"' in field and 'aria-describedby="f-phone-hint f-phone-error"' in field
    assert (
        '<label for="f-phone">' in html and 'id="f-phone"' in field and 'value="12"' in field and " required" in field
    )
    assert 'id="f-phone-error"' in html and 'id="f-phone-hint"' in html and "号码不对" in html


def test_a_field_in_order_says_nothing_about_errors(env):
    assert "aria-" not in env.from_string('{{ ui.field("phone", "电话") }}').render()


def test_a_password_is_never_sent_back(env):
    html = env.from_string('{{ ui.field("p", "密码", "hunter2", kind="password") }}').render()
    assert 'type="password"' in html and "hunter2" not in html


def test_a_select_keeps_the_chosen_value(env):
    html = env.from_string('{{ ui.select("n", "数", [(1, "一"), (2, "二")], "2") }}').render()
    assert re.findall(r'value="(\d)"( selected)?', html) == [("1", ""), ("2", " selected")]


def test_each_state_has_a_shape_of_its_own_beside_its_words(env):
    badges = [
        env.from_string("{{ ui.badge(kind, '词') }}").render(kind=kind) for kind in ("lapse", "due", "ok", "paused")
    ]
    shapes = {re.search(r"focusable=\"false\">(<.+?/>)</svg>\s*词", badge).group(1) for badge in badges}
    assert len(shapes) == 4


def test_the_strip_says_in_words_what_it_draws(env):
    days = [("11-20", "done"), ("11-21", "missed"), ("11-22", "none"), ("11-23", "excused")]
    html = env.from_string("{{ ui.strip(days) }}").render(days=days)
    assert 'role="img"' in html and "近 4 天：完成 1 次，缺 1 次 (11-21)" in html
    assert re.findall(r'class="(done|missed|none|excused)"', html) == ["done", "missed", "none", "excused"]


@pytest.mark.parametrize(("part", "width"), [(-0.5, None), (0, None), (0.02, "8"), (0.5, "50"), (1, "100"), (3, "100")])
def test_progress_stays_between_nothing_and_all(env, part, width):
    html = env.from_string("{{ ui.progress(part, '余') }}").render(part=part)
    found = re.search(r'class="part" width="(\d+)%"', html)
    assert (found.group(1) if found else None) == width


def test_an_icon_is_drawn_once_and_stays_silent():
    assert web.icon("bell") is web.icon("bell")
    assert 'aria-hidden="true"' in web.icon("bell") and "style=" not in web.icon("bell")


def test_no_template_or_script_needs_what_the_policy_forbids():
    sources = [path.read_text() for path in web.ROOT.glob("**/templates/*.html")]
    assert len(sources) >= 5
    for source in sources:
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|<script(?! src=)|javascript:", source)
    assert not re.search(r"\beval\(|new Function|innerHTML", (web.ROOT / "static" / "app.js").read_text())


@pytest.mark.parametrize("path", ["/gallery", "/static/app.css", "/nowhere"])
async def test_every_answer_carries_the_strict_headers(client, path):
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]


async def test_a_static_address_carries_the_hash_of_its_content_and_is_kept(client):
    url = web.static_url("/static/app.css")
    answer = await client.get(url)
    assert url == f"/static/app.css?v={sha256(answer.content).hexdigest()[:10]}"
    assert "max-age=31536000" in answer.headers["cache-control"] and "immutable" in answer.headers["cache-control"]
    assert b"htmx" in (await client.get(web.static_url("/vendor/htmx.min.js"))).content


async def test_a_page_is_never_stored_and_has_its_frame(client):
    answer = await client.get("/gallery")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["vary"] == "HX-Request"
    for text in (
        "<h1>样张</h1>",
        "陈晓明",
        "2026年11月23日 星期一",
        "训练时钟",
        'aria-current="page"',
        'aria-live="polite"',
    ):
        assert text in answer.text


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
    ],
)
async def test_htmx_gets_the_part_and_going_back_the_whole_page(client, headers, whole):
    text = (await client.get("/gallery", headers=headers)).text
    assert (text == "只有一行") is not whole and ("<!doctype html>" in text) is whole


async def test_a_chinese_toast_travels_in_a_header(client):
    assert (await client.get("/gallery")).headers["hx-trigger"].isascii()


async def test_a_page_whose_database_is_away_tries_again_by_itself(client):
    answer = await client.get("/broken?out")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "10"
    assert 'http-equiv="refresh" content="10"' in answer.text and 'data-retry="10"' in answer.text
    assert "陈晓明" not in answer.text


async def test_a_form_sent_while_the_database_is_away_is_not_sent_again_by_itself(client):
    answer = await client.post("/save")
    assert answer.status_code == 503 and "retry-after" not in answer.headers
    assert 'http-equiv="refresh"' not in answer.text and web.NOT_SAVED in answer.text
