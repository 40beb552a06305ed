"""Reasoning traces drawn out of a model so that another can learn to reason."""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
    around,
    terms,
)
from affidavit.detect.rules.lexicon import (
    CODE_EN,
    CODE_ID,
    CODE_ZH,
    MAKE_EN,
    MAKE_ID,
    MAKE_ZH,
)
from affidavit.findings import Activity

_REASONING_EN = terms(
    "chain of thought | chains of thought | "
    "reasoning trace* | reasoning chain* | "
    "thinking process | thought process | "
    "reasoning process | reasoning step* | "
    "step by step reasoning | step by step solution* | "
    "internal monologue | reasoning path* | rationale* | "
    "cot"
)
_REASONING_ZH = terms(
    "思维链 | 推理过程 | 思考过程 | 推理链 | 推理轨迹 | 推理步骤 | 解题过程"
)
_REASONING_ID = terms(
    "rantai pemikiran | rantai penalaran | "
    "proses berpikir | langkah penalaran | "
    "jejak penalaran | chain of thought | proses penalaran"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG050",
        activity=Activity.COT_HARVEST,
        weight=0.85,
        because="Written-out reasoning is asked for, to train or distil a model.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=_REASONING_EN,
                near=(
                    around(
                        160,
                        MAKE_EN
                        | terms(
                            "show | include | write out | solve | provide | full | "
                            "detailed | record"
                        ),
                    ),
                    around(
                        160,
                        "to train | for training | training data | "
                        "training set | training example* | fine tun* | "
                        "finetun* | sft | student model* | distill* | "
                        "used to train | will train | smaller model* | "
                        "training dataset* | train our | train a | train the | "
                        "teach a | teach our",
                    ),
                ),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=_REASONING_ZH,
                near=(
                    around(50, MAKE_ZH | terms("写下 | 展示 | 详细 | 完整 | 记录")),
                    around(60, "训练 | 微调 | 蒸馏 | 学生模型 | 小模型 | 数据集"),
                ),
                unless=(around(20, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=_REASONING_ID,
                near=(
                    around(
                        100, MAKE_ID | terms("tunjukkan | lengkap | rinci | sertakan")
                    ),
                    around(
                        120,
                        "melatih | pelatihan | fine tuning | distilasi | "
                        "model kecil | model siswa | dataset",
                    ),
                ),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Solve it and write out the full chain of thought to train a small model.",
            "请写出完整的思维链，用于训练我们的小模型。",
            "Tulis rantai pemikiran lengkap untuk melatih model kami.",
        ),
        ignores=(
            "Show your chain of thought before the final answer.",
            "Explain what chain-of-thought training is.",
            "请给出解题过程和最终答案。",
            "Tulis langkah penalaran lalu jawaban akhir.",
        ),
    ),
    Rule(
        id="DG051",
        activity=Activity.COT_HARVEST,
        weight=0.8,
        because="Reasoning is to be rebuilt backwards from a known answer.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=_REASONING_EN,
                near=(
                    around(
                        120,
                        "reconstruct* | reverse engineer* | work backwards | "
                        "reverse | fabricate | backfill",
                    ),
                    around(
                        260,
                        "final answer | known answer | correct answer | "
                        "ground truth | given answer | the answer",
                    ),
                ),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=_REASONING_ZH,
                near=(
                    around(50, "还原 | 反推 | 逆向 | 倒推 | 重构 | 重建"),
                    around(80, "答案 | 结论"),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=_REASONING_ID,
                near=(
                    around(
                        90,
                        "rekonstruksi | susun kembali | merekonstruksi | mundur dari",
                    ),
                    around(140, "jawaban"),
                ),
            ),
        ),
        matches=(
            "Given the question and the final answer, reconstruct the reasoning chain.",
            "已知问题和答案，请反推出完整的思维链。",
            "Dari soal dan jawaban akhir, rekonstruksi rantai pemikiran.",
        ),
        ignores=(
            "Check the reasoning steps in this answer for mistakes.",
            "Reverse the order of the steps in the recipe.",
            "请检查这个答案的推理过程。",
            "Periksa langkah penalaran pada jawaban ini.",
        ),
    ),
    Rule(
        id="DG052",
        activity=Activity.COT_HARVEST,
        weight=0.6,
        because="The answer must come in marked thought and solution sections, as "
        "data sets of reasoning traces have them.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "begin of thought | end of thought | "
                    "thought and solution | thought section | "
                    "begin of solution | thinking and solution | "
                    "think and answer tags"
                ),
                near=(around(400, "solution | reasoning | thinking"),),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("思考部分 | 思考和解答 | 思考与解答 | 思考部分和解答部分"),
                near=(around(100, "解答 | 推理 | 回溯 | 反思"),),
                unless=(around(20, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "bagian pemikiran | bagian berpikir | pemikiran dan solusi"
                ),
                near=(around(160, "solusi | penalaran | refleksi"),),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Answer in a Thought section with your reasoning, then a Solution section.",
            "回答分为思考部分和解答部分，思考部分要反思和回溯。",
            "Jawab dalam bagian pemikiran lalu bagian solusi.",
        ),
        ignores=(
            "Use the think tool before you answer.",
            "This section of the report offers a thought on a solution.",
            "请先思考再解答用户的疑问。",
            "Tulis pemikiran Anda tentang rapat tadi.",
        ),
    ),
    Rule(
        id="DG053",
        activity=Activity.COT_HARVEST,
        weight=0.6,
        because="Reasoning traces are mass-produced for a list of problems.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=_REASONING_EN,
                near=(
                    around(
                        80,
                        "for each problem | for each question | "
                        "for every problem | for every question | "
                        "for all problems | per problem",
                    ),
                    around(160, "dataset* | jsonl | training | batch | corpus"),
                ),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=_REASONING_ZH,
                near=(
                    around(50, "每道题 | 每个问题 | 每一题"),
                    around(60, "数据集 | jsonl | 训练 | 语料"),
                ),
                unless=(around(20, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=_REASONING_ID,
                near=(
                    around(80, "setiap soal | tiap soal | setiap pertanyaan"),
                    around(120, "dataset | jsonl | pelatihan | korpus"),
                ),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "For each problem in the batch give the reasoning trace as one JSONL line.",
            "为每道题写出推理过程，整理成JSONL语料。",
            "Untuk setiap soal tulis jejak penalaran ke dalam dataset.",
        ),
        ignores=(
            "For each question show the reasoning steps to the customer.",
            "Batch the orders and show the thought process behind each price.",
            "为每个问题给出推理步骤，方便客户理解。",
            "Untuk setiap soal beri langkah penalaran singkat kepada pembaca.",
        ),
    ),
)
