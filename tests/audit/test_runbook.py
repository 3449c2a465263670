"""The runbook's chapter on the seal: its sentences are those of the program, its way out of a lost key leads out."""

import re

import pytest

from supervision.audit import key
from supervision.audit.seal import seal_rows
from supervision.audit.verify import verify
from supervision.sealed import Keyring
from tests.audit.conftest import chain, written
from tests.cast import NOW
from tests.conftest import ROOT

CHAPTER = (
    (ROOT / "deploy/runbook.md").read_text("utf-8").partition("## The seal of the audit rows")[2].partition("\n## ")[0]
)


def test_every_sentence_of_the_chapter_is_one_that_the_program_says() -> None:
    source = "".join(file.read_text("utf-8") for file in (ROOT / "supervision/audit").glob("*.py"))
    said = re.findall(r'"([^"]+)"', CHAPTER)
    assert len(said) >= 12 and [one for one in said if one not in source] == []


@pytest.mark.commits
async def test_after_a_lost_key_a_new_chain_goes_over_all_rows(committing: str, owner, tmp_path) -> None:
    before = key.current()
    await key.make(tmp_path / "old.key")
    rows = await written(5)
    (script,) = re.findall(r"```sql\n(.*?)```", CHAPTER, re.S)
    await owner.execute(script)
    await key.make(tmp_path / "audit.key")
    await key.take(tmp_path / "audit.key")
    try:
        assert await seal_rows() == 5 and [row for _, row in await chain()] == rows
        assert (await verify(Keyring.load(tmp_path / "audit.key"), [], NOW)).fault is None
        assert (await verify(before, [], NOW)).fault is not None
    finally:
        key.use(before)
    assert await owner.fetchval("SELECT count(*) FROM audit_seal_lost") == 5
    assert await owner.fetchval("SELECT tgenabled FROM pg_trigger WHERE tgname = 'audit_seal_append_only'") == b"O"
