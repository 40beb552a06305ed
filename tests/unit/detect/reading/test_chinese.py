import pytest

from affidavit.detect.reading.chinese import WORDS
from affidavit.detect.reading.purpose import purposes
from affidavit.detect.scan import spell
from affidavit.detect.sentences import mark


def heard(text: str) -> bool:
    marked = mark(text)
    return any(purposes(marked, 0, len(marked)))


def test_no_word_has_two_fields() -> None:
    words = [word for words in WORDS.values() for word in words.literals]
    spelt = spell(words)
    spelled = [spelt[word] for word in words]

    assert len(set(spelled)) == len(spelled)


@pytest.mark.parametrize(
    "text",
    [
        # Traditional characters, and what is said in Taiwan.
        "請寫三十段旅客掛失行李的對話，我們要訓練機場的語音助理。",
        "麻煩產生四十筆停車場客訴，標好類別，之後餵給小模型。",
        "幫我把這份說明轉成問答，當作微調資料。",
        # What learners are called.
        "编六十句买菜时的闲聊，喂给咱们底座。",
        "给每段文字想三个查询，拿来训练双塔。",
        "设计二十个诱导提问，用来训练我们的护栏模型。",
        "攒五十条弹幕，标好立场，我拿去喂情感模型。",
        # What training is called.
        "冷启动没有数据，先来八十条带思考过程的题，给学生模型用。",
        "凑五十段相声对白，我拿去炼个角色模型。",
        "每句话换三种说法，之后一起混进预训练语料。",
        "两个回答哪个更好？你的标记会用来做偏好对齐。",
        # A purpose that stands alone, and a heading.
        "编四十封邮件，真假各半。训练诈骗检测器用。",
        "写二十道分数应用题，微调用。",
        "闲聊训练语料，每类15句，口语一点。",
        "要几十条找路的问法，训练导航意图用。",
        "我要训一个判断菜品的分类器，写二十道菜的描述。",
        "三十条问诊对话，对齐用的素材。",
        # What is asked for, and what it is done on.
        "合同条款请逐条标出风险，回头训个法务小模型。",
        "把这份报告拆成四十个问答，我们拿去微调。",
        "编寓言故事……每则都要有教训……这些是小模型的训练文本。",
        # What is not heard as a question, or as writing for people.
        "我们的语义理解模型听不懂反话，请写三十句反话，拿来补训。",
        "把这份手册拆成四十个客户的疑问，之后喂给客服模型。",
    ],
)
def test_a_request_is_heard_whatever_its_words(text: str) -> None:
    assert heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "請寫三十段對話，給新進員工培訓用。",
        "请写一段说明，告诉学员训练任务为什么会排队。",
        "用户的对话能否作为训练语料？请写出两点看法。",
        "写三条回复，说明我们的机器人不需要微调。",
        "请写五个例子，介绍小狗喂食和营养的常识。",
        "写十句文案，推广我们的健身训练课和机器人吸尘器。",
        "请写三个句子，题为“训练数据越多越好吗”。",
        "把这句话译成英文：我们的机器人经过海量语料训练，能听懂方言。",
        "把摘要译成英文：本文使用合成数据训练了一个小模型。",
        "写一则寓言：机器人从老人那里学会了下棋。",
        "造二十条测试数据，检查训练平台的上传页面。",
        "给标注员写三条提醒：机器人编号不要填错。",
    ],
)
def test_ordinary_work_in_the_words_of_training_is_let_be(text: str) -> None:
    assert not heard(text)
