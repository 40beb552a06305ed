from pathlib import Path

import pytest

from affidavit.errors import TrailUnavailable
from affidavit.trail import mounts

MOUNTS = r"""22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
31 22 0:27 / /srv/share rw shared:9 - nfs4 server:/export rw,vers=4.2
32 31 0:28 / /srv/share/local rw - xfs /dev/vdb rw
33 22 0:29 / /mnt/with\040space rw - fuse.sshfs me@there: rw
34 22 0:30 / /over rw - nfs a:/ rw
35 22 0:31 / /over rw - tmpfs tmpfs rw
not a mount
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/opt/a/.affidavit/trail", "ext4"),
        ("/srv/share", "nfs4"),
        ("/srv/share/a/trail", "nfs4"),
        ("/srv/shared/trail", "ext4"),
        ("/srv/share/local/trail", "xfs"),
        ("/mnt/with space/trail", "fuse.sshfs"),
        ("/over/trail", "tmpfs"),
    ],
)
def test_the_nearest_and_newest_mount_counts(path: str, kind: str) -> None:
    assert mounts.file_system(path, MOUNTS) == kind


def test_where_nothing_is_known_nothing_is_claimed() -> None:
    assert mounts.file_system("/anywhere", "") is None
    mounts.check(Path("/anywhere"), "")


@pytest.mark.parametrize("path", ["/srv/share/trail", "/mnt/with space/trail"])
def test_a_trail_on_a_network_is_refused_with_the_remedy(path: str) -> None:
    with pytest.raises(TrailUnavailable, match="network_trail") as refused:
        mounts.check(Path(path), MOUNTS)
    assert path in str(refused.value)


@pytest.mark.parametrize("path", ["/opt/trail", "/over/trail", "/srv/share/local/t"])
def test_a_local_disk_is_not(path: str) -> None:
    mounts.check(Path(path), MOUNTS)


def test_this_machine_can_say_where_a_folder_lies(tmp_path: Path) -> None:
    text = mounts.MOUNTS.read_text("utf-8", "surrogateescape")
    assert mounts.file_system(str(tmp_path.resolve()), text) is not None


@pytest.mark.parametrize(
    ("kind", "through"),
    [("ext4", True), ("xfs", True), ("fuse.sshfs", False), ("nfs4", False)],
)
def test_only_known_file_systems_are_trusted_with_one_call(
    kind: str, *, through: bool
) -> None:
    assert mounts.writes_through(kind) is through
    assert not mounts.writes_through(None)
