"""A small demo, really committed, loaded once for this folder: an empty database of its own, with the key of this run."""

import asyncio
import os
import shutil
from collections.abc import Iterator

import pytest

from supervision import sealed
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import DB
from supervision.demo.load import load
from supervision.house import House
from tests.conftest import drop_database, make_database, of_database
from tests.demo.small import SMALL
from tests.demo.test_people import NOW


@pytest.fixture(scope="package")
def house(server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Where the demo is loaded."""
    name = f"supervision_demo_{os.getpid()}"
    owner = asyncio.run(make_database(server, name))
    data_dir = tmp_path_factory.mktemp("demo")
    (data_dir / "keys").mkdir(mode=0o700)
    made = next(tmp_path_factory.getbasetemp().glob("keys*/seal.key"))
    shutil.copy(made, data_dir / "keys" / "seal.key")
    (data_dir / "keys" / "seal.key").chmod(0o600)
    app = of_database(server, name, "supervision_app")
    settings = Settings(mode="training", data_dir=data_dir, database_url=app, migration_url=owner)
    pool, DB.pool = DB.pool, None
    yield House(settings, FixedClock(NOW), app, owner)
    DB.pool = pool
    asyncio.run(drop_database(server, name))


@pytest.fixture(scope="package")
def lines(house: House) -> list[str]:
    """The demo, loaded once; what the load said."""
    return list(load(house, size=SMALL))
