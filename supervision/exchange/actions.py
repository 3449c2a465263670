"""The one way in for sheets: a file is read, found to be a roster or a history, and taken in."""

from datetime import datetime

from supervision.days import local_day
from supervision.duties.workers import uncollected
from supervision.exchange.history_intake import import_history
from supervision.exchange.intake import Importer, Options, SheetFile, import_roster, read_sheet
from supervision.exchange.outcome import Imported


async def import_sheet(viewer: Importer | None, file: SheetFile, options: Options, *, now: datetime) -> Imported:
    """Take a file in, or try it; raises Refusal for a file that can't be read, or while a question is open."""
    with uncollected():
        parsed = await read_sheet(file, options, local_day(now))
        take_in = import_history if parsed.kind == "history" else import_roster
        return await take_in(viewer, file, parsed, options, now=now)
