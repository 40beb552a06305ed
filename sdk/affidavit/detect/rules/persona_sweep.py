"""Personas as seeds: each one is given prompts, problems or texts of its own."""

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
)
from affidavit.findings import Activity

_SEEDED_EN = terms(
    "math problem* | prompt | prompts | instruction | "
    "instructions | problem | reasoning problem* | "
    "logical reasoning problem* | user prompt* | quer*"
)
_MARKETING = terms(
    "marketing | ux | landing page | campaign | "
    "customer journey | buyer persona* | brand | 营销 | "
    "用户体验 | pemasaran | kampanye"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG060",
        activity=Activity.PERSONA_SWEEP,
        weight=0.8,
        because="A prompt or problem is to be invented out of a given persona.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "following persona | given persona | persona below | "
                    "the persona | each persona | this persona | "
                    "persona description | persona may ask"
                ),
                near=(
                    around(120, MAKE_EN | terms("guess")),
                    around(110, _SEEDED_EN),
                ),
                unless=(
                    around(60, CODE_EN),
                    topic(150, _MARKETING),
                    topic(120, CLASSROOM),
                    around(60, "stay in character | system prompt"),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "以下人物 | 该人物 | 每个人物 | 给定人设 | 以下人设 | "
                    "每个角色画像 | 以下角色画像 | 每个人设"
                ),
                near=(
                    around(40, MAKE_ZH | terms("提出")),
                    around(40, "指令 | 提示词 | 数学题 | 题目 | 请求"),
                ),
                unless=(topic(60, _MARKETING), around(40, CODE_ZH)),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "persona berikut | setiap persona | persona ini | tiap persona"
                ),
                near=(
                    around(90, MAKE_ID),
                    around(90, "prompt | instruksi | soal | perintah"),
                ),
                unless=(topic(100, _MARKETING), around(50, CODE_ID)),
            ),
        ),
        matches=(
            "Create a math problem that fits the following persona: a tram driver.",
            "For each persona, write three prompts in its own voice.",
            "请为以下人物设计一道数学题：一位电车司机。",
            "Untuk setiap persona, tulis tiga prompt.",
        ),
        ignores=(
            "Create three user personas for our marketing campaign.",
            "Adopt the persona of a patient librarian.",
            "请为营销活动创建三个用户画像。",
            "Buat tiga persona pelanggan untuk kampanye pemasaran.",
        ),
    ),
    Rule(
        id="DG061",
        activity=Activity.PERSONA_SWEEP,
        weight=0.45,
        because="Personas are mass-produced, many and deliberately unlike one another.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms("personas | persona descriptions"),
                near=(
                    before(60, MAKE_EN | terms("infer")),
                    around(
                        60,
                        "diverse | different | distinct | varied | unique | "
                        "50 | 100 | 200 | 500 | 1000 | many",
                    ),
                ),
                unless=(topic(200, _MARKETING), around(60, CODE_EN)),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("人物画像 | 角色画像 | 人设"),
                near=(
                    before(30, MAKE_ZH),
                    around(30, "多样 | 不同 | 大量 | 100 | 200 | 500"),
                ),
                unless=(topic(60, _MARKETING),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("persona"),
                near=(
                    before(40, MAKE_ID),
                    around(60, "beragam | berbeda | 100 | 200 | 500 | unik"),
                ),
                unless=(topic(120, _MARKETING),),
            ),
        ),
        matches=(
            "Generate 200 personas that differ in age and trade, all distinct.",
            "请生成200个多样的人物画像。",
            "Buat 200 persona yang beragam.",
        ),
        ignores=(
            "Create two personas for the landing page.",
            "Which personas are in our CRM?",
            "请创建一个营销用的人物画像，不同渠道都能用。",
            "Buat satu persona pemasaran yang unik.",
        ),
    ),
)
