"""Says that what is made will train a model, in whatever words it is asked for.

Words only point at the places that are worth reading. What is said there is put
together by `reading.purpose` from the parts that its words play, so that other words
in another order, or another language, say the same.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_

from affidavit.detect.reading import chinese, english, indonesian
from affidavit.detect.reading.field import Field
from affidavit.detect.reading.purpose import purposes
from affidavit.detect.rule import Clue, Language, Rule, Terms, around, terms
from affidavit.detect.rules.learning import (
    ABOUT_EN,
    ABOUT_ID,
    ABOUT_ZH,
    ITEMS_EN,
    ITEMS_ID,
    ITEMS_ZH,
    MAKE_EN,
    MAKE_ID,
    MAKE_ZH,
    PROGRAM_EN,
)
from affidavit.findings import Activity

_ALONE = (Field.BEEN_TUNED, Field.TUNING, Field.STOCK, Field.TRAINED)
"""Words of which one is enough to read what stands around it."""
_BESIDE = (Field.TRAIN, Field.LEARN, Field.BEEN_TRAINED, Field.FEED, Field.INTO)
"""Words that everybody uses: read where a learner stands by."""


def _fields(words: Mapping[Field, Terms], *fields: Field) -> Terms:
    return reduce(or_, (words[field] for field in fields))


_LEARNER = reduce(
    or_,
    (
        _fields(words, Field.LEARNER, Field.TRAINED)
        for words in (english.WORDS, chinese.WORDS, indonesian.WORDS)
    ),
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG005",
        activity=Activity.TRAINING_DATA,
        weight=0.85,
        because="Things are asked for, and a model is to learn from them.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=_fields(english.WORDS, *_ALONE),
                reading=purposes,
                reach=600,
            ),
            Clue(
                language=Language.EN,
                anchor=_fields(english.WORDS, *_BESIDE),
                near=(around(120, _LEARNER),),
                reading=purposes,
                reach=600,
            ),
            Clue(
                language=Language.ZH,
                anchor=_fields(chinese.WORDS, *_ALONE),
                reading=purposes,
                reach=200,
            ),
            Clue(
                language=Language.ZH,
                anchor=_fields(chinese.WORDS, *_BESIDE),
                near=(around(40, _LEARNER),),
                reading=purposes,
                reach=200,
            ),
            Clue(
                language=Language.ID,
                anchor=_fields(indonesian.WORDS, *_ALONE),
                reading=purposes,
                reach=600,
            ),
            Clue(
                language=Language.ID,
                anchor=_fields(indonesian.WORDS, *_BESIDE),
                near=(around(120, _LEARNER),),
                reading=purposes,
                reach=600,
            ),
        ),
        matches=(
            (
                "I need 60 chats with a plumber which we will feed into our bot's "
                "tuning run."
            ),
            (
                "Put together question and reply couples so that our small model "
                "learns from them."
            ),
            "We want 90 short exchanges for fine-tuning; supply them as JSON.",
            "Which reply is kinder? Your choice becomes a label for our reward model.",
            "帮我凑80条售后对话，之后拿去微调我们的小模型。",
            "给我100个问法，做SFT用。用来微调。",
            "Tolong siapkan 50 percakapan yang akan dipakai melatih bot kami.",
            "Karang 70 dialog pasien dan perawat untuk melatih model kami.",
        ),
        ignores=(
            "Explain how to train a model on chats, and give me two metaphors.",
            (
                "Write an email to our staff: training on the new model of till is on "
                "Monday."
            ),
            "Write code to split my rows for training a model.",
            "Our gym prepares examples for training a beginner.",
            "Write twelve role plays for training our new colleagues on the chatbot.",
            "Summarise the paper. The authors generate chats to train a small model.",
            "请解释如何训练模型，并给出两个比喻。",
            "写代码，把数据拆开用于训练。",
            "Jelaskan cara melatih model bahasa dengan contoh sehari-hari.",
            "Tulis kode untuk melatih model dari dataset ini.",
        ),
    ),
    Rule(
        id="DG007",
        activity=Activity.TRAINING_DATA,
        weight=0.82,
        because="Things are asked for in a form that only training data has.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "dpo format | dpo style | dpo jsonl | sharegpt | sharegpt format | "
                    "alpaca format | alpaca style | chatml | sft format | sft jsonl | "
                    "fine tuning format | finetuning format | instruction tuning "
                    "format | preference pair* | preference triple* | prompt chosen "
                    "rejected | rlhf format | openai fine tuning jsonl"
                ),
                near=(
                    around(160, MAKE_EN),
                    around(160, ITEMS_EN),
                ),
                unless=(
                    around(90, ABOUT_EN),
                    around(140, PROGRAM_EN),
                    around(90, "convert* | parse* | what does | which format"),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "dpo格式 | dpo 格式 | sharegpt | alpaca格式 | alpaca 格式 | chatml "
                    "| sft格式 | sft 格式 | 微调格式 | 偏好对 | 偏好格式"
                ),
                near=(around(60, MAKE_ZH), around(60, ITEMS_ZH | terms("回复"))),
                unless=(around(24, ABOUT_ZH), around(16, "转换 | 解析")),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "format dpo | format sharegpt | sharegpt | format alpaca | chatml "
                    "| format sft | pasangan preferensi | format fine tuning"
                ),
                near=(around(150, MAKE_ID), around(150, ITEMS_ID)),
                unless=(around(60, ABOUT_ID), around(60, "konversi | ubah format")),
            ),
        ),
        matches=(
            "Write 20 chats between a tenant and a landlord in ShareGPT form.",
            "请为每个提示写一好一坏两个回复，按DPO格式输出。",
            "Tulis satu jawaban baik dan satu buruk untuk tiap soal, format DPO.",
        ),
        ignores=(
            "What does the ShareGPT format look like? Explain the fields.",
            "请解释DPO格式是什么，如何解析它的回答字段。",
            "Jelaskan apa itu format DPO dan bagaimana jawaban disimpan.",
        ),
    ),
)
