"""Questions, answers, instructions and data that are graded, checked or filtered."""

from affidavit.detect.rule import around, before
from affidavit.detect.signs.sign import Prior, Sign, en, zh
from affidavit.findings import Activity

_FILTER = Activity.DATA_FILTER
_JUDGE = Activity.PREFERENCE_JUDGE
_RATE_EN = (
    "evaluate | evaluating | assess | assessing | rate | score | grade | judge | "
    "verify | determine | check | classify | validate | verifying | analyze | examine"
)

SIGNS = (
    Sign(
        id="SG060",
        activity=_FILTER,
        because="The quality of a question, an answer or an instruction is graded.",
        clues=(
            en(
                "quality | difficulty | clarity | validity | usefulness | complexity | "
                "correctness | relevance | consistency | helpfulness | feasibility",
                before(90, _RATE_EN),
                around(
                    110,
                    "question | questions | instruction | instructions | user query | "
                    "qa pair* | question answer | problem | prompt | data sample | "
                    "conversation | sample | response pair*",
                ),
                unless=(around(80, "code review | pull request | search results"),),
            ),
            zh(
                "质量 | 难度 | 准确性 | 相关性",
                around(30, "评估 | 评分 | 打分 | 判断 | 评价"),
                around(60, "问题 | 答案 | 指令 | 问答 | 数据"),
            ),
        ),
        matches=("Rate the quality of this question.", "评估问答的质量。"),
    ),
    Sign(
        id="SG061",
        activity=_FILTER,
        because="A question or a problem is checked for being sound.",
        clues=(
            en(
                "is valid | valid | solvable | well defined | well formed | "
                "unambiguous | reasonable | meaningful | logically consistent | "
                "contradict* | sufficient conditions | missing information | "
                "verifiable | duplicate",
                around(110, "question* | problem* | instruction* | quer*"),
                around(220, _RATE_EN + " | whether | if the"),
            ),
            zh("是否合理 | 是否有效 | 可解 | 是否完整 | 是否符合"),
        ),
        matches=("Determine whether the problem is solvable.", "判断问题是否合理。"),
    ),
    Sign(
        id="SG062",
        activity=_JUDGE,
        because="An answer is held against a reference answer.",
        clues=(
            en(
                "reference answer | golden answer | gold answer | ground truth | "
                "correct answer | standard answer | reference solution | model answer "
                "| candidate answer | predicted answer | golden_answer",
                around(250, _RATE_EN + " | compare | consistent | equivalent | match*"),
            ),
            zh("参考答案 | 标准答案 | 正确答案"),
        ),
        matches=("Check it against the reference answer.", "与参考答案比较。"),
    ),
    Sign(
        id="SG063",
        prior=Prior.SLIGHT,
        activity=_FILTER,
        because="Data is graded on a scale, with a rubric.",
        clues=(
            en(
                "1 to 5 | 1 5 | 0 to 5 | 1 to 10 | 1 10 | 0 to 10 | scale of | out of "
                "10 | point scale | 5 point | score from | 0 1 | between 0 and",
                around(250, "score | rate | rating | scores"),
                around(
                    300,
                    "question | questions | answer | answers | instruction | sample | "
                    "data | conversation | problem | qa",
                ),
            ),
            zh("1-5 | 1到5 | 1 5分 | 1 10 | 分制 | 0 5分"),
        ),
        matches=("Score the answer on a scale of 1 to 5.", "按1到5打分。"),
    ),
    Sign(
        id="SG064",
        activity=_FILTER,
        because="A user's query is labelled, by intent, topic or difficulty.",
        clues=(
            en(
                "user query | user queries | user prompt | user instruction | the "
                "instruction | given questions | question array | user s query",
                around(
                    140,
                    "label | tag | tags | tagging | classify | categorize | category | "
                    "intent tag* | difficulty level | domain label* | task category | "
                    "task type",
                ),
                unless=(around(120, "customer | ticket | route | routing"),),
            ),
            zh(
                "标签",
                around(30, "问题 | 指令 | 文本 | 领域"),
                around(60, "匹配 | 分类 | 打标 | 标注 | 生成"),
            ),
        ),
        matches=("Tag the user query by its domain.", "为问题匹配标签。"),
    ),
    Sign(
        id="SG065",
        prior=Prior.STRONG,
        activity=None,
        because="Training data, samples or a data set are spoken of.",
        clues=(
            en(
                "training data | training dataset* | training sample* | training "
                "example* | data sample* | sft | dataset | datasets | fine tuning | "
                "finetuning | fine tune | finetune | instruction tuning | synthetic | "
                "data quality | pretraining | model training | llm training | corpus | "
                "data synthesis | data augmentation | distillation | rlhf | "
                "preference data",
                around(
                    250,
                    "llm* | language model* | ai model* | question* | answer* | "
                    "instruction* | sample* | assistant | conversation* | prompt* | "
                    "quality",
                ),
            ),
            zh(
                "数据集 | 训练数据 | 微调 | 训练样本 | 语料 | 合成数据 | 数据合成 | sft"
            ),
        ),
        matches=("Samples for SFT of an LLM.", "微调所用。"),
    ),
    Sign(
        id="SG066",
        prior=Prior.SLIGHT,
        activity=_FILTER,
        because="A judgement comes as a field for a program to filter by.",
        clues=(
            en(
                "judgement | judgment | is_valid | quality_score | keep | discard | "
                "reject | filter | score",
                around(80, "true | false | yes or no | json | 0 or 1 | accept"),
                around(220, "question* | answer* | problem* | sample* | data"),
            ),
            zh("过滤 | 筛选 | 保留", around(50, "问题 | 数据 | 答案 | 样本")),
        ),
        matches=("Set judgement to true if the question stands.", "筛选数据。"),
    ),
    Sign(
        id="SG067",
        activity=_JUDGE,
        because="Two answers to one prompt are compared.",
        clues=(
            en(
                "response a | assistant a | answer a | response 1 | assistant 1 | "
                "first response | two responses | two ai assistants | two assistants | "
                "response_a | answer_a | both responses",
                around(250, "better | prefer* | compare | rank | choose | which"),
            ),
            zh("回答a | 两个回答 | 回答1 | 助手a"),
        ),
        matches=("Compare response A with response B.", "比较两个回答。"),
    ),
    Sign(
        id="SG068",
        activity=_JUDGE,
        because="An assistant's answer is graded against the instruction it was given.",
        clues=(
            en(
                "ai assistant | ai assistants | assistant s response | model s "
                "response | model s answer | the response | responses | the output | "
                "generated answer* | model output*",
                before(
                    90,
                    "feedback on | performance of | rate | score | evaluate | assess | "
                    "grade | rank | judge | critique | question and a | modify the",
                ),
                around(
                    160,
                    "user s question | the instruction | given instruction | user "
                    "instruction | the prompt | instruction following | user question "
                    "| helpfulness | truthfulness | honesty",
                ),
                unless=(around(160, "customer | retrieved | documentation"),),
            ),
            zh(
                "回答 | 回复",
                around(20, "评价 | 打分 | 评分"),
                around(40, "指令 | 助手"),
            ),
        ),
        matches=(
            "Rate the performance of the AI assistant on the instruction.",
            "为助手的回答打分。",
        ),
    ),
    Sign(
        id="SG069",
        activity=_FILTER,
        because="A text is graded for what a model could learn from it.",
        clues=(
            en(
                "educational value | educational content | informative value | "
                "downstream task* | data point | knowledge density | learning value | "
                "instructional value",
                around(250, _RATE_EN + " | rating | scale"),
            ),
            zh("教育价值 | 知识密度 | 数据质量"),
        ),
        matches=("Rate the educational value of the page.", "评估教育价值。"),
    ),
    Sign(
        id="SG070",
        activity=_JUDGE,
        because="An assistant's answer is criticised so that a better one follows.",
        clues=(
            en(
                "assistant s last response | assistant s response | model s response | "
                "ai s response | previous response | initial response | original "
                "response | flawed response | the response",
                around(
                    110,
                    "critique | identify specific ways | revise | revision | rewrite "
                    "the assistant | improve the response | refine the response | "
                    "better response | feedback to improve",
                ),
                unless=(around(120, "customer | ticket | reviewer | pull request"),),
            ),
            zh(
                "原始回答 | 模型的回答 | 初始回答",
                around(30, "批评 | 改进 | 修订 | 优化"),
            ),
        ),
        matches=("Critique the assistant's response.", "请改进模型的回答。"),
    ),
    Sign(
        id="SG129",
        activity=_FILTER,
        because="A question or instruction is checked for whether it can be answered.",
        clues=(
            en(
                "answerable | without any other context | without other context | can "
                "be responded | can be answered | be answered only | capability to "
                "respond* | sensible answer | answered solely | tests only | only the "
                "information in | only information in",
                around(140, "question* | instruction* | prompt*"),
                around(260, _RATE_EN + " | whether | determination | judge"),
            ),
            zh("能否回答 | 可回答 | 是否可以回答", around(40, "问题 | 指令")),
        ),
        matches=(
            "Judge whether the instruction can be answered without other context.",
            "判断该问题能否回答。",
        ),
    ),
)
