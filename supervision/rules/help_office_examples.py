"""The invented office by which docs/rules.md shows the rules about offices of help. Pure."""

from datetime import date

from supervision.rules.base import Facts, Subject
from supervision.rules.help_office import SUBJECT, HelpOffice

CASES = {
    "RA-24": Facts(Subject(SUBJECT, 1), HelpOffice(False, ((date(2026, 2, 1), 50), (date(2026, 3, 1), 51)))),
    "RA-25": Facts(Subject(SUBJECT, 1), HelpOffice(True)),
}
