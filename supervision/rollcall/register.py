"""What a register is to the roll call: its buckets, as data, and the statements that count it.

The first state that holds decides. Its proof is a reference such as `alert:17`, or nothing (NULL). A registration whose
state lacks its proof, or that is in no known state, is the remainder: there is no ELSE.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

REMAINDER = "remainder"


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that must exist: SQL that gives its reference or NULL, and what is said when it is missing."""

    sql: str
    missing: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A state of a registration with its proof."""

    code: str
    title: str
    predicate: str
    proofs: tuple[Proof, ...]

    @property
    def proof(self) -> str:
        """All proofs in one text; NULL when any is missing."""
        return " || ' ' || ".join(proof.sql for proof in self.proofs)


@dataclass(frozen=True, slots=True)
class Register:
    """One register. Its statements speak of a row by one letter, as its predicates do."""

    code: str
    title: str
    rows: str
    """The bare table with its letter: a join could lose a registration or count it twice."""
    within: str
    """Which rows are in the register."""
    buckets: tuple[Bucket, ...]

    @property
    def titles(self) -> Mapping[str, str]:
        """Code of a bucket → what it is called."""
        return {bucket.code: bucket.title for bucket in self.buckets}

    @property
    def census(self) -> str:
        """Each registration with its bucket and proof as `lapsed|alert:17`; NULL for the remainder."""
        row = self.rows.split()[-1]
        found = _case(self.buckets, {bucket.code: f"'{bucket.code}|' || {bucket.proof}" for bucket in self.buckets})
        return f"SELECT {row}.id, {row}.person, {found} AS found FROM {self.rows} WHERE {self.within} AND {{scope}}"

    @property
    def what_is_missing(self) -> str:
        """The sentences of the proofs that the row's state lacks; NULL where no state holds."""
        return _case(self.buckets, {bucket.code: _missing(bucket) for bucket in self.buckets})


def _case(buckets: Iterable[Bucket], results: Mapping[str, str]) -> str:
    """A CASE of the buckets' states, without an ELSE."""
    return "CASE " + " ".join(f"WHEN {bucket.predicate} THEN {results[bucket.code]}" for bucket in buckets) + " END"


def _missing(bucket: Bucket) -> str:
    parts = ", ".join(f"CASE WHEN {proof.sql} IS NULL THEN '{proof.missing}' END" for proof in bucket.proofs)
    return f"array_remove(ARRAY[{parts}], NULL)"
