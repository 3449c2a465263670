"""The advisory locks of the database: each number once, for all who queue behind it."""

from enum import IntEnum


class Lock(IntEnum):
    """What only one at a time may do; PostgreSQL takes the number."""

    PREPARE = 7000
    """Making the roles and the database of an installation."""
    MIGRATE = 7001
    STAFFING = 7003
    """Changing who works here: two at once could each take the last but one from the bureau desk."""
    INTAKE = 7004
    """Taking people on, one by one or by a sheet: numbers are given and duplicates looked for."""
    SEAL = 7005
    """Linking audit rows."""
    ROTATE = 7006
    """Rotating or dropping a sealing key."""
    SIGN_IN = 7009
    """Counting the failures of one source."""
    FILES = 7008
    """Shared: writing a file and then its row. Alone: taking files without a row off the disk."""
    ENQUEUE = 7010
    """Queueing texts to people: two at once would each find a person's day free."""
    CHANGES = 7011
    """Giving changes their places in the feed."""
    STAYS = 7012
    """Placing one person, the second number, in a base of help: each of their periods could find them nowhere else."""
