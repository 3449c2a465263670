"""The files of a commission: kept sealed with it, opened by its handlers alone, shown on nobody's own page."""

from supervision.db import fetch_row, fetch_value
from tests.cast import Cast, audit_actions, client_for
from tests.commissions.test_pages import made, said
from tests.files.made import pdf


async def test_a_letter_is_kept_with_its_commission_and_opened_by_its_handlers_alone(cast: Cast) -> None:
    one, _ = await made(cast, "investigating")
    dan, alice, carol, ines = [await client_for(cast, who) for who in (cast.dan, cast.alice, cast.carol, cast.ines)]
    path = f"/commissions/{one}/files"
    nothing = await alice.post(path, data={"kind": "received"})
    assert nothing.status_code == 422 and "请选择一个文件" in said(nothing)
    sent = {"file": ("委托函.pdf", pdf(), "application/pdf")}
    assert (await alice.post(path, data={"kind": "received"}, files=sent)).status_code == 303
    row = await fetch_row("SELECT id, person, subject_kind, subject_id FROM file_record ORDER BY id DESC LIMIT 1")
    assert row is not None and (row["person"], row["subject_kind"], row["subject_id"]) == (None, "commission", one)
    assert (await dan.get(f"{path}/{row['id']}")).content == pdf()
    assert (await audit_actions())[-1] == "file_opened"
    assert "委托函.pdf" in (await alice.get(f"/commissions/{one}")).text
    assert (await carol.get(f"{path}/{row['id']}")).status_code == 404
    assert (await ines.get(f"{path}/{row['id']}")).status_code == 403


async def test_a_file_of_another_commission_is_not_there(cast: Cast) -> None:
    one, _ = await made(cast, "investigating")
    other, _ = await made(cast, "investigating")
    alice = await client_for(cast, cast.alice)
    sent = {"file": ("a.pdf", pdf(), "application/pdf")}
    await alice.post(f"/commissions/{one}/files", data={"kind": "record"}, files=sent)
    file = await fetch_value("SELECT max(id) FROM file_record")
    assert (await alice.get(f"/commissions/{other}/files/{file}")).status_code == 404
    form = {"reason": "存错"}
    assert (await alice.post(f"/commissions/{other}/files/{file}/withdrawal", data=form)).status_code == 404
    assert (await alice.post(f"/commissions/{one}/files/{file}/withdrawal", data=form)).status_code == 303
    assert await fetch_value("SELECT withdrawn_at IS NOT NULL FROM file_record WHERE id = $1", file)
