"""A program that makes governed calls and says of each decision when it is durable.

    python caller.py BASE_URL CALLS ACKNOWLEDGED

Appends one record id a line to ACKNOWLEDGED, each in one write after `commit` returned:
what stands there was acknowledged, whatever happened to this process a moment later.
"""

import os
import sys

from affidavit import OpenAI
from affidavit.gate import Verdict
from affidavit.wiring import Governor


class TellingGovernor(Governor):
    """The real governor, overheard."""

    told: int

    def commit(self, verdict: Verdict) -> None:
        """Commit, then tell."""
        super().commit(verdict)
        os.write(self.told, f"{verdict.id}\n".encode())


def main() -> None:
    """Make the calls."""
    base_url, calls, acknowledged = sys.argv[1:]
    governor = TellingGovernor()
    governor.told = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    client = OpenAI(
        base_url=base_url, api_key="k", purpose="support.reply", affidavit=governor
    )
    for number in range(int(calls)):
        client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": f"Question {number}"}],
        )
    governor.close()


if __name__ == "__main__":
    main()
