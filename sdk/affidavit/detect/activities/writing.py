"""What is written for somebody: replies, rewordings, translations, summaries."""

from affidavit.detect.rule import Clue, Language, Rule, around, terms
from affidavit.findings import Activity

RULES: tuple[Rule, ...] = (
    Rule(
        id="OA001",
        activity=Activity.REPLY,
        weight=0.8,
        because="A message of somebody is to be answered.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "reply | respond | response | answer | draft a reply | write back"
                ),
                near=(
                    around(
                        90,
                        (
                            "customer* | ticket | email | e mail | complaint | inquiry "
                            "| enquiry | their message | support agent | client | "
                            "sender | passenger | guest | patient s message"
                        ),
                    ),
                ),
                unless=(around(60, "rate | score | grade | evaluate | judge"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("回复 | 答复 | 回信"),
                near=(around(20, "客户 | 邮件 | 工单 | 用户来信 | 投诉 | 顾客"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("balas | balasan | jawab | tanggapi"),
                near=(
                    around(70, "pelanggan | email | surel | tiket | keluhan | nasabah"),
                ),
            ),
        ),
        matches=(
            "Draft a reply to this customer, who waits for a parcel.",
            "请回复这位客户的投诉。",
            "Tulis balasan untuk pelanggan yang mengeluh.",
        ),
        ignores=(
            "The reply of the engine was noise.",
            "他没有回复。",
            "Balas dendam adalah tema novel ini.",
        ),
    ),
    Rule(
        id="OA002",
        activity=Activity.SUMMARISE,
        weight=0.85,
        because="A text is to be made shorter, with what matters kept.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "summarize | summarise | summary of | summarizing | "
                    "summarising | condense | tl dr | key takeaways | main points "
                    "of | executive summary | write a summary | concise summary | "
                    "brief summary"
                ),
                near=(
                    around(
                        110,
                        (
                            "text | article | email | document | conversation | "
                            "meeting | thread | following | report | transcript | "
                            "paper | ticket | call | notes | below | page | chat | "
                            "abstract | post | message | book | passage | minutes | "
                            "review | reviews | it | this"
                        ),
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("总结 | 概括 | 摘要 | 归纳要点 | 提炼要点"),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("ringkas* | rangkum* | ikhtisar | simpulkan"),
            ),
        ),
        matches=(
            "Summarise the meeting below in five lines.",
            "请概括这篇报道。",
            "Ringkas laporan ini.",
        ),
        ignores=(
            "The sum of both bills is due.",
            "总数是多少？",
            "Ring itu terlalu kecil.",
        ),
    ),
    Rule(
        id="OA003",
        activity=Activity.TRANSLATE,
        weight=0.85,
        because="A text is to be put into another language.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms("translate | translating | translation of | translator"),
                near=(
                    around(
                        90,
                        (
                            "into | to | from | english | french | german | spanish | "
                            "chinese | japanese | language"
                        ),
                    ),
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("翻译 | 译成 | 译为"),
            ),
            Clue(
                language=Language.ID,
                anchor=terms("terjemahkan | terjemahan | alih bahasakan"),
            ),
        ),
        matches=(
            "Translate this label into Dutch.",
            "请把这句话翻译成英文。",
            "Terjemahkan surat ini ke bahasa Inggris.",
        ),
        ignores=(
            "The bus was late.",
            "他迟到了。",
            "Terima kasih banyak.",
        ),
    ),
    Rule(
        id="OA004",
        activity=Activity.REWRITE,
        weight=0.8,
        because="A text is to say the same in other words, better.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "rewrite | rephrase | proofread | reword | improve the wording "
                    "| fix the grammar | correct the grammar | polish | make it "
                    "sound | shorten | more polite | more concise | edit the "
                    "following | copyedit"
                ),
                near=(
                    around(
                        90,
                        (
                            "text | email | sentence | paragraph | letter | message | "
                            "essay | following | below | tone | this | draft | style"
                        ),
                    ),
                ),
                unless=(around(70, "question* | instruction* | prompt | prompts"),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("润色 | 改写 | 修改语法 | 校对 | 语言更"),
                near=(around(24, "文章 | 邮件 | 句子 | 段落 | 文字 | 这段 | 语气"),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "tulis ulang | perbaiki tata bahasa | sunting | parafrase | "
                    "perhalus"
                ),
                near=(around(70, "teks | email | kalimat | paragraf | surat | ini"),),
            ),
        ),
        matches=(
            "Rewrite this letter in a warmer tone.",
            "请润色这段文字。",
            "Tulis ulang email ini.",
        ),
        ignores=(
            "He polished the silver spoons.",
            "他改了主意。",
            "Tulis namamu di sini.",
        ),
    ),
)
