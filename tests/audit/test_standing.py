"""What the doctor says of the seal."""

from datetime import timedelta

import pytest

from supervision.audit import key
from supervision.audit.record import record
from supervision.audit.seal import latest_head
from supervision.audit.standing import seal_standing
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import insert
from supervision.doctor import Examined, look_over
from supervision.house import audit_key_file
from tests.audit.conftest import written
from tests.cast import NOW, Cast


def at(tmp_path) -> Settings:
    return Settings(mode="training", data_dir=tmp_path)


async def examined(settings: Settings, now=NOW) -> Examined:
    (one,) = [one for one in await look_over(settings, FixedClock(now)) if one.name == "seal"]
    return one


async def test_the_head_the_key_and_the_last_run_are_told(cast: Cast, tmp_path) -> None:
    await written(2)
    await key.make(audit_key_file(at(tmp_path)))
    await insert("heartbeat", {"job": "seal", "at": NOW})
    one = await examined(at(tmp_path))
    assert one.ok and str(await latest_head()) in one.sentence and str(await latest_head()) in one.said
    assert str(await key.known()) in one.said and "2026-11-25 09:00:00" in one.said


@pytest.mark.parametrize(("age", "well"), [(60, True), (61, False)])
async def test_a_row_that_waits_more_than_a_minute_is_not_well(cast: Cast, tmp_path, age: int, well: bool) -> None:
    await key.make(audit_key_file(at(tmp_path)))
    await record(None, "see_person", now=NOW)
    one = await examined(at(tmp_path), NOW + timedelta(seconds=age))
    assert one.ok is well and "1 条审计记录等待封印" in one.said and "从未" in one.said


@pytest.mark.parametrize("lost", ["gone", "open to others", "damaged", "another's"])
async def test_a_key_that_cannot_be_used_is_not_well(cast: Cast, tmp_path, lost: str) -> None:
    path = audit_key_file(at(tmp_path))
    await key.make(path)
    assert not (await seal_standing(path, NOW)).key_lost
    if lost == "gone":
        path.unlink()
    elif lost == "open to others":
        path.chmod(0o644)
    elif lost == "damaged":
        path.write_text("{", encoding="utf-8")
    else:
        path.unlink()
        key.Keyring.create(path)
    one = await examined(at(tmp_path))
    assert not one.ok and str(await key.known()) in one.said and "存放密钥的地方" in one.said
