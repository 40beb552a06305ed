"""Signs that mean nothing alone and much beside an activity: purpose, variety."""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
    around,
    before,
    terms,
)
from affidavit.detect.rules.lexicon import (
    CODE_EN,
    CODE_ID,
    CODE_ZH,
    MAKE_EN,
    MAKE_ID,
    MAKE_ZH,
    MODEL_EN,
    MODEL_ID,
    MODEL_ZH,
    TRAIN_EN,
    TRAIN_ID,
    TRAIN_ZH,
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG090",
        activity=None,
        weight=0.5,
        because="Training or fine-tuning of a model is mentioned.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=TRAIN_EN,
                near=(around(50, MODEL_EN | terms("data | dataset* | data set*")),),
                unless=(around(50, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=TRAIN_ZH,
                near=(around(16, MODEL_ZH | terms("数据 | 语料 | 样本")),),
                unless=(around(16, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=TRAIN_ID,
                near=(around(50, MODEL_ID | terms("data | dataset")),),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "This is for fine-tuning a small model.",
            "用于微调模型。",
            "Ini untuk melatih model.",
        ),
        ignores=(
            "The train to Surabaya leaves at nine.",
            "Book a training room for Monday.",
            "火车几点开？",
            "Jadwal latihan renang hari ini.",
        ),
    ),
    Rule(
        id="DG091",
        activity=None,
        weight=0.3,
        because="Results must differ from the examples and from one another.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "maximize diversity | maximise diversity | "
                    "ensure diversity | avoid repetition | "
                    "as diverse as possible | do not repeat | "
                    "diverse set of | no duplicates | avoid duplicates | "
                    "different from the examples | "
                    "different from the given | diverse and | "
                    "highly diverse | cover a wide range"
                ),
                near=(around(300, MAKE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "多样性 | 多样化 | 不要重复 | 避免重复 | 互不相同 | 不重复"
                ),
                near=(around(80, MAKE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "keragaman | jangan mengulang | jangan ada yang sama | "
                    "sangat beragam | tanpa duplikat | beragam mungkin"
                ),
                near=(around(160, MAKE_ID),),
            ),
        ),
        matches=(
            "Create items that are as diverse as possible.",
            "生成时注意多样性。",
            "Buat dengan keragaman tinggi, tanpa duplikat.",
        ),
        ignores=(
            "Our board values diversity.",
            "Please do not repeat my card number.",
            "公司重视员工的不同背景。",
            "Perusahaan kami menghargai perbedaan.",
        ),
    ),
    Rule(
        id="DG092",
        activity=None,
        weight=0.3,
        because="A data set, a corpus or JSON lines are to be the result.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "dataset | datasets | data set | corpus | jsonl | json lines"
                ),
                near=(before(80, MAKE_EN | terms("build | for our | for a | into")),),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("数据集 | 语料库 | jsonl | 语料"),
                near=(around(30, MAKE_ZH | terms("用于 | 整理成")),),
                unless=(around(20, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("dataset | kumpulan data | korpus | jsonl"),
                near=(around(80, MAKE_ID | terms("untuk | membangun")),),
                unless=(around(50, CODE_ID),),
            ),
        ),
        matches=(
            "Write entries for a dataset.",
            "生成一个数据集。",
            "Buat entri untuk dataset.",
        ),
        ignores=(
            "Write a script that cleans the dataset.",
            "The corpus is stored in the basement.",
            "请解释这个数据集。",
            "Jelaskan dataset ini.",
        ),
    ),
)
