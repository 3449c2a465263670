"""Take the pictures of the README from the demo district: `python -m tests.browser.pictures` (minutes; needs Chromium)."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import Page

from supervision.access.sessions import start_session
from supervision.config import Settings
from supervision.db import execute, fetch, fetch_value
from supervision.demo.load import load
from supervision.house import House, at_work, open_house
from tests.browser.site import Site, serving
from tests.browser_tools import DESK, PHONE, chromium
from tests.conftest import ROOT
from tests.stories.office import empty_folder

TARGET = ROOT / "docs" / "pictures"
NOW = datetime.fromisoformat("2026-11-25T09:40+08:00")
LARGEST = 200_000  # bytes of one picture


@dataclass(frozen=True)
class Picture:
    """One page as one member of the staff sees it; `{person}` stands for somebody with an open alert."""

    name: str
    path: str
    login: str
    width: int = DESK


PICTURES = (
    Picture("day", "/", "gucheng1"),
    Picture("people", "/people", "gucheng1"),
    Picture("file", "/people/{person}", "gucheng"),
    Picture("alerts", "/alerts?tab=office", "gucheng"),
    Picture("rollcall", "/rollcall", "section"),
    Picture("people_phone", "/people", "gucheng1", PHONE),
)


def main() -> int:
    """Load the demo into a folder that is thrown away, and take all pictures."""
    with empty_folder() as folder:
        settings = Settings(mode="training", now=NOW, data_dir=folder)
        with open_house(settings) as house:
            for line in load(house):
                print(line, flush=True)
            asyncio.run(_take_all(house))
    return 0


async def _take_all(house: House) -> None:
    person, tokens = await _prepare(house)
    environment = {
        "SUPERVISION_MODE": "training",
        "SUPERVISION_NOW": NOW.isoformat(),
        "SUPERVISION_DATA_DIR": str(house.settings.data_dir),
    }
    async with serving(environment, house.settings.data_dir / "serve.log") as address, chromium() as browser:
        site = Site(address, browser, tokens)
        TARGET.mkdir(exist_ok=True)
        for picture in PICTURES:
            tab = await site.tab(picture.login, width=picture.width)
            await tab.goto(picture.path.format(person=person))
            await _save(tab, TARGET / f"{picture.name}.png")
        troubles = await site.close_tabs()
        assert troubles == [], troubles


async def _prepare(house: House) -> tuple[int, dict[str, str]]:
    """Somebody of 古城 with an open alert and a long history, and a session of everybody who is shown."""
    async with at_work(house, pool_size=2):
        await execute("UPDATE heartbeat SET at = $1", NOW + timedelta(days=1))  # no jobs process runs beside
        people = await fetch("SELECT id, login FROM staff WHERE login = ANY($1)", [one.login for one in PICTURES])
        tokens = {row["login"]: await start_session(row["id"], "picture", NOW) for row in people}
        return int(await fetch_value(OF_THE_FILE)), tokens


OF_THE_FILE = """
SELECT a.person FROM alert a JOIN responsibility r ON r.person = a.person AND r.to_at IS NULL
  JOIN staff s ON s.id = r.staff AND s.login = 'gucheng1'
 WHERE a.closed_at IS NULL AND a.kind = 'SU-01'
 ORDER BY (SELECT count(*) FROM duty d WHERE d.person = a.person) DESC, a.person LIMIT 1
"""


async def _save(tab: Page, path: Path) -> None:
    data = await tab.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {len(data) // 1000} KB", flush=True)
    if len(data) > LARGEST:
        raise SystemExit(f"{path} has {len(data)} bytes, more than {LARGEST}.")


if __name__ == "__main__":
    sys.exit(main())
