"""Lists of topics, personas and labels: what a sweep is made along."""

from affidavit.detect.rule import after, around, before, terms
from affidavit.detect.rules.lexicon import MAKE_EN
from affidavit.detect.signs.sign import Prior, Sign, en, zh
from affidavit.findings import Activity

_MAKE_ZH = terms("生成 | 设计 | 构造 | 编写 | 出 | 创建 | 合成 | 列出 | 产出")
_TOPIC = Activity.TOPIC_TREE
_PERSONA = Activity.PERSONA_SWEEP

SIGNS = (
    Sign(
        id="SG100",
        activity=_TOPIC,
        because="Topics, subjects or categories are to be listed.",
        clues=(
            en(
                "topics | subtopics | sub topics | subjects | subcategor* | "
                "categories | domains | themes | fields | skills | concepts",
                before(
                    45,
                    "generate | list of | create | come up with | brainstorm | produce "
                    "| propose | write | list | enumerate | generating",
                ),
                around(
                    160,
                    "diverse | unique | distinct | specific | different | exactly | "
                    "random | number | each | wide range | variety",
                ),
                unless=(
                    around(120, "blog | seo | article | meeting | podcast | video"),
                ),
            ),
            zh(
                "子标签 | 领域标签 | 标签树 | 子主题 | 知识点列表 | 一级标签 | "
                "二级标签 | 话题列表 | 分类体系"
            ),
        ),
        matches=("Generate a list of 40 distinct topics.", "请构建领域标签。"),
    ),
    Sign(
        id="SG101",
        activity=_PERSONA,
        because="Personas are given or made, and something is made along them.",
        clues=(
            en(
                "persona | personas",
                around(
                    200,
                    "generate | create | guess | likely to | problem | prompt | "
                    "described above | assume you are | question | instruction | write",
                ),
                unless=(
                    around(90, "marketing | buyer | customer persona | ux | brand"),
                ),
            ),
            zh(
                "人物画像 | 角色设定 | 用户画像 | 体裁 | 受众",
                around(40, "生成 | 设计 | 组合"),
            ),
        ),
        matches=("Create a problem for the persona.", "生成多个人物画像。"),
    ),
    Sign(
        id="SG102",
        activity=_TOPIC,
        because="A fixed number of different things is asked for.",
        clues=(
            en(
                "exactly | a set of | a list of | a batch of | a total of | a series "
                "of | a collection of | at least",
                before(40, MAKE_EN),
                after(
                    60,
                    "questions | prompts | instructions | problems | examples | tasks "
                    "| queries | pairs | samples | topics | scenarios | items | "
                    "conversations | statements | sentences | subtopics | personas",
                ),
            ),
            zh(
                "个 | 道 | 条 | 组 | 对",
                before(10, _MAKE_ZH),
                after(10, "问题 | 题 | 指令 | 样本 | 对话 | 数据 | 标签 | 组合"),
            ),
        ),
        matches=("Write exactly 7 questions.", "生成10个问题。"),
    ),
    Sign(
        id="SG103",
        prior=Prior.SLIGHT,
        activity=None,
        because="Results must differ: from one another, or from what is given.",
        clues=(
            en(
                "do not repeat | avoid repetition | no duplicates | avoid duplicat* | "
                "as diverse as possible | diverse | diversity | variety of | varied | "
                "different from | not overlap* | non repet*",
                around(
                    140,
                    "question* | prompt* | instruction* | problem* | examples | tasks "
                    "| quer* | topic* | sample* | conversation* | scenario*",
                ),
                around(250, MAKE_EN),
            ),
            zh("多样性 | 多样化 | 不重复 | 避免重复 | 不要重复 | 互不相同 | 多样"),
        ),
        matches=("Create diverse questions.", "注意多样性。"),
    ),
    Sign(
        id="SG104",
        prior=Prior.SLIGHT,
        activity=None,
        because="A share or a distribution is laid down for what is made.",
        clues=(
            en(
                "balanced | distribution | evenly | proportion | mix of | vary the | "
                "varying | vary in | range from | ranging from | should vary | style "
                "should | different styles | various styles | realistic",
                around(
                    140,
                    "question* | prompt* | instruction* | problem* | examples | length "
                    "| tone | style | quer* | difficulty",
                ),
                around(300, MAKE_EN),
            ),
            zh(
                "分布 | 均衡 | 比例 | 不同风格 | 覆盖",
                around(40, "问题 | 题目 | 指令 | 数据"),
            ),
        ),
        matches=("Create prompts; their length should vary.", "问题分布要均衡。"),
    ),
    Sign(
        id="SG105",
        prior=Prior.SLIGHT,
        activity=_TOPIC,
        because="A field of knowledge is cut into ever finer parts.",
        clues=(
            en(
                "syllabus | discipline* | taxonomy | sub tag* | sub topic* | subtopic* "
                "| subfield* | knowledge tree | domain tree | hierarch* of | class "
                "session*",
                around(
                    160,
                    "generate | create | list | breakdown | decompose | knowledge | "
                    "comprehensive | specific",
                ),
                unless=(around(120, "my course | my class | website | navigation"),),
            ),
            zh("知识体系 | 领域树 | 学科"),
        ),
        matches=("Create a taxonomy of subfields.", "构建领域树。"),
    ),
    Sign(
        id="SG106",
        activity=_TOPIC,
        because="Chance, or a seed, decides what is made.",
        clues=(
            en(
                "random | randomly | at random | random seed",
                around(
                    60,
                    "topic | topics | subject | question | question type | task | "
                    "instruction | domain | persona | number of | choose | pick | "
                    "select",
                ),
                around(200, MAKE_EN),
                unless=(around(100, "game | password | python | dice | shuffle"),),
            ),
            zh("随机", around(14, "选择 | 主题 | 话题 | 领域 | 问题")),
        ),
        matches=(
            "Choose a topic at random and write a question on it.",
            "随机选择主题。",
        ),
    ),
)
