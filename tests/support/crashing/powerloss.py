"""What a disk may hold after a power loss, worked out from the system calls before it.

The model is what POSIX leaves open, which is weaker than what ext4, XFS and btrfs do:

    data       survives what fsync or fdatasync of its file returned for. Of what was
               written since, each sector of 512 bytes holds what it held at any moment
               since then, and the file has any of its sizes since then.
    names      survive what fsync of their directory returned for; syncing a file says
               nothing about its name. Of what was done in a directory since (created,
               linked, renamed, removed), any part may have happened, each step whole.

Calls that a program of ours does not make are refused, so that none is overlooked.
"""

import os
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from support.crashing.stracing import SystemCall

SECTOR = 512
TRACED = (
    "trace=open,openat,openat2,creat,write,writev,pwrite64,pwritev,pwritev2,fsync,"
    "fdatasync,sync,syncfs,sync_file_range,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fallocate,ftruncate,"
    "truncate,copy_file_range,sendfile,sched_get_priority_max"
)
"""Whatever changes a file or a directory, or makes it durable."""
OPTIONS = ("-xx", "-s", "4000000", "-e", TRACED)
_TEXT = re.compile(r'[<"]((?:\\x[0-9a-f]{2})*)[>"]')


@dataclass(eq=False)
class File:
    """An inode: what is surely there, and what was done to it since."""

    durable: bytes = b""
    moments: list[bytes] = field(default_factory=list)
    """Its content after each change since it was last synced."""

    @property
    def live(self) -> bytes:
        """What a reader sees while the power is on."""
        return self.moments[-1] if self.moments else self.durable

    def put(self, data: bytes, offset: int) -> None:
        """Write; a gap before it is zeros."""
        old = self.live.ljust(offset, b"\0")
        self.moments.append(old[:offset] + data + old[offset + len(data) :])

    def resize(self, size: int) -> None:
        """Cut, or let grow with zeros."""
        if size != len(self.live):
            self.moments.append(self.live[:size].ljust(size, b"\0"))

    def sync(self) -> None:
        """fsync and fdatasync: the second keeps what is needed to read the data."""
        self.durable, self.moments = self.live, []

    def after(self, loss: "Loss") -> bytes:
        """One content that a power loss may leave."""
        states = [self.durable, *self.moments]
        if len(states) == 1:
            return self.durable
        if loss.mood is not Mood.ANYHOW:
            return loss.moment(states)
        size = len(loss.moment(states))
        data = bytearray(size)
        for start in range(0, size, SECTOR):
            kept = loss.moment(states)[start : start + SECTOR]
            data[start : start + len(kept)] = kept
        return bytes(data[:size])


Step = dict[str, "Node | None"]
"""Names that one call changed in a directory: what they stand for, None if removed."""


@dataclass(eq=False)
class Directory:
    """Names: what is surely there, and the steps since."""

    durable: dict[str, "Node"] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    @property
    def live(self) -> dict[str, "Node"]:
        """What a reader sees while the power is on."""
        return _after(self.durable, self.steps)

    def sync(self) -> None:
        """fsync."""
        self.durable, self.steps = self.live, []

    def after(self, loss: "Loss") -> dict[str, "Node"]:
        """One state that a power loss may leave."""
        return _after(self.durable, loss.steps(self.steps))


Node = File | Directory


def _after(names: dict[str, Node], steps: Sequence[Step]) -> dict[str, Node]:
    names = dict(names)
    for step in steps:
        for name, node in step.items():
            names.pop(name, None)
            if node is not None:
                names[name] = node
    return names


class Mood(Enum):
    """How a power loss treats what was not synced."""

    NOTHING = "nothing"
    """Nothing of it is there."""
    EVERYTHING = "everything"
    """All of it is there, as after the death of all processes."""
    PREFIX = "prefix"
    """Each file and directory as it was at one moment."""
    ANYHOW = "anyhow"
    """Each sector, each name for itself."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Chooses what survives."""

    mood: Mood
    chance: random.Random

    def moment(self, states: Sequence[bytes]) -> bytes:
        """Which moment of a file survives, or of its size, or of one sector."""
        match self.mood:
            case Mood.NOTHING:
                return states[0]
            case Mood.EVERYTHING:
                return states[-1]
            case Mood.PREFIX | Mood.ANYHOW:
                return self.chance.choice(states)

    def steps(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Which steps in a directory happened."""
        match self.mood:
            case Mood.NOTHING:
                return ()
            case Mood.EVERYTHING:
                return steps
            case Mood.PREFIX:
                return steps[: self.chance.randint(0, len(steps))]
            case Mood.ANYHOW:
                return [step for step in steps if self.chance.random() < 0.5]


class Disk:
    """The files under one path, as calls change them and a power loss leaves them."""

    def __init__(self, path: Path, holding: Path) -> None:
        """The directory `holding` is what `path` held, all of it durable."""
        self._path = path
        self._root = _read(holding)
        self.told: list[str] = []
        """What was said on pipes."""
        self.on_name: Callable[[str, Node], None] = lambda _name, _node: None
        """Told of each file that gets a name."""

    def apply(self, call: SystemCall) -> None:
        """What a call that succeeded changed."""
        if call.result is None or call.result < 0:
            return
        texts = [_unhex(each) for each in _TEXT.findall(call.arguments)]
        if call.name == "write" and texts[0].startswith(b"pipe:"):
            self.told += texts[1].decode().splitlines()
            return
        names = [os.fsdecode(each) for each in texts if each.startswith(b"/")]
        ours = [each for each in names if self._is_ours(each)]
        if not ours or "(deleted)" in call.arguments:
            return
        act = getattr(self, f"_{call.name}", None)
        if act is None:
            raise NotImplementedError(f"{call.name} is not in the model")
        act(ours, texts, call.arguments)

    def _is_ours(self, name: str) -> bool:
        return Path(name).is_relative_to(self._path)

    def _place(self, name: str) -> tuple[Directory, str]:
        path = Path(name).relative_to(self._path)
        parent = self._node(str(self._path / path.parent))
        assert isinstance(parent, Directory), name
        return parent, path.name

    def _node(self, name: str) -> Node:
        node: Node = self._root
        for part in Path(name).relative_to(self._path).parts:
            assert isinstance(node, Directory), name
            node = node.live[part]
        return node

    def _file(self, name: str) -> File:
        node = self._node(name)
        assert isinstance(node, File), name
        return node

    def _step(self, directory: Directory, step: Step) -> None:
        directory.steps.append(step)
        for name, node in step.items():
            if node is not None:
                self.on_name(name, node)

    def _openat(self, ours: list[str], _texts: list[bytes], said: str) -> None:
        assert not re.search(r"O_D?SYNC", said), said
        if "O_CREAT" not in said and "O_TRUNC" not in said:
            return
        directory, name = self._place(ours[-1])
        node = directory.live.get(name)
        if node is None:
            self._step(directory, {name: File()})
        elif "O_TRUNC" in said:
            self._file(ours[-1]).resize(0)

    def _pwrite64(self, ours: list[str], texts: list[bytes], said: str) -> None:
        size, offset = (int(each) for each in said.rsplit(", ", 2)[1:])
        assert len(texts[1]) == size, "strace cut the data"
        self._file(ours[0]).put(texts[1], offset)

    def _pwritev2(self, ours: list[str], texts: list[bytes], said: str) -> None:
        offset, flags = said.rsplit(", ", 2)[1:]
        assert flags in {"0", "RWF_DSYNC"}, said
        file = self._file(ours[0])
        file.put(b"".join(texts[1:]), int(offset))
        if flags == "RWF_DSYNC":
            self._range_synced(file, int(offset), sum(map(len, texts[1:])))

    def _range_synced(self, file: File, offset: int, size: int) -> None:
        # The pages of the range, and whatever else was written to them.
        end, live = offset + size, file.live

        def kept(data: bytes) -> bytes:
            return data.ljust(end, b"\0")[:offset] + live[offset:end] + data[end:]

        file.durable, file.moments = kept(file.durable), [*map(kept, file.moments)]

    def _fallocate(self, ours: list[str], _texts: list[bytes], said: str) -> None:
        mode, offset, size = said.rsplit(", ", 3)[1:]
        assert mode == "0", said
        file = self._file(ours[0])
        file.resize(max(len(file.live), int(offset) + int(size)))

    def _ftruncate(self, ours: list[str], _texts: list[bytes], said: str) -> None:
        self._file(ours[0]).resize(int(said.rsplit(", ", 1)[1]))

    def _fsync(self, ours: list[str], _texts: list[bytes], _said: str) -> None:
        self._node(ours[0]).sync()

    _fdatasync = _fsync

    def _rename(self, ours: list[str], _texts: list[bytes], _said: str) -> None:
        (before, old), (after, new) = map(self._place, ours)
        assert before is after, "a step in two directories is not in the model"
        self._step(after, {old: None, new: before.live[old]})

    def _link(self, ours: list[str], _texts: list[bytes], _said: str) -> None:
        directory, name = self._place(ours[1])
        self._step(directory, {name: self._file(ours[0])})

    def _unlink(self, ours: list[str], _texts: list[bytes], _said: str) -> None:
        directory, name = self._place(ours[-1])
        self._step(directory, {name: None})

    _rmdir = _unlink

    def _unlinkat(self, ours: list[str], texts: list[bytes], said: str) -> None:
        # shutil.rmtree: a directory's descriptor, and a name in it.
        name = os.fsdecode(texts[1])
        full = name if name.startswith("/") else f"{ours[0]}/{name}"
        self._unlink([full], texts, said)

    def _mkdir(self, ours: list[str], _texts: list[bytes], _said: str) -> None:
        directory, name = self._place(ours[0])
        self._step(directory, {name: Directory()})

    def lose_power(self, loss: Loss, into: Path) -> None:
        """Write what is left of `path` to the directory `into`, which is made."""
        _write(self._root, loss, into, {})


def _unhex(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _read(path: Path) -> Directory:
    nodes: dict[str, Node] = {}
    for each in path.iterdir():
        nodes[each.name] = _read(each) if each.is_dir() else File(each.read_bytes())
    return Directory(nodes)


def _write(
    directory: Directory, loss: Loss, into: Path, written: dict[File, Path]
) -> None:
    into.mkdir(mode=0o700)
    for name, node in directory.after(loss).items():
        if isinstance(node, Directory):
            _write(node, loss, into / name, written)
        elif node in written:
            (into / name).hardlink_to(written[node])
        else:
            written[node] = into / name
            (into / name).touch(mode=0o600)
            (into / name).write_bytes(node.after(loss))
