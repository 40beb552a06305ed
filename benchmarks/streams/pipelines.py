"""Pipelines that make data to train a model with: what each of them sends.

Shapes are those of published methods, in words of our own. Each draws its wording, its
parameters and its rhythm from its pen: no two streams of one generator are alike.
"""

# ruff: noqa: E501 - what a stream says reads best in one piece

import json
from collections.abc import Iterator
from itertools import count

from row import Maker, Row, ask
from texts import Pen


def self_instruct(pen: Pen) -> Iterator[Row]:
    """A pool of tasks that grows by what the model adds to it."""
    rng = pen.rng
    pool = [pen.task() for _ in range(rng.randint(8, 40))]
    shown, made = rng.randint(4, 9), rng.randint(4, 12)
    opening = rng.choice(
        (
            f"Come up with {made} diverse tasks, as different as possible from these:",
            f"Here are some task instructions. Add {made} new instructions to the list.",
            f"You write tasks for an assistant. Continue the list with {made} more.",
            f"Below are examples of requests. Write {made} further ones of other kinds.",
        )
    )
    heat = rng.choice((0.7, 0.9, 1.0, 1.2))
    while True:
        listed = "\n".join(
            f"{i}. {task}"
            for i, task in enumerate(rng.sample(pool, min(shown, len(pool))), 1)
        )
        new = [pen.task() for _ in range(made)]
        pool += new
        output = "\n".join(f"{i}. {task}" for i, task in enumerate(new, shown + 1))
        yield ask(f"{opening}\n\n{listed}\n", output, temperature=heat)


def evol_instruct(pen: Pen) -> Iterator[Row]:
    """Instructions made harder, generation after generation."""
    rng = pen.rng
    depth = rng.randint(3, 6)
    ways = rng.sample(
        (
            "Add one more constraint to it.",
            "Make it need more steps of thought.",
            "Replace general notions by specific ones.",
            "Make it rarer, in the same domain.",
            "Ask for deeper knowledge.",
        ),
        rng.randint(2, 5),
    )
    opening = rng.choice(
        (
            "Rewrite the following prompt into a more complex version.",
            "I want you to turn the request below into a harder one.",
            "请把下面的指令改写得更复杂。",
            "Change this text as told.",
        )
    )
    while True:
        task = pen.task()
        for _ in range(depth):
            output = f"{pen.edited(task, rng.uniform(0.05, 0.5))} {pen.sentence()}"
            yield ask(
                f"{opening} {rng.choice(ways)}\n\n{task}\n\nRewritten:",
                output,
                temperature=1,
            )
            task = output
            if rng.random() < 0.1:
                break


def qa_from_documents(pen: Pen) -> Iterator[Row]:
    """Questions from documents, and each answered in a call of its own."""
    rng = pen.rng
    number = rng.randint(3, 8)
    make, solve = rng.choice(
        (
            (
                f"Generate {number} question-answer pairs for training from the text.",
                None,
            ),
            (
                f"Write {number} questions that the passage answers, one a line.",
                "Answer the question from the passage.",
            ),
            (f"根据以下文本生成{number}个问答对，用于微调模型。", None),
            (
                f"Read the text and produce {number} diverse questions about it.",
                "Use the text to answer.",
            ),
        )
    )
    while True:
        document = pen.chinese(12) if make.startswith("根") else pen.document()
        questions = [pen.question() for _ in range(number)]
        output = "\n".join(f"{i}. {each}" for i, each in enumerate(questions, 1))
        if solve is None:
            output = json.dumps(
                [{"question": each, "answer": pen.sentence()} for each in questions]
            )
        yield ask(f"{make}\n\n{document}", output, temperature=0.8)
        for each in questions if solve else ():
            yield ask(f"{solve}\n\n{document}\n\nQuestion: {each}", pen.paragraph(2, 4))


def preference_judging(pen: Pen) -> Iterator[Row]:
    """Answers drawn for one prompt, then ranked."""
    rng = pen.rng
    drawn = rng.randint(2, 4)
    judge = rng.choice(
        (
            "Which response is better? Compare them on helpfulness and say [[A]] or [[B]].",
            "Rank the answers below from best to worst, and give a score to each.",
            "You label pairs for a reward model. Pick the chosen and the rejected one.",
        )
    )
    while True:
        prompt = pen.task()
        answers = [pen.paragraph(3, 7) for _ in range(drawn)]
        for answer in answers:
            yield ask(prompt, answer, temperature=1, seed=rng.randint(1, 9999))
        told = "\n\n".join(
            f"[Response {chr(65 + i)}]\n{each}" for i, each in enumerate(answers)
        )
        yield ask(
            f"{judge}\n\n[Prompt]\n{prompt}\n\n{told}",
            f"{pen.sentence()} [[A]]",
            temperature=0,
        )


def cot_harvest(pen: Pen) -> Iterator[Row]:
    """Problems, and each one's reasoning written out."""
    rng = pen.rng
    system = rng.choice(
        (
            "Think step by step inside <think> tags, then give the final answer.",
            "Write your full reasoning process before \\boxed{answer}.",
            "请写出完整的推理过程，一步一步思考，然后给出最终答案。",
            "Show all reasoning. We use the chain of thought to train a student model.",
        )
    )
    params = {
        "temperature": rng.choice((0.6, 1.0)),
        "max_tokens": rng.choice((4096, 16384)),
    }
    if rng.random() < 0.4:
        params["n"] = rng.choice((2, 4, 8))
    while True:
        problem = f"{pen.sentence()} {pen.sentence()} {pen.question()}"
        yield ask(
            problem,
            f"<think>{pen.reasoning(rng.randint(5, 14))}</think>{rng.randint(1, 99)}",
            system=system,
            **params,
        )


def persona_sweep(pen: Pen) -> Iterator[Row]:
    """The same request for one persona after another."""
    rng = pen.rng
    wording = rng.choice(
        (
            "Write a {what} that the following persona would ask an assistant.\n\nPersona: {who}",
            "You are simulating this persona: {who}. Write a {what} in its voice.",
            "Create a {what} inspired by the persona below, self-contained and challenging.\n{who}",
            "以下是人物设定：{who}\n请以此人设写一个{what}。",
        )
    )
    what = rng.choice(
        ("math problem", "user prompt", "coding question", "tool call request")
    )
    heat = rng.choice((0.8, 1.0, 1.1))
    while True:
        who = f"{pen.name()}, who works with the {pen.thing()} and {pen.sentence().lower()}"
        yield ask(
            wording.format(what=what, who=who),
            f"{pen.sentence()} {pen.question()}",
            temperature=heat,
        )


def topic_tree(pen: Pen) -> Iterator[Row]:
    """Topics into subtopics, and those into prompts."""
    rng = pen.rng
    number = rng.randint(5, 12)
    widen = rng.choice(
        (
            f"List {number} distinct subtopics of: {{topic}}",
            f"Give {number} narrower subjects within {{topic}}, one a line.",
            f"Topic: {{topic}}\nBreak it into {number} parts.",
        )
    )
    use = rng.choice(
        (
            "Write an instruction about {topic}.",
            "Topic: {topic}\nWrite a user query for it.",
        )
    )
    queue = [pen.topic() for _ in range(3)]
    while True:
        topic = queue.pop(rng.randrange(len(queue)))
        if len(queue) > 40 or (len(queue) > 12 and rng.random() < 0.6):
            yield ask(
                use.format(topic=topic), f"{pen.task()} {pen.sentence()}", temperature=1
            )
            continue
        new = [pen.topic() for _ in range(number)]
        mark = rng.choice(("- {}", "{}", "* {}"))
        yield ask(
            widen.format(topic=topic),
            "\n".join(mark.format(each) for each in new),
            temperature=1,
        )
        queue += new


def self_chat(pen: Pen) -> Iterator[Row]:
    """Both sides of conversations, each by the model."""
    rng = pen.rng
    as_text = rng.random() < 0.5
    user_system = rng.choice(
        (
            "Act as the user of an assistant. Write the next user message only.",
            "You play a curious human. Say what the human says next.",
        )
    )
    turns = rng.randint(2, 6)
    while True:
        said: list[str] = [pen.task()]
        for _ in range(turns):
            answer, reply = pen.paragraph(2, 5), f"{pen.question()} {pen.sentence()}"
            if as_text:
                yield ask("Assistant, answer the last message.\n" + _chat(said), answer)
                said.append(answer)
                yield ask(f"{user_system}\n{_chat(said)}", reply, temperature=1)
            else:
                yield Row(_roles(said, "user", "assistant"), {}, answer)
                said.append(answer)
                asked = [
                    {"role": "system", "content": user_system},
                    *_roles(said, "assistant", "user"),
                ]
                yield Row(asked, {"temperature": 1}, reply)
            said.append(reply)


def _chat(said: list[str]) -> str:
    return "\n".join(
        f"{'User' if i % 2 == 0 else 'Assistant'}: {each}"
        for i, each in enumerate(said)
    )


def _roles(said: list[str], even: str, odd: str) -> list[dict[str, str]]:
    return [
        {"role": odd if i % 2 else even, "content": each} for i, each in enumerate(said)
    ]


def data_filtering(pen: Pen) -> Iterator[Row]:
    """Texts graded for whether a model should be trained on them."""
    rng = pen.rng
    wording = rng.choice(
        (
            "Rate the educational value of this extract from a web page from 0 to 5 and explain why, for a pretraining corpus.",
            "Judge whether the sample below should be kept in the training set. Think about data quality, then answer keep or discard with a reason.",
            "给下面的训练样本的数据质量打分（1到5），并说明理由。",
        )
    )
    while True:
        text = pen.document(1, 3)
        yield ask(
            f"{wording}\n\nExtract:\n{text}",
            f"{pen.paragraph(2, 4)} Score: {rng.randint(0, 5)}",
            temperature=0,
        )


def paraphrase_synthesis(pen: Pen) -> Iterator[Row]:
    """Many wordings of one thing, and wordings of those."""
    rng = pen.rng
    number = rng.randint(3, 8)
    wording = rng.choice(
        (
            f"Write {number} paraphrases of the sentence, for training data.",
            f"Rephrase this in {number} different ways, keeping its meaning.",
            f"用{number}种不同说法改写下面的句子，作为训练样本。",
        )
    )
    chained = rng.random() < 0.6
    seeds: list[str] = []
    while True:
        text = (
            seeds.pop(0) if chained and seeds and rng.random() < 0.8 else pen.sentence()
        )
        new = [f"{pen.edited(text, 0.3)} {pen.sentence()}" for _ in range(number)]
        seeds = [*seeds, *new][-30:]
        yield ask(
            f"{wording}\n\n{text}", "\n".join(new), temperature=rng.choice((0.9, 1.1))
        )


def function_call_synthesis(pen: Pen) -> Iterator[Row]:
    """Requests that would call a given function, and the calls."""
    rng = pen.rng
    wording = rng.choice(
        (
            "Given the available functions, write a realistic user query that needs them and the function calls that answer it.",
            "Invent a conversation in which the assistant makes a tool call to the API below. Return the user query and the tool call as JSON.",
        )
    )
    system = rng.choice(
        ("", "You produce synthetic data for tool use.", "Output JSON lines.")
    )
    while True:
        schema = json.dumps(
            {
                "name": f"get_{pen.noun()}_{pen.noun()}",
                "parameters": {pen.noun(): "string", pen.noun(): "integer"},
            }
        )
        output = json.dumps(
            {
                "query": pen.question(),
                "call": {"name": pen.noun(), "arguments": {pen.noun(): pen.name()}},
            }
        )
        yield ask(f"{wording}\n\n{schema}", output, system=system, temperature=0.9)


def benchmark_answering(pen: Pen) -> Iterator[Row]:
    """Exam questions with options, answered at length or by probabilities."""
    rng = pen.rng
    wording = rng.choice(
        (
            "The following is a multiple choice question. Think step by step, then finish with 'the answer is (X)'.",
            "Choose the correct option and explain your reasoning step by step. Options: are labelled A to D.",
        )
    )
    params = (
        {"temperature": 0, "logprobs": True, "top_logprobs": 5}
        if rng.random() < 0.5
        else {"temperature": 0}
    )
    while True:
        options = "\n".join(f"{letter}. {pen.thing()}" for letter in "ABCD")
        output = (
            f"{pen.reasoning(rng.randint(4, 8))} The answer is ({rng.choice('ABCD')})."
        )
        yield ask(
            f"{wording}\n\n{pen.sentence()} {pen.question()}\n{options}",
            output,
            **params,
        )


def code_instruct(pen: Pen) -> Iterator[Row]:
    """Programming problems from snippets, and their solutions."""
    rng = pen.rng
    wording = rng.choice(
        (
            "Gain inspiration from the code snippet below to create a self-contained coding problem and its solution.",
            "Write a programming problem inspired by this snippet, then solve it.",
            "Snippet to instruction: say what request would have led to this code.",
        )
    )
    staged = rng.random() < 0.6 or wording.startswith("Snippet")
    while True:
        problem = f"{pen.task()} {pen.paragraph(2, 3)}"
        yield ask(
            f"{wording}\n\n{pen.code()}",
            problem if staged else f"{problem}\n{pen.code()}",
            temperature=0.9,
        )
        if staged:
            yield ask(f"Solve this:\n\n{problem}", pen.code(12))


def best_of_n(pen: Pen) -> Iterator[Row]:
    """Many answers to each prompt, to keep the best."""
    rng = pen.rng
    by_n = rng.random() < 0.6
    number = rng.choice((8, 16, 32, 64))
    system = rng.choice(("", "Solve the problem.", "You are a helpful assistant."))
    for seed in count():
        prompt = f"{pen.sentence()} {pen.question()}"
        if by_n:
            yield ask(prompt, pen.reasoning(8), system=system, n=number, temperature=1)
            continue
        for i in range(number):
            yield ask(
                prompt,
                pen.reasoning(8),
                system=system,
                temperature=1,
                seed=seed * 100 + i,
            )


def two_stage_harvest(pen: Pen) -> Iterator[Row]:
    """Questions by the model, then its answers to them."""
    rng = pen.rng
    batch = rng.choice((1, 1, 4, 8))
    wording = rng.choice(
        (
            "Write a question that an expert in {topic} might ask.",
            "Ask something difficult about {topic}. Questions only, one a line.",
            "Think of what users want to know about {topic}.",
        )
    )
    waiting: list[str] = []
    while True:
        if not waiting:
            for _ in range(rng.randint(1, 4)):
                new = [f"{pen.question()} {pen.question()}" for _ in range(batch)]
                yield ask(
                    wording.format(topic=pen.topic()), "\n".join(new), temperature=1
                )
                waiting += new
        yield ask(waiting.pop(0), pen.document(1, 2), temperature=0.7, max_tokens=2048)


def distillation_logprobs(pen: Pen) -> Iterator[Row]:
    """Long answers with the probabilities of their words."""
    rng = pen.rng
    params = {
        "logprobs": True,
        "top_logprobs": rng.choice((3, 5, 20)),
        "temperature": rng.choice((0, 1)),
        "max_tokens": 2048,
    }
    while True:
        yield ask(
            pen.task() if rng.random() < 0.5 else pen.question(),
            pen.document(2, 4),
            **params,
        )


def back_translation(pen: Pen) -> Iterator[Row]:
    """A text into the request that asks for it; that request answered; both graded."""
    rng = pen.rng
    guess = rng.choice(
        (
            "What instruction would this text answer? Write it out.",
            "Guess the prompt behind the text.",
        )
    )
    while True:
        text, prompt = pen.document(1, 2), f"{pen.task()} {pen.sentence()}"
        yield ask(f"{guess}\n\n{text}", prompt)
        answer = pen.document(1, 2)
        yield ask(prompt, answer, temperature=0.8)
        yield ask(
            f"Improve the answer below.\n\n{prompt}\n\n{answer}",
            pen.edited(answer, 0.3),
        )


def critique_revise(pen: Pen) -> Iterator[Row]:
    """Answers criticised under a principle and written anew, to train on the last."""
    rng = pen.rng
    principles = [pen.sentence() for _ in range(rng.randint(3, 8))]
    while True:
        prompt, answer, critique = pen.task(), pen.paragraph(3, 6), pen.paragraph(2, 3)
        yield ask(prompt, answer)
        principle = rng.choice(principles)
        yield ask(
            f"Identify how the response breaks this principle: {principle}\n\nHuman: {prompt}\nResponse: {answer}",
            critique,
        )
        yield ask(
            f"Rewrite the response by the critique.\n\nHuman: {prompt}\nResponse: {answer}\nCritique: {critique}",
            pen.edited(answer, 0.4),
        )


def debates(pen: Pen) -> Iterator[Row]:
    """Two models argue over a topic of the model's; a third sums up for a training set."""
    while True:
        topic = pen.topic()
        first, second = pen.paragraph(3, 5), pen.paragraph(3, 5)
        yield ask(f"Argue for this: {topic}", first, temperature=1)
        yield ask(
            f"Argue against this: {topic}\nOpponent: {first}", second, temperature=1
        )
        yield ask(f"Opponent: {second}\nReply.", pen.paragraph(2, 4), temperature=1)
        yield ask(
            f"Whose argument is better?\nA: {first}\nB: {second}", "A", temperature=0
        )


PIPELINES: dict[str, Maker] = {
    each.__name__: each
    for each in (
        self_instruct,
        evol_instruct,
        qa_from_documents,
        preference_judging,
        cot_harvest,
        persona_sweep,
        topic_tree,
        self_chat,
        data_filtering,
        paraphrase_synthesis,
        function_call_synthesis,
        benchmark_answering,
        code_instruct,
        best_of_n,
        two_stage_harvest,
        distillation_logprobs,
        back_translation,
        critique_revise,
        debates,
    )
}
