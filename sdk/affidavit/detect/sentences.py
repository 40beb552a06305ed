r"""Where sentences end in a folded text, and which of them ask for something.

Knows marks, lines, abbreviations and imperatives. Knows no rule. Worked out only once
an exception is about to silence a rule: a request is excused by its own sentence alone.

A sentence ends at `. ! ?` before white space or an unspaced script, at an ideographic
full stop, at the end of a line, and at the end of a text. It does not end at a line
that was merely wrapped: one of WRAPPED characters or more whose next line goes on in
lower case.
"""

import re

from affidavit.detect.normalise import fold_lines

Bounds = tuple[int, int]

END = "\n"
"""Stands in a marked text where a sentence ends."""
REACH = 300
"""Characters of a sentence that are read on either side of a place."""
WRAPPED = 40
"""Characters from which on a line may have been broken for its length alone."""

# Not the second dot of "e.g.", nor after words that are written with a dot in the
# middle of a sentence. A dot before a letter or a digit is a name or a number, unless
# it stands after an unspaced script, where a full stop needs no space.
_STOP = re.compile(
    r"[.!?。](?<!\.[a-z]\.)(?<!\betc\.)(?<!\bvs\.)(?<!\bdll\.)(?<!\bdsb\.)"
    r"(?:(?<=[!?。])|(?<=[^\x00-\x7f]\.)|(?=$|[^\x00-\x7f]|[ \n.!?]))"
)


def mark(text: str) -> str:
    """`fold(text)`, letter for letter, with END wherever a sentence ends."""
    marked: list[str] = []
    before = ""
    for line, folded in zip(text.splitlines(), fold_lines(text), strict=True):
        if folded:
            if marked:
                marked.append(" " if _goes_on(before, line) else END)
            marked.append(folded)
        before = line
    return _STOP.sub(END, "".join(marked))


def _goes_on(line: str, following: str) -> bool:
    return len(line.strip()) >= WRAPPED and following.lstrip()[:1].islower()


# What may stand before an imperative, then verbs with which data is asked for. Only
# base forms: "it generates" and "they are creating" report. Chinese does not inflect,
# so there a clause in mid-sentence needs a word of asking.
_BEFORE = (
    r"\d+\.?|please|now|then|next|also|first|second|finally|kindly|just|and|so|let s"
    r"|your (?:task|job|goal|role) is to|you (?:must|should|will|shall|are to|need to"
    r"|have to)|(?:i|we) (?:want|need|would like|d like) you to"
    r"|(?:can|could|would|will) you|user|human|task|instructions?|prompt|request"
    r"|tolong|mohon|silakan|harap|sekarang|lalu|kemudian|dan|tugas(?:mu| anda) adalah"
    r"|(?:anda|kamu) (?:harus|akan|perlu)|bisakah (?:anda|kamu)"
)
_VERB = (
    "generate|create|produce|synthesi[sz]e|write|compose|craft|come up with|make|give"
    "|provide|draft|invent|devise|construct|output|prepare|build|rewrite|rephrase"
    "|paraphrase|evolve|extract|rate|score|rank|compare|choose|judge|evaluate|answer"
    "|solve|simulate|list|propose|design|expand|return"
    "|buat(?:kan|lah)?|hasilkan|tulis(?:kan|lah)?|susun(?:lah)?|ciptakan|bikin|rancang"
    "|jawab(?:lah)?|nilai|bandingkan|pilih|ubah|sintesis|berikan"
)
_BEFORE_ZH = (
    "现在|然后|接着|接下来|再|最后|首先|其次|你的任务是|你需要|你要|你应该|任务"
)
_ASKING_ZH = "请|帮我|帮忙|麻烦|需要你|要求你"
_VERB_ZH = (
    "生成|创建|编写|构造|设计|产出|写|撰写|合成|制作|给出|构建|提出|编造|改写|输出|提取"
    "|抽取|整理|评分|打分|比较|选择|判断|回答|解答|模拟|扩展|列出"
)
_REQUEST = re.compile(
    rf"(?:^|, ?)(?:(?:{_BEFORE}) ){{0,4}}(?:{_VERB})\b"
    rf"|(?:^(?:(?:{_BEFORE_ZH})[ ,]?){{0,3}}|(?:{_ASKING_ZH})[^,]{{0,12}}?)"
    rf"(?:{_VERB_ZH})"
)
_MODEL = re.compile(
    r"\b(?:models?|llms?|chatbots?|gpt|classifiers?|classification|fine ?tun\w*|sft"
    r"|rlhf|datasets?|jsonl|melatih model)\b|模型|微调|数据集|语料"
)


class Sentences:
    """The sentences of one marked text; each is read at most once for each question.

    A sentence is its start and its end, in characters of the text.
    """

    def __init__(self, marked: str) -> None:
        self._marked = marked
        self._asking: dict[Bounds, bool] = {}
        self._modelling: dict[Bounds, bool] = {}

    def around(self, start: int, end: int) -> Bounds:
        """The sentence, or sentences, in which characters `start` to `end` stand.

        One that goes on for longer than REACH on a side is cut there: a text without a
        full stop must not be read again for each of its words.
        """
        low, high = max(0, start - REACH), end + REACH
        opens = self._marked.rfind(END, low, start) + 1 or low
        closes = self._marked.find(END, end, high)
        return opens, closes if closes >= 0 else min(high, len(self._marked))

    def asks(self, sentence: Bounds) -> bool:
        """Whether it orders something: a verb leads it, or leads a clause of it."""
        known = self._asking.get(sentence)
        if known is None:
            known = self._asking[sentence] = bool(_REQUEST.search(self._said(sentence)))
        return known

    def names_model(self, sentence: Bounds) -> bool:
        """Whether it speaks of a model or of what one is trained with."""
        known = self._modelling.get(sentence)
        if known is None:
            known = self._modelling[sentence] = bool(
                _MODEL.search(self._said(sentence))
            )
        return known

    def _said(self, sentence: Bounds) -> str:
        return self._marked[slice(*sentence)].replace(END, " ").strip()
