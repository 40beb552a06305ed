"""Conversations that are written, and users who are played."""

from affidavit.detect.rule import after, around, before, terms
from affidavit.detect.rules.lexicon import MAKE_EN
from affidavit.detect.signs.sign import Prior, Sign, en, zh
from affidavit.findings import Activity

_CHAT = Activity.SYNTHETIC_CONVERSATIONS

SIGNS = (
    Sign(
        id="SG040",
        activity=_CHAT,
        because="Both sides of a conversation are to be written.",
        clues=(
            en(
                "conversation | dialogue | dialog | conversations | dialogues | "
                "multi turn | multiturn | chat transcript | discussion",
                before(50, MAKE_EN | terms("simulat* | design | continue | role play")),
                around(
                    140,
                    "between | user and | human and | and an assistant | and a user | "
                    "and ai | two people | two characters | assistant | turns | turn | "
                    "rounds",
                ),
            ),
            zh("多轮对话 | 对话数据 | 对话轮次 | 模拟对话 | 轮对话"),
        ),
        matches=("Write a dialogue between a user and an assistant.", "生成多轮对话。"),
    ),
    Sign(
        id="SG041",
        prior=Prior.STRONG,
        activity=_CHAT,
        because="The model is to play the one who asks.",
        clues=(
            en(
                "user | human user | the human | customer | patient | student | asker "
                "| questioner | curious user | the person asking",
                before(
                    40,
                    "you are the | act as the | play the | role of the | role of a | "
                    "simulate a | simulate the | simulating a | pretend to be a | "
                    "acting as the | as if you were the | imitate the | you are a "
                    "simulated | roleplay as a | mimic a",
                ),
                around(250, "assistant | ai | chatbot | doctor | agent | model"),
            ),
            zh(
                "用户 | 提问者 | 人类",
                before(10, "扮演 | 模拟 | 模仿"),
                around(60, "助手 | 模型 | ai"),
            ),
        ),
        matches=(
            "Pretend to be a curious user who talks to an assistant.",
            "请模拟用户向助手提问。",
        ),
    ),
    Sign(
        id="SG042",
        activity=_CHAT,
        because="What a user says next is to be made up.",
        clues=(
            en(
                "next question | next message | next turn | next utterance | user s "
                "next | follow up message | user turn | user utterance* | first "
                "message | opening message | the human s",
                around(
                    140,
                    "generat* | write | creat* | produc* | predict | as the user | "
                    "conversation | dialogue",
                ),
                around(250, "user | human | assistant | conversation"),
            ),
            zh("下一轮 | 下一个问题 | 下一句", around(40, "生成 | 用户 | 对话")),
        ),
        matches=(
            "Write the user's next message in this conversation.",
            "生成用户的下一个问题。",
        ),
    ),
    Sign(
        id="SG043",
        prior=Prior.STRONG,
        activity=_CHAT,
        because="Two parties of a chat are named as labels.",
        clues=(
            en(
                "human and ai | human and an ai | user and an ai | user and ai | user "
                "and assistant | user and an assistant | human and assistant | human "
                "and the ai | ai assistant and | you and a person | role user | user: "
                "and assistant: | ai and a human | conversations between | user and "
                "the assistant | user and the ai | curious user and",
                around(80, "conversation* | dialogue* | talk | multi turn"),
            ),
            zh("用户和助手 | 用户与助手 | 人类和ai | 用户和ai | 人与ai"),
        ),
        matches=("This is a talk: a human and an AI.", "用户与助手之间。"),
    ),
    Sign(
        id="SG044",
        prior=Prior.SLIGHT,
        activity=_CHAT,
        because="Characters, settings or scenes are made up for a role play.",
        clues=(
            en(
                "roleplay | role play | character card* | scenario | character | "
                "characters | backstory | story",
                before(
                    50,
                    "generate | create | write | design | craft | come up with | "
                    "invent | creating | generating",
                ),
                around(
                    300,
                    "random | diverse | unique | tags | provided | given | based on | "
                    "inspir* | different",
                ),
            ),
            zh(
                "角色 | 剧情 | 场景",
                before(12, "生成 | 设计 | 创建"),
                around(60, "多样 | 随机 | 给定 | 不同"),
            ),
        ),
        matches=("Create a unique character for a role play.", "生成多样的场景。"),
    ),
    Sign(
        id="SG045",
        prior=Prior.STRONG,
        activity=_CHAT,
        because="Someone says how to end a talk that two models hold.",
        clues=(
            en(
                "reply with | respond with | output | say | end with | terminate",
                after(40, "done | end of conversation | finished | stop | goodbye"),
                around(
                    200,
                    "conversation | dialogue | satisfied | no more questions | patient "
                    "| user",
                ),
            ),
        ),
        matches=("When you are satisfied with the conversation, reply with DONE.",),
    ),
    Sign(
        id="SG046",
        prior=Prior.STRONG,
        activity=_CHAT,
        because="Two roles are held by two models, neither of which may leave its own.",
        clues=(
            en(
                "never flip roles | do not flip roles | never forget you are | never "
                "forget i am | stay in the role of the user | never instruct me | you "
                "must instruct me | you must give me one instruction | never act as "
                "the assistant | do not act as the assistant | do not respond as the "
                "assistant | as the assistant would"
            ),
            zh("不要互换角色 | 不要颠倒角色 | 不要扮演助手"),
        ),
        matches=("Never flip roles: it is you who asks.", "不要互换角色。"),
    ),
    Sign(
        id="SG047",
        prior=Prior.STRONG,
        activity=_CHAT,
        because="A picture is described in words, and a talk about it is made up.",
        clues=(
            en(
                "the image | an image | the picture | the photo | the video",
                around(
                    160,
                    "design a conversation | generate question* | create question* | "
                    "captions describing | as if you are seeing | as if you can see | "
                    "asking about | diverse questions | bounding box*",
                ),
            ),
            zh("图片 | 图像", around(30, "生成问题 | 设计问题 | 问答 | 提问")),
        ),
        matches=("Create questions about the image.", "为图片设计问题。"),
    ),
    Sign(
        id="SG131",
        activity=_CHAT,
        because="A talk of several rounds is made, and who plays whom is laid down.",
        clues=(
            en(
                "multi turn | multi round | multiple turns | multiple rounds | "
                "multiturn",
                around(
                    220,
                    "simulat* | playing | role of | assistant role | user role | role "
                    "setting | conversation history | conversation partner | follow up "
                    "question* | participant",
                ),
            ),
            zh("多轮对话 | 多轮交流", around(60, "角色 | 扮演 | 模拟 | 轮次")),
        ),
        matches=(
            "Simulate a multi-turn talk and keep to your role setting.",
            "扮演指定角色进行多轮对话。",
        ),
    ),
)
