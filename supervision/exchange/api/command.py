"""What `supervision token` does: keys of other systems are made, listed and revoked at a terminal."""

import argparse
from typing import Any

from supervision.access import tokens
from supervision.errors import Refusal
from supervision.house import House

Said = tuple[Any, list[str]]


def arguments(one: argparse.ArgumentParser) -> None:
    """The words of the command."""
    one.add_argument("--json", action="store_true", help="answer as JSON (docs/json.md)")
    one.add_argument("action", choices=["create", "list", "revoke"], help="make one; show all; end one")
    one.add_argument("name", nargs="?", help="what it is called: the other system's name")
    one.add_argument("--login", help="in whose name it acts, and within whose rights")
    one.add_argument(
        "--permission",
        action="append",
        default=[],
        metavar="P",
        help="one of what it may do; all that the API offers and its owner holds when left out",
    )
    one.add_argument("--office", metavar="CODE", help="files of this office only")
    one.add_argument("--days", type=int, default=90, help="for how many days it counts (default: 90)")


async def token(house: House, given: argparse.Namespace) -> Said:
    """Make, list or revoke. Raises Refusal with one sentence."""
    if given.action == "list":
        rows = await tokens.list_tokens()
        return rows, [f"{r['name']}  {r['login']}  until {r['expires_at']}  {r['revoked_at'] or ''}" for r in rows]
    if given.name is None:
        raise Refusal(f"token {given.action} needs a name: supervision token {given.action} NAME")
    if given.action == "revoke":
        await tokens.revoke_token(given.name, house.clock.now())
        return {"revoked": given.name}, [f"revoked: {given.name}"]
    if given.login is None:
        raise Refusal("token create needs the login in whose name the token acts: --login LOGIN")
    new = tokens.NewToken(given.name, given.login, given.permission, given.office, given.days)
    made = await tokens.create_token(new, house.clock.now())
    return {"name": given.name, "token": made}, [made, "It is shown this once and kept nowhere."]
