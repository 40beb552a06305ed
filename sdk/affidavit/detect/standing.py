"""Whose words a call's texts are: asked of the model, quoted or only offered to it.

Knows roles and the words with which a request is handed over. Knows no rule and no
score.

What an assistant said or a tool returned is quoted where somebody asked something else:
an agent that reads a file about fine-tuning was asked to read a file. It is asked, like
any user's words, in the two cases where nobody did:

- an assistant's text that ends the call: the model goes on from it;
- every text, where the caller's own say nothing but "continue", "do as the tool says"
  or "you are a helpful assistant": the quoted words are then the only request. Not
  where the provider holds earlier turns, or a prompt, that this call only refers to: an
  agent then sends a tool's result alone, and its task was read when it was sent.

What defines tools, or the form of an answer, is offered and asks nothing: an agent that
may upload training data was not told to. Read together, the definitions of ten tools
say in one breath what none of them means, so no request is looked for in them.
"""

import re
from collections.abc import Sequence

from affidavit.calls import Call, Text
from affidavit.detect.normalise import fold
from affidavit.detect.rule import terms

QUOTED_ROLES = frozenset({"assistant", "tool", "function"})
"""Roles of those who answer a caller; `function` is what tools once were."""

OFFERED = "tools"
"""Role of what defines tools, or the form of an answer."""

_ELSEWHERE = frozenset({"history", "prompts"})
"""Kinds of unread parts that may hold what the caller asked."""

_READ = 2000
"""Characters of a text in which a request of the caller's own is looked for."""

_HANDS_OVER = frozenset(
    terms(
        "a | above | accordingly | act | adalah | ahead | ai | all | also | am | "
        "an | and | anda | answer | are | as | asisten | asked | assistant | atas "
        "| be | begin | berdasarkan | berguna | berikut | bot | by | carefully | "
        "carry | chatbot | complete | continue | di | diminta | do | exactly | "
        "execute | file | files | final | follow | following | for | from | "
        "fulfil | fulfill | given | go | goes | hello | helpful | hi | i | ikuti "
        "| in | ini | instructed | instruction | instructions | instruksi | is | "
        "it | its | itu | jalankan | job | just | kamu | keep | kerjakan | "
        "ketentuan | kindly | laksanakan | lakukan | language | lanjutkan | last "
        "| listed | llm | me | membantu | message | messages | model | mulai | "
        "next | now | obey | of | ok | okay | oke | on | out | output | perform | "
        "perintah | permintaan | please | precisely | previous | prior | proceed "
        "| prompt | prompts | question | reply | request | requested | requests | "
        "respond | result | results | return | run | s | said | says | sebelumnya | "
        "semua | seperti | sesuai | shown | silakan | so | start | step | steps | "
        "sure | task | tasks | tersebut | teruskan | thank | thanks | that | the "
        "| then | these | they | things | this | those | to | told | tolong | "
        "tool | tools | tugas | user | what | whatever | with | written | ya | "
        "yang | yes | you | your"
    ).literals
)
_HANDS_OVER_ZH = re.compile(
    "你是|一个|一名|一位|有用|有帮助|乐于助人|智能|人工|语言|模型|助手|请|继续|开始|执行"
    "|完成|按照|根据|遵循|照做|照办|回答|以上|上面|上述|前面|之前|工具|消息|结果|返回"
    "|说明|指令|要求|任务|内容|问题|好|是|谢谢|一下|去|做|按|照|中|里|的|吧|了"
)
_WORD = re.compile(r"[^\W\d_]+")


def heard(call: Call) -> Sequence[Text]:
    """The texts in which a request is looked for, under their own numbers.

    What is only offered stands there emptied.
    """
    texts = call.texts
    for text in texts:
        if text.role == OFFERED:
            return [t._replace(value="") if t.role == OFFERED else t for t in texts]
    return texts


def quoted(call: Call) -> frozenset[int]:
    """Numbers of the texts of `call` that are quoted, not asked."""
    texts = call.texts
    spoken = {at for at, text in enumerate(texts) if text.role in QUOTED_ROLES}
    if spoken and (last := _last(texts)) in spoken and texts[last].role == "assistant":
        spoken.discard(last)
    if not spoken:
        return frozenset()
    elsewhere = not call.unread.keys().isdisjoint(_ELSEWHERE)
    if elsewhere or any(_asks(text) for text in texts):
        return frozenset(spoken)
    return frozenset()


def _last(texts: Sequence[Text]) -> int:
    """The text that ends the call; what is only offered does not."""
    said = (at for at, text in enumerate(texts) if text.role != OFFERED)
    return max(said, default=-1)


def _asks(text: Text) -> bool:
    """Whether `text` is a caller's and says more than that others' words hold."""
    if text.role in QUOTED_ROLES or text.role == OFFERED:
        return False
    said = _HANDS_OVER_ZH.sub(" ", fold(text.value[:_READ]))
    return any(word not in _HANDS_OVER for word in _WORD.findall(said))
