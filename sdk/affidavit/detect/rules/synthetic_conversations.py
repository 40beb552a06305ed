"""Both sides of a chat with an assistant, written by one model."""

from affidavit.detect.rule import (
    Clue,
    Language,
    Rule,
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
)
from affidavit.findings import Activity

_CHAT_EN = terms(
    "conversation | conversations | dialogue | dialogues | "
    "dialog | dialogs | multi turn | transcript | "
    "transcripts | chat log*"
)
_CHAT_ZH = terms("对话 | 多轮对话 | 聊天记录 | 会话")
_CHAT_ID = terms("percakapan | dialog | obrolan | transkrip")
_ASSISTANT_EN = terms(
    "ai assistant | an assistant | the assistant | "
    "chatbot | language model | llm | ai model | "
    "human and an ai | user and an ai | "
    "user and assistant | human and assistant | "
    "assistant bot | virtual assistant | support bot"
)
_ABOUT_EN = terms(
    "summari* | analyze | analyse | "
    "continue the conversation | this conversation | "
    "the following conversation | conversation history | "
    "previous conversation | conversation below | "
    "conversation so far | the conversation | "
    "current conversation | our conversation | "
    "your conversation | title for"
)

RULES: tuple[Rule, ...] = (
    Rule(
        id="DG070",
        activity=Activity.SYNTHETIC_CONVERSATIONS,
        weight=0.8,
        because="Several invented chats between a user and an assistant are asked for.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "conversations | dialogues | dialogs | transcripts | "
                    "chat logs | chats"
                ),
                near=(
                    before(70, MAKE_EN | terms("simulate")),
                    around(
                        90,
                        _ASSISTANT_EN
                        | terms(
                            "user and | customer and | synthetic | simulated | "
                            "multi turn"
                        ),
                    ),
                ),
                unless=(around(50, _ABOUT_EN | CODE_EN), topic(80, CLASSROOM)),
                pattern=(
                    r"\b(?:generat|creat|produc|writ|mak|simulat|compos)\w{0,6}"
                    r"(?: \w{1,20}){0,2} (?:\d[\d,]{0,8}|several|many|multiple|"
                    r"hundreds|thousands|diverse|synthetic|realistic|varied|num|number|count)"
                    r"(?: [\w,]{1,20}){0,5} (?:conversations|dialogues|dialogs|"
                    r"transcripts|chat logs|chats)\b"
                ),
            ),
            Clue(
                language=Language.ZH,
                anchor=_CHAT_ZH,
                near=(
                    before(24, "生成 | 编写 | 构造 | 合成 | 撰写 | 创建 | 模拟"),
                    around(24, "段 | 组 | 条 | 批 | 轮"),
                    around(40, "助手 | 机器人 | 模型 | ai | 客服"),
                ),
                unless=(
                    around(20, CODE_ZH | terms("以下对话 | 上述对话 | 标题")),
                    topic(40, CLASSROOM),
                ),
            ),
            Clue(
                language=Language.ID,
                anchor=_CHAT_ID,
                near=(
                    before(50, MAKE_ID | terms("simulasikan")),
                    around(90, "asisten | chatbot | model | ai | agen"),
                ),
                unless=(around(50, CODE_ID), topic(70, CLASSROOM)),
                pattern=(
                    r"\b(?:\d{2,7}|beberapa|banyak|beragam|puluhan|ratusan|ribuan)"
                    r"(?: \w{1,20}){0,3} (?:percakapan|dialog|obrolan|transkrip)\b"
                ),
            ),
        ),
        matches=(
            "Generate 40 realistic conversations between a user and an AI assistant.",
            "请生成50段用户与AI助手的多轮对话。",
            "Buat 50 percakapan antara pengguna dan asisten AI.",
        ),
        ignores=(
            "Write a dialogue between two friends who meet at a station.",
            "Summarise these conversations between our users and the chatbot.",
            "请总结以下对话的要点。",
            "Tulis dialog antara dua sahabat di stasiun.",
        ),
    ),
    Rule(
        id="DG071",
        activity=Activity.SYNTHETIC_CONVERSATIONS,
        weight=0.8,
        because="One model is to write both the human's and the assistant's turns.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "human and an ai | user and an ai | human and the ai | "
                    "person and an ai | human and assistant | "
                    "user and assistant | user and an assistant | "
                    "user and a chatbot | user and the assistant | "
                    "between you and a person | human and a chatbot"
                ),
                near=(
                    around(110, _CHAT_EN),
                    around(
                        160,
                        "complete the transcript | generate a | create a | "
                        "write a | simulate | take turns | design a | "
                        "both sides | multi turn | synthetic | fictional | "
                        "generate the",
                    ),
                ),
                unless=(around(70, _ABOUT_EN | CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms(
                    "用户和助手 | 用户与助手 | 人类和ai | 人类与ai | "
                    "用户和ai | 用户与ai | 人类和助手 | 人类与助手 | "
                    "用户和模型"
                ),
                near=(
                    around(40, _CHAT_ZH),
                    around(50, "编写 | 生成 | 模拟 | 续写 | 补全 | 轮流 | 双方"),
                ),
                unless=(around(30, CODE_ZH | terms("以下对话 | 上述对话")),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "pengguna dan asisten | manusia dan ai | "
                    "pengguna dan ai | manusia dan asisten | "
                    "pengguna dan chatbot"
                ),
                near=(
                    around(90, _CHAT_ID),
                    around(110, MAKE_ID | terms("simulasikan | lengkapi | bergantian")),
                ),
                unless=(around(60, CODE_ID),),
            ),
        ),
        matches=(
            "Write a multi-turn conversation between a human and an AI, both sides.",
            "请模拟一段用户与助手的对话，双方都由你来写。",
            "Simulasikan percakapan manusia dan AI secara bergantian.",
        ),
        ignores=(
            "Summarise the conversation between the user and an AI agent.",
            "You are an AI assistant; be polite to the human.",
            "你是助手，请友好地与用户对话。",
            "Anda asisten AI yang ramah kepada pengguna.",
        ),
    ),
    Rule(
        id="DG072",
        activity=Activity.SYNTHETIC_CONVERSATIONS,
        weight=0.55,
        because="The model is to play the human who talks to an assistant.",
        clues=(
            Clue(
                language=Language.EN,
                anchor=terms(
                    "play the role of a user | play the role of the user | "
                    "act as the user | act as a user | act as the human | "
                    "simulate a user | simulate the user | "
                    "simulated user | you are the user | "
                    "pretend to be the user | pretend to be a user | "
                    "role of the human | as the human"
                ),
                near=(around(200, _ASSISTANT_EN), around(300, _CHAT_EN)),
                unless=(around(80, CODE_EN),),
            ),
            Clue(
                language=Language.ZH,
                anchor=terms("扮演用户 | 扮演人类 | 模拟用户 | 充当用户"),
                near=(
                    around(60, "助手 | 模型 | 机器人 | ai"),
                    around(60, _CHAT_ZH),
                ),
                unless=(around(30, CODE_ZH),),
            ),
            Clue(
                language=Language.ID,
                anchor=terms(
                    "berperan sebagai pengguna | menjadi pengguna | "
                    "bertindak sebagai pengguna | peran pengguna"
                ),
                near=(
                    around(110, "asisten | ai | chatbot | model"),
                    around(140, _CHAT_ID),
                ),
                unless=(around(50, CODE_ID),),
            ),
        ),
        matches=(
            "Act as the user who chats with an AI assistant. Start the conversation.",
            "请扮演用户，与AI助手展开多轮对话。",
            "Anda berperan sebagai pengguna dalam percakapan dengan asisten AI.",
        ),
        ignores=(
            "Act as a user advocate in the design meeting.",
            "You are the assistant. The user will start the conversation.",
            "请扮演一位导游，与游客对话。",
            "Anda berperan sebagai pemandu wisata.",
        ),
    ),
)
