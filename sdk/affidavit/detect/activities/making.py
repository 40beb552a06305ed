"""What is made for use: plans, code, tests, quizzes, answers from given texts."""

from affidavit.detect.rule import Clue, Language, Rule, around, before, terms
from affidavit.findings import Activity

RULES: tuple[Rule, ...] = (
    Rule(
        id="OA020",
        activity=Activity.PLAN,
        weight=0.8,
        because="Steps towards something are to be laid out.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "plan | itinerary | schedule | roadmap | agenda | project plan "
                    "| step by step plan | workout | meal plan"
                ),
                near=(
                    before(
                        40,
                        (
                            "create | write | make | draft | prepare | design | "
                            "suggest | propose | develop | draw up | give me a"
                        ),
                    ),
                ),
                unless=(around(60, "floor plan | pension plan"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("计划 | 行程 | 日程 | 路线图 | 方案"),
                near=(before(14, "制定 | 安排 | 写 | 设计 | 规划 | 做 | 给我"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("rencana | jadwal | agenda | peta jalan"),
                near=(before(40, "buat* | susun* | rancang | siapkan"),),
            ),
        ),
        matches=(
            "Draw up a project plan for moving the depot.",
            "请制定一周的健身计划。",
            "Susun jadwal perjalanan tiga hari.",
        ),
        ignores=(
            "The plan was signed yesterday.",
            "计划取消了。",
            "Rencana itu batal.",
        ),
    ),
    Rule(
        id="OA021",
        activity=Activity.CODE,
        weight=0.85,
        because="A program is to be written, changed or explained.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "function | script | code | class | query | regex | program | "
                    "unit | endpoint | component | bug | stack trace | traceback | "
                    "pull request | diff | refactor | codebase | compile error"
                ),
                near=(
                    around(
                        70,
                        (
                            "python | javascript | typescript | java | rust | golang | "
                            "sql | c++ | bash | react | html | css | php | kotlin | "
                            "swift | repository | git | implement | debug | refactor | "
                            "fix the | traceback | exception"
                        ),
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("代码 | 函数 | 脚本 | 程序 | 报错"),
                near=(
                    around(24, "写 | 修复 | 实现 | python | java | 解释 | 优化 | 调试"),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("kode | fungsi | skrip | program"),
                near=(
                    around(
                        70, "python | javascript | java | tulis | perbaiki | php | sql"
                    ),
                ),
            ),
        ),
        matches=(
            "Fix the bug in this Python function.",
            "请写一个Python脚本。",
            "Tulis skrip Python untuk mengganti nama berkas.",
        ),
        ignores=(
            "The dress code is black tie.",
            "功能很多。",
            "Program televisi itu lucu.",
        ),
    ),
    Rule(
        id="OA022",
        activity=Activity.TEST_GENERATION,
        weight=0.85,
        because="Tests, or data to test software with, are to be made.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "unit test* | test case* | test data | integration test* | "
                    "pytest | test suite | mock data | fixtures | edge cases | "
                    "junit"
                ),
                near=(
                    around(
                        80,
                        (
                            "write | generate | create | add | cover | for the "
                            "function | for this"
                        ),
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("单元测试 | 测试用例 | 测试数据 | 模拟数据"),
                near=(around(20, "写 | 生成 | 编写 | 设计 | 补充"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("unit test* | kasus uji | data uji | uji unit"),
                near=(around(70, "buat* | tulis* | hasilkan"),),
            ),
        ),
        matches=(
            "Write unit tests for this parser.",
            "请编写单元测试。",
            "Buat kasus uji untuk formulir masuk.",
        ),
        ignores=(
            "The blood test came back.",
            "考试很难。",
            "Uji coba ditunda.",
        ),
    ),
    Rule(
        id="OA023",
        activity=Activity.QUIZ,
        weight=0.85,
        because="Questions are made for people who learn or play.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "quiz | flashcard* | exam questions | practice questions | "
                    "comprehension questions | trivia | homework questions | "
                    "multiple choice questions | anki"
                ),
                near=(
                    around(
                        110,
                        (
                            "create | write | generate | make | prepare | my students "
                            "| class | pupils | learners | for a | based on"
                        ),
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("测验 | 小测 | 阅读题 | 练习题 | 考题 | 选择题"),
                near=(around(30, "出 | 生成 | 设计 | 学生 | 课堂 | 编写"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("kuis | soal latihan | soal ujian | kartu belajar"),
                near=(around(80, "buat* | susun* | siswa | kelas | murid"),),
            ),
        ),
        matches=(
            "Make a quiz of ten questions for my class.",
            "请给学生出五道练习题。",
            "Buat kuis untuk siswa kelas empat.",
        ),
        ignores=(
            "He looked at her quizzically.",
            "他在练习弹琴。",
            "Soal itu sudah selesai dibahas.",
        ),
    ),
    Rule(
        id="OA024",
        activity=Activity.RAG_ANSWER,
        weight=0.85,
        because="A question is to be answered from texts that are given.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "answer the question | answer the user s question | answer the "
                    "following question | answer questions | respond to the "
                    "question | use the following context | using only the context "
                    "| based on the context | based only on the | using the "
                    "provided"
                ),
                near=(
                    around(
                        220,
                        (
                            "context | documents | passages | sources | search results "
                            "| knowledge base | retrieved | excerpts | citations | "
                            "cite"
                        ),
                    ),
                ),
                unless=(around(120, "generate questions | create questions"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("根据以下 | 根据上下文 | 基于以下 | 已知信息 | 参考以下"),
                near=(around(50, "回答 | 问题 | 作答"),),
                unless=(around(40, "生成问题 | 设计问题 | 出题"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "jawab pertanyaan | berdasarkan konteks | berdasarkan dokumen"
                ),
                near=(around(140, "konteks | dokumen | sumber | kutipan"),),
                unless=(around(80, "buat pertanyaan"),),
            ),
        ),
        matches=(
            "Answer the question from the context below and cite your sources.",
            "请根据以下已知信息回答问题。",
            "Jawab pertanyaan dari konteks ini.",
        ),
        ignores=(
            "That question is out of context.",
            "问题不大。",
            "Pertanyaan bagus!",
        ),
    ),
)
