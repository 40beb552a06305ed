"""Instructions, prompts and tasks that are objects: made, varied, made harder."""

from affidavit.detect.rule import after, around, before, terms
from affidavit.detect.rules.lexicon import MAKE_EN, MAKE_ZH
from affidavit.detect.signs.sign import Prior, Sign, en, zh
from affidavit.findings import Activity

_SELF = Activity.SELF_INSTRUCT
_EVOLVE = Activity.EVOLVE_INSTRUCT
_ITEM_EN = (
    "prompt | prompts | instruction | instructions | question | questions | problem | "
    "problems | task | tasks | quer* | scenario* | request | requests"
)

SIGNS = (
    Sign(
        id="SG020",
        activity=_SELF,
        because="Instructions, prompts or requests are to be invented.",
        clues=(
            en(
                "instructions | an instruction | prompts | a prompt | new prompt | new "
                "instruction | user quer* | user request* | user prompt* | user "
                "instruction* | user question* | user message* | user input* | "
                "requests | input prompts | tasks | new task | writing task* | another "
                "task",
                before(
                    50,
                    "generate | create | produce | come up with | invent | synthesi* | "
                    "propose | craft | brainstorm | formulate | devise | construct | "
                    "creating | generating | crafting | producing",
                ),
                unless=(
                    around(120, "ticket* | sprint | to do list | jira | calendar"),
                ),
            ),
            zh(
                "指令 | 提示词 | 用户请求 | 用户问题 | 用户提问 | 用户查询",
                before(12, MAKE_ZH),
            ),
        ),
        matches=("Invent ten user requests about a bakery.", "生成若干指令。"),
    ),
    Sign(
        id="SG021",
        prior=Prior.STRONG,
        activity=_SELF,
        because="More of the same is asked for, along examples that are given.",
        clues=(
            en(
                "similar | new | more | different | additional | another",
                before(30, MAKE_EN),
                after(40, _ITEM_EN + " | examples"),
                around(
                    400,
                    "example prompt* | example question* | example task* | example "
                    "instruction* | examples below | following examples | the examples "
                    "| below are | here are a few | here are some | few examples | "
                    "list of examples | given examples | example* of",
                ),
            ),
            zh(
                "类似的 | 新的 | 更多",
                after(8, "问题 | 指令 | 任务 | 题目"),
                before(12, MAKE_ZH),
            ),
        ),
        matches=(
            (
                "Here are a few riddles. Write ten new questions in their manner. "
                "Use the examples."
            ),
            "请生成更多问题。",
        ),
    ),
    Sign(
        id="SG022",
        prior=Prior.STRONG,
        activity=_EVOLVE,
        because=(
            "A given instruction, question or problem is to be changed into another."
        ),
        clues=(
            en(
                "the given prompt | given instruction | given prompt | given question "
                "| given problem | given task | original prompt | original instruction "
                "| original question | original problem | original task | original "
                "quer* | the old instruction | seed instruction* | seed prompt* | seed "
                "task* | seed question* | source problem | existing question* | input "
                "question | initial instruction | base instruction | raw instruction",
                around(
                    220,
                    "rewrite | rewritten | rewriting | modify | alter | evolve* | "
                    "transform* | complicate | create | creat* | new | paraphras* | "
                    "rephras* | variation* | increase | revise* | extend* | "
                    "incorporat* | add | convert",
                ),
            ),
            zh(
                "原问题 | 原始问题 | 原指令 | 原始指令 | 给定问题 | 给定指令 | "
                "给定的指令 | 给定的问题 | 原题",
            ),
        ),
        matches=(
            "Rewrite the given prompt so that fewer models get it right.",
            "把原问题改得更难。",
        ),
    ),
    Sign(
        id="SG023",
        activity=_EVOLVE,
        because="Difficulty or complexity of what is made is steered.",
        clues=(
            en(
                "difficulty | difficulty level* | more complex | more challenging | "
                "more difficult | harder | complexity | challenging | increasing "
                "difficulty | levels of difficulty",
                around(160, _ITEM_EN),
                around(250, MAKE_EN | terms("rewrit* | complicat*")),
            ),
            zh(
                "难度 | 更复杂 | 更难 | 复杂度", around(40, "问题 | 指令 | 题目 | 任务")
            ),
        ),
        matches=("Write questions of three levels of difficulty.", "提高题目难度。"),
    ),
    Sign(
        id="SG024",
        prior=Prior.SLIGHT,
        activity=_EVOLVE,
        because="Constraints or steps are added to an instruction.",
        clues=(
            en(
                "constraint | constraints | reasoning steps | requirement* | "
                "one more | additional step*",
                before(40, "add | adding | append* | incorporat* | impose | insert*"),
                around(250, "instruction* | prompt* | question* | problem* | task*"),
            ),
            zh("约束 | 限制条件", before(10, "增加 | 添加 | 加入")),
        ),
        matches=("Add one constraint to the instruction.", "为指令增加约束。"),
    ),
    Sign(
        id="SG025",
        activity=_SELF,
        because="Instructions are spoken of as what a language model is asked.",
        clues=(
            en(
                "language model* | llm | llms | ai model* | ai assistant* | "
                "ai system* | chatgpt | gpt 4 | gpt 3.5",
                around(
                    140,
                    "instruction should | prompts should | questions should | "
                    "instruction to | can answer | could answer | able to answer | "
                    "can complete | should be able to | asked to | might ask | would "
                    "ask | may ask | ask an | asks an | interact* with | user might | "
                    "users might | task for | tasks for | respond to | capabilit*",
                ),
                around(300, MAKE_EN),
            ),
            zh("大模型 | 语言模型 | ai助手", around(40, "指令 | 提问 | 问题 | 能力")),
        ),
        matches=(
            "Create questions which a user might ask an AI assistant.",
            "大模型应能完成这些指令。",
        ),
    ),
    Sign(
        id="SG026",
        prior=Prior.STRONG,
        activity=_SELF,
        because="Instruction, input and output, or the like, are fields of a record.",
        clues=(
            en(
                "instruction",
                around(120, "output | response | completion | answer"),
                around(120, "input | fields | keys | json | format | key"),
                around(200, "generat* | creat* | write | produc* | sample* | example*"),
            ),
            zh("instruction | 指令", around(40, "output | 输出 | 回答 | response")),
        ),
        matches=(
            'Write JSON with "instruction", "input" and "output".',
            "字段为指令和回答。",
        ),
    ),
    Sign(
        id="SG027",
        prior=Prior.SLIGHT,
        activity=_EVOLVE,
        because="Something new is made of something given, in its spirit.",
        clues=(
            en(
                "inspired by | inspiration | draw inspiration | drawing inspiration | "
                "taking inspiration | as inspiration | gain inspiration | same domain "
                "| modeled after | in the style of the given | based on the given "
                "example* | using the seed | as a seed | seed",
                around(
                    160,
                    "new | create | generate | problem* | question* | prompt* | task* "
                    "| instruction* | scenario*",
                ),
            ),
            zh("启发 | 灵感 | 种子", around(30, "问题 | 指令 | 任务 | 题目 | 生成")),
        ),
        matches=(
            "Take this recipe as a seed and create a new task.",
            "以此为灵感生成任务。",
        ),
    ),
    Sign(
        id="SG028",
        prior=Prior.STRONG,
        activity=_EVOLVE,
        because="What is made is to be hard for models to answer.",
        clues=(
            en(
                "ai system* | ai model* | language model* | chatgpt | gpt 4 | llm | "
                "llms | models",
                around(
                    90,
                    "harder to | hard for | difficult for | struggle* | fail* | "
                    "challenge the | get it wrong | to handle | stump",
                ),
                around(250, _ITEM_EN),
            ),
            zh("模型", around(14, "难以回答 | 难以处理 | 答错 | 无法回答")),
        ),
        matches=("Make the prompt difficult for language models.", "让模型难以回答。"),
    ),
    Sign(
        id="SG029",
        prior=Prior.STRONG,
        activity=_SELF,
        because="Task instructions are listed by number, each with input and output.",
        clues=(
            en(
                "task | tasks | instruction | instructions",
                before(30, "diverse | set of | series of | variety of | new | various"),
                around(
                    200,
                    "input | output | noinput | classification | open ended | verb | "
                    "each instruction | each task",
                ),
                around(160, MAKE_EN),
                unless=(around(200, "ticket* | sprint | project plan | agent | tool"),),
            ),
            zh("任务指令 | 任务描述", around(40, "生成 | 多样 | 不同")),
        ),
        matches=(
            "Create a set of diverse task instructions, each with an input.",
            "生成多样的任务指令。",
        ),
    ),
    Sign(
        id="SG030",
        prior=Prior.STRONG,
        activity=_SELF,
        because="The model is made a maker of questions, prompts, problems or data.",
        clues=(
            en(
                "prompt rewriter | prompt creator | prompt writer for | instruction "
                "generator | instruction rewriter | instruction creator | question "
                "generator | question writer | question creator | problem generator | "
                "problem creator | problem synthesizer | problem merger | conversation "
                "generator | dialogue generator | data generator | data synthesizer | "
                "dataset creator | task generator | query generator | question "
                "generation expert | question rewriter | scenario generator | "
                "annotation expert",
                unless=(around(120, "midjourney | dall e | stable diffusion | image"),),
            ),
            zh(
                "出题专家 | 问题生成专家 | 题目设计专家 | 题生成专家 | 数据生成专家 | "
                "指令生成 | 对话生成专家 | 标签生成专家 | 标注专家"
            ),
        ),
        matches=("You are a question generator.", "你是一名出题专家。"),
    ),
    Sign(
        id="SG031",
        prior=Prior.STRONG,
        activity=_SELF,
        because="The instruction is sought to which a given text is the answer.",
        clues=(
            en(
                "instruction | question | prompt | query",
                around(
                    60,
                    "could this be the answer | would produce this | would lead to "
                    "this | this could be the answer | for which this | whose answer "
                    "is the | that this text answers | answered by the text | that "
                    "leads to the | given answer | resulted in this | elicit* this | "
                    "would elicit",
                ),
                unless=(around(80, "student | students | quiz | customer"),),
            ),
            zh("反推 | 逆向生成", around(24, "问题 | 指令 | 提示")),
        ),
        matches=("Which instruction would produce this?", "根据答案反推问题。"),
    ),
    Sign(
        id="SG032",
        activity=_SELF,
        because="Instruction, input and response are the slots of a form.",
        clues=(
            en(
                "instruction: | ### instruction | instruction",
                after(40, "input | constraints | context"),
                after(110, "output | response | answer"),
                around(160, "example | examples | task"),
                unless=(around(90, "user interface | manual | cpu | assembly"),),
            ),
        ),
        matches=("Example. Instruction: sort. Input: 3 1 2. Output: 1 2 3.",),
    ),
    Sign(
        id="SG128",
        prior=Prior.STRONG,
        activity=_SELF,
        because="Tasks, prompts or puzzles are made in the manner of those shown.",
        clues=(
            en(
                "tasks | prompts | puzzles | riddles | question answer pairs | "
                "instructions | problems | trivia | coding tasks | examples",
                before(
                    70,
                    "help me create | help me generate | generate some | create a set "
                    "of | assist me in creating | new similar | new examples | similar "
                    "examples | generate | create",
                ),
                around(
                    300,
                    "here are a few example* | below are a few example* | here are "
                    "some example* | several example | example prompts | example tasks "
                    "| example questions | example instructions",
                ),
            ),
            zh("示例任务 | 示例指令 | 示例问题", around(60, MAKE_ZH)),
        ),
        matches=(
            "Help me create riddles. Here are a few examples: ...",
            "参考示例指令，生成十条。",
        ),
    ),
)
