"""Files that others may have put there, opened so that none can hold up who reads.

A pipe in a file's place is waited on for ever, a link to a device never ends: whoever
hands a folder over could stop its verification with either. Knows what kind of thing a
path leads to, and nothing of what the bytes mean.
"""

import errno
import os
import stat
from io import BufferedReader, FileIO
from pathlib import Path

NONE = "a pipe or a device, not a file"


def opened(path: Path) -> BufferedReader:
    """The file at `path`, to be read and closed; raises as `descriptor` does."""
    return BufferedReader(FileIO(descriptor(path)))


def descriptor(path: Path) -> int:
    """The file at `path`, which the caller closes.

    `OSError` for what is no file, `IsADirectoryError` for a folder, and whatever the
    system raises.
    """
    # Opening a pipe to read from it otherwise returns when somebody writes to it.
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    mode = os.fstat(opened).st_mode
    if stat.S_ISREG(mode):
        return opened
    os.close(opened)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, NONE, str(path))
