"""Which file system a path lies on, and whether a trail may.

Pure over the text of `/proc/self/mountinfo` (proc(5)). A network file system keeps
neither of the two promises that a trail rests on: that `flock` shuts out a writer on
another machine, and that what fdatasync returned for survives the server.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from affidavit.errors import TrailUnavailable

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"9p|afs|beegfs|ceph|cifs|coda|davfs|glusterfs|gpfs|lustre|ncpfs|nfs4?|ocfs2|"
    r"orangefs|smb3|smbfs"
)
_NETWORK_FUSE = re.compile(
    r"fuse\.(sshfs|s3fs|gcsfuse|rclone|glusterfs|ceph.*|davfs|juicefs|mergerfs)"
)
_THROUGH = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "tmpfs", "xfs"})
_OCTAL = re.compile(r"\\([0-7]{3})")


def file_system(path: str, mountinfo: str) -> str | None:
    """Type of the file system that the absolute `path` lies on; None if unknown."""
    found, longest = None, -1
    for point, kind in _mounts(mountinfo):
        covers = path == point or path.startswith(point.rstrip("/") + "/")
        # Of two mounts at one point the later hides the earlier.
        if covers and len(point) >= longest:
            found, longest = kind, len(point)
    return found


def _mounts(mountinfo: str) -> Iterator[tuple[str, str]]:
    for line in mountinfo.splitlines():
        place, dash, source = line.partition(" - ")
        fields, kinds = place.split(" "), source.split(" ")
        if dash and len(fields) > 4:
            point = _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), fields[4])
            yield point, kinds[0]


def is_network(kind: str) -> bool:
    """Whether other machines may write to a file system of this type."""
    return any(each.fullmatch(kind) for each in (_NETWORK, _NETWORK_FUSE))


def writes_through(kind: str | None) -> bool:
    """Whether a single write of this file system can be relied on to be durable.

    Those whose own code honours `RWF_DSYNC` as it does fdatasync. A file system in user
    space is told of it, and may not listen.
    """
    return kind in _THROUGH


def check(path: Path, mountinfo: str) -> None:
    """`TrailUnavailable` for a trail on a network file system."""
    kind = file_system(str(path.resolve()), mountinfo)
    if kind is not None and is_network(kind):
        raise TrailUnavailable(
            f"{path}: lies on a network file system ({kind}), whose locks and syncs "
            "cannot be relied on. Put the trail on a local disk, one for each machine, "
            "or set `network_trail = true` if a single machine ever writes it and the "
            "server keeps what it confirms."
        )
