"""Words that several rules share: making, training, training data, source text, code.

Knows vocabulary, one set per idea and language. Knows no rule.
"""

from affidavit.detect.rule import Terms, terms

MAKE_EN = terms(
    "generat* | creat* | produc* | synthesi* | write | "
    "compose | craft | come up with | make | give me | "
    "draft | invent | devise | construct | output | prepare | "
    "compile | assemble | building a | building an | put together"
)
MAKE_ZH = terms(
    "生成 | 创建 | 编写 | 构造 | 设计 | 产出 | 写出 | "
    "撰写 | 合成 | 制作 | 给出 | 构建 | 提出 | 编造 | "
    "改写成 | 输出 | 整理 | 做一 | 造一 | 编一 | 需要合成 | 要一批 | 来一批"
)
MAKE_ID = terms(
    "buat* | hasilkan | menghasilkan | tulis | tuliskan | "
    "menulis | susun | menyusun | ciptakan | membuat | "
    "bikin | rancang | sintesis | membangun | kumpulkan | "
    "siapkan | minta | kasih"
)

TRAIN_EN = terms(
    "train | training | fine tune | finetune | "
    "fine tuning | finetuning | fine tuned | finetuned | "
    "sft | rlhf | instruction tuning | distill | "
    "distillation | pretraining | pre training | "
    "post training"
)
TRAIN_ZH = terms("训练 | 微调 | 蒸馏 | 精调 | sft | rlhf")
TRAIN_ID = terms(
    "melatih | pelatihan | latih | dilatih | fine tuning | "
    "fine tune | finetuning | menyempurnakan model | "
    "distilasi"
)

MODEL_EN = terms(
    "model | models | llm | llms | language model* | "
    "chatbot | ai assistant | neural network | "
    "checkpoint | slm"
)
MODEL_ZH = terms("模型 | 大模型 | 语言模型 | llm | 聊天机器人 | 智能助手")
MODEL_ID = terms("model | llm | model bahasa | chatbot | asisten ai")

DATA_EN = terms(
    "training data | training dataset* | "
    "training data set* | training set | training sets | "
    "training example | training examples | "
    "training sample* | training instance* | "
    "training pair* | training conversation* | "
    "training dialog* | training record* | training row* | "
    "training corpus | instruction data | "
    "instruction dataset* | instruction tuning data* | "
    "instruction tuning example* | "
    "instruction tuning pair* | "
    "instruction tuning sample* | "
    "instruction response pair* | "
    "instruction output pair* | instruction answer pair* | "
    "prompt response pair* | prompt completion pair* | "
    "tuning example* | tuning sample* | tuning pair* | tuning data* | "
    "fine tuning data* | finetuning data* | "
    "fine tuning example* | finetuning example* | "
    "fine tuning sample* | finetuning sample* | "
    "fine tuning pair* | finetuning pair* | sft data* | "
    "sft example* | sft sample* | alignment data* | "
    "preference data* | preference pair* | dpo data* | "
    "dpo pair* | rlhf data* | function calling data* | "
    "tool calling data* | pretraining data* | "
    "pre training data*"
)
DATA_ZH = terms(
    "训练数据 | 训练样本 | 训练样例 | 训练集 | 训练语料 | "
    "训练用的数据 | 训练对话 | 微调数据 | 微调样本 | "
    "微调语料 | 微调用的数据 | 指令数据 | 指令微调数据 | "
    "偏好数据 | 对齐数据 | sft数据 | sft 数据 | dpo数据 | "
    "dpo 数据 | 预训练数据 | 指令 回答对 | 指令回复对 | "
    "合成数据集 | 问答数据集"
)
DATA_ID = terms(
    "data latih | data pelatihan | dataset pelatihan | "
    "dataset latih | contoh pelatihan | contoh latih | "
    "sampel pelatihan | sampel latih | set pelatihan | "
    "korpus pelatihan | data fine tuning | "
    "dataset fine tuning | data instruksi | "
    "dataset instruksi | data finetuning | "
    "dataset finetuning | pasangan instruksi | "
    "data preferensi | contoh fine tuning | "
    "percakapan pelatihan | sampel tuning | contoh tuning | "
    "data tuning | data sintetis untuk melatih"
)

SOURCE_EN = terms(
    "passage | passages | document | documents | text | "
    "context | chunk | paragraph | paragraphs | article | "
    "excerpt | content"
)
SOURCE_ZH = terms("文本 | 文档 | 段落 | 文章 | 上下文 | 材料 | 内容 | 原文")
SOURCE_ID = terms("teks | dokumen | paragraf | artikel | bacaan | konteks")

CODE_EN = terms(
    "script | code to | code that | code for | "
    "write code | function to | function that | "
    "class that | pipeline that | notebook | loader | "
    "dataloader | unit test* | documentation | how to | "
    "how do | how can | explain how | explain what | "
    "explain why | explain the | explain chain* | "
    "tutorial | summari* | what is | blog post | policy | "
    "essay about | article about | review my | dashboard"
)
CODE_ZH = terms(
    "代码 | 脚本 | 函数 | 教程 | 文档说明 | 如何 | 怎么 | "
    "什么是 | 解释 | 总结 | 报告 | 介绍 | 统计 | 加载 | "
    "单元测试 | 规范"
)
CODE_ID = terms(
    "kode | skrip | fungsi | tutorial | bagaimana | "
    "jelaskan | apa itu | ringkas* | rangkum* | "
    "dokumentasi | laporan | memuat | artikel tentang | "
    "kebijakan | unit test*"
)

CLASSROOM: Terms = terms(
    "student | students | pupils | my class | classroom | "
    "lesson | homework | exam | quiz | flashcard* | "
    "textbook | learners | 学生 | 课堂 | 作业 | 考试 | "
    "测验 | 小测 | 课后 | 学员 | siswa | murid | kuis | "
    "ujian | kelas | pekerjaan rumah | mahasiswa"
)
