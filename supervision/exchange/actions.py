"""The one way in for sheets: a file is read, found to be a roster, a history or the register of help, and taken in."""

from typing import Final

from supervision.clock import Clock
from supervision.duties.workers import uncollected
from supervision.exchange.assistance_intake import import_assistance
from supervision.exchange.history_intake import import_history
from supervision.exchange.intake import Importer, Options, SheetFile, import_roster, read_sheet
from supervision.exchange.outcome import Imported


async def import_sheet(viewer: Importer | None, file: SheetFile, options: Options, clock: Clock) -> Imported:
    """Take a file in, or try it; raises Refusal for a file that can't be read, or while a question is open."""
    with uncollected():
        parsed = await read_sheet(file, options, clock.today())
        return await TAKE_IN[parsed.kind](viewer, file, parsed, options, clock)


TAKE_IN: Final = {"roster": import_roster, "history": import_history, "assistance": import_assistance}
