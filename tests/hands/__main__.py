"""`python -m tests.hands`: how the open cards of an installation (by default the demo's) are spread over its officers."""

import asyncio
import sys

from supervision.config import load_settings
from supervision.house import at_work, open_house
from tests.hands.cards import cards, spread


def main() -> int:
    """Print each officer's cards and the spread; 1 where it is past the budget of attention."""
    with open_house(load_settings()) as house:

        async def counted() -> list[tuple[str, str, int, int]]:
            async with at_work(house, pool_size=2):
                return await cards()

        found = asyncio.run(counted())
    for login, role, count, causes in found:
        if count:
            print(f"{login} ({role}): {count} cards, {causes} causes")
    everybody = spread(count for _, _, count, _ in found)
    print(f"all: {everybody}")
    if having := [count for _, _, count, _ in found if count]:
        print(f"those with any: {spread(having)}")
    return 0 if everybody.holds else 1


if __name__ == "__main__":
    sys.exit(main())
