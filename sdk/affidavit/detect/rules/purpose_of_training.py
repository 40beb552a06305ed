"""Says that what is made will train a model, in whatever words it is asked for.

One idea in three parts that stand near one another: making, things that are made in
numbers, and a model that learns from them. Each part has many words, so that saying it
another way says it too; that the training is what the things are *for* is left to a
pattern, so that talk about training is let be.
"""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
    after,
    around,
    before,
    terms,
    topic,
)
from affidavit.detect.rules.learning import (
    ABOUT_EN,
    ABOUT_ID,
    ABOUT_ZH,
    FOR_ID,
    FOR_TRAINING,
    FOR_ZH,
    ITEMS_EN,
    ITEMS_ID,
    ITEMS_ZH,
    MAKE_EN,
    MAKE_ID,
    MAKE_ZH,
    MODEL_EN,
    MODEL_ID,
    MODEL_ZH,
    PEOPLE_EN,
    PROGRAM_EN,
    TUNE_EN,
    TUNE_ID,
    TUNE_ZH,
)
from affidavit.detect.rules.lexicon import CODE_EN, CODE_ID, CODE_ZH
from affidavit.findings import Activity

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG005",
        activity=Activity.TRAINING_DATA,
        weight=0.82,
        because="Things are to be made in numbers for a model to learn from.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=TUNE_EN,
                near=(
                    around(150, MODEL_EN),
                    around(220, MAKE_EN),
                    around(160, ITEMS_EN),
                ),
                unless=(
                    around(70, ABOUT_EN),
                    around(140, PROGRAM_EN),
                    topic(90, PEOPLE_EN),
                ),
                pattern=FOR_TRAINING,
                reach=60,
            ),
            Clue(
                language=Language.ZH,
                anchor=TUNE_ZH,
                near=(
                    around(36, MODEL_ZH),
                    around(50, MAKE_ZH),
                    around(40, ITEMS_ZH),
                ),
                unless=(around(20, ABOUT_ZH),),
                pattern=FOR_ZH,
                reach=24,
            ),
            Clue(
                language=Language.ID,
                anchor=TUNE_ID,
                near=(
                    around(60, MODEL_ID),
                    around(160, MAKE_ID),
                    around(120, ITEMS_ID),
                ),
                unless=(around(50, ABOUT_ID),),
                pattern=FOR_ID,
                reach=60,
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
            "帮我凑80条售后对话，之后拿去微调我们的小模型。",
            "Tolong siapkan 50 percakapan yang akan dipakai melatih bot kami.",
        ),
        ignores=(
            "Explain how to train a model on chats, and give me two metaphors.",
            (
                "Write an email to our staff: training on the new model of till is on "
                "Monday."
            ),
            "请解释如何训练模型，并给出两个比喻。",
            "Jelaskan cara melatih model bahasa dengan contoh sehari-hari.",
        ),
    ),
    Rule(
        id="DG006",
        activity=Activity.TRAINING_DATA,
        weight=0.82,
        because="Material for training or tuning a model is asked for by its use.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "for training a | for training our | for training the | for "
                    "training an | for fine tuning | for finetuning | for sft | for "
                    "instruction tuning | for supervised | for rlhf | for dpo | for "
                    "distill* | for pretraining | for post training | to fine tune | "
                    "to finetune | for lora | training set | the training data | our "
                    "training data | finetuning corpus | as training data | as a "
                    "training set | as training examples | as training material | for "
                    "a tuning | for tuning | to train our | to train a | to train an | "
                    "to train my | to teach our | to teach a | tuning set | tuning run "
                    "| training run | training corpus | training mix | tuning data* | "
                    "tuning corpus | tuning example* | sft set | sft corpus | sft mix "
                    "| dataset for | data for a model | for model training | data we "
                    "train on | we train on | we ll train on | we will train on | we "
                    "fine tune on | we ll fine tune on | we will fine tune on | we "
                    "tune on | be trained on | be tuned on | be tuned with | be "
                    "trained with"
                ),
                near=(
                    around(160, MAKE_EN),
                    around(
                        110,
                        "examples | samples | pairs | dialogues | dialogs | "
                        "conversations | utterances | rows | records | entries | "
                        "instances | prompts | instructions | completions | "
                        "transcripts | questions | personas | answers | responses | "
                        "variants | sentences | solutions | prompt and | completion | "
                        "instruction | demonstrations | exchanges | triples | "
                        "rationales | q&a | reasoning traces | replies",
                    ),
                ),
                unless=(
                    around(60, CODE_EN),
                    around(70, ABOUT_EN),
                    around(140, PROGRAM_EN),
                    topic(90, PEOPLE_EN),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "用于微调 | 用于训练 | 用来微调 | 用来训练 | 做微调 | 做sft | "
                    "做训练 | 用作训练 | 当训练 | 训练用 | 微调用 | 供训练 | 供微调 | "
                    "拿来训练 | sft要用 | sft用 | 训练要用 | 微调要用 | 用于sft | "
                    "给模型用 | 拿去训练 | 拿来微调 | 拿去微调 | 蒸馏用 | 作为训练 | "
                    "作为微调 | 指令微调 | 监督微调 | 训练素材 | 训练材料 | 微调素材"
                ),
                near=(
                    around(50, MAKE_ZH),
                    around(
                        40,
                        "样本 | 样例 | 例子 | 示例 | 对话 | 问答 | 数据 | 语料 | 指令 "
                        "| 问题 | 回答 | 句子 | 话术 | 问法 | 素材 | 评论 | 题 | 请求",
                    ),
                ),
                unless=(around(14, CODE_ZH), around(16, ABOUT_ZH)),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "untuk melatih | untuk pelatihan | untuk fine tuning | untuk "
                    "finetuning | sebagai data latih | sebagai data pelatihan | bahan "
                    "latih | bahan pelatihan | untuk sft | untuk dilatih | bahan "
                    "training | untuk training | data training | dataset training | "
                    "buat melatih | buat fine tuning | guna melatih | guna pelatihan | "
                    "keperluan sft | keperluan pelatihan | keperluan training | "
                    "keperluan fine tuning | bahan model | bahan untuk model | bahan "
                    "chatbot | menjadi bahan latih | jadi bahan latih | set pelatihan "
                    "| set latih"
                ),
                near=(
                    around(140, MAKE_ID),
                    around(
                        110,
                        "contoh* | sampel* | pasang* | percakapan | dialog | data | "
                        "dataset | tanya jawab | instruksi | pertanyaan | ujaran | "
                        "kalimat | korpus | skenario | prompt | obrolan | keluaran* | "
                        "jawaban* | ulasan | soal | perintah",
                    ),
                    around(
                        120,
                        MODEL_ID | terms("fine tuning | sft | bahasa | sentimen | ai"),
                    ),
                ),
                unless=(around(40, CODE_ID), around(50, ABOUT_ID)),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "agar model | supaya model | supaya bot | agar bot | agar chatbot "
                    "| supaya chatbot | agar llm | supaya llm"
                ),
                near=(
                    before(140, MAKE_ID),
                    before(
                        110,
                        "contoh* | sampel* | pasang* | percakapan | dialog | "
                        "data | tanya jawab | instruksi | ujaran | korpus | obrolan | "
                        "permintaan | "
                        "penolakan | perintah | cerita | kalimat | ulasan",
                    ),
                    after(
                        60,
                        "belajar | paham | mengerti | bisa | mampu | pandai | "
                        "meniru | terlatih | lebih",
                    ),
                ),
                unless=(around(50, ABOUT_ID),),
            ),
        ),
        matches=(
            "We want 90 short exchanges for fine-tuning; supply them as JSON.",
            "给我100个问法，做SFT用。用来微调。",
            "Karang 70 dialog pasien dan perawat untuk melatih model kami.",
        ),
        ignores=(
            "Write code to split my rows for training a model.",
            "Our gym prepares examples for training a beginner.",
            "写代码，把数据拆开用于训练。",
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
