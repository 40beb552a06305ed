import asyncio

import openai
import pytest

from affidavit.calls import Ending, How
from affidavit.clients import _endings
from support.http_client import library


@pytest.mark.parametrize(
    ("raised", "how"),
    [
        (asyncio.CancelledError, How.CANCELLED),
        (KeyboardInterrupt, How.CANCELLED),
        (openai.APITimeoutError, How.TIMEOUT),
        (library.ReadTimeout, How.TIMEOUT),
        (TimeoutError, How.TIMEOUT),
        (openai.RateLimitError, How.STATUS),
        (openai.APIConnectionError, How.BROKEN),
        (library.RemoteProtocolError, How.BROKEN),
        (ConnectionResetError, How.BROKEN),
        (ZeroDivisionError, How.FAILED),
    ],
)
def test_an_exception_says_how_the_call_ended(
    raised: type[BaseException], how: How
) -> None:
    assert _endings.how(raised) is how


@pytest.mark.parametrize("how", How)
def test_only_what_the_caller_did_is_abandoning(how: How) -> None:
    caller = how in {How.CLOSED, How.COLLECTED, How.CANCELLED}
    assert _endings.ending(how) is (Ending.ABANDONED if caller else Ending.ERROR)
