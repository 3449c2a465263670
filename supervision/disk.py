"""What a crash may not take: the names in a folder, once they are safe on the disk."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names in a folder safe on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
