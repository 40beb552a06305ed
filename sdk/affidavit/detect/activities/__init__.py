"""Rules for what most calls are: replies, summaries, translations, code, tests.

An ordinary activity is no reproach. It is looked for where a purpose names its
`activities`, so that a call which does something else is told (`purpose_mismatch`).
"""

from affidavit.detect.activities import analysing, benchmarks, making, writing
from affidavit.detect.rule import Rule

RULES: tuple[Rule, ...] = (
    *writing.RULES,
    *analysing.RULES,
    *making.RULES,
    *benchmarks.RULES,
)
