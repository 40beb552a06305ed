"""Evolution: a given instruction or problem is rewritten into a harder or rarer one."""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
    around,
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
)
from affidavit.findings import Activity

_HARDER_EN = terms(
    "more complex | more complicated | harder | "
    "more difficult | more challenging | "
    "increase the difficulty | increase the complexity | "
    "additional constraint* | adding constraints | "
    "add constraints | one more constraint | "
    "reasoning steps | harder for ai | complex version | "
    "challenging version | add one constraint | "
    "new constraint* | more specific and tailored"
)
_HARDER_ZH = terms(
    "更复杂 | 更难 | 更有挑战 | 更具挑战 | 增加难度 | "
    "提高难度 | 增加约束 | 增加限制 | 增加一个约束 | "
    "添加约束 | 复杂化 | 提升难度 | 提升复杂度"
)
_HARDER_ID = terms(
    "lebih sulit | lebih kompleks | lebih rumit | "
    "lebih menantang | tambahkan batasan | "
    "menambah batasan | tingkatkan kesulitan"
)
_REWRITE_EN = terms(
    "rewrite | rewriting | rewritten | evolve | evolved | "
    "transform | modify | modifying | make | turn | "
    "complicate"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG020",
        activity=Activity.EVOLVE_INSTRUCT,
        weight=0.85,
        because="An instruction or prompt is to be rewritten so that it is harder.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "given prompt | given instruction | "
                    "original instruction | original prompt | "
                    "the instruction | this instruction | prompt below | "
                    "instruction below | user instruction | "
                    "following instruction | following prompt | "
                    "seed prompt | each instruction | these instructions | "
                    "each prompt"
                ),
                near=(around(140, _REWRITE_EN), around(160, _HARDER_EN)),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("指令 | 提示词 | 提示 | 原始问题 | 给定问题"),
                near=(
                    around(40, "改写 | 重写 | 演化 | 进化 | 变得 | 改造"),
                    around(50, _HARDER_ZH),
                ),
                unless=(around(20, CODE_ZH), topic(40, CLASSROOM)),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("instruksi | prompt"),
                near=(
                    around(
                        80,
                        "tulis ulang | ubah | menulis ulang | kembangkan | jadikan",
                    ),
                    around(100, _HARDER_ID),
                ),
                unless=(around(40, CODE_ID), topic(60, CLASSROOM)),
            ),
        ),
        matches=(
            "Rewrite the given prompt into a more complex version that AI finds hard.",
            "Evolve this instruction by adding constraints, at most ten extra words.",
            "请把下面的指令改写得更复杂，增加一个约束。",
            "Tulis ulang instruksi berikut agar lebih sulit bagi AI.",
        ),
        ignores=(
            "Rewrite this paragraph so that it sounds friendlier.",
            "The given prompt is unclear: ask one question before you answer.",
            "请把这段说明改写得更简短。",
            "Tulis ulang surat ini agar lebih sopan.",
        ),
    ),
    Rule(
        id="DG021",
        activity=Activity.EVOLVE_INSTRUCT,
        weight=0.6,
        because="A brand-new prompt of the same domain is asked for: breadth.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "given prompt | given instruction | created prompt | "
                    "rewritten prompt | rewritten instruction | "
                    "evolved prompt | evolved instruction | new prompt | "
                    "original instruction"
                ),
                near=(
                    around(
                        200,
                        "same domain | brand new | rare | rarer | long tail* | "
                        "inspiration | same length | similar difficulty",
                    ),
                    around(200, MAKE_EN),
                ),
                unless=(around(60, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("指令 | 提示词 | 提示"),
                near=(
                    around(60, "同一领域 | 相同领域 | 全新的 | 更罕见 | 罕见"),
                    around(60, MAKE_ZH),
                ),
                unless=(around(20, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("instruksi | prompt"),
                near=(
                    around(
                        100,
                        "bidang yang sama | domain yang sama | "
                        "benar benar baru | lebih langka | jarang",
                    ),
                    around(100, MAKE_ID),
                ),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Create a brand new prompt in the same domain as the given prompt.",
            "参照给定的指令，创建一条同一领域但更罕见的指令。",
            "Buat instruksi benar-benar baru di bidang yang sama.",
        ),
        ignores=(
            "Show the new prompt when the shell starts.",
            "The original instruction was to ship on Monday; the domain expired.",
            "请提示用户这个同一领域的会议改期了。",
            "Instruksi dokter jarang berubah.",
        ),
    ),
    Rule(
        id="DG022",
        activity=Activity.EVOLVE_INSTRUCT,
        weight=0.6,
        because="A new problem is to be derived by transforming an existing one.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "original problem | given problem | "
                    "original question | given question | "
                    "existing problem | seed problem | original query | "
                    "original task"
                ),
                near=(
                    around(
                        160,
                        "new problem | new question | new task | "
                        "new math problem | new query | transformation* | "
                        "variation of | new reasonable | entirely new",
                    ),
                    around(160, MAKE_EN | terms("rewrite | alter | apply")),
                ),
                unless=(around(60, CODE_EN), topic(100, CLASSROOM)),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("原题 | 原问题 | 原始问题 | 给定的题目 | 原始题目"),
                near=(
                    around(50, "新题 | 新问题 | 新的问题 | 新的题目 | 变体"),
                    around(50, MAKE_ZH | terms("改编 | 改写")),
                ),
                unless=(topic(40, CLASSROOM),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("soal asli | soal awal | pertanyaan asli | masalah asli"),
                near=(
                    around(100, "soal baru | pertanyaan baru | variasi"),
                    around(100, MAKE_ID | terms("ubah")),
                ),
                unless=(topic(60, CLASSROOM),),
            ),
        ),
        matches=(
            "Apply a transformation to the original problem: give one new problem.",
            "请根据原题改编并生成一道新题。",
            "Ubah angka pada soal asli dan buat soal baru.",
        ),
        ignores=(
            "The original problem was a loose cable; write a new version of it.",
            "Answer the original question and ignore the tool's error.",
            "原问题已经解决，请关闭工单。",
            "Soal asli sudah dijawab oleh petugas.",
        ),
    ),
)
