"""Asks for training data by name, whatever the kind."""

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
    CODE_EN,
    CODE_ID,
    CODE_ZH,
    DATA_EN,
    DATA_ID,
    DATA_ZH,
    MAKE_EN,
    MAKE_ID,
    MAKE_ZH,
)
from affidavit.findings import Activity

_AFTER_EN = terms(
    "loader* | pipeline* | documentation | doc | "
    "statistics | report | folder | policy | directory | "
    "schema | quality issues | format | is in | is on | is not | is stored | "
    "is used | is kept | is too | is from | was | were | "
    "used by | cutoff | already | i have | we have | "
    "contract*"
)
_BETWEEN_EN = terms(
    "from your | based on your | of your | within your | "
    "in your | your | beyond | my existing | about | "
    "reveal | regarding | never"
)
# People are trained too: onboarding, sport and compliance say "training examples".
_PEOPLE_EN = terms(
    "new hires | staff | employees | onboarding | "
    "workshop | athletes | marathon | gym | volunteers | "
    "dogs | trainees"
)
_AFTER_ZH = terms("的代码 | 的脚本 | 统计 | 报告 | 说明 | 目录 | 加载 | 泄露 | 截止")
_AFTER_ID = terms("loader | laporan | dokumentasi | kebijakan | anda | yang ada")

_FIELDS_EN = terms(
    "instruction | prompt | messages | response | completion | output | chosen"
)
_FIELDS = _FIELDS_EN | terms("指令 | 回答 | instruksi | respons | jawaban")
_RECORDS_EN = (
    r"\b(?:generat|creat|produc|synthesi|writ|giv|mak|output|compos)\w{0,6}"
    r"(?: \w{1,20}){0,2} (?:\d[\d,]{0,8}|several|many|hundreds of|thousands of|"
    r"multiple|num|number|count|n|k|diverse|more)"
    r"(?: \w{1,20}){0,3} (?:examples|samples|pairs|records|rows|lines|entries|"
    r"instances|conversations|dialogues|objects|items)\b"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG001",
        activity=Activity.TRAINING_DATA,
        weight=0.85,
        because="The prompt asks for data that it itself calls training data.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=DATA_EN,
                near=(before(50, MAKE_EN),),
                unless=(
                    around(45, CODE_EN),
                    before(30, _BETWEEN_EN),
                    after(14, _AFTER_EN),
                    topic(70, _PEOPLE_EN),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=DATA_ZH,
                near=(before(24, MAKE_ZH),),
                unless=(
                    around(14, CODE_ZH),
                    around(26, "总结 | 论文 | 招聘"),
                    after(6, _AFTER_ZH),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=DATA_ID,
                near=(before(50, MAKE_ID),),
                unless=(around(40, CODE_ID), after(16, _AFTER_ID)),
            ),
        ),
        matches=(
            "Generate 500 varied training examples about parcel tracking.",
            "Please create an instruction dataset covering tax law.",
            "请生成200条客服领域的训练数据。",
            "Buat 100 contoh pelatihan tentang layanan bank.",
        ),
        ignores=(
            "Write code to load my training data with pandas.",
            "Summarise this training dataset documentation.",
            "Create training examples for new hires at the reception desk.",
            "帮我写一个加载训练数据的脚本。",
            "Tulis kode untuk memuat data pelatihan.",
        ),
    ),
    Rule(
        id="DG002",
        activity=Activity.TRAINING_DATA,
        weight=0.85,
        because="The prompt gives the model the job of a training-data generator.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=DATA_EN
                | terms("synthetic data* | dataset* | synthetic training data*"),
                near=(
                    before(40, "you are | role | act as | your job | you re"),
                    after(
                        24,
                        "generator | generation expert | "
                        "generation specialist | creator | "
                        "generation assistant | synthesizer | "
                        "synthesis expert | generation engine | annotator",
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=DATA_ZH | terms("数据集 | 合成数据"),
                near=(
                    after(
                        8,
                        "生成专家 | 生成器 | 生成助手 | 构建专家 | 合成专家 | "
                        "制作专家 | 生成员",
                    ),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=DATA_ID | terms("dataset | data sintetis"),
                near=(
                    before(40, "pembuat | pembangkit | generator | ahli"),
                    before(60, "kamu adalah | anda adalah | peran"),
                ),
            ),
        ),
        matches=(
            "You are a synthetic data generator. Topic: hotel bookings.",
            "Role: fine-tuning dataset generation expert",
            "你是一名数据集生成专家，请按主题工作。",
            "Anda adalah pembuat dataset instruksi yang teliti.",
        ),
        ignores=(
            "You are a helpful assistant who explains datasets.",
            "Which synthetic data generator should our QA team buy?",
            "你是一名数据分析专家，请分析这个数据集。",
            "Anda adalah analis yang membaca dataset penjualan.",
        ),
    ),
    Rule(
        id="DG003",
        activity=Activity.TRAINING_DATA,
        weight=0.6,
        because="Many records of instructions and answers are asked for in JSON lines.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms("jsonl | json lines | ndjson"),
                near=(around(200, MAKE_EN), around(200, _FIELDS_EN)),
                unless=(around(80, CODE_EN),),
                pattern=_RECORDS_EN,
                reach=200,
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("jsonl | json lines | json行"),
                near=(around(60, MAKE_ZH), around(80, _FIELDS)),
                unless=(around(40, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("jsonl | json lines"),
                near=(around(120, MAKE_ID), around(160, _FIELDS)),
                unless=(around(60, CODE_ID),),
            ),
        ),
        matches=(
            'Generate 50 samples as JSONL with "instruction" and "output" keys.',
            "生成30条样本，用JSONL格式，每行包含指令和回答。",
            "Buat 40 sampel dalam JSONL dengan kunci instruksi dan respons.",
        ),
        ignores=(
            "Write a script that converts my JSONL file of messages to CSV.",
            "Why does this JSONL log have an empty response field?",
            "写一个脚本读取JSONL并输出指令字段。",
            "Bagaimana membuka berkas JSONL berisi respons API?",
        ),
    ),
    Rule(
        id="DG004",
        activity=Activity.TRAINING_DATA,
        weight=0.6,
        because="Synthetic examples are asked for, to serve a language model.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "synthetic example* | synthetic sample* | "
                    "synthetic data* | synthetic question* | "
                    "synthetic prompt* | synthetic quer* | "
                    "synthetic instruction* | synthetic pair* | "
                    "synthetic qa"
                ),
                near=(
                    before(50, MAKE_EN),
                    around(
                        160,
                        "llm | llms | language model* | fine tun* | finetun* | "
                        "to train | for training",
                    ),
                ),
                unless=(around(45, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("合成样本 | 合成数据 | 合成问题 | 合成指令 | 合成问答"),
                near=(
                    before(24, MAKE_ZH),
                    around(50, "模型 | 训练 | 微调 | llm"),
                ),
                unless=(around(14, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "data sintetis | contoh sintetis | sampel sintetis | "
                    "pertanyaan sintetis"
                ),
                near=(
                    before(50, MAKE_ID),
                    around(120, "model | llm | melatih | pelatihan"),
                ),
                unless=(around(40, CODE_ID),),
            ),
        ),
        matches=(
            "Produce 80 synthetic queries so that our language model learns intents.",
            "请构造一批合成问题，供语言模型学习。",
            "Buat 60 contoh sintetis agar model bahasa kami lebih peka.",
        ),
        ignores=(
            "Generate synthetic data for a load test of the orders table.",
            "Explain how synthetic data helps a language model.",
            "请生成合成数据，用于数据库压力测试。",
            "Buat data sintetis untuk menguji tabel pesanan.",
        ),
    ),
)
