"""Why a purpose does not cover a call, and what comes closest to it.

Knows the reasons that no rule holds: a purpose that is undeclared, unknown or expired,
a model or endpoint outside its lists, nothing that permits. Their identifiers hold a
dot, which no rule's may. It runs only for refusals, and cuts every input to a bound.
"""

from collections.abc import Iterable
from datetime import date

from affidavit.errors import Reason
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import Facts, Policy, Purpose, expired
from affidavit.policy.nearest import nearest, shown

UNDECLARED = "purpose.undeclared"
UNKNOWN = "purpose.unknown"
EXPIRED = "purpose.expired"
ORIGIN = "origin.unlisted"
MODEL = "purpose.model"
ENDPOINT = "purpose.endpoint"
MISMATCH = "purpose.mismatch"
PERMITS = "purpose.permits"
DEFAULT = "default.deny"

_LISTED = 5


def barred(policy: Policy, facts: Facts) -> Reason:
    """Why the declared purpose counts for nothing: none, unknown, or else expired."""
    purpose = facts.purpose
    if purpose is None:
        declared = facts.call.purpose
        return _undeclared(policy) if declared is None else _unknown(policy, declared)
    return Reason(
        rule=EXPIRED,
        message=f"Purpose {purpose.name} expired: {purpose.expires} (UTC) was its "
        "last day.",
        remedy=f"Ask {purpose.owner or 'its owner'} to review it and set a later "
        "`expires`.",
        where=purpose.where,
    )


def elsewhere(policy: Policy, facts: Facts) -> Reason | None:
    """Why the call may not go where it would go; None when it may."""
    origin = facts.call.origin
    if policy.origins is None or origin in policy.origins:
        return None
    listed = ", ".join(sorted(policy.origins)[:_LISTED]) or "none"
    return Reason(
        rule=ORIGIN,
        message=f"Calls may not go to {shown(origin)}; the policy's origins: {listed}.",
        remedy="Set the client's `base_url` to one of them, or add this one to "
        "`origins`.",
    )


def unlisted(policy: Policy, facts: Facts, day: date) -> tuple[Reason, ...]:
    """Why model or endpoint lie outside what the purpose lists."""
    purpose, call = facts.purpose, facts.call
    if purpose is None:
        return ()
    asked = (
        (MODEL, "model", purpose.models, call.model),
        (ENDPOINT, "endpoint", purpose.endpoints, call.endpoint),
    )
    return tuple(
        Reason(
            rule=rule,
            message=_outside(purpose, noun, listed, value),
            remedy=_closest(policy, facts, day),
            where=purpose.where,
        )
        for rule, noun, listed, value in asked
        if listed is not None
        and not listed.match(value)
        and not (rule == MODEL and call.only_connects)
    )


def nothing_permits(policy: Policy, facts: Facts, day: date) -> Reason:
    """The default: what is not permitted is refused."""
    purpose = facts.purpose
    name = purpose.name if purpose else "none"
    return Reason(
        rule=DEFAULT,
        message=f"Nothing permits this call: purpose {name} does not list both models "
        "and endpoints, and no rule allows it.",
        remedy=_closest(policy, facts, day),
        where=purpose.where if purpose else None,
    )


def mismatch(purpose: Purpose, activities: Iterable[str]) -> Reason:
    """Activities that the purpose does not name: a warning, unless a rule says more."""
    seen = sorted(set(activities))[:_LISTED]
    return Reason(
        rule=MISMATCH,
        message=f"The call does what purpose {purpose.name} does not name.",
        remedy="Declare the purpose that this belongs to, or add the activity.",
        where=purpose.where,
        evidence=f"activity is {', '.join(shown(name) for name in seen)}; "
        f"the purpose names {purpose.activities}",
    )


def _undeclared(policy: Policy) -> Reason:
    first = next(iter(policy.purposes), "support.reply")
    return Reason(
        rule=UNDECLARED,
        message="The call declares no purpose.",
        remedy=f'Declare one, as in `with affidavit.purpose("{first}"):`. '
        f"{_known(policy)}",
    )


def _unknown(policy: Policy, declared: str) -> Reason:
    close = nearest(declared, policy.purposes)
    asked = f"Did you mean {' or '.join(close)}? " if close else ""
    return Reason(
        rule=UNKNOWN,
        message=f"{shown(declared)} is not a purpose of policy {policy.name}.",
        remedy=f"{asked}{_known(policy)}",
    )


def _known(policy: Policy) -> str:
    names = sorted(policy.purposes)
    if not names:
        return "The policy declares no purpose yet: add it under `purposes`."
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"The policy knows {', '.join(names[:_LISTED])}{more}."


def _outside(
    purpose: Purpose, noun: str, listed: Globs | None, value: str | None
) -> str:
    asked = f"{noun} {shown(value)}" if value is not None else f"a call without {noun}"
    return f"Purpose {purpose.name} does not allow {asked}; it allows {listed}."


def _closest(policy: Policy, facts: Facts, day: date) -> str:
    """What would have been allowed: this pair elsewhere, or else the nearest here."""
    call, purpose = facts.call, facts.purpose
    others = [
        name
        for name, other in policy.purposes.items()
        if other.allows(call) and not expired(other.expires, day)
    ]
    if others:
        name = (nearest(purpose.name if purpose else "", others) or sorted(others))[0]
        return f"Closest allow: purpose {name}, which lists this model and endpoint."
    if purpose is not None and purpose.models and purpose.endpoints:
        model = _nearest_pattern(call.model, purpose.models)
        endpoint = _nearest_pattern(call.endpoint, purpose.endpoints)
        return f"Closest allow: {purpose.name} with {model} on {endpoint}."
    return "No purpose allows this model on this endpoint: add it to the policy."


def _nearest_pattern(value: str | None, globs: Globs) -> str:
    if value is not None and globs.match(value):
        return shown(value)
    close = nearest(value or "", globs.patterns, at_most=1)
    return close[0] if close else globs.patterns[0]
