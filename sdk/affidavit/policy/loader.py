"""Putting a policy in force: a path in, a `Policy` or every reason why not out.

Knows the order of the steps and where the shipped packs are. Nothing heavy is imported
until a policy is loaded: the YAML parser and pydantic are paid for here, once.
"""

from pathlib import Path

from affidavit.errors import PolicyInvalid, PolicyNotFound
from affidavit.policy.in_force import Policy

__all__ = ["Policy", "load", "locate_packs"]

_PACKAGE = Path(__file__).resolve().parents[1]


def load(path: Path, *, packs: Path | None = None) -> Policy:
    """The policy at `path`: a file, or a directory that holds one.

    In a directory, `policy.yaml` if there, else the only YAML file of kind Policy
    (`*.test.yaml` aside). `packs` overrides where `pack:<name>` is looked up. What the
    policy's digest covers is written at `build.digest`.

    Raises `PolicyNotFound` when there is no policy, and `PolicyInvalid` with every
    diagnostic found, in every file read, when there is one that cannot be in force.
    """
    from affidavit.policy import assemble, build, meaning, model

    assembly = assemble.assemble(path, lambda: packs or locate_packs())
    meaning.examine(assembly)
    if assembly.errors:
        raise PolicyInvalid(assembly.errors)
    root = assembly.documents[0].content
    if not isinstance(root, model.PolicyFile):
        raise PolicyInvalid([assemble.not_a_policy(assembly.documents[0])])
    return build.build(assembly, root)


def locate_packs() -> Path:
    """The directory of the shipped packs.

    `affidavit/policies` in an installed wheel, the repository's `policies/` beside
    `sdk/` in a checkout. Raises `PolicyNotFound` when neither is there.
    """
    for directory in (_PACKAGE / "policies", _PACKAGE.parents[1] / "policies"):
        if directory.is_dir():
            return directory
    raise PolicyNotFound(
        f"{_PACKAGE}: installed without its packs. Install affidavit again, or remove "
        "`pack:` from the policy's `extends`."
    )
