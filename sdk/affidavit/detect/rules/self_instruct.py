"""Self-instruct: a model invents the tasks that another model will be taught with."""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
    after,
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

_FOR_A_MODEL_EN = terms(
    "language model* | llm | llms | gpt | "
    "an ai assistant | ai model | ai assistants | "
    "a chatbot | an ai model | instruction following"
)
_TASKS_EN = terms(
    "instructions | task instruction* | prompts | tasks | "
    "user quer* | user request* | user instruction*"
)
_NUMBER_EN = terms(
    "diverse | variety | a list of | a set of | "
    "a series of | different | unique | new | more | "
    "distinct | varied | 10 | 15 | 20 | 25 | 30 | 40 | "
    "50 | 100 | 200 | 500 | 1000 | number | count | num | "
    "several | batch"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG010",
        activity=Activity.SELF_INSTRUCT,
        weight=0.8,
        because="Many new tasks are invented for a language model to carry out.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=_TASKS_EN,
                near=(
                    before(60, MAKE_EN),
                    before(60, _NUMBER_EN),
                    around(160, _FOR_A_MODEL_EN),
                    around(
                        300,
                        "diverse | diversity | variety | varied | "
                        "do not repeat | avoid repeating | different from | "
                        "seed | unique",
                    ),
                ),
                unless=(around(60, CODE_EN), topic(90, CLASSROOM)),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("指令 | 任务指令 | 提示词 | 用户请求 | 任务"),
                near=(
                    before(20, MAKE_ZH),
                    around(40, "条 | 个 | 多样 | 不同 | 一系列 | 一批"),
                    around(70, "模型 | llm | gpt | ai助手 | ai 助手 | 助手"),
                    around(
                        90,
                        "多样 | 不重复 | 不要重复 | 避免重复 | 种子 | 不同领域",
                    ),
                ),
                unless=(around(20, CODE_ZH), topic(40, CLASSROOM)),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("instruksi | tugas | prompt | perintah"),
                near=(
                    before(50, MAKE_ID),
                    around(130, "model bahasa | llm | asisten ai | model ai"),
                    around(
                        200,
                        "beragam | bervariasi | berbeda | unik | "
                        "jangan mengulang | keragaman",
                    ),
                ),
                unless=(around(40, CODE_ID), topic(70, CLASSROOM)),
            ),
        ),
        matches=(
            "Come up with 20 diverse task instructions for a language model.",
            "Write a list of unique prompts for an AI assistant, in great variety.",
            "请设计20条多样化的任务指令，让大语言模型来完成，不要重复。",
            "Buat 20 instruksi beragam yang dapat dikerjakan model bahasa.",
        ),
        ignores=(
            "Write 10 assembly instructions for this wardrobe.",
            "Create a list of tasks for moving to a new office.",
            "请写出使用洗衣机的操作指令。",
            "Buat daftar tugas harian untuk tim gudang.",
        ),
    ),
    Rule(
        id="DG011",
        activity=Activity.SELF_INSTRUCT,
        weight=0.6,
        because="Seed tasks are given, from which new ones are to be made.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "seed task* | seed instruction* | seed prompt* | "
                    "seed question* | seed example* | "
                    "example instructions | in context instructions | "
                    "existing instructions"
                ),
                near=(
                    around(200, MAKE_EN),
                    around(200, "new | similar | more | diverse | unlike"),
                ),
                unless=(around(45, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("种子任务 | 种子指令 | 种子问题 | 示例指令 | 种子样本"),
                near=(around(60, MAKE_ZH), around(60, "新 | 类似 | 更多")),
                unless=(around(14, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "tugas benih | instruksi benih | contoh instruksi | "
                    "pertanyaan benih | prompt benih"
                ),
                near=(around(120, MAKE_ID), around(120, "baru | serupa | lain")),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Using the seed tasks below, write 8 new ones.",
            "根据下面的种子指令，生成更多新的指令。",
            "Dari instruksi benih berikut, buat sepuluh instruksi baru.",
        ),
        ignores=(
            "Which seeds should I plant as a new gardening task in March?",
            "Set the random seed before the example runs.",
            "种子什么时候播种，请给出任务安排。",
            "Buat jadwal menanam benih baru.",
        ),
    ),
    Rule(
        id="DG012",
        activity=Activity.SELF_INSTRUCT,
        weight=0.6,
        because="An instruction is derived from an answer, a snippet or a function.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "code snippet* | snippet | source code | "
                    "the response | this response | the answer below | "
                    "the output below"
                ),
                near=(
                    around(
                        140,
                        "inspiration | inspired | could have produced | "
                        "would have produced | would lead to | would elicit | "
                        "might have prompted",
                    ),
                    around(
                        200,
                        "instruction | programming problem* | problem | "
                        "prompt | coding problem* | question",
                    ),
                    around(200, MAKE_EN),
                ),
                unless=(around(45, "explain | unit test* | bug | error"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("代码片段 | 下面的回答 | 以下回答 | 以下回复"),
                near=(
                    around(50, "启发 | 灵感 | 反推 | 对应的指令 | 可能的指令"),
                    around(60, "指令 | 编程题 | 编程问题 | 问题"),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("potongan kode | cuplikan kode | jawaban berikut"),
                near=(
                    around(
                        100,
                        "inspirasi | terinspirasi | menghasilkan jawaban | "
                        "instruksi yang mungkin",
                    ),
                    around(140, "instruksi | soal pemrograman | soal"),
                ),
            ),
        ),
        matches=(
            "Take inspiration from this code snippet and create a programming problem.",
            "Write the instruction that could have produced the answer below.",
            "从以下代码片段中获得灵感，设计一道编程题。",
            "Ambil inspirasi dari cuplikan kode ini lalu buat soal pemrograman.",
        ),
        ignores=(
            "Explain what this code snippet does and fix the problem in it.",
            "Write a docstring for the source code below.",
            "解释以下代码片段的作用并指出问题。",
            "Jelaskan potongan kode ini dan perbaiki soal performanya.",
        ),
    ),
    Rule(
        id="DG013",
        activity=Activity.SELF_INSTRUCT,
        weight=0.6,
        because="Questions or prompts are invented as a user's, for an assistant.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "user might ask | users might ask | user would ask | "
                    "users would ask | human might ask | person may ask | "
                    "persona may ask | people might ask | user may ask | "
                    "users may ask | user could ask | might ask you to do"
                ),
                near=(
                    before(90, MAKE_EN | terms("guess | imagine | list")),
                    around(
                        90,
                        "ai | llm | gpt | language model* | chatbot | "
                        "assistant | persona",
                    ),
                    around(
                        120,
                        "question | questions | prompt | prompts | "
                        "instruction* | quer*",
                    ),
                ),
                unless=(
                    around(60, CODE_EN),
                    around(120, "faq* | our product | landing page"),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "用户可能会问 | 用户可能问 | 用户可能提出 | 用户会问 | 人类可能会问"
                ),
                near=(
                    around(40, MAKE_ZH),
                    around(50, "模型 | ai | 助手 | llm"),
                ),
                unless=(around(30, "常见问题 | faq | 官网 | 文案"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "mungkin ditanyakan | akan ditanyakan | "
                    "bisa ditanyakan | mungkin diajukan | akan diajukan"
                ),
                near=(
                    around(90, MAKE_ID),
                    around(100, "ai | llm | model bahasa | asisten | chatbot"),
                ),
                unless=(around(80, "faq | situs | produk kami"),),
            ),
        ),
        matches=(
            "Write 30 prompts that a user might ask an AI assistant about cooking.",
            "生成30个用户可能会问AI助手的问题。",
            "Tulis 30 pertanyaan yang mungkin diajukan pengguna kepada asisten AI.",
        ),
        ignores=(
            "Write the questions a user might ask for our product FAQ.",
            "List what guests might ask at check-in.",
            "写出客户可能会问的常见问题，放在官网。",
            "Tulis pertanyaan yang mungkin diajukan pelanggan untuk FAQ situs.",
        ),
    ),
    Rule(
        id="DG014",
        activity=Activity.SELF_INSTRUCT,
        weight=0.45,
        because="The answer is asked for as records of instruction, input and output.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "instruction input output | "
                    "instruction input and output | "
                    "instruction and output | instruction and response | "
                    "instruction, input, output | instruction, output | "
                    "instruction, input, and output | "
                    "instruction, input and output"
                ),
                near=(around(200, MAKE_EN | terms("json | fields | keys")),),
                unless=(around(45, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "instruction、input | instruction,input | 指令、输入 | "
                    "指令和输出 | 指令、回答 | 指令和回答"
                ),
                near=(around(60, MAKE_ZH | terms("json | 字段 | 格式")),),
                unless=(around(14, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "instruksi dan keluaran | instruksi dan respons | "
                    "instruksi, masukan | instruksi dan jawaban"
                ),
                near=(after(160, MAKE_ID | terms("json | format")),),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Return JSON objects with the fields instruction, input and output.",
            "每条用JSON格式输出，包含指令、输入和输出。",
            "Berikan instruksi dan jawaban dalam format JSON.",
        ),
        ignores=(
            "The printer's instruction manual lists input trays and output trays.",
            "Describe the input and output of this API.",
            "请说明这个接口的输入和输出。",
            "Ikuti instruksi dokter dan jawab pasien dengan sopan.",
        ),
    ),
)
