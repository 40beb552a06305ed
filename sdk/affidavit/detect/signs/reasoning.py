"""Reasoning that is written out, and problems that call for it."""

from affidavit.detect.rule import after, around, before, terms
from affidavit.detect.rules.lexicon import MAKE_EN
from affidavit.detect.signs.sign import Prior, Sign, en, zh
from affidavit.findings import Activity

_COT = Activity.COT_HARVEST
_PROBLEM = Activity.SELF_INSTRUCT

SIGNS = (
    Sign(
        id="SG080",
        activity=_COT,
        because="Chains of thought are spoken of by name.",
        clues=(
            en(
                "chain of thought | chains of thought | cot | reasoning process | "
                "reasoning trace* | reasoning chain* | thinking process | thought "
                "process | reasoning steps | reasoning path*",
                around(
                    250, "question* | answer* | solution* | problem* | instruction*"
                ),
                unless=(around(60, "do not reveal | never reveal | do not show"),),
            ),
            zh("思维链 | 思考过程 | 推理过程 | 推理步骤 | 推理链 | 解题过程"),
        ),
        matches=("Give the reasoning process before the answer.", "写出思考过程。"),
    ),
    Sign(
        id="SG081",
        prior=Prior.SLIGHT,
        activity=_COT,
        because="A worked solution, step by step, is to be produced.",
        clues=(
            en(
                "step by step | detailed solution* | worked solution* | full solution "
                "| complete solution | step by step solution*",
                around(140, "solution | derivation | solve | problem | explanation"),
                around(140, "generat* | produc* | provide | write | creat* | output"),
                unless=(around(120, "tutor | student s | guide the user | users"),),
            ),
            zh("逐步 | 分步", around(24, "解答 | 推理 | 求解 | 解决")),
        ),
        matches=(
            "Produce a full solution, step by step, to the problem.",
            "逐步求解。",
        ),
    ),
    Sign(
        id="SG082",
        activity=_PROBLEM,
        because="Problems of mathematics, science or code are to be made.",
        clues=(
            en(
                "math problem* | mathematical problem* | word problem* | programming "
                "problem* | coding problem* | math question* | coding task* | coding "
                "question* | programming task* | coding challenge* | reasoning task* | "
                "reasoning problem* | algorithm* problem* | physics problem*",
                around(140, MAKE_EN | terms("new | design | synthes*")),
            ),
            zh("数学题 | 数学问题 | 编程题 | 编程问题 | 应用题"),
        ),
        matches=("Design a new math problem about trains.", "设计一道数学题。"),
    ),
    Sign(
        id="SG083",
        prior=Prior.STRONG,
        activity=Activity.CODE_INSTRUCT,
        because="Code is the stuff that a problem or an instruction is made from.",
        clues=(
            en(
                "code snippet | code fragment | snippet | function | source code | "
                "code block | program",
                around(
                    200,
                    "create a problem | create a programming | generate a question | "
                    "generate an instruction | generate a problem | problem "
                    "description | write an instruction | human instruction | coding "
                    "problem | programming problem | original instruction | infer the "
                    "instruction | user instruction | natural language instruction | "
                    "that would produce | could have produced",
                ),
            ),
            zh(
                "代码片段 | 代码",
                around(40, "生成问题 | 生成指令 | 编程问题 | 题目描述"),
            ),
        ),
        matches=(
            "From this snippet, generate a problem description.",
            "根据代码片段生成指令。",
        ),
    ),
    Sign(
        id="SG084",
        activity=_COT,
        because="An answer is asked for in a form that a program can cut out.",
        clues=(
            en(
                "final answer | boxed",
                around(200, "reasoning | step by step | solution | problem | steps"),
                around(250, "format | must | end with | conclude | put | enclose*"),
                unless=(around(250, "tool | tools | action | observation"),),
            ),
            zh("最终答案 | 最后答案"),
        ),
        matches=(
            "End with the final answer; the steps come in this format.",
            "最终答案：",
        ),
    ),
    Sign(
        id="SG085",
        activity=_COT,
        because="An answer that is known is to be explained, as if it were found.",
        clues=(
            en(
                "as if you | as though you | without knowing | do not mention that the "
                "answer | not mention the reference | pretend | given the correct "
                "answer | given the answer | knowing the answer",
                around(200, "reasoning | explain* | answer | derive* | rational*"),
                around(300, "question | problem | solution"),
            ),
            en(
                "rationale | rationales | explanation",
                before(40, "generat* | write | produc*"),
                after(90, "correct | answer | label"),
            ),
        ),
        matches=("Given the correct answer, write the reasoning for the question.",),
    ),
)
