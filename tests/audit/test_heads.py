"""The head of the chain: on the roll call and its printed page, written down outside, held against by `audit verify`."""

from datetime import timedelta

import pytest

from jobs import work
from jobs.job import Work
from supervision.audit.heads import Head, read_heads
from supervision.audit.record import record
from supervision.audit.seal import latest_head
from supervision.clock import FixedClock
from supervision.db import fetch_value
from supervision.errors import Refusal
from supervision.rollcall.heads import keep_heads, kept_heads
from supervision.rollcall.take import take
from tests.audit.conftest import written
from tests.browser.place import own_database
from tests.cast import NOW, Cast, client_for
from tests.messages.texts_made import Told
from tests.test_cli import ask, run

DAY = timedelta(days=1)


async def head() -> str:
    return str(await latest_head())


async def test_the_head_stands_on_the_roll_call_and_on_the_page_to_sign(cast: Cast) -> None:
    await written(3)
    printed = await head()
    await take(NOW)
    await written(2)
    dan = await client_for(cast, cast.dan)
    assert printed.startswith("3-") and await fetch_value("SELECT audit_head FROM roll_call") == printed
    assert f"<code>{printed}</code>" in (await dan.get("/rollcall/print")).text
    assert f"<code>{await head()}</code>" in (await dan.get("/rollcall")).text


async def test_before_the_first_link_there_is_no_head_and_no_place_for_it(cast: Cast) -> None:
    await take(NOW)
    dan = await client_for(cast, cast.dan)
    assert "审计链头" not in (await dan.get("/rollcall")).text + (await dan.get("/rollcall/print")).text


async def test_each_day_is_written_down_once_however_late(cast: Cast, tmp_path) -> None:
    path, heads = tmp_path / "heads", []
    for day in range(3):
        await written(2)
        heads.append((NOW.date() + day * DAY, Head.parse(await head())))
        await take(NOW + day * DAY)
        if day != 1:
            assert await keep_heads(path) == (1 if day == 0 else 2)
    assert await keep_heads(path) == 0 and read_heads(path) == heads
    assert [one.head for one in await kept_heads(path)] == [one for _, one in heads] * 2


async def test_a_clock_that_ran_ahead_once_keeps_no_later_day_from_being_written_down(cast: Cast, tmp_path) -> None:
    await written(2)
    for day, count in ((365, 1), (0, 1), (0, 0)):
        await take(NOW + day * DAY)
        assert await keep_heads(tmp_path / "heads") == count
    assert [day for day, _ in read_heads(tmp_path / "heads")] == [NOW.date() + 365 * DAY, NOW.date()]


async def test_the_jobs_seal_and_write_down(cast: Cast, tmp_path) -> None:
    await record(None, "see_person", now=NOW)
    at_work = Work(FixedClock(NOW), Told(), heads=tmp_path / "heads")
    assert await work.seal(at_work) == 1 and await work.keep_heads(at_work) == 0
    await take(NOW)
    assert await work.keep_heads(at_work) == 1
    assert await work.keep_heads(Work(FixedClock(NOW), Told())) == 0


async def test_a_folder_that_is_not_there_is_named_and_not_made(cast: Cast, tmp_path) -> None:
    await written(1)
    await take(NOW)
    with pytest.raises(Refusal, match="无法写入"):
        await keep_heads(tmp_path / "disk" / "heads")
    assert not (tmp_path / "disk").exists()


OTHER = "9f3a-22bc-01de-77aa-90ff"


@pytest.mark.commits
async def test_the_command_holds_the_chain_against_every_head_and_says_so_by_its_exit(
    server, keyring, tmp_path_factory
) -> None:
    async with own_database(server, tmp_path_factory) as database:
        await ask(database, "rollcall")  # an act, and the keys of the place
        await ask(database, "tick", "--until", "2026-11-25T09:01+08:00")
        sound = await ask(database, "audit", "verify")
        links, heads = sound["links"], database.folder / "heads"
        assert sound["ok"] and links and sound["head"].startswith(f"{links}-") and sound["heads"] == 0
        heads.write_text(f"2026-11-25 {sound['head']}\n", encoding="utf-8")
        code, out, error = await run(database.environment, "audit", "verify")
        assert (code, error) == (0, "") and sound["head"] in out and "1 个链头" in out
        assert f"audit head: {sound['head']}" in (await run(database.environment, "rollcall"))[1]
        for given, said in ((f"{links + 1}-{OTHER}", "被截去"), (f"{links}-{OTHER}", "被重新封印")):
            code, out, error = await run(database.environment, "audit", "verify", "--head", given)
            assert (code, error, out.count("\n")) == (1, "", 1) and "给出的链头" in out and said in out, out
            heads.write_text(f"2026-11-25 {given}\n", encoding="utf-8")
            code, out, error = await run(database.environment, "audit", "verify")
            assert (code, error, out.count("\n")) == (1, "", 1) and "链头文件中 2026-11-25" in out and said in out, out
            heads.unlink()
        code, out, error = await run(database.environment, "audit", "verify", "--head", "1")
        assert (code, out) == (1, "") and "不是链头" in error
