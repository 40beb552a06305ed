"""A program that uploads batch files through a governed client, and says what it took.

    python uploader.py BASE_URL MIB…

Runs in a project's folder. The files are made up while they are read, so that neither
disk nor memory holds them. Prints one JSON object a file: `{"file", "mib", "peak"}`,
the peak of this process's resident memory in KiB until then.
"""

import io
import json
import os
import resource
import sys
from typing import Any

from affidavit import OpenAI
from affidavit.wiring import Governor

_FILLER = "The tracking number says delivered, but nobody rang and nothing came. "


class MadeUp(io.RawIOBase):
    """A batch file of lines of one length; can be rewound as often as it must."""

    def __init__(self, mib: int) -> None:
        self._length = len(self._line(0))
        self._size = max(1, (mib << 20) // self._length) * self._length
        self._at = 0

    @staticmethod
    def _line(number: int) -> bytes:
        text = f"Question {number:010}: " + _FILLER * 60
        body = {
            "model": "gpt-4o-mini",
            "messages": [{"role": "user", "content": text}],
        }
        value = {
            "custom_id": f"q-{number:010}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": body,
        }
        return json.dumps(value).encode() + b"\n"

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._at
        wanted = left if size < 0 else min(size, left)
        first, skip = divmod(self._at, self._length)
        last = -(-(self._at + wanted) // self._length)
        data = b"".join(self._line(number) for number in range(first, last))
        self._at += wanted
        return data[skip : skip + wanted]


def main() -> None:
    """Upload one file after another."""
    base_url, *sizes = sys.argv[1:]
    with Governor() as governor:
        client = OpenAI(
            base_url=base_url,
            api_key="k",
            purpose="support.reply",
            affidavit=governor,
            max_retries=0,
        )
        for mib in map(int, sizes):
            file: Any = MadeUp(mib)  # a file object, and no `IO[bytes]` by its class
            made = client.files.create(file=file, purpose="batch")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            os.write(
                1, json.dumps({"file": made.id, "mib": mib, "peak": peak}).encode()
            )
            os.write(1, b"\n")


if __name__ == "__main__":
    main()
