"""Words for what learns, what is made for it and what else is said of training.

One set per idea and language, and patterns for "this is made so that a model learns".
Knows vocabulary. Knows no rule.
"""

from affidavit.detect.rule import terms

MAKE_EN = terms(
    "generat* | creat* | produc* | synthesi* | write | writing | written | compos* | "
    "craft | come up with | make | give me | give us | draft | invent | devise | "
    "construct | output | prepare | provide | supply | furnish | put together | "
    "assemble | build | fabricate | think up | dream up | make up | i need | we need | "
    "i want | we want | i d like | we d like | need you to | help me | help us | spin "
    "up | churn out | formulate | author | imagine | simulat* | record | answer | "
    "collect | rewrite | expand | turn the | turn this | convert | return | list | "
    "rate | rank | score | label | annotate | think of | give | paraphrase | draw up | "
    "say | solve | spell out | show your | work through | translate | pretend | keep "
    "asking | ask | grow | extend | play | role play | act as | elaborate | reason | "
    "complete | explain your | respond | continue | compile | gather | judge | pick | "
    "choose | select | decide | reply | need | sort | mark | flag | describe | "
    "summarize each | make this | correct | edit | fill in | combine | phone | tag | "
    "classify | mark each | rephrase | reword | transcribe"
)
TUNE_EN = terms(
    "train | training | trained | trains | fine tun* | finetun* | sft | rlhf | dpo | "
    "learns | learn to | can learn | will learn | lora | qlora | instruction tun* | "
    "instruct tun* | supervised tun* | post train* | pretrain* | pre train* | distil* "
    "| teach | teaching | tune | tuning | tuned | align | aligning | alignment | learn "
    "from | learns from | learn how | imitate | imitates | mimic | mimics | bootstrap "
    "| feed into | fed into | fed to | feed to | feed our | feed the | student model | "
    "improve our | grow our | clone | cloning | copy | copies | copying | fuel for | "
    "fodder for | food for | raw material | material for | seed for | taught | taught "
    "by | learnt | learned by | replicate | calibrate | adapt our | adapting our | "
    "absorb | absorbs | optimised on | optimized on | optimise on | supervision | "
    "supervise | supervises | instruction mix | data mix | instruction set | self "
    "instruct | ranked pair* | will teach | teach our | understand how | pick up | "
    "internalise | internalize | fitted on | fit on | overfit"
)
MODEL_EN = terms(
    "model | models | llm | llms | slm | chatbot* | bot | assistant* | neural net* | "
    "network | classifier* | detector* | recogni* | embedding* | encoder | extractor | "
    "reranker | retriever | codellama | starcoder | deepseek* | bert* | roberta | t5 | "
    "falcon | baichuan | chatglm | checkpoint | llama* | qwen* | mistral* | gemma* | "
    "phi | transformer | 7b | 8b | 13b | 70b | 3b | 1b | language ai | our ai | own ai "
    "| conversational ai | in house ai | nlu | agent model | voice agent | ai agent | "
    "our agent | parser | tagger | ranker | scorer | translator | student network | "
    "language understanding"
)
ITEMS_EN = terms(
    "examples | samples | pairs | dialogues | dialogs | conversations | chats | "
    "utterances | rows | records | entries | instances | prompts | instructions | "
    "questions | queries | completions | responses | replies | answers | transcripts | "
    "q&a | qa | tasks | triples | triplets | demonstrations | dataset* | data set* | "
    "corpus | corpora | exchanges | trajectories | rationales | data | couples | "
    "problems | solutions | messages | sentences | labels | judgements | judgments | "
    "preferences | requests | scenarios | snippets | material | lines | texts | sets | "
    "reasoning | chain of thought | exercise* | puzzle* | steps | notes | emails | "
    "reviews | stories | summaries | captions | translations | turns | phrases | "
    "variants | variations | paraphrases | explanations | comments | posts | reports | "
    "essays | cases | documents | what you write | everything you | your output* | "
    "turn | question | reply | paragraphs | commands | phrasings | refusals | picks | "
    "choices | summary | ratings | scores | verdict* | votes | transcriptions | words "
    "| calls | resumes | fields | articles | gold answers | thoughts | riddles | "
    "riddle | ranked pair | dialogue"
)
FOR_TRAINING = (
    r"\b(?:to|for|will|shall|can|could|so|that|which|we|into|used|going to|target"
    r"|meant|intended|before|until|once we|towards?|goal|purpose|destined)"
    r"(?: (?!how\b|why\b|not\b)\w{1,14}){0,4} "
    r"(?:train|trains|training|fine tun(?:e|es|ing)|finetun(?:e|es|ing)|sft|rlhf|dpo"
    r"|q?lora"
    r"|(?:instruction|instruct|supervised) tuning|post ?train\w{0,3}|pre ?train\w{0,3}"
    r"|distil\w{0,7}|teach|teaching|tun(?:e|ing)|align\w{0,4}|learns?"
    r"|imitates?|mimics?|bootstrap|fe(?:ed|d) (?:in)?to|feed (?:our|the)|student model"
    r"|absorbs?|optimi[sz]ed? on"
    r"|supervis\w{1,4}|instruction (?:mix|set)"
    r"|data mix|self instruct|alignment|improve our|clone|replicate|adapt our"
    r"|cop(?:y|ies) (?:you|your|these|them|the (?:repl|answer|output|style)\w{0,4})"
    r"|taught)\b"
    r"|\b(?:fuel|fodder|food|raw material|material|seed) for (?:\w{1,14} ){0,4}"
    r"(?:model|llm|bot|chatbot|classifier|network)"
    r"|\b(?:is|are|be|being|get|gets|was) (?:\w{1,12} ){0,2}"
    r"(?:trained|tuned|fine ?tuned|distilled|optimi[sz]ed on|folded into)\b(?! by)"
)
ABOUT_EN = terms(
    "how to train | how do i | how do you | how does | how would | what is | what are "
    "| explain how | explain what | explain why | explain the | loss | why does | why "
    "do | summari* | blog post | article on | article about | essay | tutorial | guide "
    "to | course | lecture | slides | presentation | interview question* | job "
    "description | my resume | my cv | documentation | script | code | python function "
    "| function that | function to | unit test* | config | yaml | dashboard | error | "
    "traceback | compare the cost | policy | privacy | opt out | not be used | never "
    "used | not used | prompt generator | machine learning engineer | trained by | i "
    "was trained | you were trained | contract | invoice | email to | newsletter | "
    "press release | survey | news"
)
PROGRAM_EN = terms(
    "python code | write code | code that | code to | script | function that | write a "
    "function | pipeline that | data loader | notebook | regex | sql that | a class "
    "that"
)
PEOPLE_EN = terms(
    "new hires | staff | employees | onboarding | workshop | athletes | marathon | gym "
    "| volunteers | dogs | trainees | students | pupils | my class | apprentices | "
    "customers how | puppy | horse"
)

MAKE_ZH = terms(
    "生成 | 创建 | 编写 | 构造 | 设计 | 产出 | 写 | 撰写 | 合成 | 制作 | 给出 | 构建 | "
    "提出 | 编造 | 改写 | 输出 | 准备 | 提供 | 整理 | 造 | 产生 | 列出 | 给我 | 帮我 | "
    "需要 | 想要 | 拟 | 编 | 出 | 来 | 做 | 模拟 | 回答 | 标注 | 评分 | 打分 | 扩写 | "
    "选择 | 翻译 | 收集 | 凑 | 批量 | 扩展 | 扮演 | 设想 | 作答 | 扩充 | 改得 | 改成 | "
    "增加 | 判断 | 想 | 标成 | 加入"
)
TUNE_ZH = terms(
    "训练 | 微调 | 蒸馏 | 精调 | 调优 | 对齐 | 预训练 | 后训练 | sft | rlhf | dpo | "
    "lora | 调教 | 喂给 | 投喂 | 模仿 | 教会 | 教给 | 让它学 | 学习 | 学会 | 强化学习 "
    "| 教我们 | 教它 | 监督信号 | 指令集 | 优化训练 | 吸收 | 学着 | 照着学 | self "
    "instruct"
)
MODEL_ZH = terms(
    "模型 | llm | 机器人 | 助手 | 神经网络 | 分类器 | 智能体 | llama | qwen | chatglm "
    "| 自研ai | 自家ai | 我们的ai | 客服ai | codellama | bert | 检测器 | 网络 | "
    "学生模型 | 我们的agent | 解析器"
)
ITEMS_ZH = terms(
    "样本 | 样例 | 例子 | 示例 | 对话 | 问答 | 数据 | 语料 | 指令 | 问题 | 回答 | 记录 "
    "| 句子 | 话术 | 问句 | 提示词 | 文本 | 素材 | 题目 | 答案 | 问法 | 说法 | 条 | 组 "
    "| 解题 | 推理 | 偏好 | 题 | 步骤 | 谜题 | 解释 | 邮件 | 评论 | 故事 | 文档 | 内容 "
    "| 病历 | 任务 | 聊天 | 输出 | 写的 | 请求 | 拒答 | 摘要 | 选择 | 翻译 | 提示 | "
    "简历 | 字段 | 电话 | 文字稿 | 消息 | 标签 | 文章"
)
FOR_ZH = (
    r"(?:用于|用来|拿来|拿去|供|以便|好让|为了|作为|去|将|会|要|给|喂|来|让|帮|做|当作|"
    r"后续|之后|正在|准备|我们|打算|被)[^。！？!?]{0,14}"
    r"(?:训练|微调|蒸馏|精调|调优|对齐|sft|rlhf|dpo|lora|调教|喂给|投喂|模仿|教|学|"
    r"监督信号|指令集|吸收|self instruct)"
)
ABOUT_ZH = terms(
    "如何 | 怎么 | 怎样 | 什么是 | 请解释 | 解释一下 | 解释原理 | 总结 | 报告 | 介绍 | "
    "教程 | 代码 | 脚本 | 写函数 | 机器学习工程师 | 概念 | 招聘 | 启事 | 岗位 | 论文 | "
    "损失 | 写一篇 | 写篇 | 一篇文章 | 新闻稿 | 报错 | 隐私 | 不会 | 不得 | 不用于 | "
    "原理 | 为什么 | 训练营 | 员工 | 健身 | 运动 | 面试 | 我的简历 | 加载 | 单元测试 | "
    "学生们 | 孩子 | 小学"
)

MAKE_ID = terms(
    "buat* | hasilkan | menghasilkan | tulis* | menulis | susun* | menyusun | ciptakan "
    "| membuat | bikin* | rancang* | sintesis* | siapkan | berikan | sediakan | "
    "kumpulkan | kembangkan | sajikan | produksi | tolong | butuh | perlu | karang* | "
    "rumuskan | generate | beri | minta | ingin | mau | jawab* | ubah | nilai | beri "
    "label | mainkan | balas | tentukan | persulit | membangun | terjemah* | bayangkan "
    "| bertanya | perluas* | kerjakan | perankan | berperan* | terjemahkan | lengkapi "
    "| jelaskan penalaran* | uraikan | pikirkan | pilih* | perlukan | memerlukan | "
    "membutuhkan | kirimkan | tolonglah | bantu | simulasikan | tandai | kategorikan | "
    "golongkan | karanglah"
)
TUNE_ID = terms(
    "melatih | pelatihan | latih | dilatih | latihan | fine tun* | finetun* | menyetel "
    "| penyetelan | penyelarasan | menyelaraskan | distilasi | mendistilasi | sft | "
    "rlhf | dpo | lora | mengajari | mengajarkan | belajar dari | belajar | dipelajari "
    "| menyempurnakan | training | tuning | ditiru | meniru | diajari | dioptimalkan | "
    "mengoptimalkan | supervisi | campuran instruksi | kumpulan instruksi | menyerap | "
    "self instruct"
)
MODEL_ID = terms(
    "model* | llm | chatbot* | bot | asisten | jaringan saraf | classifier | "
    "pengklasifikasi | codellama | jaringan | detektor | pendeteksi | bert | llama | "
    "ai kami | ai sendiri | kecerdasan buatan | modelnya | model bahasa | agen suara | "
    "agen ai | pengurai | mesin penerjemah"
)
ITEMS_ID = terms(
    "contoh* | sampel* | pasang* | percakapan | dialog | data | dataset | kumpulan | "
    "tanya jawab | instruksi | pertanyaan | jawaban* | keluaran* | tugas | baris | "
    "entri | prompt | ujaran | kalimat | korpus | catatan | skenario | soal | perintah "
    "| obrolan | penalaran | respons | preferensi | teks | balasan | hal | langkah | "
    "teka teki | penjelasan | permintaan | penolakan | ringkasan | pilihan* | ungkapan "
    "| ulasan | cerita | surel | dokumen | giliran | kasus | cv | kolom | pesan | "
    "panggilan | transkrip* | label* | artikel"
)
FOR_ID = (
    r"\b(?:untuk|agar|supaya|guna|akan|bisa|dapat|dipakai|digunakan|buat|yang|sebagai|"
    r"demi|bahan|sedang|mau|ingin|dalam|saat|hendak|kami|oleh)(?: \w{1,16}){0,4} "
    r"(?:melatih|pelatihan|latih|dilatih|latihan|fine tun\w{1,3}|finetun\w{1,3}|"
    r"menyetel|"
    r"penyetelan|penyelarasan|menyelaraskan|\w{0,3}distilasi|sft|rlhf|dpo|lora|"
    r"mengajar(?:i|kan)|belajar|dipelajari|menyempurnakan|training|tuning|"
    r"supervisi|\w{0,3}optimalkan|campuran instruksi|"
    r"self instruct|ditiru|meniru|"
    r"diajari)\b"
)
ABOUT_ID = terms(
    "bagaimana | jelaskan apa | jelaskan cara | jelaskan mengapa | apa itu | ringkas* "
    "| rangkum* | tutorial | artikel | dokumentasi | laporan | kode | skrip | fungsi | "
    "kebijakan | privasi | tidak akan | tidak boleh | karyawan | siswa | atlet | "
    "lowongan | insinyur | iklan | tidak dipakai | tidak digunakan | makalah | loss | "
    "senam | lari | pelatih | peserta | mengapa | berita | galat | error"
)
