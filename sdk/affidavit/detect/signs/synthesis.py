"""Calls of functions, queries and paraphrases that are made up."""

from affidavit.detect.rule import around, before, terms
from affidavit.detect.rules.lexicon import MAKE_EN, MAKE_ZH
from affidavit.detect.signs.sign import Prior, Sign, en, zh
from affidavit.findings import Activity

_CALLS = Activity.FUNCTION_CALL_SYNTHESIS

SIGNS = (
    Sign(
        id="SG120",
        prior=Prior.STRONG,
        activity=_CALLS,
        because="Tasks, talks or results are made up for functions or tools.",
        clues=(
            en(
                "function call* | function calling | tool call* | tool use | api call* "
                "| functions | candidate function* | available functions | api doc* | "
                "tools | apis",
                before(160, MAKE_EN | terms("simulat* | design")),
                around(
                    220,
                    "task* | user quer* | user s task | scenario* | user request* | "
                    "conversation* | question* | user instruction* | dialogue*",
                ),
                around(
                    400,
                    "new | diverse | complex | realistic | simulat* | composit* | "
                    "subsequent | given function* | training",
                ),
            ),
            zh("函数调用 | 工具调用", around(40, "生成 | 模拟 | 任务 | 场景")),
        ),
        matches=(
            "Create realistic user requests that need function calls.",
            "模拟工具调用的任务。",
        ),
    ),
    Sign(
        id="SG121",
        activity=_CALLS,
        because="A system, a function or a tool is to be simulated.",
        clues=(
            en(
                "simulat* | emulat* | mock | fake",
                around(
                    90,
                    "function* | computer system | api | tool response* | execution | "
                    "tool output* | environment | the tool",
                ),
                around(250, "call* | result* | output | return* | response"),
                unless=(around(90, "unit test* | pytest | terminal | linux"),),
            ),
        ),
        matches=("Simulate what the function call returns as result.",),
    ),
    Sign(
        id="SG122",
        activity=Activity.CODE_INSTRUCT,
        because="Queries, and questions that they answer, are made up.",
        clues=(
            en(
                "sql | sparql | cypher | sql query | sql queries",
                around(
                    140,
                    "natural language question* | create a new | generate a question | "
                    "back translat* | question that | varied | variation* | complexity "
                    "| question style | new sql | external knowledge | executable",
                ),
                around(250, MAKE_EN),
            ),
            zh("sql", around(30, "生成问题 | 自然语言问题 | 复杂度")),
        ),
        matches=("Create a new SQL query, and a question that it answers.",),
    ),
    Sign(
        id="SG123",
        activity=Activity.SYNTHESIS_BY_PARAPHRASE,
        because="A text is said again for the sake of having more of it.",
        clues=(
            en(
                "paraphrase* | rephrase* | reword* | rewrite | back translat* | "
                "reformulat* | augment* | variation* | variants",
                around(
                    110,
                    "question | questions | quer* | instruction* | problem | prompt | "
                    "corpus | passage | document | genre | audience | utterance*",
                ),
                around(
                    250,
                    "generate | create | variations | versions | ways | new | diverse "
                    "| different | style | genre",
                ),
            ),
            zh("改写 | 重写 | 复述", around(30, "问题 | 指令 | 原文 | 文本 | 语料")),
        ),
        matches=(
            "Rephrase the question in four different ways.",
            "改写问题。",
        ),
    ),
    Sign(
        id="SG124",
        prior=Prior.SLIGHT,
        activity=Activity.SYNTHESIS_BY_PARAPHRASE,
        because="Textbooks, articles or stories are made in bulk, along a seed.",
        clues=(
            en(
                "textbook | course | lesson | chapter | educational content | "
                "knowledge rich | informative article | blog post | wikipedia style | "
                "encyclop*",
                before(60, "write | generate | create | produce | writing | outline"),
                around(
                    300,
                    "concepts | outline | table of contents | extract | seed | persona "
                    "| audience | given | following | topic",
                ),
                unless=(
                    around(100, "my students | my class | for my blog | our blog"),
                ),
            ),
            zh("教材 | 课程大纲 | 教科书", before(16, MAKE_ZH)),
        ),
        matches=("Write a textbook chapter on the following outline.",),
    ),
    Sign(
        id="SG125",
        prior=Prior.STRONG,
        activity=Activity.SYNTHESIS_BY_PARAPHRASE,
        because="Queries and passages are made that match, or nearly match.",
        clues=(
            en(
                "hard negative* | positive document | negative document | relevant "
                "document | retrieval task* | search quer* | query passage | user "
                "query | search query",
                around(
                    160,
                    "generate a | write a | would retrieve | for which | that the "
                    "passage | matching the | brainstorm | synthetic | hard_negative",
                ),
                unless=(around(160, "search engine | web search | internet | tool"),),
            ),
            zh("难负例 | 负样本 | 检索任务"),
        ),
        matches=("Write a hard negative: generate a text near the query.", "难负例"),
    ),
    Sign(
        id="SG126",
        prior=Prior.STRONG,
        activity=Activity.TRAINING_DATA,
        because="Texts are made that belong to a label which is given.",
        clues=(
            en(
                "label | class | intent | sentiment | category",
                around(
                    90,
                    "generate | write | create | produce | come up with",
                ),
                around(
                    90,
                    "utterances | sentences that | examples of | reviews with | tweets "
                    "| texts that | samples for | synthetic",
                ),
                unless=(around(160, "blog | post | newsletter | my email"),),
            ),
            zh(
                "意图 | 标签 | 类别",
                around(16, "生成 | 编写"),
                around(24, "句子 | 话术 | 样本 | 例句"),
            ),
        ),
        matches=("Generate 20 utterances for the intent refund.", "为意图生成例句。"),
    ),
    Sign(
        id="SG127",
        prior=Prior.STRONG,
        activity=Activity.SYNTHESIS_BY_PARAPHRASE,
        because="A given problem or query is merged with another, or varied by a list.",
        clues=(
            en(
                "transformation* | merge | merging | fuse | combine | integrat*",
                around(
                    110,
                    "problem 1 | problem 2 | two problems | two questions | original "
                    "problem | original query | both problems | the questions into | "
                    "questions into | single question | new problem | new question | "
                    "combined problem",
                ),
            ),
            zh("合并 | 融合", around(14, "问题 | 题目")),
        ),
        matches=("Merge the two problems into a new one.", "合并两个问题。"),
    ),
)
