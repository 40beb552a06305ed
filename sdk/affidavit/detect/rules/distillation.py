"""Says that the answers will train another model."""

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
    MODEL_ZH,
)
from affidavit.findings import Activity

_USED_EN = terms(
    "used to train | used for training | "
    "used to fine tune | used to finetune | "
    "used for fine tuning | used for finetuning | "
    "used to distill | used for distillation | "
    "used as training data | used in training | "
    "used as a training | to be used for training | "
    "serve as training data"
)
_TRAIN_OUR = (
    r"\b(?:to|will|can|we|for|and|that|which) (?:train|training|trains|fine tune|"
    r"fine tunes|finetune|finetunes|fine tuning|finetuning|teach|distill|distilling)"
    r"(?: \w{1,20}){0,5} (?:model|models|llm|llms|chatbot|checkpoint|assistant)\b"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG080",
        activity=Activity.DISTILLATION,
        weight=0.85,
        because="The prompt says that the model's answers will train a model.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=_USED_EN,
                near=(
                    before(
                        110,
                        "your answer* | your response* | your output* | "
                        "your repl* | your reasoning | your solution* | "
                        "your explanation* | the output* | these answers | "
                        "the answers | the responses | the questions | "
                        "the examples | the result* | they will be | "
                        "these examples | the conversation* | "
                        "these conversation* | the text will be | "
                        "each example | your label* | the data",
                    ),
                    around(140, "model* | llm* | chatbot | ai | assistant | neural"),
                ),
                unless=(
                    around(
                        60,
                        "not used | never used | not be used | never be used | "
                        "opt out | privacy | how do i | how can i",
                    ),
                    before(
                        14,
                        "are not | is not | are never | is never | never be | not be",
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "用于训练 | 用来训练 | 用于微调 | 用来微调 | "
                    "用于蒸馏 | 用来蒸馏 | 作为训练数据 | 供模型训练"
                ),
                near=(
                    around(
                        40,
                        "你的回答 | 你的输出 | 你的回复 | 回答将 | 输出将 | "
                        "这些回答 | 答案将 | 结果将 | 这些数据 | 内容将 | "
                        "回答会 | 输出会",
                    ),
                    around(40, MODEL_ZH),
                ),
                unless=(around(20, "不会 | 不得 | 隐私"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "untuk melatih | dipakai melatih | digunakan melatih | "
                    "untuk fine tuning | sebagai data latih | "
                    "sebagai data pelatihan"
                ),
                near=(
                    before(
                        90,
                        "jawaban anda | jawabanmu | keluaran anda | "
                        "respons anda | jawaban ini | hasilnya | keluaranmu | "
                        "responsmu | keluaran ini",
                    ),
                    around(80, "model | llm | chatbot"),
                ),
                unless=(around(50, "tidak akan | privasi | tidak boleh"),),
            ),
        ),
        matches=(
            "Answer in full. Your answers will be used to fine-tune our own model.",
            "请详细回答，你的回答将用于训练我们的模型。",
            "Jawab lengkap, jawaban Anda dipakai untuk melatih model kami.",
        ),
        ignores=(
            "Tell customers their data is not used to train AI models.",
            "How do I check which images were used to train this model?",
            "请告知客户：他们的数据不会用于训练模型。",
            "Beri tahu pelanggan: data mereka tidak akan dipakai untuk melatih model.",
        ),
    ),
    Rule(
        id="DG081",
        activity=Activity.DISTILLATION,
        weight=0.85,
        because="Content is to be made in order to train a model of one's own.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "our own model | our model | my model | our own llm | "
                    "our llm | my own llm | my own model | own chatbot | "
                    "our chatbot | smaller model | student model | "
                    "competing model | rival model | open source model | "
                    "small model | a language model | "
                    "small language model | an open model | "
                    "our in house model | 7b model | 8b model | "
                    "our assistant | a local model | an llm | local llm | "
                    "new language model | our language model | "
                    "our foundation model"
                ),
                near=(
                    before(
                        70,
                        "train | fine tune | finetune | fine tuning | "
                        "finetuning | training | distill | distilling | teach",
                    ),
                    before(
                        200,
                        "generat* | produce | come up with | synthesi* | "
                        "write | create | give me | provide",
                    ),
                    before(
                        200,
                        "example* | answer* | response* | question* | "
                        "sample* | conversation* | dialogue* | pair* | "
                        "prompt* | instruction* | output* | text* | stories | "
                        "explanation* | solution* | problems | entries | data",
                    ),
                ),
                unless=(
                    around(140, CODE_EN),
                    before(
                        140,
                        "my own data | our own data | script | plan | "
                        "proposal | guide | config* | yaml | code | "
                        "hugging face | pytorch",
                    ),
                ),
                pattern=_TRAIN_OUR,
                reach=80,
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "我们的模型 | 自己的模型 | 我们自己的 | 小模型 | "
                    "学生模型 | 竞品模型 | 竞争模型 | 自研模型 | "
                    "开源模型 | 自有模型 | 我们的大模型 | 我们的语言模型"
                ),
                near=(
                    before(16, "训练 | 微调 | 蒸馏"),
                    before(60, MAKE_ZH),
                    before(
                        60,
                        "样本 | 回答 | 问题 | 对话 | 问答 | 例子 | 数据 | "
                        "示例 | 条 | 指令",
                    ),
                ),
                unless=(around(50, CODE_ZH | terms("方案 | 计划 | 配置")),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "model kami | model sendiri | model saya | "
                    "model kecil | model pesaing | llm kami | "
                    "chatbot kami | model bahasa | model siswa"
                ),
                near=(
                    before(
                        40,
                        "melatih | pelatihan | fine tuning | fine tune | distilasi",
                    ),
                    before(140, MAKE_ID),
                    before(
                        140,
                        "contoh | jawaban | pertanyaan | percakapan | sampel | "
                        "data | dialog | instruksi | soal | pasangan",
                    ),
                ),
                unless=(
                    around(100, CODE_ID | terms("rencana | panduan | konfigurasi")),
                ),
            ),
        ),
        matches=(
            "Write 300 customer questions with answers to fine-tune our own model.",
            "Produce long explanations with which we train a smaller model.",
            "请编写300条问题和回答，用来微调我们的模型。",
            "Buat 300 pertanyaan dan jawaban untuk melatih model kami.",
        ),
        ignores=(
            "Help me write code to fine-tune BERT on my own data.",
            "Write a plan for the team that will train our model next year.",
            "帮我写代码，用自己的数据微调我们的模型。",
            "Bantu saya menulis kode untuk melatih model saya.",
        ),
    ),
    Rule(
        id="DG082",
        activity=Activity.DISTILLATION,
        weight=0.9,
        because="A model that competes, imitates or replaces is named as the goal.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "competing model* | rival model* | competitor model* | "
                    "competing llm* | rival llm* | competing chatbot | "
                    "imitate gpt | imitates gpt | clone of gpt | "
                    "clone gpt | replicate gpt | "
                    "competing language model* | competes with openai | "
                    "compete with openai | competes with gpt | "
                    "compete with gpt | competes with chatgpt | "
                    "compete with chatgpt | rival assistant"
                ),
                near=(
                    around(
                        160,
                        "train | training | fine tun* | finetun* | distill* | teach",
                    ),
                    around(220, MAKE_EN | terms("answer | solve | respond")),
                ),
                unless=(
                    around(
                        100,
                        "forbid* | prohibit* | must not | terms of | may not | "
                        "not allowed | how do | what is | explain why | "
                        "do not use | policy | clause",
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "竞争模型 | 竞品模型 | 与openai竞争 | 与gpt竞争 | "
                    "复刻gpt | 模仿gpt | 竞争对手模型 | 与chatgpt竞争"
                ),
                near=(
                    around(40, "训练 | 微调 | 蒸馏"),
                    around(60, MAKE_ZH | terms("回答 | 解答")),
                ),
                unless=(around(40, "禁止 | 不得 | 条款 | 政策 | 不允许 | 解释"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "model pesaing | menyaingi gpt | menyaingi openai | "
                    "menyaingi chatgpt | meniru gpt | model saingan"
                ),
                near=(
                    around(100, "melatih | pelatihan | fine tuning | distilasi"),
                    around(140, MAKE_ID | terms("jawab")),
                ),
                unless=(
                    around(
                        80,
                        "dilarang | larangan | ketentuan | kebijakan | "
                        "tidak boleh | jelaskan",
                    ),
                ),
            ),
        ),
        matches=(
            "Solve these puzzles in detail so that we can train a competing model.",
            "请详细解答这些题目，我们要训练一个与GPT竞争的竞品模型。",
            "Jawab soal ini dengan rinci agar kami dapat melatih model pesaing.",
        ),
        ignores=(
            "Which clause forbids training a competing model on the answers?",
            "Write a policy: staff may not train competing models.",
            "请解释哪些条款禁止训练竞争模型。",
            "Jelaskan kebijakan yang melarang melatih model pesaing.",
        ),
    ),
    Rule(
        id="DG083",
        activity=Activity.DISTILLATION,
        weight=0.8,
        because="Knowledge is to be distilled from this model into another.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "student model | distillation data* | "
                    "distillation set | distillation corpus | "
                    "distilled dataset | teacher model | as the teacher"
                ),
                near=(
                    around(
                        120,
                        "generat* | produce | answer | respond | write | "
                        "label | solve | provide",
                    ),
                    around(
                        160,
                        "you are | your answer* | your output* | "
                        "your response* | distill* | your reasoning | "
                        "imitate | learn from you | soft label*",
                    ),
                ),
                unless=(
                    around(100, CODE_EN),
                    around(100, "pytorch | loss | classroom | school | temperature"),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("学生模型 | 蒸馏数据 | 教师模型 | 蒸馏语料"),
                near=(
                    around(40, MAKE_ZH | terms("回答 | 解答")),
                    around(50, "你是 | 你的 | 蒸馏 | 学习你 | 模仿"),
                ),
                unless=(around(30, CODE_ZH | terms("损失 | 原理")),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "model siswa | model guru | data distilasi | dataset distilasi"
                ),
                near=(
                    around(90, MAKE_ID | terms("jawab")),
                    around(
                        110,
                        "anda adalah | kamu adalah | distilasi | meniru | jawaban anda",
                    ),
                ),
                unless=(around(60, CODE_ID),),
            ),
        ),
        matches=(
            "You are the teacher model. Write answers for the student model to copy.",
            "你是教师模型，请给出回答，供学生模型学习。",
            "Anda adalah model guru. Tulis jawaban agar model siswa dapat meniru.",
        ),
        ignores=(
            "Explain how a student model learns in knowledge distillation.",
            "Distil this article into three key points.",
            "请解释教师模型和蒸馏的原理。",
            "Jelaskan cara kerja distilasi dari model guru.",
        ),
    ),
)
