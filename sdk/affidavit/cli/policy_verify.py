"""`affidavit policy verify`: whether those who must have signed a policy did."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import first_line
from affidavit.errors import Incomplete, PolicyUntrusted
from affidavit.policy.loader import Policy, load
from affidavit.policy.signature import SignedPolicy
from affidavit.policy.trust import Trust
from affidavit.tlog.note import VerifierKey
from affidavit.wiring.settings import Settings, read_settings
from affidavit.wiring.trusted import read_trust, verified


@click.command(
    cls=TeachingCommand,
    name="verify",
    uses=(
        Use("affidavit policy verify", "under the settings' `policy_trust`"),
        Use(
            "affidavit policy verify policies --trust /etc/affidavit/policy-trust.toml",
            "under keys that are kept elsewhere than the policy",
        ),
        Use("affidavit policy verify --key legal.vkey --key dpo.vkey", "both must"),
    ),
    exits=Exits(
        "enough trusted keys signed this very policy",
        "not signed, signed by too few, stale or expired",
        "nobody to trust, or the policy or a key cannot be read",
    ),
)
@etiquette
@click.argument("path", required=False, type=arguments.PATH)
@click.option(
    "--trust",
    type=arguments.PATH,
    metavar="FILE",
    help="File that says who must have signed, instead of the settings'.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=arguments.PLACE,
    metavar="VKEY|FILE",
    help="Key that must have signed, as `affidavit policy sign` printed it. May be "
    "repeated; each must have, unless --threshold says fewer.",
)
@click.option("--threshold", type=click.IntRange(min=1), help="So many --key suffice.")
@arguments.as_json
def command(
    *,
    path: Path | None,
    trust: Path | None,
    keys: tuple[str, ...],
    threshold: int | None,
    as_json: bool,
) -> int:
    """Verify the signatures on the policy at PATH (default: the settings' policy).

    Keys are yours or those you name, never any that stand in or beside the policy.
    """
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), policy=path, policy_trust=trust
    )
    trusted = _trust(settings, trust, keys, threshold)
    policy = load(settings.policy)
    try:
        evidence = verified(policy, trusted, today=datetime.now(UTC).date())
    except PolicyUntrusted as error:
        if not as_json:
            raise
        machine.emit(_as_json(policy, trusted, None, str(error)))
        return error.exit_code
    if as_json:
        machine.emit(_as_json(policy, trusted, evidence, None))
    else:
        _say(policy, evidence)
    return 0


def _trust(
    settings: Settings, trust: Path | None, keys: Sequence[str], threshold: int | None
) -> Trust:
    if trust is not None and (keys or threshold):
        raise click.UsageError("Either --trust, or --key and --threshold.")
    if keys:
        parsed = tuple(dict.fromkeys(_key(each) for each in keys))
        return Trust(keys=parsed, threshold=threshold or len(parsed))
    if settings.policy_trust is None:
        raise Incomplete(
            "Nobody is trusted to sign a policy. Name the file that says who with "
            "--trust or the setting `policy_trust`, or give their keys with --key."
        )
    return read_trust(settings.policy_trust)


def _key(text: str) -> VerifierKey:
    # Not `Path.exists`, which fails for a text that no path can be.
    if "+" in text and not os.path.exists(text):
        return VerifierKey.parse(text.strip())
    return VerifierKey.parse(first_line(Path(text)))


def _as_json(
    policy: Policy, trust: Trust, evidence: SignedPolicy | None, problem: str | None
) -> dict[str, Json]:
    expires = None if evidence is None else evidence.expires
    return {
        "changed": []
        if evidence is None
        else list(map(machine.text, evidence.changed)),
        "digest": policy.digest,
        "expires": None if expires is None else expires.isoformat(),
        "policy": machine.text(policy.sources[0][0]),
        "problem": None if problem is None else machine.text(problem),
        "signers": [] if evidence is None else list(evidence.signers),
        "threshold": trust.threshold,
        "trusted": [str(each) for each in trust.keys],
        "valid": evidence is not None,
    }


def _say(policy: Policy, evidence: SignedPolicy) -> None:
    output.say(f"{policy.sources[0][0]}: signed", colour=output.GOOD)
    pairs = [
        ("policy", f"{policy.name}, {policy.digest}"),
        ("by", f"{', '.join(evidence.signers)} ({evidence.threshold} needed)"),
    ]
    if evidence.expires is not None:
        pairs.append(("until", f"{evidence.expires} (UTC)"))
    if evidence.changed:
        files = ", ".join(evidence.changed)
        pairs.append(("since then", f"{files} changed, and nothing that decides"))
    output.say_pairs(pairs)
