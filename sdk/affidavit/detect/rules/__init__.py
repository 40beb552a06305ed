"""Every rule in force, listed: adding one is adding a line here or in its family."""

from affidavit.detect.rule import Rule
from affidavit.detect.rules import (
    cot_harvest,
    distillation,
    evolve_instruct,
    other_languages,
    persona_sweep,
    preference_judge,
    purpose_of_training,
    qa_from_document,
    self_instruct,
    support,
    synthetic_conversations,
    training_data,
)

RULES: tuple[Rule, ...] = (
    *training_data.RULES,
    *purpose_of_training.RULES,
    *other_languages.RULES,
    *self_instruct.RULES,
    *evolve_instruct.RULES,
    *qa_from_document.RULES,
    *preference_judge.RULES,
    *cot_harvest.RULES,
    *persona_sweep.RULES,
    *synthetic_conversations.RULES,
    *distillation.RULES,
    *support.RULES,
)
