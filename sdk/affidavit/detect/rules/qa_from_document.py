"""Questions and answers harvested from documents, chunk by chunk."""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
    around,
    before,
    terms,
    topic,
)
from affidavit.detect.rules.lexicon import (
    CLASSROOM,
    CODE_EN,
    CODE_ID,
    CODE_ZH,
    MAKE_EN,
    MAKE_ID,
    MAKE_ZH,
    SOURCE_EN,
    SOURCE_ID,
    SOURCE_ZH,
    TRAIN_EN,
    TRAIN_ID,
    TRAIN_ZH,
)
from affidavit.findings import Activity

_PAIRS_EN = terms(
    "qa pair* | q a pair* | question answer pair* | "
    "question and answer pair* | question, answer pair* | "
    "questions and answers | question answering pair* | "
    "q a | qa"
)
_PAIRS_ZH = terms("问答对 | 问题和答案 | 问答数据 | qa对 | qa 对 | 问题与答案")
_PAIRS_ID = terms(
    "pasangan tanya jawab | tanya jawab | "
    "pasangan pertanyaan | pasangan qa | "
    "pertanyaan dan jawaban"
)
_QUESTIONS_EN = terms("question | questions | qa | q a")
_HELP_PAGE = terms(
    "faq* | help page | help center | help centre | "
    "interview | 常见问题 | 面试 | halaman bantuan | "
    "wawancara"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG030",
        activity=Activity.QA_FROM_DOCUMENT,
        weight=0.85,
        because="Question-answer pairs are made from a text, to train a model.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=_PAIRS_EN | _QUESTIONS_EN,
                near=(
                    before(90, MAKE_EN),
                    around(220, SOURCE_EN),
                    around(
                        160,
                        "fine tun* | finetun* | to train | training data | "
                        "training dataset* | training set | for training | "
                        "instruction tuning | sft | train a | train an | "
                        "train our | train the",
                    ),
                ),
                unless=(
                    around(60, CODE_EN),
                    topic(120, CLASSROOM),
                    topic(80, "employees | staff | new hires"),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=_PAIRS_ZH | terms("问题"),
                near=(
                    around(30, MAKE_ZH | terms("提取 | 抽取 | 整理")),
                    around(70, SOURCE_ZH),
                    around(70, "训练 | 微调 | sft | 数据集"),
                ),
                unless=(around(20, CODE_ZH), topic(50, CLASSROOM)),
            ),
            Clue(
                language=Language.ID,
                anchor=_PAIRS_ID | terms("pertanyaan"),
                near=(
                    before(70, MAKE_ID),
                    around(160, SOURCE_ID),
                    around(130, TRAIN_ID | terms("dataset")),
                ),
                unless=(
                    around(40, CODE_ID),
                    topic(80, CLASSROOM),
                    topic(60, "karyawan | pegawai"),
                ),
            ),
        ),
        matches=(
            "From the passage below create 10 question-answer pairs for fine-tuning.",
            "请根据以下文本生成问答对，用于微调模型。",
            "Buat 10 pasangan tanya jawab dari dokumen ini untuk melatih model.",
        ),
        ignores=(
            "Write five questions and answers about this article for my students.",
            "Create a Q&A from the document for staff training day.",
            "请根据课文为学生生成几个问题和答案，用于课堂训练。",
            "Buat pertanyaan dan jawaban dari teks ini untuk pelatihan siswa.",
        ),
    ),
    Rule(
        id="DG031",
        activity=Activity.QA_FROM_DOCUMENT,
        weight=0.4,
        because="Question-answer pairs are made from a given text.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "qa pair* | q a pair* | question answer pair* | "
                    "question and answer pair* | question, answer pair*"
                ),
                near=(around(90, MAKE_EN), around(250, SOURCE_EN)),
                unless=(
                    around(60, CODE_EN),
                    topic(120, CLASSROOM),
                    topic(120, _HELP_PAGE),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=_PAIRS_ZH,
                near=(around(30, MAKE_ZH), around(80, SOURCE_ZH)),
                unless=(
                    around(20, CODE_ZH),
                    topic(50, CLASSROOM),
                    topic(40, _HELP_PAGE),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=_PAIRS_ID,
                near=(around(70, MAKE_ID), around(160, SOURCE_ID)),
                unless=(
                    around(40, CODE_ID),
                    topic(80, CLASSROOM),
                    topic(80, _HELP_PAGE),
                ),
            ),
        ),
        matches=(
            "Generate several question-answer pairs from the document.",
            "请根据文档生成问答对。",
            "Buat pasangan tanya jawab dari dokumen ini.",
        ),
        ignores=(
            "Generate question-answer pairs from this text for our FAQ.",
            "Answer the question using the document.",
            "请根据文档回答问题。",
            "Jawab pertanyaan ini dari dokumen.",
        ),
    ),
    Rule(
        id="DG032",
        activity=Activity.QA_FROM_DOCUMENT,
        weight=0.5,
        because="Questions are made from a text and must hide that there was a text.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "according to the | based on the text | in the text | "
                    "the passage | the text | the document | the context | "
                    "provided context | the author | given context | "
                    "the paragraph | the article"
                ),
                near=(
                    before(
                        60,
                        "do not mention | don t mention | do not refer | "
                        "don t refer | without referring | "
                        "without mentioning | never mention | avoid phrases | "
                        "do not use phrases | must not mention | "
                        "should not mention | must not refer | "
                        "should not refer | do not reference | "
                        "not contain phrases | do not include phrases | "
                        "avoid using phrases",
                    ),
                    around(
                        600,
                        "generate questions | generate a question | "
                        "question generat* | create questions | "
                        "creating questions | make questions | "
                        "write questions | write a question | "
                        "generating questions | question answer pair* | "
                        "qa pair* | each question | questions should | "
                        "the question should | the question must | "
                        "questions must | your questions",
                    ),
                ),
                unless=(topic(120, CLASSROOM),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "根据文本 | 根据文章 | 文中 | 本文 | 根据材料 | "
                    "文中提到 | 根据上述 | 原文"
                ),
                near=(
                    before(
                        20,
                        "不要出现 | 不得出现 | 避免出现 | 不要使用 | "
                        "不能出现 | 禁止出现 | 不得使用 | 禁止使用",
                    ),
                    around(
                        300,
                        "生成问题 | 问题生成 | 提问 | 问题设计 | 问答对 | 个问题",
                    ),
                ),
                unless=(topic(50, CLASSROOM),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "menurut teks | dalam teks | berdasarkan teks | dokumen | teks ini"
                ),
                near=(
                    before(
                        40,
                        "jangan menyebut | jangan sebut | jangan merujuk | "
                        "tanpa menyebut | tanpa merujuk | jangan gunakan frasa",
                    ),
                    around(400, "pertanyaan | tanya jawab"),
                ),
                unless=(topic(80, CLASSROOM),),
            ),
        ),
        matches=(
            "Write questions about it. Do not mention the passage in them.",
            "请根据内容提出10个问题，题干中不要出现“根据文本”这类说法。",
            "Tulis sepuluh pertanyaan. Jangan menyebut dokumen di dalamnya.",
        ),
        ignores=(
            "Reply to the customer and do not mention the document number.",
            "Answer from the context. Don't refer to the context in your answer.",
            "回答时不要出现“根据文章”。",
            "Balas pelanggan dan jangan menyebut dokumen internal.",
        ),
    ),
    Rule(
        id="DG033",
        activity=Activity.QA_FROM_DOCUMENT,
        weight=0.6,
        because="Questions or answers are made for a data set or a fine-tuning set.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "qa dataset* | question answering dataset* | "
                    "vqa dataset* | question dataset* | qa training* | "
                    "q a dataset*"
                ),
                near=(around(90, MAKE_EN | terms("build | building | for")),),
                unless=(around(60, CODE_EN), around(80, TRAIN_EN)),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("问答训练数据 | 问答数据集 | 问题集合 | qa数据集"),
                near=(around(40, MAKE_ZH | terms("构建 | 用于")),),
                unless=(around(20, CODE_ZH), around(30, TRAIN_ZH)),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("dataset tanya jawab | dataset qa | kumpulan data tanya"),
                near=(around(80, MAKE_ID | terms("membangun | untuk")),),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Write entries for a QA dataset about shipping law.",
            "请为问答数据集撰写关于航运法的条目。",
            "Buat isi dataset tanya jawab tentang hukum laut.",
        ),
        ignores=(
            "Explain how a QA dataset is split.",
            "Write a script that reads the QA dataset.",
            "请总结这个问答数据集的统计。",
            "Jelaskan isi dataset tanya jawab ini.",
        ),
    ),
)
