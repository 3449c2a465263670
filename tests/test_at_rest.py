"""Numbers at rest (promise G11): no identity number, phone or address of the demo in a dump, a data folder or a log.

Whole or its last eight digits, in clear or behind hex or base64. Of the thousands of the years behind the register the last
eleven are looked for: eight digits of so many stand somewhere in megabytes of boxes by mere chance.
"""

import asyncio
import base64
import binascii
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from supervision import sealed
from supervision.access.sessions import csrf_token
from supervision.access.staffing import STAFF_PHONE
from supervision.config import Settings
from supervision.db import DB, fetch
from supervision.demo.district import PASSWORD
from supervision.demo.frame import Size
from supervision.demo.load import load
from supervision.house import House, at_work, files_folder, open_house
from supervision.local_postgres import find_programs
from supervision.messages.channel import make_provider
from supervision.messages.providers import Outgoing
from supervision.people.actions import CONTACT, DOC
from tests.browser.place import copy_key
from tests.browser.site import serving
from tests.files.made import pdf
from tests.stories.office import empty_folder

pytestmark = pytest.mark.commits

SMALL = Size(people=56, months=3, days=5)
TAIL, OF_MANY = 8, 11
DIGITS = re.compile(rb"[0-9]{7,}[0-9Xx]")
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}")
TO_PLAIN = bytes.maketrans(b"-_", b"+/")
SEALED = (("person", "doc_sealed", DOC), ("contact", "value_sealed", CONTACT), ("staff", "phone_sealed", STAFF_PHONE))


@dataclass(frozen=True)
class Secrets:
    """What must not be found: the last eight signs of numbers, and addresses as bytes."""

    tails: frozenset[bytes]
    addresses: frozenset[bytes]

    def found_in(self, data: bytes) -> set[bytes]:
        """Those that are in the data, as they stand or behind one layer of hex or base64."""
        return {one for layer in _layers(data) for one in self._plainly_in(layer)}

    def _plainly_in(self, data: bytes) -> Iterator[bytes]:
        for run in DIGITS.findall(data):
            for size in {len(tail) for tail in self.tails}:
                yield from {run[at : at + size].upper() for at in range(len(run) - size + 1)} & self.tails
        yield from (address for address in self.addresses if address in data)


def _layers(data: bytes) -> Iterator[bytes]:
    yield data
    yield b"\n".join(binascii.unhexlify(run) for run in HEX.findall(data))
    for shift in range(4):  # a run may begin before the value does
        yield b"\n".join(_from_base64(run[shift:]) for run in BASE64.findall(data))


def _from_base64(run: bytes) -> bytes:
    """Either alphabet, with or without its padding; a single sign left over says nothing."""
    whole = run[:-1] if len(run) % 4 == 1 else run
    return binascii.a2b_base64(whole.translate(TO_PLAIN) + b"=" * (-len(whole) % 4))


def secrets_of(values: Iterable[str], tail: int = TAIL) -> Secrets:
    """Numbers by their tails; addresses in UTF-8, in GB18030 and as JSON escapes them."""
    tails, addresses = set(), set()
    for value in values:
        if re.search(rf"[0-9]{{{TAIL - 1}}}[0-9Xx]$", value):
            tails.add(value[-tail:].upper().encode())
        else:
            addresses |= {value.encode(), value.encode("gb18030"), json.dumps(value)[1:-1].encode()}
    return Secrets(frozenset(tails), frozenset(addresses))


@dataclass(frozen=True)
class Loaded:
    """A small demo on an embedded server of its own, and every number and address that it sealed."""

    house: House
    values: frozenset[str]
    register: list[str]
    """Identity numbers of those in correction, whom the search of the caseload finds."""

    @property
    def secrets(self) -> Secrets:
        all_, few = secrets_of(self.values, OF_MANY), secrets_of(self.register)
        return Secrets(all_.tails | few.tails, all_.addresses)


@pytest.fixture(scope="module")
def loaded(keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    with empty_folder() as folder, _without_pool():
        copy_key(tmp_path_factory, folder)
        with open_house(Settings(mode="training", data_dir=folder)) as house:
            list(load(house, size=SMALL))
            values, register = asyncio.run(_sealed_values(house)), asyncio.run(_numbers_on_the_register(house))
            yield Loaded(house, frozenset(values), register)


@contextmanager
def _without_pool() -> Iterator[None]:
    before, DB.pool = DB.pool, None
    try:
        yield
    finally:
        DB.pool = before


async def _sealed_values(house: House) -> set[str]:
    async with at_work(house, pool_size=2):
        return {
            sealed.open_sealed(row["value"], purpose)
            for table, column, purpose in SEALED
            for row in await fetch(f"SELECT {column} AS value FROM {table} WHERE {column} IS NOT NULL")
        }


async def _numbers_on_the_register(house: House) -> list[str]:
    async with at_work(house, pool_size=2):
        rows = await fetch(
            """SELECT p.doc_sealed AS value FROM person p JOIN orders o ON o.person = p.id
                WHERE o.ended_at IS NULL AND p.doc_sealed IS NOT NULL ORDER BY o.id"""
        )
        return [sealed.open_sealed(row["value"], DOC) for row in rows]


def dump(house: House) -> bytes:
    """The whole database as plain SQL."""
    program = find_programs() / "pg_dump"
    return subprocess.run([program, "--dbname", house.owner_dsn], check=True, capture_output=True).stdout


def test_the_demo_has_all_kinds_of_secrets(loaded: Loaded) -> None:
    identities = [value for value in loaded.values if re.fullmatch(r"14019\d{12}[0-9X]", value)]
    phones = [value for value in loaded.values if re.fullmatch(r"1990000\d{4}", value)]
    assert len(identities) >= SMALL.people and len(phones) >= SMALL.people
    assert len(loaded.values) - len(identities) - len(phones) >= SMALL.people / 2  # addresses
    assert b"\\x" not in b"".join(loaded.secrets.tails)


def test_a_dump_holds_no_number_and_no_address(loaded: Loaded) -> None:
    text = dump(loaded.house)
    (name,) = re.findall(rb"COPY public\.person .*?\n\d+\t(\S+)", text)[:1]
    assert name and len(text) > 100_000
    assert loaded.secrets.found_in(text) == set()


def test_the_data_folder_and_its_logs_hold_no_number_and_no_address(loaded: Loaded) -> None:
    asyncio.run(_be_used(loaded))
    files = [path for path in loaded.house.settings.data_dir.rglob("*") if path.is_file()]
    brought = [path for path in files if path.is_relative_to(files_folder(loaded.house.settings))]
    assert len(brought) >= 10 and all(b"%PDF" not in path.read_bytes() for path in brought)
    assert {"server.log", "serve.log", "console.log"} <= {path.name for path in files} and len(files) > 500
    found = {path.name: one for path in files if (one := loaded.secrets.found_in(_bytes_of(path)))}
    assert found == {}


def _bytes_of(path: Path) -> bytes:
    """The file's bytes; the running server throws caches of its own away at any moment, and what is gone holds nothing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


async def _be_used(loaded: Loaded) -> None:
    """A web server is asked for people by their numbers and given wrong forms; a text goes over the console."""
    folder, house = loaded.house.settings.data_dir, loaded.house
    environment = {"SUPERVISION_DATA_DIR": str(folder), "SUPERVISION_MODE": "training"}
    numbers = loaded.register[:20]
    async with serving(environment, folder / "serve.log") as address, httpx.AsyncClient(base_url=address) as client:
        await client.get("/sign-in")
        token = csrf_token(client.cookies["visit"])
        form = {"login": "clerk1", "password": PASSWORD, "next": "/", "_csrf_token": token}
        signed_in = await client.post("/sign-in", data=form)
        assert signed_in.status_code == 303, signed_in.text
        token = csrf_token(client.cookies["session"])
        for number in numbers:
            found = await client.get("/people", params={"q": number})
            assert found.status_code == 200
            for person in re.findall(r'href="/people/(\d+)"', found.text)[:1]:
                await _bring_a_file(client, int(person), number, token)
            wrong = {"name": "甲", "number": number, "phone": number, "_csrf_token": token}
            assert (await client.post("/people/new", data=wrong)).status_code == 422
    async with at_work(house, pool_size=2):
        lines: list[str] = []
        console: Any = await make_provider(house.settings, write=lines.append)
        for number in numbers:
            await console.send(Outgoing(number, "11月27日来电，请按约办理。", "1", timedelta(hours=1)))
        (folder / "console.log").write_text("\n".join(lines), encoding="utf-8")


async def _bring_a_file(client: httpx.AsyncClient, person: int, number: str, token: str) -> None:
    """A document that is named by a number and speaks of it."""
    content = pdf(body=b"/Title (%s)" % number.encode(), stream=number.encode())
    form = {"kind": "proof", "happened_at": "2026-01-01T08:00", "_csrf_token": token}
    files = {"file": (f"{number}.pdf", content, "application/pdf")}
    answer = await client.post(f"/people/{person}/files", data=form, files=files)
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize(
    "hidden",
    [
        lambda value: value,
        lambda value: value[-TAIL:],
        lambda value: b"\\x" + binascii.hexlify(value),
        lambda value: base64.b64encode(b"a" + value),
        lambda value: base64.urlsafe_b64encode(b"\xff\xfe" + value),
        lambda value: b"k1" + base64.b64encode(value),
    ],
)
@pytest.mark.parametrize("value", ["140190199003070118", "14019019900307011X", "19900001234"])
def test_a_planted_number_is_found(hidden, value: str) -> None:
    secrets = secrets_of([value])
    assert secrets.found_in(b"before " + hidden(value.encode()) + b" after") == {value[-TAIL:].encode()}


@pytest.mark.parametrize("code", ["utf-8", "gb18030"])
def test_a_planted_address_is_found(code: str) -> None:
    secrets = secrets_of(["古城街道幸福路3号"])
    planted = "古城街道幸福路3号".encode(code)
    assert secrets.found_in(planted) == secrets.found_in(binascii.hexlify(planted)) == {planted}


def test_a_number_of_nobody_is_not_found() -> None:
    assert secrets_of(["19900001234"]).found_in(b"19900001235 0001234 00012340") == set()
