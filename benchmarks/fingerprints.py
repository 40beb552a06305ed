"""What fingerprints of outputs find, what they cost, and what MinHash does beside them.

    python benchmarks/fingerprints.py [--texts 1000] [--human FILE.jsonl] [--peers]
    python benchmarks/fingerprints.py --speed [--outputs 1000000] [--rows 200000]

Recall: texts of four lengths from a grammar of our own, edited (words exchanged, left
out, put in), reformatted, embedded in 500 other words, cut out; a whole scan has to
name the right one among 1,000 more of the same sentence frames. False positives:
unrelated texts of the same grammar, and with `--human` the `text` of each line of a
file, those of half of its `repo`s against the others'. `--peers` puts MinHash beside it
(`datasketch`, 128 permutations over the same grams). `--speed` scans a generated data
set on two processes against so many outputs, and says what that takes. Intervals are
Wilson's.
"""

import argparse
import json
import math
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing import active_children
from pathlib import Path
from random import Random
from typing import Any

from affidavit.fingerprint import (
    FEWEST_WORDS,
    Key,
    grams,
    of,
    words,
)

LENGTHS = (30, 60, 120, 300)
EDITS = (0.0, 0.1, 0.2, 0.4)
KEY = Key(bytes(range(32)))
_ONSETS = ("b", "ch", "d", "f", "gr", "k", "l", "m", "pl", "s", "st", "t", "v", "w", "")
_ENDS = ("a", "en", "ill", "or", "ume", "ait", "ock", "ering", "able", "y", "")
_VOWELS = ("a", "e", "i", "o", "u", "ea", "ou")
RARE = [
    f"{a}{b}{c}{d}" for a in _ONSETS for b in _VOWELS for c in _ONSETS for d in _ENDS
]
FRAMES = (
    "the {} of the {} is {} because the {} has not {} yet",
    "if you want to {} the {} you should first {} every {}",
    "in most cases a {} is better than a {} for the {}",
    "there are several ways to {} a {} such as {} and {}",
    "as a result the {} can {} without the {} that was {}",
    "it is important to {} that the {} does not {} the {}",
    "for example a {} may {} when it is {} by the {}",
    "on the other hand the {} {} more {} than {}",
    "to summarise the {} {} and the {} remains {}",
    "one of the main reasons for {} is that {} {} slowly {}",
)
"""Sentences that unrelated texts share: the hard case for false positives."""


class Grammar:
    """Draws texts: sentences of few frames, filled with many words."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self._sums: list[float] = []
        total = 0.0
        for rank in range(len(RARE)):
            total += 1 / (rank + 20)
            self._sums.append(total)

    def word(self) -> str:
        """One word, common ones more often."""
        return self.rng.choices(RARE, cum_weights=self._sums)[0]

    def text(self, count: int) -> list[str]:
        """So many words."""
        found: list[str] = []
        while len(found) < count:
            frame = self.rng.choice(FRAMES)
            found += frame.format(
                *(self.word() for _ in range(frame.count("{}")))
            ).split()
        return found[:count]

    def edited(self, text: Sequence[str], share: float) -> list[str]:
        """So many of its words exchanged, left out, or followed by another."""
        out: list[str] = []
        for each in text:
            kind = self.rng.randrange(3) if self.rng.random() < share else 3
            out += ([self.word()], [], [each, self.word()], [each])[kind]
        return out

    def reformatted(self, text: Sequence[str]) -> list[str]:
        """Another case, marks of emphasis, other ends of line."""
        marked = [
            f"**{each.upper()}**," if self.rng.random() < 0.3 else each for each in text
        ]
        return [
            "##",
            *("\n- " + each if at % 9 == 0 else each for at, each in enumerate(marked)),
        ]


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, hits / count
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - spread) / (1 + z * z / count), (middle + spread) / (
        1 + z * z / count
    )


Detector = tuple[Callable[[str], Any], Callable[[str], Any], Callable[[Any, Any], bool]]


def minhash(threshold: float) -> Detector:
    """`datasketch`'s, over runs of five of the same words."""
    from datasketch import MinHash

    def sketch(text: str) -> Any:
        spoken, _ = words(text)
        made = MinHash(num_perm=128)
        made.update_batch(
            [b" ".join(spoken[i : i + 5]) for i in range(len(spoken) - 4)]
        )
        return made

    return sketch, sketch, lambda one, other: bool(one.jaccard(other) >= threshold)


HEADS = (
    *(f"{edit:.0%} edited" for edit in EDITS),
    *(
        "reformatted",
        "embedded",
        "third cut out",
    ),
)


def variants(grammar: Grammar, text: list[str]) -> list[str]:
    """What becomes of a text: one for each of `HEADS`."""
    length = len(text)
    start = grammar.rng.randrange(length - length // 3)
    made = [grammar.edited(text, edit) for edit in EDITS]
    made.append(grammar.reformatted(text))
    made.append([*grammar.text(250), *text, *grammar.text(250)])
    made.append(text[start : start + length // 3])
    return [" ".join(each) for each in made]


def recall(name: str, count: int, held: "Callable[[list[str]], Found]") -> None:
    """The table of what is found; `held` makes of texts what finds them again."""
    print(f"\n{name}: share found of {count} (95 % interval)")
    print(f"{'words':>6} " + "".join(f"{each:>20}" for each in HEADS))
    for length in LENGTHS:
        grammar = Grammar(length)
        texts = [grammar.text(length) for _ in range(count)]
        found = held([" ".join(each) for each in texts])
        hits = [0] * len(HEADS)
        for at, text in enumerate(texts):
            for kind, each in enumerate(variants(grammar, text)):
                hits[kind] += found(at, each)
        cells = []
        for hit in hits:
            low, high = wilson(hit, count)
            cells.append(f"{hit / count:.3f} ({low:.3f}-{high:.3f})")
        print(f"{length:>6} " + "".join(f"{each:>20}" for each in cells))


Found = Callable[[int, str], bool]
"""Whether the text of that number is found in another."""


def held_by(detector: Detector) -> Callable[[list[str]], Found]:
    """Each text against its own variants alone."""
    keep, look, matched = detector

    def held(texts: list[str]) -> Found:
        kept = [keep(text) for text in texts]
        return lambda at, text: matched(kept[at], look(text))

    return held


def held_by_scan(texts: list[str]) -> Found:
    """A scan against all of these and 1,000 more of the same sentence frames, which
    has to name the right one.
    """
    others = [" ".join(Grammar(each).text(LENGTHS[each % 4])) for each in range(1000)]
    look = scan_of([*texts, *others])
    return lambda at, text: look(text) == at


def scan_of(outputs: Sequence[str]) -> Callable[[str], int | None]:
    """Which output a scan finds in a text, when these are the recorded ones."""
    from affidavit.scan.data.index import Index
    from affidavit.scan.data.recorded import Recorded
    from affidavit.scan.data.rows import Row
    from affidavit.scan.data.seek import Kind, Trail, seek

    recorded = Recorded(KEY)
    for at, text in enumerate(outputs):
        _record(recorded, at, of(text, KEY).encode())
    trails = [Trail(KEY, Index.of(recorded))]

    def found(text: str) -> int | None:
        hits = seek([Row(1, text, len(text))], trails)
        copies = [hit.output for hit in hits if hit.kind is not Kind.BOILERPLATE]
        return copies[0] if copies else None

    return found


def any_of(look: Callable[[str], int | None]) -> Callable[[str], bool]:
    """Whether it finds anything."""
    return lambda text: look(text) is not None


def lookup_of(detector: Detector, outputs: Sequence[str]) -> Callable[[str], bool]:
    """Whether a detector finds a text, held against each of these outputs."""
    keep, look, matched = detector
    kept = [keep(text) for text in outputs]

    def found(text: str) -> bool:
        seen = look(text)
        return any(matched(each, seen) for each in kept)

    return found


def false_positives(found: Callable[[str], bool], rows: Sequence[str]) -> str:
    """How many unrelated texts are found."""
    hits = sum(map(found, rows))
    low, high = wilson(hits, len(rows))
    return f"{hits} of {len(rows)} ({low:.4f}-{high:.4f})"


def unrelated(asked: argparse.Namespace, peers: Sequence[tuple[str, Detector]]) -> None:
    """The table of what is found and should not be."""
    outputs = [" ".join(Grammar(each).text(LENGTHS[each % 4])) for each in range(1000)]
    grammar = Grammar(12345)
    rows = {
        "words at random": [
            " ".join(grammar.word() for _ in range(150)) for _ in range(asked.texts)
        ],
        "the same sentence frames": [
            " ".join(grammar.text(150)) for _ in range(asked.texts)
        ],
    }
    print("\nUnrelated texts found, against 1,000 outputs")
    finders = [("scan", any_of(scan_of(outputs)))]
    finders += [(name, lookup_of(each, outputs[:100])) for name, each in peers]
    for name, finder in finders:
        for label, texts in rows.items():
            few = texts if name == "scan" else texts[:300]
            print(f"{name:>24}  {label:<26} {false_positives(finder, few)}")


def other_people(path: Path) -> None:
    """Texts of half of a file's repositories as outputs, the others' as rows."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    long = [each for each in lines if len(words(each["text"])[0]) >= FEWEST_WORDS]
    names = sorted({each["repo"] for each in long})
    Random(3).shuffle(names)
    half = set(names[::2])
    outputs = [each["text"] for each in long if each["repo"] in half]
    rows = [each["text"] for each in long if each["repo"] not in half]
    found = false_positives(any_of(scan_of(outputs)), rows)
    label = f"other people's, against {len(outputs)} of other repositories"
    print(f"{'scan':>24}  {label} {found}")


def _record(recorded: Any, at: int, data: bytes) -> None:
    recorded.prints += data
    recorded.sizes.append(len(data))
    recorded.records.append(at)
    recorded.names.append("00000000-0000-7000-8000-000000000000")


def size_and_time(count: int) -> None:
    """Bytes kept and microseconds, by length."""
    print("\nOf one output: bytes kept, µs to make them, µs to look one up in a row")
    for length in LENGTHS:
        grammar = Grammar(length)
        texts = [" ".join(grammar.text(length)) for _ in range(count)]
        begun = time.perf_counter()
        kept = [of(each, KEY) for each in texts]
        made = time.perf_counter()
        for each in texts:
            grams(each, KEY)
        done = time.perf_counter()
        size = sum(len(each.encode()) for each in kept) / count
        make, look = (made - begun) / count * 1e6, (done - made) / count * 1e6
        print(f"{length:>6} words: {size:.0f} bytes, {make:.0f} µs, {look:.0f} µs")


def speed(outputs: int, rows: int, jobs: int) -> None:
    """A whole scan: rows a second and memory."""
    from affidavit.scan.data import files, work
    from affidavit.scan.data.index import Index
    from affidavit.scan.data.seek import Trail

    recorded = _many(outputs)
    begun = time.perf_counter()
    index = Index.of(recorded)
    print(
        f"{outputs:,} outputs, {len(index.values):,} values: an index of "
        f"{index.size / 2**20:.0f} MiB, made in {time.perf_counter() - begun:.1f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        _write(path, rows)
        begun = time.perf_counter()
        found = list(files.sources(path))
        most = [0]
        before = os.times()
        result = work.scan(
            found, [Trail(KEY, index)], jobs=jobs, tell=lambda *_: _note(most)
        )[0]
        took, after = time.perf_counter() - begun, os.times()
        size = path.stat().st_size / 2**20
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = sum(after[:4]) - sum(before[:4])
    print(
        f"{result.rows:,} rows of 100 words ({size:.0f} MiB) in {took:.1f} s on {jobs} "
        f"processes: {result.rows / took:,.0f} rows/s; {spent:.1f} s of CPU: "
        f"{result.rows / spent:,.0f} rows a second of one core, which other programs "
        f"on the machine do not change much; {sum(result.kinds.values())} found. "
        f"At most {own:.0f} MiB here, where the index was made, and {most[0]:.0f} MiB "
        f"in a worker, the shared index included. Load {os.getloadavg()[0]:.1f}"
    )


def _note(most: list[int]) -> None:
    """The largest of the workers so far (MiB). `getrusage` counts for a child what its
    parent had when it was forked.
    """
    for child in active_children():
        try:
            status = Path(f"/proc/{child.pid}/status").read_text()
        except OSError:
            continue
        peak = status.partition("VmHWM:")[2].split()[:1]
        most[0] = max(most[0], int(peak[0]) >> 10 if peak else 0)


def _many(outputs: int) -> Any:
    import numpy as np

    from affidavit.scan.data.recorded import Recorded

    recorded = Recorded(KEY)
    rng = np.random.default_rng(1)
    header = (100).to_bytes(4, "little") + (96).to_bytes(4, "little")
    for at in range(outputs):
        values = np.unique(rng.integers(0, 1 << 32, 27, np.uint64)).astype("<u4")
        _record(recorded, at, header + rng.bytes(4) + values.tobytes())
    return recorded


def _write(path: Path, rows: int) -> None:
    grammar = Grammar(7)
    pool = [" ".join(grammar.text(100)) for _ in range(20_000)]
    with path.open("w") as file:
        for at in range(rows):
            text = f"{pool[at % len(pool)]} {at}"
            row = {"id": at, "prompt": text[:160], "answer": text[160:]}
            file.write(json.dumps(row) + "\n")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--human", type=Path)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--outputs", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    if asked.speed:
        speed(asked.outputs, asked.rows, asked.jobs)
        return
    peers = [("MinHash, Jaccard >= 0.1", minhash(0.1))] if asked.peers else []
    recall("scan", asked.texts, held_by_scan)
    for name, detector in peers:
        recall(name, min(asked.texts, 200), held_by(detector))
    unrelated(asked, peers)
    if asked.human:
        other_people(asked.human)
    size_and_time(200)


if __name__ == "__main__":
    main()
