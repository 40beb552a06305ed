"""The parts of a policy's files: each with the file that it stands in.

Knows how to go through an assembly, and nothing of what its parts mean.
"""

from collections.abc import Iterator

from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.model import Condition, PolicyFile, Purpose, Rule, Waiver

GROUPS = ("all", "any", "none")


def written_rules(assembly: Assembly) -> Iterator[tuple[Document, int, Rule]]:
    """Each rule with its file and its index there, replaced ones included."""
    for document in assembly.documents:
        for index, rule in enumerate(document.content.rules):
            yield document, index, rule


def written_purposes(assembly: Assembly) -> Iterator[tuple[Document, str, Purpose]]:
    """Each purpose as one file has it, with that file and the purpose's name."""
    for document in assembly.documents:
        if isinstance(document.content, PolicyFile):
            for name, purpose in (document.content.purposes or {}).items():
                yield document, name, purpose


def all_waivers(assembly: Assembly) -> Iterator[tuple[Document, int, Waiver]]:
    """Each waiver with its file and its index there."""
    for document in assembly.documents:
        if isinstance(document.content, PolicyFile):
            for index, waiver in enumerate(document.content.waivers):
                yield document, index, waiver


def conditions(rule: Rule) -> Iterator[tuple[str, int, Condition]]:
    """Each condition of a rule with the list that it stands in and its index there."""
    for group, members in zip(
        GROUPS, (rule.all_of, rule.any_of, rule.none_of), strict=True
    ):
        for index, condition in enumerate(members or ()):
            yield group, index, condition
