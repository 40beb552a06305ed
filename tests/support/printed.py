"""A project whose trail recorded what a model said, and texts to say."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from affidavit.wiring import Governor, Settings
from support.project import a_call, a_project, an_outcome

_ONSETS = ("b", "ch", "d", "f", "gr", "k", "l", "m", "pl", "s", "st", "t", "v")
_ENDS = ("a", "en", "ill", "or", "ume", "ait", "ock", "ering", "able")
WORDS = [f"{one}{two}{three}" for one in _ONSETS for two in "aeiou" for three in _ENDS]


def prose(words: int, seed: int) -> str:
    """Text that nobody wrote: words drawn with the frequencies that words have."""
    rng = Random(seed)
    weights = [1 / (rank + 8) for rank in range(len(WORDS))]
    return " ".join(rng.choices(WORDS, weights, k=words))


def edited(text: str, share: float, seed: int = 1) -> str:
    """The same with so many of its words exchanged, left out or followed by others."""
    rng = Random(seed)
    out: list[str] = []
    for word in text.split():
        if rng.random() >= share:
            out.append(word)
            continue
        match rng.randrange(3):
            case 0:
                out.append(rng.choice(WORDS))
            case 1:
                out += [word, rng.choice(WORDS)]
            case _:
                pass
    return " ".join(out)


def a_recorded_project(
    directory: Path, said: Sequence[Sequence[str] | None], *, fingerprints: bool = True
) -> tuple[Settings, list[str]]:
    """A project with a call for each of `said`: what the model answered, None for an
    answer that could not be read. The ids of the calls, too.
    """
    settings = a_project(directory)
    ids = []
    with Governor(
        policy=settings.policy,
        trail=settings.trail,
        key=settings.key,
        fingerprint_outputs=fingerprints,
    ) as governor:
        for texts in said:
            verdict = governor.consider(a_call())
            governor.commit(verdict)
            told = None if texts is None else tuple(texts)
            governor.conclude(verdict, an_outcome(said=told))
            ids.append(verdict.id)
    return settings, ids
