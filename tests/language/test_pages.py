"""Every page read in English: no Chinese is left in it but what the records say, and what says by `lang` that it is Chinese."""

import pytest

from tests.browser.test_every_page import REFUSED, VISITS
from tests.language.conftest import Reader
from tests.language.seen import left_in_chinese, texts_of

PAGES = (*((path, login, 200) for path, login in VISITS), *REFUSED)


@pytest.mark.parametrize(("path", "login", "status"), PAGES)
async def test_a_page_in_english_has_no_chinese_of_ours(
    reader: Reader, path: str, login: str | None, status: int
) -> None:
    answer = await reader.read(path, login, "en")
    assert answer.status_code == status
    assert '<html lang="en">' in answer.text
    left = left_in_chinese(answer.text, reader.kept)
    assert not left, " ¦ ".join(left)


async def test_the_same_page_in_chinese_is_not_english(reader: Reader) -> None:
    """The test above would find Chinese if it were there."""
    answer = await reader.read("/people", "alice", "zh")
    assert '<html lang="zh-CN">' in answer.text
    assert len(left_in_chinese(answer.text, reader.kept)) > 20


def test_texts_and_spoken_attributes_are_seen_and_foreign_parts_are_not() -> None:
    html = (
        '<p title="甲">乙<br>丙</p><p lang="zh-CN">丁<b>戊</b></p><input placeholder="己"><script>庚</script><b>辛</b>'
    )
    assert texts_of(html) == ["甲", "乙", "丙", "己", "辛"]
    assert left_in_chinese(html, ["乙", "辛"]) == ["甲", "丙", "己"]
