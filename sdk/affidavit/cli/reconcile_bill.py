"""Where the documents of `affidavit reconcile` come from, and where they are kept.

Knows files, folders and the administrator's key. How a bill is fetched is
`clients.usage`'s, which is loaded only for that.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from affidavit import canonical, durable
from affidavit.cli import progress
from affidavit.errors import Incomplete, SettingsInvalid
from affidavit.reconcile.kept import FILE_NAME, UNFINISHED, load
from affidavit.reconcile.reconciliation import Asked, Reconciliation
from affidavit.reconcile.usage import MAX_DOCUMENT_BYTES
from affidavit.wiring.settings import Settings

ADMIN_KEY = "OPENAI_ADMIN_KEY"
_KINDS = (".json", ".csv")
_OWN = (FILE_NAME, UNFINISHED)
_SHARED = 0o644


def read(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file, or every JSON and CSV file of a folder, by name: their contents."""
    if (path / UNFINISHED).exists():
        raise Incomplete(
            f"{path}: was not fetched to its end. Run the same --fetch --save again."
        )
    try:
        files = sorted(_documents(path)) if path.is_dir() else [path]
        if not files:
            raise Incomplete(f"{path}: no .json or .csv file in there.")
        for file in files:
            with file.open("rb") as opened:
                yield file.name, opened.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise Incomplete(f"{path}: cannot be read ({error.strerror}).") from error


def _documents(folder: Path) -> Iterator[Path]:
    for each in folder.iterdir():
        if each.suffix.lower() in _KINDS and each.name not in _OWN:
            yield each


def fetched_at(paths: Sequence[Path]) -> datetime | None:
    """When a folder that --save made was fetched; of several the earliest; else None.

    `Incomplete` where such a folder's own file is none.
    """
    kept = [path / FILE_NAME for path in paths if (path / FILE_NAME).is_file()]
    times = [datetime.fromisoformat(load(each).fetched) for each in kept]
    return min(times, default=None)


def must_be_free(folder: Path) -> None:
    """`Incomplete` where something stands that is no interrupted fetch."""
    if folder.exists() and not (folder / UNFINISHED).is_file():
        raise Incomplete(f"{folder}: is there already: name a new folder.")


def fetched(
    settings: Settings,
    asked: Asked,
    base_url: str | None,
    purpose: str | None,
    save: Path | None,
) -> Iterator[tuple[str, bytes]]:
    """Every page of the bill, by a governed client; kept in `save` as it comes."""
    key = os.environ.get(ADMIN_KEY)
    if not key:
        raise SettingsInvalid(
            f"--fetch needs an administrator's key in {ADMIN_KEY}: usage is not shown "
            "to a project's key."
        )
    from affidavit.clients.openai import OpenAI
    from affidavit.clients.usage import fetch
    from affidavit.wiring.governor import Governor

    have = _none if save is None else _begun(save, asked, base_url)
    with Governor(settings=settings) as governor:
        client = OpenAI(
            api_key=key, base_url=base_url, purpose=purpose, affidavit=governor
        )
        pages = fetch(client, _seconds(asked.start), _seconds(asked.end), have=have)
        with progress.shown("fetching") as tell:
            for number, page in enumerate(pages, 1):
                tell(number, number)
                if save is not None:
                    # Whole or not at all: what is there is not asked for again.
                    durable.replace(save / page.name, page.data, mode=_SHARED)
                yield page.name, page.data


def _none(_name: str) -> bytes | None:
    return None


def _begun(
    folder: Path, asked: Asked, base_url: str | None
) -> Callable[[str], bytes | None]:
    """Begin a folder, or go on with one; what it has of a page."""
    mark = canonical.dumps({"from": asked.start, "to": asked.end, "at": base_url})
    place = folder / UNFINISHED
    with durable.named(folder):
        if not place.exists():
            folder.mkdir(parents=True)
            durable.replace(place, mark, mode=_SHARED)
        elif place.read_bytes() != mark:
            raise Incomplete(
                f"{folder}: another fetch was interrupted there. Name the same days "
                "and address again, or a new folder."
            )

    def have(name: str) -> bytes | None:
        file = folder / name
        with durable.named(file):
            return file.read_bytes() if file.exists() else None

    return have


def keep(
    folder: Path, documents: Sequence[tuple[str, bytes]], found: Reconciliation
) -> None:
    """Keep the responses and what was found; the folder is finished when this returns.

    `Incomplete` where two responses have one name.
    """
    names = [name for name, _ in documents]
    if len(set(names)) < len(names):
        raise Incomplete(f"{folder}: two documents have one name; rename one.")
    with durable.named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in documents:
            if not (folder / name).exists():
                durable.replace(folder / name, data, mode=_SHARED)
        durable.replace(
            folder / FILE_NAME, canonical.dumps(found.as_json()), mode=_SHARED
        )
        (folder / UNFINISHED).unlink(missing_ok=True)


def _seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
