"""Questions, and answers to them, made out of a text or out of nothing."""

from affidavit.detect.rule import around, before, terms, topic
from affidavit.detect.rules.lexicon import MAKE_EN, SOURCE_ZH
from affidavit.detect.signs.sign import Prior, Sign, en, zh
from affidavit.findings import Activity

_QA = Activity.QA_FROM_DOCUMENT
_LEARNERS = terms(
    "student | students | my class | pupils | learners | anki* | faq | faqs"
)
_MAKE_ZH = terms("生成 | 设计 | 构造 | 编写 | 出 | 提炼 | 创建 | 命制 | 拟定 | 合成")
_QUESTIONS_ZH = terms("问题 | 题目 | 试题 | 提问 | 问答")

SIGNS = (
    Sign(
        id="SG001",
        prior=Prior.SLIGHT,
        activity=_QA,
        because="Questions are to be made.",
        clues=(
            en(
                "questions | a question | new question | one question | exam questions "
                "| test questions",
                before(45, MAKE_EN | terms("formulate | design | pose | form")),
                unless=(topic(200, _LEARNERS),),
            ),
            zh(_QUESTIONS_ZH, before(8, _MAKE_ZH)),
        ),
        matches=("Formulate eight questions about tides.", "请设计五个问题。"),
    ),
    Sign(
        id="SG002",
        activity=_QA,
        because="Questions and answers are treated as pairs.",
        clues=(
            en(
                "question answer pair* | question and answer pair* | q&a pair* | q a "
                "pair* | qa pair* | questions and answers | question and its answer | "
                "question and answer | question response pair* | qa data* | answer "
                "pairs | qa triple* | instruction and response | prompt and response | "
                "instruction and answer | instruction response pair* | question and "
                "the solution | question answering data*"
            ),
            zh(
                "问答对 | 问题和答案 | 问题与答案 | 问题及答案 | 问题-答案 | 题目和答案"
            ),
        ),
        matches=("Each question-answer pair stands alone.", "输出若干问答对。"),
    ),
    Sign(
        id="SG003",
        activity=_QA,
        because="What is asked for rests on a text that is given.",
        clues=(
            en(
                terms("questions | question | qa | queries | q&a"),
                before(60, MAKE_EN | terms("formulate | design | pose | ask")),
                around(
                    120,
                    "based on the | given text | from the text | using the | according "
                    "to the | based solely on | based only on | provided | given "
                    "passage | the passage | the document | the paragraph* | following "
                    "text | following passage | source text | from the given | from a "
                    "given | the context",
                ),
            ),
            zh(
                _QUESTIONS_ZH,
                around(24, "根据 | 基于 | 依据 | 围绕"),
                around(24, SOURCE_ZH),
                around(24, _MAKE_ZH),
            ),
        ),
        matches=("Write questions based on the passage.", "根据文本设计问题。"),
    ),
    Sign(
        id="SG004",
        activity=_QA,
        because="A question or an answer must not show the text that it came from.",
        clues=(
            en(
                "the text | the passage | the context | the document | the article | "
                "the paragraph | provided text | provided context | the author | the "
                "material | given context | the source | reference material*",
                before(
                    70,
                    "do not mention | don t mention | without mention* | not refer* | "
                    "avoid refer* | not mention* | avoid mention* | never mention | "
                    "do not use phrases | phrases like | phrases such as | without "
                    "referenc* | avoid phrases | not reference | not cite | without "
                    "refer* | not explicitly mention | as mentioned in | according to",
                ),
                around(250, "question* | answer* | quer* | instruction*"),
            ),
            zh(
                "文本 | 原文 | 文章 | 文中 | 材料 | 参考资料 | 文献",
                before(
                    12, "不要提及 | 不得提及 | 避免 | 不要出现 | 禁止 | 不要引用 | 去除"
                ),
            ),
        ),
        matches=(
            "The question must not mention the passage.",
            "不要提及参考资料，问题要独立。",
        ),
    ),
    Sign(
        id="SG005",
        activity=_QA,
        because="A question must be understood, or answered, on its own.",
        clues=(
            en(
                "self contained | standalone | stand alone | stand on its own | "
                "answerable | can be answered | be answered using | without access to "
                "| without seeing the | independent of the | without the context | "
                "without additional context | answerability | fully answered",
                around(160, "question* | problem* | quer* | instruction* | task"),
            ),
            zh("自包含 | 独立回答 | 可以回答 | 能够回答 | 可回答 | 独立理解"),
        ),
        matches=("Each question is self-contained.", "问题可以独立理解。"),
    ),
    Sign(
        id="SG006",
        prior=Prior.SLIGHT,
        activity=_QA,
        because="Kinds of test questions are named.",
        clues=(
            en(
                "multi hop | multihop | open ended question* | multiple choice | "
                "true false question* | true or false question* | short answer "
                "question* | fill in the blank | factual question* | inferential "
                "question* | reasoning question* | comparison question* | "
                "distractor* | closed book | follow up question* | factoid",
                around(300, MAKE_EN | terms("design*")),
            ),
            zh(
                "选择题 | 填空题 | 判断题 | 开放题 | 开放式问题 | 简答题 | 多跳 | "
                "干扰项"
            ),
        ),
        matches=("Create one multi-hop item.", "设计三道选择题。"),
    ),
    Sign(
        id="SG007",
        prior=Prior.STRONG,
        activity=_QA,
        because="What a text holds is judged for whether questions can be made of it.",
        clues=(
            en(
                "suitable | suitability | sufficient information | enough information "
                "| worthy | usable",
                around(
                    110,
                    "for making question* | for creating question* | for generating "
                    "question* | to make question* | to create question* | to generate "
                    "question* | make questions | educational question* | qa gener*",
                ),
            ),
            en(
                "atomic fact* | knowledge point* | key fact* | knowledge unit* | "
                "atomic statement* | factual statement* | atomic claim*"
            ),
            zh("知识点 | 原子事实 | 关键事实 | 事实点"),
        ),
        matches=(
            "Is this paragraph suitable for creating questions?",
            "提取知识点。",
        ),
    ),
    Sign(
        id="SG008",
        activity=_QA,
        because="An answer to a made-up question is to be written or improved.",
        clues=(
            en(
                "answer | answers | response | solution",
                before(
                    40,
                    "generating | generates | improve | refine | optimi* | rewrite | "
                    "revise | polish | generate the | generate an | generate a | "
                    "produce | produces | producing | enhance | generate high | "
                    "generate accurate",
                ),
                around(
                    200,
                    "the question | the given question | given questions | the problem "
                    "| each question | the instruction | the given instruction | "
                    "question* | instruction*",
                ),
                unless=(around(100, "customer | ticket | email"),),
            ),
            zh(
                "答案 | 回答 | 解答",
                before(14, "优化 | 改进 | 生成 | 完善 | 改写 | 给出"),
                around(80, "问题 | 题目"),
            ),
        ),
        matches=(
            "Improve the answer so that it fits the question.",
            "根据问题优化答案。",
        ),
    ),
)
