"""What others attested of a trail's tree heads, as it lies under `<trail>/anchors`.

Knows the files (docs/formats/trail.md) and writes them whole, durable and never smaller
than they were. Judges nothing: whether a cosignature or a token holds is `verify`'s to
say, and who is asked for one is `anchors`'s.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from affidavit import canonical, regular
from affidavit.canonical import Json
from affidavit.durable import Staging, unavailable
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import NoteSignature, parse_note

DIRECTORY = "anchors"
CHECKPOINT, COSIGNED, STAMP = "checkpoint", "cosigned", ".tsr"
STATUS, LOCK = "status", "lock"
MAX_EVIDENCE_BYTES = 1 << 20
STATUS_VERSION = 1
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
_HEAD = re.compile(r"(0|[1-9][0-9]{0,18})-[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHead:
    """One tree head and what was got for it; nothing of it is checked."""

    name: str
    """Where it lies, for messages."""
    checkpoint: bytes | None = None
    """The note as the log signed it: the bytes that time stamps are over."""
    cosigned: bytes | None = None
    """The same note with the lines of witnesses."""
    stamps: tuple[tuple[str, bytes], ...] = ()
    """File name and TimeStampResp (RFC 3161 §2.4.2), DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The last time that an anchor held."""

    at: int
    """Milliseconds since 1970, UTC."""
    size: int
    """Records that it covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one anchor fares: what `affidavit doctor` tells of it."""

    tried: int = 0
    """Milliseconds since 1970, UTC; 0 when never."""
    failures: int = 0
    """In a row, up to now."""
    error: str | None = None
    """Why the last try failed; None when it did not."""
    contradicted: bool = False
    """Whether the last try was refused as inconsistent with what was seen before."""
    done: Done | None = None

    def as_json(self) -> dict[str, Json]:
        """One value of the file `status`."""
        done = self.done
        return {
            "contradicted": self.contradicted,
            "done": None if done is None else {"at": done.at, "size": done.size},
            "error": self.error,
            "failures": self.failures,
            "tried": self.tried,
        }

    @classmethod
    def parse(cls, value: Json) -> "Standing":
        """Read what `as_json` gives, else `Malformed`."""
        match value:
            case {
                "contradicted": bool(contradicted),
                "done": None | {"at": int(), "size": int()} as done,
                "error": None | str() as error,
                "failures": int(failures),
                "tried": int(tried),
            }:
                standing = cls(
                    tried=tried,
                    failures=failures,
                    error=error,
                    contradicted=contradicted,
                    done=None if done is None else _done(done),
                )
            case _:
                raise Malformed(f"not how an anchor fares: {value!r:.200}")
        return standing

    def failed(self, at: int, error: str, *, contradicted: bool = False) -> "Standing":
        """After a try at `at` that came to nothing."""
        return replace(
            self,
            tried=at,
            failures=self.failures + 1,
            error=error,
            contradicted=contradicted,
        )

    def held(self, at: int, size: int) -> "Standing":
        """After a try at `at` that anchored `size` records."""
        return Standing(tried=at, done=Done(at=at, size=size))


def _done(value: Json) -> Done:
    match value:
        case {"at": int(at), "size": int(size)}:
            return Done(at=at, size=size)
        case _:
            raise Malformed(f"not when an anchor held: {value!r:.80}")


@dataclass(frozen=True, slots=True)
class AnchorStore:
    """Reads and writes one `anchors` folder. One writer at a time: hold its lock."""

    path: Path

    @classmethod
    def of(cls, trail: Path) -> "AnchorStore":
        """That of the trail at `trail`."""
        return cls(trail / DIRECTORY)

    @property
    def lock(self) -> Path:
        """The file that whoever writes holds with `flock`."""
        return self.path / LOCK

    def folder(self, note: bytes, month: str) -> Path:
        """Where the evidence about a signed head is; there since `month`, or new."""
        head = Checkpoint.parse(parse_note(note).text)
        name = f"{head.size}-{head.root.hex()[:16]}"
        for each in self._months():
            if (each / name / CHECKPOINT).is_file():
                return each / name
        return self.path / month / name

    def keep(
        self,
        note: bytes,
        *,
        month: str,
        cosignatures: Sequence[NoteSignature] = (),
        stamps: Mapping[str, bytes] | None = None,
    ) -> Path:
        """Make evidence about the head `note` durable; its folder.

        `month` is `YYYY-MM`; `stamps` are by file name. The caller has verified them. A
        crash leaves a head with less evidence, and no file that is short.
        """
        folder = self.folder(note, month)
        staging = Staging({self.path.parent})
        staging.write(folder / CHECKPOINT, note, mode=0o644)
        if cosignatures:
            known = _read(folder / COSIGNED) or note
            cosigned = parse_note(known).with_signatures(*cosignatures).encode()
            staging.write(folder / COSIGNED, cosigned, mode=0o644)
        for name, data in (stamps or {}).items():
            staging.write(folder / name, data, mode=0o644)
        staging.seal()
        return folder

    def heads(self) -> Iterator[KeptHead]:
        """All that is kept, oldest month and smallest tree first.

        `TrailUnavailable` when the disk fails, `Malformed` for a file that is larger
        than any of ours.
        """
        for month in self._months():
            names = [each for each in _listed(month) if _HEAD.fullmatch(each.name)]
            for folder in sorted(names, key=lambda each: _size_of(each.name)):
                yield head_in(folder, f"{DIRECTORY}/{month.name}/{folder.name}")

    def cosigned(self, above: int) -> Iterator[tuple[str, bytes]]:
        """Where a head of more than `above` records lies, and its note with the lines
        of witnesses; newest month and largest tree first. Raises as `heads` does.
        """
        for month in reversed(self._months()):
            names = [each for each in _listed(month) if _HEAD.fullmatch(each.name)]
            names = [each for each in names if _size_of(each.name) > above]
            for folder in sorted(names, key=lambda each: -_size_of(each.name)):
                if (note := _read(folder / COSIGNED)) is not None:
                    yield f"{DIRECTORY}/{month.name}/{folder.name}", note

    def _months(self) -> list[Path]:
        return [each for each in _listed(self.path) if _MONTH.fullmatch(each.name)]

    def standings(self) -> dict[str, Standing]:
        """By anchor; empty when there is none. `Malformed` when it cannot be read."""
        data = _read(self.path / STATUS)
        if data is None:
            return {}
        match canonical.loads(data):
            case {"v": 1, "anchors": dict(anchors)}:
                return {name: Standing.parse(each) for name, each in anchors.items()}
            case _:
                raise Malformed(f"{self.path / STATUS}: not a status of version 1")

    def record(self, standings: Mapping[str, Standing]) -> None:
        """Replace the status; a crash leaves the old one."""
        anchors: Json = {name: each.as_json() for name, each in standings.items()}
        staging = Staging({self.path.parent})
        data = canonical.dumps({"v": STATUS_VERSION, "anchors": anchors})
        staging.write(self.path / STATUS, data)
        staging.seal()


def head_in(folder: Path, name: str) -> KeptHead:
    """What one head's folder holds; raises as `AnchorStore.heads` does."""
    stamps = [each for each in _listed(folder) if each.name.endswith(STAMP)]
    return KeptHead(
        name=name,
        checkpoint=_read(folder / CHECKPOINT),
        cosigned=_read(folder / COSIGNED),
        stamps=tuple((each.name, _read(each) or b"") for each in stamps),
    )


def _size_of(name: str) -> int:
    return int(name.partition("-")[0])


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unavailable(folder, error) from error


def _read(path: Path) -> bytes | None:
    try:
        with regular.opened(path) as file:
            data = file.read(MAX_EVIDENCE_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except OSError as error:
        raise TrailUnavailable(
            f"{path}: cannot be read (errno {error.errno}, {error.strerror}). Check "
            "the disk and the rights of this user."
        ) from error
    if len(data) > MAX_EVIDENCE_BYTES:
        raise Malformed(f"{path}: larger than any evidence of an anchor can be")
    return data
