"""A form source becomes a PDF and a Word file with the same words; what is missing is named and nothing is made."""

from io import BytesIO

import pytest
from docx import Document

from supervision.documents.form import BLOCK_KINDS, Filled, fill
from supervision.documents.forms import FORMS
from supervision.documents.pdf import PAGES, as_pdf
from supervision.documents.word import LOOKS, as_word
from supervision.errors import Refusal
from supervision.files.content import DOCX, PDF, checked

VALUES = {
    "organ": "尖草坪区司法局",
    "name": "杜玉林",
    "sex": "男",
    "born_on": "1990年3月7日",
    "id_number": "140191199003070011",
    "order_kind": "缓刑",
    "crime": "盗窃罪",
    "start_on": "2026年1月2日",
    "end_on": "2027年1月1日",
    "facts": "2026年3月1日应当面报到，至3月11日方报到；<b>#eval(1)</b> {{ 7*7 }} 未说明理由。",
    "evidence": "询问（谈话）笔录、报告记录",
    "article": "第三十四条第（一）项",
    "item_words": "不按规定时间报到或者接受社区矫正期间脱离监管，未超过十日的",
    "decided_on": "2026年3月20日",
    "earlier": "2026年1月8日受到训诫。",
}
NUMBER = "（2026）尖社矫训字第0001号"


def filled(code: str) -> Filled:
    return fill(FORMS[code], VALUES, NUMBER)


@pytest.mark.parametrize("code", FORMS)
def test_the_word_file_says_what_the_form_says(code: str) -> None:
    made = as_word(filled(code))
    assert checked(made).media_type == DOCX
    said = [paragraph.text for paragraph in Document(BytesIO(made)).paragraphs if paragraph.text]
    assert said == [block.text for block in filled(code).blocks]
    assert "{{ 7*7 }}" in "".join(said), "what was typed is no template"


@pytest.mark.parametrize("code", FORMS)
def test_the_pdf_is_made_of_the_same_form_and_may_be_kept(code: str) -> None:
    made = as_pdf(filled(code))
    assert checked(made).media_type == PDF
    assert 10_000 < len(made) < 500_000


@pytest.mark.parametrize("code", FORMS)
def test_each_missing_element_is_named_and_nothing_is_made(code: str) -> None:
    form = FORMS[code]
    for name, label in form.fields.items():
        for empty in (None, "", "  "):
            with pytest.raises(Refusal) as refused:
                fill(form, VALUES | {name: empty}, NUMBER)
            assert refused.value.fields == {name: f"缺少{label}。"} and label in refused.value.sentence


@pytest.mark.parametrize("code", FORMS)
def test_a_form_asks_for_what_it_says_and_for_nothing_else(code: str) -> None:
    form = FORMS[code]
    said = "".join(block.text for block in form.blocks)
    assert {name for name in (*form.fields, "number", "title") if "{" + name + "}" in said} == {
        *form.fields,
        "number",
        "title",
    }


def test_every_kind_of_block_has_its_look_in_both_files() -> None:
    assert set(LOOKS) == set(BLOCK_KINDS)
    for page in PAGES.values():
        assert [kind for kind in BLOCK_KINDS if f'"{kind}"' not in page] == []
