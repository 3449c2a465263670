"""Load a small demo district where the environment says, as `supervision demo --load-only` loads the whole one."""

from supervision.config import load_settings
from supervision.demo.frame import Size
from supervision.demo.load import load
from supervision.house import open_house

SMALL = Size(people=56, months=3, days=5)

if __name__ == "__main__":
    with open_house(load_settings()) as house:
        for line in load(house, size=SMALL):
            print(line, flush=True)
