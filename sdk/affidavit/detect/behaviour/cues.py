"""Words that say little once, and much when each call of a stream says them.

"Rate the two responses" is an ordinary sentence; said by every call of a window it is
what the stream does. Knows words, in groups, and what a group weighs; a stream's
structure is `signals`. Looked for in the head and the tail of a call's texts, where
templates stand, and not in the document between.
"""

import re
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick

HEAD, TAIL = 900, 400
"""Characters at either end of a text in which cues are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words of one kind; any of them gives the cue."""

    name: str
    weight: float
    """What it is worth where every call of the window gives it: 0 to 1, or below 0 for
    what speaks of a product's own readers."""
    words: tuple[str, ...]
    """In small letters; `*` leaves the end of one open."""


def _cue(name: str, weight: float, words: str) -> Cue:
    listed = tuple(word.strip() for word in words.split("|"))
    return Cue(name=name, weight=weight, words=listed)


CUES = (
    _cue(
        "for_training",
        0.75,
        "training data | training set | training example | training sample | "
        "training corpus | fine-tun* | finetun* | instruction tuning | "
        "instruction-tuning | sft | synthetic data | pretraining | pre-training | "
        "student model | teacher model | distillation | distilled | distill a | "
        "reward model | preference data | preference pair | rlhf | dpo | "
        "to train a | to train an | 训练数据 | 训练集 | 微调 | 训练样本 | "
        "合成数据 | 蒸馏 | 奖励模型 | 预训练 | data latih | data pelatihan | "
        "melatih model",
    ),
    _cue(
        "dataset",
        0.35,
        "dataset | data set | jsonl | corpus of | data point | annotat* | 数据集 | "
        "语料 | kumpulan data",
    ),
    _cue(
        "instructions_made",
        0.55,
        "new instruction | diverse instruction | task instruction | "
        "set of instruction | instructions for | instruction that | "
        "given instruction | #instruction | instruction: | new task | "
        "diverse task | series of task | come up with | new prompt | "
        "given prompt | the prompt below | rewritten prompt | #given prompt# | "
        "queries that a user | question that a user | write an instruction | "
        "新指令 | 指令： | 生成指令 | 给定的指令 | 新任务 | 任务指令 | "
        "改写以下指令 | instruksi baru | buat instruksi | instruksi yang",
    ),
    _cue(
        "made_harder",
        0.5,
        "more complex | more challenging | more difficult | "
        "increase the difficulty | harder version | harder variant | "
        "add one more constraint | add constraint | deepen* | evolve* | in-depth | "
        "in-breadth | complicate* | increase reasoning | rarer | 更复杂 | 更难 | "
        "增加约束 | 更具挑战 | 进化 | lebih rumit | lebih sulit | lebih kompleks",
    ),
    _cue(
        "pairs",
        0.5,
        "question-answer pair | question and answer pair | q&a pair | qa pair | "
        "pairs of question | question/answer | instruction-response | "
        "prompt-response | instruction and response | 问答对 | 问题和答案 | "
        "指令和回答 | pasangan tanya jawab | pasangan pertanyaan",
    ),
    _cue(
        "compared",
        0.45,
        "response a | response b | assistant a | assistant b | answer a | "
        "answer b | response 1 | response 2 | answer 1 | candidate a | "
        "candidate 1 | completion a | output (output a | which response | "
        "better response | [[a]] | 回答a | 回答 a | 回答1 | 哪个回答 | "
        "更好的回答 | jawaban a | respons a",
    ),
    _cue(
        "trace",
        0.7,
        "<think | <reasoning | <thought | chain of thought | chain-of-thought | "
        "\\boxed | reasoning trace | reasoning process | reasoning step | "
        "full reasoning | step-by-step reasoning | show your reasoning | "
        "show all reasoning | final answer | think step by step | "
        "step by step solution | detailed reasoning | 思维链 | 推理过程 | "
        "逐步思考 | 一步一步 | 最终答案 | langkah demi langkah | jawaban akhir",
    ),
    _cue(
        "persona",
        0.7,
        "persona | you are simulating | pretend to be a | "
        "take the role of the following | imagine you are the following | "
        "as the character | 人物设定 | 人设 | 角色： | 扮演以下 | profil berikut",
    ),
    _cue(
        "topics",
        0.45,
        "subtopic | sub-topic | topic tree | list of topics | diverse topics | "
        "distinct topics | taxonomy | subcategor* | 子主题 | 子话题 | 主题列表 | "
        "subtopik | sub-topik",
    ),
    _cue(
        "dialogue_made",
        0.5,
        "conversation between | dialogue between | simulate a user | "
        "simulated user | act as the user | play the user | as a human user | "
        "next user message | next user turn | user's next | human's next | "
        "multi-turn conversation | 模拟用户 | 扮演用户 | 多轮对话 | 对话数据 | "
        "percakapan antara | simulasikan pengguna",
    ),
    _cue(
        "filtered",
        0.55,
        "educational value | quality of the text | text quality | data quality | "
        "quality score | suitable for | useful for learning | "
        "useful for training | keep or discard | should be kept | "
        "web page extract | from a web page | extract: | 数据质量 | 教育价值 | "
        "质量评分 | kualitas data | nilai edukasi",
    ),
    _cue(
        "paraphrased",
        0.35,
        "paraphrase* | rephrase* | reword* | different wordings | "
        "different ways to say | utterance | variations of | back-translat* | "
        "改写 | 复述 | 同义 | 不同说法 | parafrase",
    ),
    _cue(
        "calls_made",
        0.6,
        "function call | tool call | function-call | tool-call | "
        "available functions | function schema | api call | tool definitions | "
        "function definition | 函数调用 | 工具调用 | panggilan fungsi",
    ),
    _cue(
        "exam",
        0.5,
        "multiple choice question | multiple-choice question | "
        "choose the correct option | answer with the letter | "
        "answer with a single letter | correct option | the correct answer is | "
        "options: | choices: | (benchmark | mmlu | gsm8k | humaneval | "
        "arc-challenge | hellaswag | 单选题 | 选项 | 正确答案是 | pilihan ganda",
    ),
    _cue(
        "code_made",
        0.5,
        "code snippet | inspired by | coding problem | programming problem | "
        "coding exercise | self-contained | problem description | "
        "problem statement | 编程题 | 代码片段 | 编程问题 | soal pemrograman",
    ),
    _cue(
        "users_played",
        0.45,
        "would ask | might ask | likely to ask | user prompt | user message | "
        "user query | user request | in its voice | in their voice | 用户可能 | "
        "用户提问 | mungkin ditanyakan",
    ),
    _cue(
        "problems_made",
        0.4,
        "math problem | maths problem | reasoning problem | challenging problem | "
        "word problem | challenging question | coding question | "
        "problem and its solution | 数学题 | 数学问题 | soal matematika",
    ),
    _cue(
        "variety",
        0.25,
        "diverse | as different as possible | do not repeat | avoid repeating | "
        "unlike the ones | not similar | be creative | varied | at random | "
        "random seed | 多样 | 不要重复 | 不同于 | beragam | jangan mengulang",
    ),
    _cue(
        "readers",
        -0.5,
        "our customer | our product | our shop | our store | our company | "
        "our app | our website | our team | our assistant | our support | "
        "our bot | our knowledge base | students | pupils | learners | class | "
        "lesson | quiz for | blog | newsletter | shopper | buyer | reader | "
        "storefront | brand voice | ticket | patient | tenant | policyholder | "
        "pull request | unit test | pytest | regression | pelanggan | siswa | "
        "toko kami | 客户 | 学生 | 我们的产品 | 读者 | 店铺",
    ),
)
"""At most 32: a call's cues are bits of one number."""
PRODUCT = 1 << next(at for at, cue in enumerate(CUES) if cue.weight < 0)


_REASONING = (
    "<think",
    "<reasoning",
    "\\boxed",
    "step by step",
    "let's think",
    "lets think",
    "therefore,",
    "final answer",
    "the answer is",
    "第一步",
    "首先",
    "因此",
    "最终答案",
    "jawaban akhir",
)
_NUMBERED = ("step 1", "langkah 1")
"""The same where no letter or digit follows."""
_REASONING_LENGTH = 6000


@cache
def _sought() -> tuple[AhoCorasick, tuple[tuple[int, bool], ...]]:
    """One automaton for all words; each word's bit, and whether its end is open."""
    words = [(word, 1 << at) for at, cue in enumerate(CUES) for word in cue.words]
    told = tuple((bit, word.endswith("*")) for word, bit in words)
    return AhoCorasick([word.removesuffix("*") for word, _ in words]), told


def cues(text: str) -> int:
    """The cues of one text as bits, in the order of `CUES`."""
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "\n" + text[-TAIL:]
    text = f" {text.lower()}  "
    automaton, told = _sought()
    found = 0
    for word, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
        bit, is_open = told[word]
        if not found & bit and _stands(text, start, end, is_open=is_open):
            found |= bit
    return found


def _stands(text: str, start: int, end: int, *, is_open: bool) -> bool:
    """Whether a word stands there by itself, or its plural; scripts without spaces
    have no words of their own.
    """
    if _is_letter(text[start]) and _is_letter(text[start - 1]):
        return False
    if is_open or not _is_letter(text[end - 1]) or not _is_letter(text[end]):
        return True
    return text[end] == "s" and not _is_letter(text[end + 1])


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def reasons(answer: str) -> bool:
    """Whether an answer shows its reasoning."""
    text = answer[:_REASONING_LENGTH].lower()
    found = [each for each in _REASONING if each in text]
    if found[:1] == ["<think"] or "<reasoning" in found:
        return True
    numbered = sum(
        1
        for each in _NUMBERED
        if each in text and re.search(rf"{each}\b", text) is not None
    )
    return len(found) + numbered >= 2
