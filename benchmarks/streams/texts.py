"""Text of no author: our own words and grammar, seeded, and varied enough to be told
apart by its runs of words as real text is.

A `Pen` is one writer. Its subjects are drawn when it is made, so that two streams talk
of different things.
"""

# ruff: noqa: E501, SIM905 - what a stream says reads best in one piece

import random

_NOUNS = """river harbour invoice ledger orchard engine bridge festival museum island kettle
lantern market meadow mountain notebook ocean painter parcel pension pipeline planet plaza
poem policy printer protein quarry railway recipe refund region remedy reservoir resin
satellite schedule school sensor shelter signal soil stadium station statue storage storm
student subway supplier surgeon tariff temple tenant theatre theorem ticket timber tower
tractor treaty tunnel turbine valley vaccine vendor vessel village vineyard violin virus
volcano voucher warehouse warranty waterfall weather whale wheel willow window winter
workshop yard yeast zone account airport alloy antenna apprentice archive arena arrow
asset atlas auction balcony bakery barrel basin battery beacon beetle bicycle biopsy
blanket boiler border bottle bracket branch budget buffer cabinet cable calendar camera
canal canyon carbon cargo castle catalyst cavern cellar ceramic chapel charter chemist
circuit citizen climate clinic cluster coast coffee colony comet compass compound contract
copper coral cotton council courier crane crater creditor crystal current customer cycle
dairy debtor decree deposit desert diagram diploma dispatch diver doctor domain dragon
drawer drought duct dynamo eagle editor elevator embassy enzyme estate exhibit export
fabric factory falcon farmer ferry fibre filter fleet flour forest formula fortress fossil
fountain freight frontier fuel furnace galaxy gallery garden garment gateway geometry
glacier goblet grain granite gravity grid guardian guitar habitat hammer handle harvest
helmet herd highway horizon hospital hotel household hull humidity""".split()
_ADJECTIVES = """narrow distant ancient brittle careful certain cheap clean clever cloudy
coastal cold common complex cosy crowded curious daily damp deep delicate dense different
digital direct double dry early eastern elastic electric empty exact expensive faint fair
famous fast fertile final firm flat foreign formal fragile free fresh friendly full gentle
global gradual grand green half-finished hard heavy hidden hollow honest humid idle
industrial inner internal joint large late lean light linear little local long loose loud
lower marine mature mild minor mobile modern modest moist mutual native natural neat
northern numerous odd old open ordinary outer pale partial patient plain polite portable
precise private proud public quick quiet random rapid rare raw ready recent regional
reliable remote rigid ripe robust rough round rural safe scarce seasonal secret secure
severe shallow sharp short silent simple slender slow small smooth soft solid sour southern
spare special stable steady steep stiff strict strong sudden sunny sweet tall temporary
thick thin tidy tiny tough tropical unusual upper urban urgent usual valid vast vivid warm
weak western wide wild wooden young""".split()
_VERBS = """carries changes checks claims cleans closes collects compares connects contains
controls cools covers crosses cuts damages delays delivers demands depends describes divides
drains draws drives earns employs enters examines exceeds exports feeds fills finds follows
forms funds gains gathers governs grows guards guides handles heats helps holds imports
improves includes influences informs inspects joins keeps leads leaves lifts limits links
loads locates lowers maintains makes marks measures meets mixes moves needs observes obtains
occupies opens orders owns paints passes pays permits places plans powers prevents prints
produces protects proves provides pulls pumps raises reaches receives records reduces
reflects regulates releases removes repairs replaces reports requires resists restores
returns reveals rewards risks rules saves seals secures sells sends separates serves shapes
shares shelters shows signs slows sorts spreads starts stops stores strengthens studies
suits supplies supports surrounds tests threatens touches tracks trades trains transports
treats turns unites uses values visits warms washes watches weakens weighs widens wins
yields""".split()
_PLACES = """in the north|near the coast|after the war|before sunrise|during the dry months|
every second week|without any notice|under the new rules|at the edge of town|for the first
time|with little effort|since last autumn|on most days|beyond the hills|according to the
council|by the end of the year|despite the cost|in smaller towns|at low pressure|when demand
is high|as the records show|between two shifts|on the eastern side|over several decades|
along the old road|in a second trial|at half the price|once the rain stops|for no clear
reason|in three of five cases""".replace("\n", " ").split("|")
_STARTS = """In practice,|Even so,|As a result,|For example,|By contrast,|Over time,|In short,|
At first,|More often,|Unlike before,|In this case,|On the whole,""".replace(
    "\n", ""
).split("|")
_SYLLABLES = """ba be bo da de do fa fe fi ga go ha he ja ka ke ki ko la le li lo ma me mi mo na
ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi vo za ze zi zo""".split()
_ZH = """河流 港口 账单 果园 引擎 桥梁 节日 博物馆 岛屿 市场 草地 高山 海洋 画家 包裹 政策 铁路 食谱 退款
地区 水库 卫星 计划 学校 传感器 土壤 车站 仓库 风暴 学生 供应商 医生 关税 寺庙 剧院 定理 塔 隧道 山谷 疫苗
村庄 火山 窗户 冬天 车间 账户 机场 天线 档案 电池 自行车 预算 相机 运河 城堡 气候 诊所 咖啡 合同 客户 沙漠""".split()
_ZH_VERBS = """影响 改变 检查 连接 控制 覆盖 描述 推动 发现 形成 保护 提高 限制 测量 需要 减少 反映 要求 支持 使用""".split()
_ZH_ADVERBS = """明显 逐渐 通常 很少 往往 经常 迅速 暂时 完全 几乎""".split()
_CODE_VERBS = """load parse merge split count filter rotate encode validate compute render sort
group flatten retry schedule publish resolve normalise archive""".split()


class Pen:
    """Writes sentences, questions, names and code, from one seed."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._nouns = rng.sample(_NOUNS, 140)
        self._names = [self._coined() for _ in range(60)]

    def _coined(self) -> str:
        return "".join(self.rng.choices(_SYLLABLES, k=self.rng.randint(2, 4))).title()

    def noun(self) -> str:
        """A thing."""
        return self.rng.choice(self._nouns)

    def name(self) -> str:
        """Somebody's or something's name."""
        if self.rng.random() < 0.5:
            return self._coined()
        return self.rng.choice(self._names)

    def thing(self) -> str:
        """A thing with a trait."""
        return f"{self.rng.choice(_ADJECTIVES)} {self.noun()}"

    def topic(self) -> str:
        """A few words that could head a section."""
        rng = self.rng
        forms = (
            f"{self.thing()} {rng.choice(['design', 'care', 'history', 'law', 'theory'])}",
            f"the {self.noun()} of {self.name()}",
            f"{self.noun()} and {self.thing()}",
            f"{self.noun()} {rng.choice(['maintenance', 'trade', 'safety', 'planning'])}",
        )
        return rng.choice(forms)

    def sentence(self) -> str:
        """One sentence of 8 to 25 words."""
        rng = self.rng
        subject = self.name() if rng.random() < 0.2 else f"the {self.thing()}"
        core = f"{subject} {rng.choice(_VERBS)} the {self.thing()}"
        if rng.random() < 0.6:
            core += f" {rng.choice(_PLACES).strip()}"
        if rng.random() < 0.4:
            core += f", and {self.name()} {rng.choice(_VERBS)} every {self.noun()}"
        if rng.random() < 0.25:
            core += f" because a {self.thing()} {rng.choice(_VERBS)} {self.noun()}s"
        if rng.random() < 0.25:
            return f"{rng.choice(_STARTS)} {core}."
        return f"{core[0].upper()}{core[1:]}."

    def paragraph(self, low: int = 3, high: int = 6) -> str:
        """Sentences in a row."""
        return " ".join(self.sentence() for _ in range(self.rng.randint(low, high)))

    def document(self, low: int = 2, high: int = 5) -> str:
        """Paragraphs."""
        number = self.rng.randint(low, high)
        return "\n\n".join(self.paragraph() for _ in range(number))

    def question(self) -> str:
        """What somebody asks."""
        rng = self.rng
        forms = (
            f"Why does the {self.thing()} need a {self.thing()} {rng.choice(_PLACES).strip()}?",
            f"How would you {rng.choice(_CODE_VERBS)} the {self.thing()} of {self.name()}?",
            f"What happens to a {self.thing()} when the {self.noun()} {rng.choice(_VERBS)} it?",
            f"Which {self.noun()} {rng.choice(_VERBS)} the {self.thing()}, and how often?",
            f"Can a {self.thing()} replace the {self.thing()} {rng.choice(_PLACES).strip()}?",
        )
        return rng.choice(forms)

    def task(self) -> str:
        """What somebody wants done."""
        rng = self.rng
        forms = (
            f"Write a short report on how the {self.thing()} {rng.choice(_VERBS)} {self.noun()}s.",
            f"List {rng.randint(3, 9)} ways in which a {self.thing()} {rng.choice(_VERBS)} a {self.noun()}.",
            f"Explain to {self.name()} why the {self.thing()} is better than a {self.thing()}.",
            f"Plan a {self.thing()} for {self.name()} with a budget of {rng.randint(20, 900)}.",
            f"Compare the {self.thing()} with the {self.thing()} {rng.choice(_PLACES).strip()}.",
        )
        return rng.choice(forms)

    def code(self, lines: int = 8) -> str:
        """A function in an indented language."""
        rng = self.rng
        name = f"{rng.choice(_CODE_VERBS)}_{self.noun()}"
        body = [
            f"def {name}({self.noun()}, {self.noun()}_{rng.choice(['id', 'list', 'map'])}):"
        ]
        for _ in range(rng.randint(max(2, lines - 3), lines + 3)):
            left, right = self.noun(), self.noun()
            forms = (
                f"    {left} = {rng.choice(_CODE_VERBS)}({right}, {rng.randint(0, 99)})",
                f"    if {left}.{right} > {rng.randint(0, 50)}:\n        {right} = {left}[{rng.randint(0, 9)}]",
                f"    for {left} in {right}_list:\n        {right}.append({left}.{self.noun()})",
            )
            body.append(rng.choice(forms))
        return "\n".join([*body, f"    return {self.noun()}"])

    def reasoning(self, steps: int = 5) -> str:
        """Steps towards a result."""
        told = [f"Step {i + 1}: {self.sentence()}" for i in range(steps)]
        return "\n".join(
            [*told, f"Therefore, the answer is {self.rng.randint(1, 999)}."]
        )

    def chinese(self, sentences: int = 4) -> str:
        """A paragraph in Chinese."""
        rng = self.rng
        made = (
            f"{rng.choice(_ZH)}的{rng.choice(_ZH)}{rng.choice(_ZH_ADVERBS)}{rng.choice(_ZH_VERBS)}"
            f"了{rng.choice(_ZH)}和{rng.choice(_ZH)}。"
            for _ in range(sentences)
        )
        return "".join(made)

    def edited(self, text: str, share: float) -> str:
        """`text` with a share of its words replaced."""
        words = text.split(" ")
        return " ".join(
            self.noun() if self.rng.random() < share else word for word in words
        )
