"""A person's files through the pages: brought in, listed, opened, withdrawn, removed; nobody else's are there."""

import tempfile
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import unquote

import httpx
import pytest
from PIL import Image

from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_row, fetch_value, insert
from supervision.errors import NotFound
from supervision.files import store
from supervision.files.actions import FILE_NAME, Attached, Upload, find, keep, of
from supervision.files.content import LARGEST
from supervision.files.kinds import KINDS
from supervision.files.past import years_before
from supervision.sealed import open_sealed
from tests.cast import NOW, Browser, Cast, Member, audit_actions, client_for
from tests.commissions.makers import for_the_matrix
from tests.files.made import GPS_WORDS, jpeg, pdf
from tests.register import OnRegister, on_register, viewer_of

AT = "2026-11-25T08:30"
SCAN = "扫描件 140190199003070118.pdf"


async def send(
    browser: Browser, person: int, data: bytes, *, name: str = SCAN, kind: str = "signed", **more: str
) -> httpx.Response:
    """Bring a file in as a browser does."""
    if title := more.pop("title", ""):
        more["name"] = title
    files = {"file": (name, data, "application/octet-stream")}
    return await browser.post(f"/people/{person}/files", data={"kind": kind, "happened_at": AT} | more, files=files)


async def kept(one: OnRegister, kind: str = "signed", data: bytes | None = None) -> int:
    """A file of a person, put there by no page."""
    return await keep(None, Attached("person", one.person, one.person, kind), Upload("a.pdf", data or pdf()), NOW)


async def test_what_is_brought_in_is_listed_and_opened_again_with_an_audit_row_each(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    answer = await send(alice, one.person, pdf())
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{one.person}/files")
    file = await fetch_value("SELECT id FROM file_record WHERE person = $1", one.person)
    assert SCAN in (await alice.get(f"/people/{one.person}/files")).text
    opened = await alice.get(f"/people/{one.person}/files/{file}")
    assert opened.content == pdf()
    rows = await fetch("SELECT action, staff, people FROM audit_row WHERE action LIKE 'file%' ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (action, cast.alice.id, [one.person]) for action in ("file_kept", "files_listed", "file_opened")
    ]


async def test_the_row_and_the_disk_hold_neither_name_nor_content(cast: Cast) -> None:
    one = await on_register(cast)
    await send(await client_for(cast, cast.alice), one.person, pdf(body=b"/Title (140190199003070118)"))
    row = await fetch_row("SELECT * FROM file_record WHERE person = $1", one.person)
    assert row is not None and "140190199003070118" not in str(dict(row))
    assert open_sealed(row["name_sealed"], FILE_NAME) == SCAN
    assert b"140190199003070118" not in store.path_of(row["place"]).read_bytes()


async def test_a_file_is_handed_out_to_be_saved_and_can_do_nothing(cast: Cast) -> None:
    one = await on_register(cast)
    file, photo = await kept(one), await kept(one, "photo", jpeg())
    alice = await client_for(cast, cast.alice)
    answer = await alice.get(f"/people/{one.person}/files/{file}")
    assert answer.headers["content-type"] == "application/pdf" and answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''a.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    shown = await alice.get(f"/people/{one.person}/files/{photo}")
    assert shown.headers["content-disposition"].startswith("inline;") and "sandbox" in str(shown.headers)
    listed = await alice.get(f"/people/{one.person}/files")
    assert "script-src 'self'" in listed.headers["content-security-policy"]


async def test_a_photo_is_kept_without_its_place(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    await send(alice, one.person, jpeg(place=True), name="走访.heic", kind="photo")
    row = await fetch_row("SELECT id, size FROM file_record WHERE person = $1", one.person)
    assert row is not None
    answer = await alice.get(f"/people/{one.person}/files/{row['id']}")
    assert GPS_WORDS not in answer.content and Image.open(BytesIO(answer.content)).size == (40, 20)
    assert unquote(answer.headers["content-disposition"]).endswith("走访.jpg") and row["size"] == len(answer.content)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\扫描\\a.PDF", "a.pdf"),
        ('x"; filename="y.html', 'x"; filename="y.pdf'),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
        (".pdf", "签字件.pdf"),
        ("3.5年证明", "3.5年证明.pdf"),
        ("长" * 300, "长" * 120 + ".pdf"),
    ],
)
async def test_a_name_tells_no_place_and_no_other_type(cast: Cast, name: str, shown: str) -> None:
    one = await on_register(cast)
    to = Attached("person", one.person, one.person, "signed")
    file = await find(await keep(None, to, Upload(name, pdf()), NOW), person=one.person)
    assert file.name == shown


# -- refusals -----------------------------------------------------------------------------------------------------


async def test_a_refused_file_is_told_in_the_form_and_nothing_typed_is_lost(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    before = set(store.places())
    answer = await send(alice, one.person, b"<html>", kind="proof", title="3.5年住院证明")
    assert answer.status_code == 422 and "文件内容不属于这几种" in answer.text
    assert 'value="3.5年住院证明"' in answer.text and '<option value="proof" selected' in answer.text
    assert await fetch_value("SELECT count(*) FROM file_record") == 0 and set(store.places()) == before


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"kind": "secret"}, "请选择文件类别。"),
        ({"happened_at": "2026-11-25T09:06"}, "时间不能晚于现在。"),
        ({"happened_at": ""}, "请填写形成或收到的时间。"),
    ],
)
async def test_another_kind_and_a_time_to_come_are_refused(cast: Cast, sent: dict[str, str], sentence: str) -> None:
    one = await on_register(cast)
    answer = await send(await client_for(cast, cast.alice), one.person, pdf(), **sent)
    assert answer.status_code == 422 and sentence in answer.text


async def test_without_a_file_the_form_says_so(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/files", data={"kind": "signed", "happened_at": AT})
    assert answer.status_code == 422 and "请选择一个文件。" in answer.text


async def test_more_than_the_largest_body_is_refused_before_it_is_read(cast: Cast) -> None:
    one = await on_register(cast)
    answer = await send(await client_for(cast, cast.alice), one.person, b"%PDF-" + b" " * (LARGEST + 300 * 1024))
    assert answer.status_code == 413


# -- whose ----------------------------------------------------------------------------------------------------------


async def opening(cast: Cast, member: Member, person: int, file: int) -> httpx.Response:
    return await (await client_for(cast, member)).get(f"/people/{person}/files/{file}")


async def test_a_guessed_number_and_a_foreign_office_get_the_same_nothing(cast: Cast) -> None:
    one, other = await on_register(cast), await on_register(cast, officer=cast.carol)
    mine, theirs = await kept(one), await kept(other)
    alice = await client_for(cast, cast.alice)
    nothing = await alice.get(f"/people/{one.person}/files/2000000000")
    assert nothing.status_code == 404
    for person, file in ((one.person, theirs), (other.person, theirs), (other.person, mine), (2_000_000_000, mine)):
        assert (await alice.get(f"/people/{person}/files/{file}")).content == nothing.content
    assert (await opening(cast, cast.carol, one.person, mine)).status_code == 404
    assert "file_opened" not in await audit_actions()
    assert (await opening(cast, cast.carol, other.person, theirs)).status_code == 200


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_a_kind_that_somebody_may_not_see_is_not_there_for_them(cast: Cast, kind: str) -> None:
    one = await on_register(cast)
    await execute(
        """INSERT INTO responsibility (subject_kind, subject_id, person, office, staff, role, from_at, recorded_at)
           VALUES ('order', $1, $2, $3, $4, 'dual', $5, $5)""",
        one.order,
        one.person,
        cast.hal.office,
        cast.hal.id,
        NOW,
    )
    file = await kept(one, kind)
    sees = KINDS[kind].see == "see_files"
    hal = await client_for(cast, cast.hal)
    assert (await hal.get(f"/people/{one.person}/files/{file}")).status_code == (200 if sees else 404)
    assert (f"/files/{file}" in (await hal.get(f"/people/{one.person}/files")).text) == sees
    assert (f"/files/{file}" in (await hal.get(f"/people/{one.person}")).text) == sees
    assert (await send(hal, one.person, pdf(), kind=kind)).status_code == (303 if sees else 422)
    assert (await opening(cast, cast.ines, one.person, file)).status_code == 200


async def test_a_slice_lists_the_files_of_its_subject(cast: Cast) -> None:
    made = await keep(await viewer_of(cast.dan), Attached("commission", 7, None, "received"), Upload("函", pdf()), NOW)
    await keep(None, Attached("commission", 8, None, "received"), Upload("函", pdf()), NOW)
    assert [(one.id, one.by) for one in await of("commission", 7)] == [(made, cast.dan.name)]
    assert await of("commission", 7, await viewer_of(cast.hal)) == []
    assert (await find(made, subject=("commission", 7))).name == "函.pdf"
    for wrong in ({"subject": ("commission", 8)}, {"subject": ("order", 7)}, {"person": 1}, {}):
        with pytest.raises(NotFound):
            await find(made, **wrong)


# -- withdraw, lose -------------------------------------------------------------------------------------------------


async def test_a_withdrawn_file_stays_readable_and_says_who_withdrew_it_and_why(cast: Cast) -> None:
    one = await on_register(cast)
    file = await kept(one)
    alice = await client_for(cast, cast.alice)
    path = f"/people/{one.person}/files/{file}/withdrawal"
    assert "请填写作废的原因。" in (await alice.post(path, data={"reason": " "})).text
    assert (await alice.post(path, data={"reason": "存到别人名下了"})).status_code == 303
    assert "已经作废" in (await alice.post(path, data={"reason": "再一次"})).text
    listed = (await alice.get(f"/people/{one.person}/files")).text
    assert f"存到别人名下了（{cast.alice.name}）" in listed
    assert (await opening(cast, cast.alice, one.person, file)).status_code == 200


async def test_a_file_that_is_lost_or_damaged_is_told_in_one_sentence(cast: Cast) -> None:
    one = await on_register(cast)
    file = await kept(one)
    place = await fetch_value("SELECT place FROM file_record WHERE id = $1", file)
    path = store.path_of(place)
    path.write_bytes(path.read_bytes()[:-1])
    damaged = await opening(cast, cast.alice, one.person, file)
    assert damaged.status_code == 422 and f"文件 {file} 已经损坏" in damaged.text
    path.unlink()
    lost = await opening(cast, cast.alice, one.person, file)
    assert lost.status_code == 422 and f"文件 {file} 不在存放文件的目录里" in lost.text


async def test_a_large_upload_never_lies_in_clear_on_the_disk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *args, **more: opened.append(args) or real(*args, **more))
    one = await on_register(cast)
    large = pdf(body=b"/Nothing (" + b"x" * 3 * 1024 * 1024 + b")")
    assert (await send(await client_for(cast, cast.alice), one.person, large)).status_code == 303
    assert await fetch_value("SELECT size FROM file_record") == len(large) and opened == []


# -- those whose time is over ---------------------------------------------------------------------------------------

END = datetime(1996, 11, 25, 9, 0, tzinfo=SHANGHAI)
"""Thirty years before NOW, to the minute."""


async def ended(one: OnRegister, at: datetime) -> None:
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'revoked', state = 'revoked' WHERE id = $1", one.order, at
    )


@pytest.mark.parametrize(
    ("at", "over"), [(END - timedelta(seconds=1), True), (END, False), (END + timedelta(1), False)]
)
async def test_a_file_may_be_removed_once_its_time_is_over_and_not_before(cast: Cast, at: datetime, over: bool) -> None:
    one = await on_register(cast)
    file = await kept(one)
    erin = await client_for(cast, cast.erin)
    await ended(one, at)
    assert (f"/files/{file}/removal" in (await erin.get("/files/past")).text) == over
    answer = await erin.post(f"/people/{one.person}/files/{file}/removal", data={"reason": "清册3号"})
    assert answer.status_code == (303 if over else 422)
    assert (await opening(cast, cast.erin, one.person, file)).status_code == (404 if over else 200)


async def test_a_removed_file_cannot_be_read_by_anybody_and_its_row_says_who_removed_it(cast: Cast) -> None:
    one = await on_register(cast)
    file = await kept(one)
    await ended(one, END - timedelta(days=1))
    erin = await client_for(cast, cast.erin)
    path = f"/people/{one.person}/files/{file}/removal"
    assert "请填写销毁的依据" in (await erin.post(path, data={"reason": ""})).text
    await erin.post(path, data={"reason": "清册3号"})
    row = await fetch_row("SELECT * FROM file_record WHERE id = $1", file)
    assert row is not None and (row["key_sealed"], row["name_sealed"]) == (None, None)
    assert (row["removed_by"], row["removed_reason"]) == (cast.erin.id, "清册3号")
    assert (await erin.post(path, data={"reason": "再一次"})).status_code == 404
    assert f"/files/{file}" not in (await erin.get(f"/people/{one.person}/files")).text


async def test_a_person_with_another_register_open_keeps_their_files(cast: Cast) -> None:
    one = await on_register(cast)
    file = await kept(one)
    await ended(one, END - timedelta(days=1))
    columns = "person, kind, crime, start_on, end_on, state, ledger_from, created_at"
    await execute(f"INSERT INTO orders (number, {columns}) SELECT 'X1', {columns} FROM orders WHERE id = $1", one.order)
    erin = await client_for(cast, cast.erin)
    assert f"/files/{file}/removal" not in (await erin.get("/files/past")).text


@pytest.mark.parametrize("state", ["commission open", "person on a register", "over"])
async def test_a_file_of_a_commission_may_be_removed_once_it_and_its_person_s_registers_are_long_over(
    cast: Cast, state: str
) -> None:
    one = await on_register(cast)
    made = await for_the_matrix(one.person, cast.alice)
    commission, file = made["commission_id"], made["commission_file_id"]
    if state != "person on a register":
        await ended(one, END - timedelta(seconds=1))
    if state != "commission open":
        await execute("UPDATE commission SET state = 'closed' WHERE id = $1", commission)
        closing = {"event": "concluded", "old_state": "sent", "new_state": "closed", "fact_kind": "act", "fact_id": 1}
        await insert("commission_event", closing | {"commission": commission, "at": END - timedelta(1)})
    erin, path = await client_for(cast, cast.erin), f"/commissions/{commission}/files/{file}/removal"
    shown = (await erin.get("/files/past")).text
    assert (path in shown) == (f'<a href="/commissions/{commission}">PG-{one.person}</a>' in shown) == (state == "over")
    answer = await erin.post(path, data={"reason": "清册3号"})
    assert answer.status_code == (303 if state == "over" else 422)
    assert await fetch_value("SELECT key_sealed IS NULL FROM file_record WHERE id = $1", file) == (state == "over")


def test_thirty_years_before_a_leap_day() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=SHANGHAI)
    assert years_before(leap, 30) == datetime(1998, 2, 28, 12, tzinfo=SHANGHAI)
    assert years_before(leap, 4) == datetime(2024, 2, 29, 12, tzinfo=SHANGHAI)
