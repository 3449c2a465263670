"""The square codes on a scan, read in a process of its own: it gets the file alone, no key, no database, little memory."""

import asyncio
import json
import os
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

DOTS: Final = 200
"""Dots per inch in which a page is looked at; a code of our letters has modules of some 0.7 mm."""
LARGEST_SIDE: Final = 6000
SECONDS: Final = 30
"""For all pages of a scan: what takes longer says nothing, for a code that isn't seen may be another person's."""
MEMORY: Final = 2 * 1024**3
"""Bytes of address space, of which most are libraries."""


async def codes_on(data: bytes) -> list[str]:
    """What the square codes on a PDF or a picture say, in the order of the pages; nothing where none can be read."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(data), SECONDS)
    except TimeoutError:
        return []
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return [str(code) for code in json.loads(said)] if process.returncode == 0 else []


def _pictures(data: bytes) -> Iterator[Any]:
    if data.startswith(b"%PDF"):
        import pypdfium2

        document = pypdfium2.PdfDocument(data)
        for number in range(len(document)):
            page = document[number]
            scale = min(DOTS / 72, LARGEST_SIDE / max(page.get_size()))
            yield page.render(scale=scale, grayscale=True).to_pil()
    else:
        from PIL import Image, ImageOps

        picture = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("L")
        picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        yield picture


def _codes(data: bytes) -> Iterator[str]:
    import zxingcpp

    square = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for picture in _pictures(data):
        yield from (found.text for found in zxingcpp.read_barcodes(picture, formats=square))


def main() -> None:
    """The file on the standard input, the codes as JSON on the standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    print(json.dumps(list(_codes(sys.stdin.buffer.read()))))


if __name__ == "__main__":
    main()
