"""Whether those who must sign a policy have signed the one that was loaded.

Knows where the envelope and the trust file lie; what holds is `policy.signature`. The
settings decide that a signature is demanded, and by whom: whoever edits a policy can
ask for more, with `require_signature`, and never for less.
"""

from datetime import UTC, date, datetime
from pathlib import Path

from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.errors import PolicyUntrusted, SettingsInvalid
from affidavit.policy.loader import Policy, load
from affidavit.policy.signature import SUFFIX, SignedPolicy, verify
from affidavit.policy.trust import MAX_BYTES, Trust
from affidavit.wiring.settings import Settings

_MOST = min(MAX_ENVELOPE_BYTES, 1 << 20)


def loaded(path: Path, settings: Settings, *, nanoseconds: int) -> Policy:
    """The policy at `path`, if it may be in force at that Unix time.

    Raises what `load` and `demand` raise.
    """
    policy = load(path)
    today = datetime.fromtimestamp(nanoseconds // 10**9, UTC).date()
    demand(policy, settings, today=today)
    return policy


def demand(policy: Policy, settings: Settings, *, today: date) -> SignedPolicy | None:
    """Evidence that `policy` is signed, or None where neither settings nor policy want
    that.

    Raises `PolicyUntrusted` for a policy that is not signed by those who must have, and
    `SettingsInvalid` for a trust file that cannot be read.
    """
    if settings.policy_trust is not None:
        return verified(policy, read_trust(settings.policy_trust), today=today)
    if policy.require_signature:
        raise PolicyUntrusted(
            f"{policy.sources[0][0]}: requires a signature, and the settings do not "
            "say whose. Name the file of keys with `policy_trust` or "
            "AFFIDAVIT_POLICY_TRUST."
        )
    return None


def verified(policy: Policy, trust: Trust, *, today: date) -> SignedPolicy:
    """Evidence that those of `trust` signed `policy`, else `PolicyUntrusted`."""
    place = envelope_place(policy)
    return verify(policy, read_envelope(place), trust, today=today, where=str(place))


def envelope_place(policy: Policy) -> Path:
    """Where the policy's signatures lie: beside its file."""
    file = Path(policy.sources[0][0])
    return file.with_name(file.name + SUFFIX)


def read_envelope(place: Path) -> bytes | None:
    """What stands there, None for nothing; else `PolicyUntrusted`."""
    try:
        with place.open("rb") as file:
            data = file.read(_MOST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PolicyUntrusted(
            f"{place}: the policy's signatures cannot be read ({error.strerror})."
        ) from error
    if len(data) > _MOST:
        raise PolicyUntrusted(f"{place}: larger than any policy's signatures can be.")
    return data


def read_trust(path: Path) -> Trust:
    """The trust file at `path`, else `SettingsInvalid`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsInvalid(
            f"{path}: who may sign a policy cannot be read ({error.strerror}). Put the "
            "file there, or correct `policy_trust`."
        ) from error
    if len(data) > MAX_BYTES:
        raise SettingsInvalid(f"{path}: larger than any file of keys can be.")
    return Trust.parse(data, str(path))
