"""What is taken out of texts or said about them: fields, labels, verdicts."""

from affidavit.detect.rule import Clue, Language, Rule, around, terms
from affidavit.findings import Activity

RULES: tuple[Rule, ...] = (
    Rule(
        id="OA010",
        activity=Activity.EXTRACT,
        weight=0.8,
        because="Fields, names or facts are to be taken out of a text.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "extract | pull out | parse out | identify all | find all | list "
                    "all"
                ),
                near=(
                    around(
                        90,
                        (
                            "name* | date* | amount* | entit* | field* | invoice* | "
                            "email address* | phone | address* | keywords | "
                            "information from | from the text | from the following | "
                            "key information | values | json"
                        ),
                    ),
                ),
                unless=(around(60, "vanilla | tooth"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("提取 | 抽取 | 找出"),
                near=(
                    around(
                        24, "姓名 | 日期 | 金额 | 实体 | 信息 | 字段 | 关键词 | 地址"
                    ),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("ekstrak* | ambil | temukan semua"),
                near=(
                    around(
                        70,
                        (
                            "nama | tanggal | jumlah | entitas | informasi | alamat | "
                            "data dari"
                        ),
                    ),
                ),
            ),
        ),
        matches=(
            "Extract the names and dates from the invoice.",
            "请提取合同里的金额和日期。",
            "Ekstrak nama dan tanggal dari faktur.",
        ),
        ignores=(
            "Add a drop of lemon extract to the dough.",
            "他找到了工作。",
            "Ambil cuti besok.",
        ),
    ),
    Rule(
        id="OA011",
        activity=Activity.CLASSIFY,
        weight=0.8,
        because="A text is to be given one of several labels.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "classify | categorize | categorise | which category | "
                    "sentiment of | assign a label | one of the following "
                    "categories | one of these categories | route the ticket | "
                    "route this | intent of the"
                ),
                near=(
                    around(
                        110,
                        (
                            "text | message | ticket | email | review | tweet | "
                            "following | categories | label | labels | positive | "
                            "sentiment | query | comment"
                        ),
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("分类 | 归类 | 情感分析 | 判断情感 | 哪一类"),
                near=(around(30, "文本 | 评论 | 工单 | 邮件 | 以下 | 类别 | 正面"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("klasifikasikan | kategorikan | golongkan | sentimen"),
                near=(
                    around(
                        80,
                        "teks | pesan | ulasan | tiket | kategori | berikut | positif",
                    ),
                ),
            ),
        ),
        matches=(
            (
                "Classify this ticket as billing, delivery or other: one of the "
                "following categories."
            ),
            "请把下面的工单分类。",
            "Klasifikasikan ulasan berikut.",
        ),
        ignores=(
            "She took a class in pottery.",
            "分手快乐。",
            "Golongan darah saya O.",
        ),
    ),
    Rule(
        id="OA012",
        activity=Activity.MODERATION,
        weight=0.85,
        because="A text is checked for what must not be published.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "moderat* | hate speech | policy violation* | harmful content "
                    "| inappropriate content | unsafe content | violates our | "
                    "violates the | toxicity | toxic | spam or not | content "
                    "policy"
                ),
                near=(
                    around(
                        140,
                        (
                            "comment* | post | posts | message* | content | text | "
                            "user generated | flag | block | allow | label | classif*"
                        ),
                    ),
                ),
                unless=(around(60, "moderate heat | moderate exercise"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("审核 | 违规 | 仇恨言论 | 有害内容 | 不当内容"),
                near=(around(40, "评论 | 内容 | 帖子 | 文本 | 消息"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "moderasi | ujaran kebencian | melanggar | konten berbahaya"
                ),
                near=(around(100, "komentar | konten | unggahan | pesan | teks"),),
            ),
        ),
        matches=(
            "Moderate the comments below: flag hate speech.",
            "请审核这条评论是否违规。",
            "Periksa apakah komentar ini melanggar aturan, ujaran kebencian termasuk.",
        ),
        ignores=(
            "Bake at moderate heat for an hour.",
            "审美各有不同。",
            "Pelanggan itu datang lagi.",
        ),
    ),
    Rule(
        id="OA013",
        activity=Activity.PRODUCT_JUDGE,
        weight=0.8,
        because="An answer of the caller's own product is graded.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "rate | score | grade | evaluate | assess | judge | evaluating"
                ),
                near=(
                    around(
                        110,
                        (
                            "support bot | our bot | our assistant | agent s reply | "
                            "summary | faithfulness | groundedness | grounded | "
                            "hallucinat* | retrieved | relevance of | the response | "
                            "generated answer | the output | our product"
                        ),
                    ),
                    around(
                        220,
                        (
                            "1 to 5 | 1 5 | 0 to 10 | scale | score | correct | "
                            "incorrect | pass | fail | yes or no | criteria | rubric"
                        ),
                    ),
                ),
                unless=(around(160, "train* | fine tun* | reward model | dataset"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("评估 | 打分 | 评分 | 评判"),
                near=(
                    around(
                        40, "客服机器人 | 我们的助手 | 摘要 | 检索 | 忠实 | 生成的回答"
                    ),
                ),
                unless=(around(40, "训练 | 微调 | 奖励模型"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("nilai | beri skor | evaluasi"),
                near=(
                    around(
                        90,
                        "bot kami | asisten kami | ringkasan | jawaban bot | relevansi",
                    ),
                ),
                unless=(around(90, "melatih | pelatihan | model reward"),),
            ),
        ),
        matches=(
            "Grade the summary on a scale of 1 to 5.",
            "请给客服机器人的回答打分。",
            "Beri skor untuk jawaban bot kami.",
        ),
        ignores=(
            "Our rate for a room is 90 euros.",
            "他们的评价很高。",
            "Nilai tukar rupiah melemah.",
        ),
    ),
)
