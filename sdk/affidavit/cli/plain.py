"""What a verification means, for somebody who does none for a living.

Pure: sentences from a report. Knows no figure that the report has not, and says of what
was not checked what to do about it.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from affidavit.attest.predicate import Claim
from affidavit.attest.recount import StatementReport
from affidavit.cli.trust import Trusted
from affidavit.verify import Verdict


def checked(report: StatementReport, trusted: Trusted) -> Iterator[str]:
    """What was done, and came out well."""
    if report.problems:
        return
    yield (
        f"Who signed: the key that you trust ({trusted.source}) signed this statement "
        "and the state of the records that it is about. Nothing in it was changed "
        "since."
    )
    yield "Its sums: totals, rows and verdict follow from one another."
    if report.trail is not None:
        yield (
            f"Every figure: counted again from all {report.head.size} records, none of "
            "which was changed, left out or put in."
        )
    elif report.looked is not None and report.looked.decisions:
        yield (
            f"A lot: {report.looked.decisions} calls that nobody at their side picked "
            "stand in the records, and fit the figures."
        )


def means(report: StatementReport) -> str:
    """The answer in a sentence or two."""
    match report.verdict:
        case Verdict.INVALID:
            return (
                "Do not rely on this statement. Something in it, or beside it, does "
                "not hold; the problems say what. Ask whoever gave it to you for it "
                "again, by another way, and keep what you have."
            )
        case Verdict.INCOMPLETE:
            return (
                "It cannot be decided yet. Nothing contradicts, but something that you "
                "demand, or that is needed, is not there."
            )
        case Verdict.VALID:
            return f"The statement is genuine. {_claims(report.claim)}"
        case _:
            assert_never(report.verdict)


def _claims(claim: Claim) -> str:
    match claim:
        case Claim.PASS:
            return (
                "It says that the records of the period are whole, and that no call "
                "left that the policy in force would have stopped."
            )
        case Claim.EXCEPTIONS:
            return (
                "It says that the records of the period are whole but for the "
                "exceptions that it names: read them, and ask about each that matters "
                "to you."
            )
        case Claim.INCOMPLETE:
            return (
                "It says itself that its figures are not whole: take none of them for "
                "the whole of what was done, and ask for one that is complete."
            )
        case _:
            assert_never(claim)


def to_do(report: StatementReport, trusted: Trusted) -> Sequence[str]:
    """Steps that would tell more, the one that tells most first."""
    if report.verdict is Verdict.INVALID:
        return ()
    steps = []
    if report.trail is None:
        steps.append(
            "Verify the whole folder that they made, with its `trail` folder in it, or "
            "a copy of their trail with --trail: then every figure is counted again."
        )
        steps.append(
            "Or ask for records that you draw by lot: `affidavit challenge STATEMENT "
            "--out challenge.json`. They cannot choose what they answer."
        )
    anchors = report.trail.anchors if report.trail is not None else None
    if anchors is None:
        steps.append(
            "Ask who else has seen their records while they were made (a witness, a "
            "time-stamping authority), and give that party's key with --witness or "
            "--tsa-ca: without one, whoever holds the key could have written the "
            "records anew before they signed."
        )
    if "given with --key" not in trusted.source and "trust file" not in trusted.source:
        steps.append(
            "This was checked with your own key: it tells that your own statement "
            "holds. For somebody else's, get their key from them and give it with "
            "--key."
        )
    steps.append(
        "Keep the statement: give it with --since when the next one comes, and "
        "changes to what was told before show."
    )
    return steps
