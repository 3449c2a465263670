"""What `supervision rules` prints: the rules in force, and every rule of the law with where it is carried out."""

import argparse
import json
import re
from importlib import import_module
from typing import Any

from supervision.app import ROUTES
from supervision.errors import Refusal
from supervision.rules.document import rules_table
from supervision.rules.law import law_table
from supervision.whatif import try_file

Said = tuple[Any, list[str]]


def rulebook() -> list[dict[str, Any]]:
    """One row a rule."""
    return law_table(rules_table(), paths_of_pages(), is_in_code)


def paths_of_pages() -> frozenset[str]:
    """The paths of all pages, with bare names: `/people/{person_id}`."""
    return frozenset(re.sub(r":\w+\}", "}", path) for handler in ROUTES for path in handler.paths)


def is_in_code(place: str) -> bool:
    """Whether `module:name` is there."""
    module, _, name = place.partition(":")
    try:
        return hasattr(import_module(module), name)
    except ModuleNotFoundError:
        return False


def rules_command(arguments: argparse.Namespace) -> Said:
    """The rulebook, or what the rules say of a file of facts. Raises Refusal."""
    if arguments.action != "try":
        table = rulebook()
        return table, [
            f"{r['id']:<16} {r['state']:<10} {r['title'] or ''}  {r['article']}  {r['test'] or ''}" for r in table
        ]
    if arguments.file is None:
        raise Refusal("rules try needs a file of facts: supervision rules try FILE.jsonl")
    rows = try_file(arguments.file)
    return rows, [json.dumps(row, ensure_ascii=False, default=str) for row in rows]
