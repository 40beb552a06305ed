"""What findings are called: the names that detectors give and policies ask for.

Closed sets, in one place below both: a rule that asks for a name which no detector
gives would never match, so `policy` refuses it.
"""

from enum import Enum


class Kind(Enum):
    """What a policy's `finding:` names."""

    DATASET_GENERATION = "dataset_generation"
    """The call makes data that a model could be trained on."""
    DATASET_PIPELINE = "dataset_pipeline"
    """The calls of a purpose together make such data, whatever each of them says."""
    DENIED_RETURN = "denied_return"
    """A prompt that was refused comes back under another purpose."""
    ACTIVITY = "activity"
    """The call does something ordinary: told only where a purpose names activities."""
    MODEL_EVALUATION = "model_evaluation"
    """The call answers or grades a benchmark: told where purposes name activities."""
    PURPOSE_MISMATCH = "purpose_mismatch"
    """The call does something that its purpose's `activities` do not list, or works on
    a file that was uploaded for another purpose."""
    UNGOVERNED_FILE = "ungoverned_file"
    """The call works on a file that this trail has not governed: the trail has no
    decision about it, or one that enforcing would have made a refusal."""


class Activity(Enum):
    """What a prompt is doing, as far as one call shows it."""

    TRAINING_DATA = "training_data"
    SELF_INSTRUCT = "self_instruct"
    EVOLVE_INSTRUCT = "evolve_instruct"
    QA_FROM_DOCUMENT = "qa_from_document"
    PREFERENCE_JUDGE = "preference_judge"
    COT_HARVEST = "cot_harvest"
    PERSONA_SWEEP = "persona_sweep"
    SYNTHETIC_CONVERSATIONS = "synthetic_conversations"
    DISTILLATION = "distillation"
    DATA_FILTER = "data_filter"
    TOPIC_TREE = "topic_tree"
    FUNCTION_CALL_SYNTHESIS = "function_call_synthesis"
    CODE_INSTRUCT = "code_instruct"
    SYNTHESIS_BY_PARAPHRASE = "synthesis_by_paraphrase"
    REPLY = "reply"
    SUMMARISE = "summarise"
    TRANSLATE = "translate"
    REWRITE = "rewrite"
    EXTRACT = "extract"
    CLASSIFY = "classify"
    MODERATION = "moderation"
    PRODUCT_JUDGE = "product_judge"
    PLAN = "plan"
    CODE = "code"
    TEST_GENERATION = "test_generation"
    QUIZ = "quiz"
    RAG_ANSWER = "rag_answer"
    BENCHMARK_ANSWER = "benchmark_answer"
    BENCHMARK_JUDGE = "benchmark_judge"
