"""Hostile files: each gets one sentence, exit 1 and no row, by the command and by the page; each odd but honest one is read right."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
import xlsxwriter

from supervision import sealed
from supervision.db import fetch, fetch_value
from supervision.errors import Refusal
from supervision.exchange.sheets import OLE
from tests.browser.place import Database, own_database, pool_on, settle
from tests.cast import Cast, client_for
from tests.exchange.made import workbook
from tests.exchange.taken import HEADING, TABLES, person, size
from tests.exchange.test_import_command import run as import_command
from tests.exchange.test_import_pages import bring
from tests.test_cli import run as run_process

HERE = Path(__file__).parent
GOOD = workbook(名册=[HEADING, person()])
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "haha"}">' for n in range(10))
ENTITY = '<!DOCTYPE sst [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
DOCKET = """某某区人民法院开庭公告,,,,
序号,案号,姓名,案由,开庭时间
1,（2026）晋0108刑初1号,赵某,盗窃罪,2026-11-30 09:00
2,（2026）晋0108刑初2号,钱某,诈骗罪,2026-11-30 10:30
第 1 页 共 2 页,,,,
序号,案号,姓名,案由,开庭时间
3,（2026）晋0108刑初3号,孙某,危险驾驶罪,2026-12-01 09:00
第 2 页 共 2 页,,,,
"""


def changed(parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """The good workbook with these parts changed; a part that isn't there is added."""
    wanted, stream = dict(parts), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, wanted.pop(name, bytes)(old.read(name)))
        for name, change in wanted.items():
            new.writestr(name, change(b""))
    return stream.getvalue()


def declared(inner: str) -> Callable[[bytes], bytes]:
    """A document type before the root of an XML part."""
    return lambda xml: xml.replace(b"?>", b"?>" + inner.encode(), 1)


def named(name: str) -> bytes:
    """A roster of one person of this name."""
    return workbook(名册=[HEADING, person(姓名=name)])


def csv_of(*rows: list[object], encoding: str = "utf-8") -> bytes:
    return "\n".join(",".join(map(str, row)) for row in (HEADING, *rows)).encode(encoding)


def with_formula(formula: str, value: str) -> bytes:
    """The first name is a formula, of which the file keeps what it gave when it was last computed."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("名册")
        page.write_row(0, 0, HEADING)
        page.write_row(1, 0, person())
        page.write_formula(1, 0, formula, None, value)
    return stream.getvalue()


def repeated() -> bytes:
    """Two columns of names, which aren't the same."""
    return workbook(名册=[[*HEADING, "姓名"], [*person(), "测试二"]])


def empty_rows(count: int) -> Callable[[bytes], bytes]:
    """Rows of which nothing is known but that they are formatted."""
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, count + 1))
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


def swollen(size: int) -> bytes:
    return changed({"xl/media/picture.bin": lambda _: b"0" * size})


def with_entity(doctype: str, entity: str, instead_of: str) -> bytes:
    """A word of the sheet is an entity that the part itself declares."""
    word, reference = instead_of.encode(), f"&{entity};".encode()
    return changed({STRINGS: lambda xml: declared(doctype)(xml).replace(word, reference, 1)})


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing": ("a.xlsx", lambda: b"", "文件是空的"),
    "nothing, as text": ("a.csv", lambda: b"", "文件是空的"),
    "a bomb of one part": ("a.xlsx", lambda: swollen(150_000_000), "解压后过大"),
    "a bomb beyond 200 MB": ("a.xlsx", lambda: swollen(201 * 1024 * 1024), "解压后过大"),
    "a workbook with a password": ("a.xlsx", lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "有密码保护"),
    "an old one with a password": ("a.xls", lambda: OLE + b"\0" * 600 + "EncryptionInfo".encode("utf-16-le"), "有密码保护"),
    "a web page named .xlsx": ("a.xlsx", lambda: "<html><table><tr><td>姓名</td></tr></table></html>".encode(), "其实是网页"),
    "a web page named .xls": ("a.xls", lambda: "\ufeff<table><tr><td>姓名</td></tr></table>".encode(), "其实是网页"),
    "XML of 2003 named .xls": ("a.xls", lambda: b'<?xml version="1.0"?><Workbook/>', "其实是网页"),
    "16,384 columns": ("a.xlsx", lambda: workbook(名册=[[*HEADING, *map(str, range(16_384 - len(HEADING)))], person()]), "超过 500 列"),
    "16,384 columns of text": ("a.csv", lambda: b"," * 16_383 + b"\n", "超过 500 列"),
    "macros": ("a.xlsm", lambda: GOOD, "只能读取"),
    "a program": ("a.exe", lambda: b"MZ\x90", "只能读取"),
    "no ending": ("名册", lambda: GOOD, "只能读取"),
    "a PDF named .xlsx": ("a.xlsx", lambda: b"%PDF-1.7", "后缀不符"),
    "a workbook named .csv": ("a.csv", lambda: GOOD, "后缀不符"),
    "a workbook named .xls": ("a.xls", lambda: GOOD, "后缀不符"),
    "cut off": ("a.xlsx", lambda: GOOD[: len(GOOD) // 2], "已损坏"),
    "its end alone": ("a.xlsx", lambda: b"PK\x03\x04" + GOOD[-22:], "已损坏"),
    "a part that is no XML": ("a.xlsx", lambda: changed({BOOK: lambda _: b"<a"}), "已损坏"),
    "a thousand million laughs": ("a.xlsx", lambda: with_entity(f"<!DOCTYPE sst [{LAUGHS}]>", "l9", "姓名"), "已损坏"),
    "a file of the machine as a name": ("a.xlsx", lambda: with_entity(ENTITY, "file", "测试一"), "已损坏"),
    "a formula as a name, as text": ("a.csv", lambda: csv_of(person(姓名='"=HYPERLINK(""http://x"",""甲"")"')), "是公式"),
    "a formula's words as a name": ("a.xlsx", lambda: named('=HYPERLINK("http://x","甲")'), "是公式"),
    "a command as a name": ("a.csv", lambda: csv_of(person(姓名="@SUM(1+1)*cmd|' /C calc'!A0")), "是公式"),
    "a name that runs backwards": ("a.xlsx", lambda: named("王\u202e强"), "看不见的控制符"),
    "a name with a bell": ("a.csv", lambda: csv_of(person(姓名="王\a强")), "看不见的控制符"),
    "a name of which a sign is lost": ("a.csv", lambda: csv_of(person(姓名="王\ufffd")), "损坏的字"),
    "a name of 32,767 signs": ("a.xlsx", lambda: named("王" * 32_767), "姓名超过 100 个字"),
    "NUL in a text": ("a.csv", lambda: csv_of(person(姓名="王\0强")), "后缀不符"),
    "two columns of names": ("a.xlsx", repeated, "需要先说明"),
    "a docket printed page by page": ("a.csv", lambda: DOCKET.encode("gb18030"), "不像在册人员名单"),
    "headings of something else": ("a.csv", lambda: "颜色,形状\n红,圆\n".encode(), "没有找到表头"),
    "headings alone": ("a.xlsx", lambda: workbook(名册=[HEADING]), "没有一行数据"),
    "blanks alone": ("a.xlsx", lambda: workbook(名册=[["", " "]]), "没有内容"),
    "bytes of no writing": ("a.csv", lambda: b"\xff\xfe\xff\xff", "编码无法识别"),
    "a number with a wrong digit": ("a.csv", lambda: csv_of(person(身份证号="140190199003071270")), "身份证号"),
}  # fmt: skip

ASKED = {"two columns of names": "都可能是“姓名”"}
"""What the page asks where the command says that something must be said first."""

ODD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "rare signs in GB18030": ("a.csv", lambda: csv_of(person(姓名="㐂𠮷"), encoding="gb18030"), "㐂𠮷"),
    "rare signs in UTF-8 with a mark": ("a.csv", lambda: csv_of(person(姓名="㐂𠮷"), encoding="utf-8-sig"), "㐂𠮷"),
    "rare signs in a workbook": ("a.xlsx", lambda: named("㐂𠮷"), "㐂𠮷"),
    "a sign with its variant": ("a.xlsx", lambda: named("葛\U000e0100城"), "葛\U000e0100城"),
    "a name of another people": ("a.xlsx", lambda: named("买买提·艾力"), "买买提·艾力"),
    "marks without width": ("a.xlsx", lambda: named("\ufeff测\u200b试一"), "测试一"),
    "what a formula gave": ("a.xlsx", lambda: with_formula('=HYPERLINK("http://x","测试一")', "测试一"), "测试一"),
    "macros that nobody runs": ("a.xlsx", lambda: changed({"xl/vbaProject.bin": lambda _: b"x"}), "测试一"),
    "parts that lead elsewhere": ("a.xlsx", lambda: changed({"../../../../tmp/led": bytes, "/tmp/led": bytes}), "测试一"),
    "1,048,576 rows, formatted": ("a.xlsx", lambda: changed({SHEET: empty_rows(1_048_576)}), "测试一"),
    "headings on each page": ("a.csv", lambda: csv_of(person(), list(HEADING), list(HEADING)), "测试一"),
    "a cell of 32,767 signs": ("a.xlsx", lambda: workbook(名册=[HEADING, person(现住址="址" * 32_767)]), "测试一"),
}  # fmt: skip


def on_disk(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("line", BAD)
async def test_a_bad_file_gets_one_sentence_and_no_row(cast: Cast, tmp_path: Path, line: str) -> None:
    name, make, told = BAD[line]
    data, before = make(), await size()
    with pytest.raises(Refusal) as refused:
        await import_command(cast, on_disk(tmp_path, name, data), "--office", "GC")
    assert told in refused.value.sentence and "\n" not in refused.value.sentence
    browser = await client_for(cast, cast.dan)
    answer = await bring(browser, data, name, office=cast.offices["gucheng"])
    if answer.status_code == 303:  # read, and tried: the sentence is the row's own, or a question
        where = answer.headers["location"]
        answer = await browser.get(where)
        assert (await browser.post(f"{where}/confirm")).status_code in (303, 422)
    assert ASKED.get(line, told) in answer.text
    assert await size() == before
    assert await fetch_value("SELECT count(*) FROM import_run WHERE (counts ->> 'added')::int > 0") == 0


@pytest.mark.parametrize("line", ODD)
async def test_an_odd_but_honest_file_is_read_right(cast: Cast, tmp_path: Path, line: str) -> None:
    name, make, expected = ODD[line]
    data, _ = await import_command(cast, on_disk(tmp_path, name, make()), "--office", "GC")
    assert (data["added"], data["refused"]) == (1, 0)
    assert [row["name"] for row in await fetch("SELECT name FROM person")] == [expected]
    assert not Path("/tmp/led").exists()
    browser = await client_for(cast, cast.dan)
    assert expected in (await browser.get("/people")).text


@pytest_asyncio.fixture(scope="module")
async def own(
    server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Database]:
    """The small district on a database of its own."""
    async with own_database(server, tmp_path_factory) as database:
        await settle(database.dsn)
        yield database


@pytest.mark.commits
async def test_the_command_itself_ends_with_1_and_one_sentence(own: Database, tmp_path: Path) -> None:
    counts = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in (*TABLES, "import_run"))
    async with pool_on(own.dsn):
        before = await fetch(counts)
    for line in ("a bomb of one part", "a docket printed page by page", "a formula's words as a name"):
        name, make, told = BAD[line]
        status, out, error = await run_process(
            own.environment, "import", on_disk(tmp_path, name, make()), "--office", "GC"
        )
        assert (status, out, error.count("\n")) == (1, "", 1) and told in error, line
    async with pool_on(own.dsn):
        assert await fetch(counts) == before
