"""Invented people of whom no sheet tells: who was investigated, supervised or helped in the years behind us."""

from datetime import date
from random import Random
from typing import Final

from supervision.demo.frame import Frame
from supervision.demo.names import COMMON, FEMALE, MALE
from supervision.demo.people import birth, identity_number
from supervision.people.actions import NewPerson

MALE_SHARE: Final = 0.87


class Strangers:
    """Makes them one after another; names may come twice, as they do in a district, identity numbers never."""

    def __init__(self, frame: Frame, taken: set[str]) -> None:
        self._frame, self._taken = frame, taken
        self._serial = 0

    @property
    def made(self) -> int:
        """How many there are so far."""
        return self._serial

    def one(self, day: date, *, male: float = MALE_SHARE) -> NewPerson:
        """Somebody who was between 19 and 62 on that day."""
        self._serial += 1
        random = self._frame.random("stranger", self._serial)
        sex = "male" if random.random() < male else "female"
        name = random.choice(COMMON) + random.choice(MALE if sex == "male" else FEMALE)
        born_on, number = self._number(random, day, sex)
        return NewPerson(name, sex, born_on, number)

    def _number(self, random: Random, day: date, sex: str) -> tuple[date, str]:
        while True:
            born_on = birth(random, day)
            number = identity_number(born_on, self._serial, sex)
            if number not in self._taken:
                self._taken.add(number)
                return born_on, number
