"""Every sign in force, listed; their weights are in `detect.weights`.

A sign is a trait that prompts of data-making pipelines share and ordinary ones seldom
have. None is evidence alone: `detect.structure` weighs those that stand together.
"""

from affidavit.detect.signs import (
    conversations,
    instructions,
    judging,
    ordinary,
    questions,
    reasoning,
    sweeps,
    synthesis,
)
from affidavit.detect.signs.sign import Sign

SIGNS: tuple[Sign, ...] = (
    *questions.SIGNS,
    *instructions.SIGNS,
    *conversations.SIGNS,
    *judging.SIGNS,
    *reasoning.SIGNS,
    *sweeps.SIGNS,
    *synthesis.SIGNS,
    *ordinary.SIGNS,
)
