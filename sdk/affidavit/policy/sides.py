"""A policy for comparing: what is in force, and what else its files say.

Knows how both are had from the same files. Decides nothing.
"""

from pathlib import Path

from affidavit.policy.diff import Side
from affidavit.policy.loader import load, locate_packs


def side(path: Path, *, packs: Path | None = None) -> Side:
    """The policy at `path` as one side of a comparison; raises what `load` does."""
    from affidavit.policy import assemble, parts
    from affidavit.policy.looks import looks
    from affidavit.policy.standing import standing

    policy = load(path, packs=packs)
    assembly = assemble.assemble(path, lambda: packs or locate_packs())
    listed = (
        each for _, _, rule in parts.written_rules(assembly) for each in looks(rule)
    )
    return Side(policy, tuple(dict.fromkeys(listed)), standing(assembly))
