"""Judging answers to make preference data, and grading data to filter a training set.

A product's own judge and a reward-label judge can be the same words: only what the
prompt says about training tells them apart here.
"""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
    around,
    terms,
    topic,
)
from affidavit.detect.rules.lexicon import CODE_EN, CODE_ID, CODE_ZH
from affidavit.findings import Activity

_COMPARE_EN = terms(
    "which response | which answer | better response | "
    "better answer | two responses | two answers | "
    "compare the responses | compare the two | rank the | "
    "rank these | pick the | choose the | prefer* | "
    "response a | score the | rate the | rate each | "
    "label the | label which | grade | is better | better one | the better | two "
    "replies | say which | verdict | choose between"
)
_COMPARE_ZH = terms(
    "哪个回答 | 哪个回复 | 更好的回答 | 更好的回复 | "
    "两个回答 | 两个回复 | 打分 | 评分 | 排序 | 选出 | "
    "比较 | 标注 | 哪个更好 | 哪个好 | 更好 | 两个答案"
)
_COMPARE_ID = terms(
    "jawaban mana | respons mana | dua jawaban | "
    "dua respons | beri skor | bandingkan | pilih | "
    "nilai | urutkan | lebih baik | dua balasan | putusan*"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG040",
        activity=Activity.PREFERENCE_JUDGE,
        weight=0.85,
        because="Answers are compared or scored to train a reward or preference model.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "reward model* | preference data* | "
                    "preference model* | preference label* | rlhf | "
                    "rlaif | dpo | preference training | "
                    "preference pair* | preference tuning | reward label*"
                ),
                near=(
                    around(220, _COMPARE_EN),
                    around(
                        300,
                        "response | responses | answer | answers | "
                        "completion* | reply | replies",
                    ),
                ),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "奖励模型 | 偏好数据 | 偏好标注 | 偏好模型 | rlhf | dpo | 偏好对"
                ),
                near=(around(70, _COMPARE_ZH), around(80, "回答 | 回复 | 答案")),
                unless=(around(14, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "model reward | model imbalan | data preferensi | "
                    "rlhf | dpo | label preferensi"
                ),
                near=(
                    around(150, _COMPARE_ID),
                    around(180, "jawaban | respons | balasan"),
                ),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Say which answer is better: your label trains our reward model.",
            "比较下面两个回答，选出更好的一个，用于训练奖励模型。",
            "Bandingkan dua jawaban ini, hasilnya dipakai melatih model reward.",
        ),
        ignores=(
            "Explain how a reward model ranks answers in RLHF.",
            "Which answer should I send to the customer?",
            "解释奖励模型如何对回答评分。",
            "Jelaskan cara model reward menilai jawaban.",
        ),
    ),
    Rule(
        id="DG041",
        activity=Activity.PREFERENCE_JUDGE,
        weight=0.8,
        because="A chosen and a rejected answer are asked for: a preference pair.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms("rejected"),
                near=(
                    around(80, "chosen"),
                    around(250, "response* | answer* | completion* | prompt | reply"),
                    around(
                        250,
                        "generat* | write | create | produce | json | jsonl | "
                        "label | give",
                    ),
                ),
                unless=(around(80, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("rejected | 被拒绝的回答 | 较差的回答 | 差的回答"),
                near=(
                    around(60, "chosen | 被选中的回答 | 较好的回答 | 好的回答"),
                    around(80, "生成 | 写 | 输出 | 构造 | 给出"),
                ),
                unless=(around(20, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("rejected | jawaban yang ditolak | respons yang ditolak"),
                near=(
                    around(
                        80,
                        "chosen | jawaban yang dipilih | respons yang dipilih",
                    ),
                    around(150, "buat | tulis | hasilkan | beri* | format"),
                ),
                unless=(around(50, CODE_ID),),
            ),
        ),
        matches=(
            'For each prompt write a "chosen" answer and a worse "rejected" answer.',
            "请为每个问题生成一个较好的回答(chosen)和一个较差的回答(rejected)。",
            "Tulis jawaban yang dipilih dan jawaban yang ditolak untuk tiap soal.",
        ),
        ignores=(
            "List the chosen suppliers and the rejected suppliers.",
            "Why was my loan rejected when the plan was chosen?",
            "请说明为什么申请被拒绝。",
            "Mengapa lamaran saya ditolak padahal dipilih tahun lalu?",
        ),
    ),
    Rule(
        id="DG042",
        activity=Activity.PREFERENCE_JUDGE,
        weight=0.7,
        because="Data is graded for how well it would serve in training a model.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "for training | to train | fine tuning | finetuning | "
                    "instruction tuning | training data | "
                    "training sample* | training example* | pretraining | "
                    "pre training | sft"
                ),
                near=(
                    around(
                        160,
                        "rate | score | grade | evaluate | assess | judge | "
                        "filter | decide whether | determine",
                    ),
                    around(
                        160,
                        "quality | suitable | suitability | useful | "
                        "usefulness | educational value | worth keeping | "
                        "keep or discard | valuable",
                    ),
                    around(
                        160,
                        "llm* | language model* | ai model | ai assistant | "
                        "instruction* | response* | sample | dataset*",
                    ),
                ),
                unless=(
                    around(60, CODE_EN),
                    around(80, "employee* | workshop | course | trainer"),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "训练数据 | 训练样本 | 微调 | 训练语言模型 | "
                    "训练大模型 | 模型训练 | 指令数据"
                ),
                near=(
                    around(50, "评分 | 打分 | 评估 | 判断 | 筛选 | 过滤"),
                    around(50, "质量 | 适合 | 价值 | 保留"),
                ),
                unless=(around(20, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "data latih | data pelatihan | melatih model | "
                    "melatih llm | fine tuning | contoh pelatihan"
                ),
                near=(
                    around(
                        110,
                        "nilai | beri skor | skor | saring | tentukan | evaluasi",
                    ),
                    around(110, "kualitas | layak | cocok | bernilai | berguna"),
                ),
                unless=(around(50, CODE_ID), topic(60, "karyawan | peserta")),
            ),
        ),
        matches=(
            "Rate the quality of this response for training a language model.",
            "请判断这条样本的质量，是否适合作为训练数据保留。",
            "Beri skor kualitas teks ini, apakah layak untuk melatih model.",
        ),
        ignores=(
            "Rate the quality of the training workshop for employees.",
            "Evaluate whether this answer is useful to the customer.",
            "请评估这次员工培训的质量。",
            "Nilai kualitas pelatihan karyawan ini.",
        ),
    ),
)
