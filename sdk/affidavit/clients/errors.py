"""What a governed client raises: our own errors that are openai's errors too.

Knows no rule. Each class is also an `openai.OpenAIError`: that class alone is let
through unretried and unwrapped by openai 2.x and 3.x, and programs catch it already.
"""

from openai import OpenAIError

from affidavit.errors import AffidavitError, Refused, Uncounted, Unrecorded


class PolicyDenied(Refused, OpenAIError):
    """The policy refused the call. Nothing left; the refusal is recorded."""


class CallUnrecorded(Unrecorded, OpenAIError):
    """The call was not sent, because its decision could not be made durable."""


class CallUncounted(CallUnrecorded, Uncounted):
    """The call was not sent, because what it takes of a budget could not be counted."""


def unrecorded(error: Unrecorded) -> CallUnrecorded:
    """`error` as what a client raises."""
    kind = CallUncounted if isinstance(error, Uncounted) else CallUnrecorded
    return kind(*error.args)


class CallUngoverned(AffidavitError, OpenAIError):
    """No decision covers these bytes, so they were not sent.

    A websocket, a redirect that would carry the body elsewhere, a body that nobody can
    read before it is sent, or a request made behind the client's own request loop.
    """
