"""Benchmarks that are answered or graded: a model is being evaluated.

Whether that is a competitor's only the purpose tells (`evaluates_model`).
"""

from affidavit.detect.rule import Clue, Language, Rule, around, terms
from affidavit.findings import Activity

RULES: tuple[Rule, ...] = (
    Rule(
        id="OA040",
        activity=Activity.BENCHMARK_ANSWER,
        weight=0.8,
        because="A question is asked in the form of a benchmark, to score a model.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "mmlu | gsm8k | humaneval | hellaswag | arc challenge | "
                    "truthfulqa | big bench | mt bench | alpacaeval | c eval | "
                    "ceval | gpqa | benchmark question* | answer with only the "
                    "letter | only the letter of | output only the letter | reply "
                    "with the letter"
                ),
                near=(
                    around(
                        260,
                        (
                            "question | answer | options | choices | choice | evaluate "
                            "| score"
                        ),
                    ),
                ),
                unless=(around(90, "explain what | what is | summari*"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("只输出选项 | 仅输出选项 | 只回答选项字母 | 只需给出选项"),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("jawab hanya dengan huruf | hanya huruf pilihan"),
            ),
        ),
        matches=(
            (
                "Question 12 of 40. Options: A, B, C, D. Answer with only the letter "
                "of your choice."
            ),
            "只输出选项字母。",
            "Jawab hanya dengan huruf pilihan.",
        ),
        ignores=(
            "Explain what MMLU measures.",
            "请介绍选项卡。",
            "Huruf pertama namanya A.",
        ),
    ),
    Rule(
        id="OA041",
        activity=Activity.BENCHMARK_JUDGE,
        weight=0.8,
        because="Answers of models are compared or graded, to rank the models.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "assistant a | assistant b | model a | model b | two ai "
                    "assistants | model_a | response of the assistant | candidate "
                    "model | reference answer | win rate | leaderboard | ai "
                    "assistant s answer"
                ),
                near=(
                    around(
                        300,
                        (
                            "judge | rate | better | compare | verdict | score | "
                            "evaluate | winner | tie"
                        ),
                    ),
                    around(
                        300,
                        (
                            "question | user question | answers | responses | quality "
                            "| helpfulness"
                        ),
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("助手a | 模型a | 两个助手 | 两个模型 | 参考答案"),
                near=(around(60, "评判 | 比较 | 打分 | 更好 | 评分"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("asisten a | model a | dua asisten | jawaban acuan"),
                near=(around(120, "bandingkan | nilai | lebih baik | putusan"),),
            ),
        ),
        matches=(
            (
                "Act as judge: which answer to the user question is better, that of "
                "assistant A or of assistant B?"
            ),
            "请比较助手A和助手B的回答哪个更好。",
            "Bandingkan jawaban asisten A dan asisten B.",
        ),
        ignores=(
            "The assistant at the desk was kind.",
            "他是助手。",
            "Asisten dokter itu ramah.",
        ),
    ),
)
