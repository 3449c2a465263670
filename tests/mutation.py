"""Do the rules' tests test? Change one comparison or number after the other and count which changes they notice.

    python -m tests.mutation [--file supervision/rules/timing.py] [--at-least 95]

Each change is made in a copy of the rules, days.py and tests/rules in a temporary folder, where these tests run alone, the same
examples each time. The output names each change that no test noticed; exit code 1 when fewer than 95 % were noticed.
"""

import argparse
import ast
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from queue import SimpleQueue

import pytest

ROOT = Path(__file__).resolve().parent.parent
MUTATED = ("supervision/days.py", "supervision/rules/*.py")
COPIED = (
    "supervision/__init__.py",
    "supervision/days.py",
    "supervision/rules/*.py",
    "supervision/settings/holidays_cn.csv",
    "tests/__init__.py",
    "tests/rules/*.py",
    "docs/rules.md",
)
SLOW = ("test_properties.py", "test_days.py")
"""They draw examples: last, for the changes that the tables of days don't notice."""
NEED_A_REGISTER = ("test_vectors.py",)
"""They go through pages too, and so need more than the rules."""
AT_ONCE = 2
NOT_RUN = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
LIMITS = {resource.RLIMIT_CPU: 60, resource.RLIMIT_AS: 2 << 30}
"""Seconds of work, and bytes: a change that makes the tests run on for ever, or fill the memory, is noticed too."""
SAME_EXAMPLES = """\
from hypothesis import Phase, settings

settings.register_profile("mutation", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile("mutation")
"""

NEIGHBOURS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file: where, what is read there before and after, and the whole file with it."""

    file: str
    line: int
    before: str
    after: str
    source: str


def mutants_of(file: str) -> Iterator[Mutant]:
    """Each comparison turned to its neighbour, each number made one larger; one at a time."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from _compared(file, tree, node)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield from _counted(file, tree, node)


def _compared(file: str, tree: ast.Module, node: ast.Compare) -> Iterator[Mutant]:
    before = ast.unparse(node)
    for at, op in enumerate(node.ops):
        node.ops[at] = NEIGHBOURS[type(op)]()
        yield Mutant(file, node.lineno, before, ast.unparse(node), ast.unparse(tree))
        node.ops[at] = op


def _counted(file: str, tree: ast.Module, node: ast.Constant) -> Iterator[Mutant]:
    value = node.value
    assert isinstance(value, int | float)
    node.value = value + 1
    yield Mutant(file, node.lineno, str(value), str(node.value), ast.unparse(tree))
    node.value = value


class Copy:
    """A folder with the copied files, where one change after the other is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for file in _files(COPIED):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
        (folder / "conftest.py").write_text(SAME_EXAMPLES, encoding="utf-8")

    def notices(self, mutant: Mutant) -> bool:
        """Whether a test fails with the change."""
        path = self.folder / mutant.file
        unchanged = path.read_text(encoding="utf-8")
        _write(path, mutant.source)
        try:
            return self.fails(path.name)
        finally:
            _write(path, unchanged)

    def fails(self, first: str) -> bool:
        """Whether a test fails; those of the changed file run first."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-c", os.devnull, "--rootdir", str(self.folder)]
        run = subprocess.run(
            [*command, "-p", "_hypothesis_pytestplugin", "-p", "no:cacheprovider", *self._tests(first)],
            cwd=self.folder,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0"},
            capture_output=True,
        )
        assert run.returncode not in NOT_RUN, run.stdout.decode() + run.stderr.decode()
        return run.returncode != 0

    def _tests(self, first: str) -> list[str]:
        names = sorted(path.name for path in (self.folder / "tests" / "rules").glob("test_*.py"))
        names = [name for name in names if name not in NEED_A_REGISTER]
        names.sort(key=lambda name: (name != f"test_{first}", name in SLOW))
        return [f"tests/rules/{name}" for name in names]


def _write(path: Path, text: str) -> None:
    """Write the file, and forget what was compiled of it: a change of one digit has the same size and second."""
    path.write_text(text, encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()


def _files(patterns: tuple[str, ...]) -> list[str]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [str(path.relative_to(ROOT)) for path in found]


def survivors_among(mutants: list[Mutant]) -> Iterator[Mutant]:
    """The changes that no test noticed; some processes at once, each in a copy of its own."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        free: SimpleQueue[Copy] = SimpleQueue()
        for number in range(AT_ONCE):
            free.put(Copy(Path(folder) / str(number)))

        def is_noticed(mutant: Mutant) -> bool:
            copy = free.get()
            try:
                return copy.notices(mutant)
            finally:
                free.put(copy)

        assert not list(pool.map(is_noticed, [_unchanged()]))[0], "the tests fail on the unchanged files"
        tried = zip(mutants, pool.map(is_noticed, mutants), strict=True)
        yield from (mutant for mutant, noticed in tried if not noticed)


def _unchanged() -> Mutant:
    file = MUTATED[0]
    return Mutant(file, 1, "", "", ast.unparse(ast.parse((ROOT / file).read_text(encoding="utf-8"))))


def main() -> int:
    """Try all changes and say which were not noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--file", action="append", help="only this file; may be repeated")
    parser.add_argument("--at-least", type=float, default=95, help="percent that must be noticed")
    asked = parser.parse_args()
    for what, most in LIMITS.items():
        resource.setrlimit(what, (most, 2 * most))  # the tests inherit it
    files = asked.file or _files(MUTATED)
    mutants = [one for file in files for one in sorted(mutants_of(file), key=attrgetter("line"))]
    left = 0
    for one in survivors_among(mutants):
        left += 1
        print(f"{one.file}:{one.line}  {one.before}  →  {one.after}", flush=True)
    percent = 100 * (len(mutants) - left) / len(mutants)
    print(f"{len(mutants)} changes, {len(mutants) - left} noticed ({percent:.1f} %), {left} not noticed")
    return 0 if percent >= asked.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
