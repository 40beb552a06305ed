"""Words for making, for what is made in numbers, and for talk about it.

One set per idea and language. Knows vocabulary. Knows no rule. What learns from what
is made is told by `detect.reading`.
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

MAKE_ZH = terms(
    "生成 | 创建 | 编写 | 构造 | 设计 | 产出 | 写 | 撰写 | 合成 | 制作 | 给出 | 构建 | "
    "提出 | 编造 | 改写 | 输出 | 准备 | 提供 | 整理 | 造 | 产生 | 列出 | 给我 | 帮我 | "
    "需要 | 想要 | 拟 | 编 | 出 | 来 | 做 | 模拟 | 回答 | 标注 | 评分 | 打分 | 扩写 | "
    "选择 | 翻译 | 收集 | 凑 | 批量 | 扩展 | 扮演 | 设想 | 作答 | 扩充 | 改得 | 改成 | "
    "增加 | 判断 | 想 | 标成 | 加入"
)
ITEMS_ZH = terms(
    "样本 | 样例 | 例子 | 示例 | 对话 | 问答 | 数据 | 语料 | 指令 | 问题 | 回答 | 记录 "
    "| 句子 | 话术 | 问句 | 提示词 | 文本 | 素材 | 题目 | 答案 | 问法 | 说法 | 条 | 组 "
    "| 解题 | 推理 | 偏好 | 题 | 步骤 | 谜题 | 解释 | 邮件 | 评论 | 故事 | 文档 | 内容 "
    "| 病历 | 任务 | 聊天 | 输出 | 写的 | 请求 | 拒答 | 摘要 | 选择 | 翻译 | 提示 | "
    "简历 | 字段 | 电话 | 文字稿 | 消息 | 标签 | 文章"
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
ITEMS_ID = terms(
    "contoh* | sampel* | pasang* | percakapan | dialog | data | dataset | kumpulan | "
    "tanya jawab | instruksi | pertanyaan | jawaban* | keluaran* | tugas | baris | "
    "entri | prompt | ujaran | kalimat | korpus | catatan | skenario | soal | perintah "
    "| obrolan | penalaran | respons | preferensi | teks | balasan | hal | langkah | "
    "teka teki | penjelasan | permintaan | penolakan | ringkasan | pilihan* | ungkapan "
    "| ulasan | cerita | surel | dokumen | giliran | kasus | cv | kolom | pesan | "
    "panggilan | transkrip* | label* | artikel"
)
ABOUT_ID = terms(
    "bagaimana | jelaskan apa | jelaskan cara | jelaskan mengapa | apa itu | ringkas* "
    "| rangkum* | tutorial | artikel | dokumentasi | laporan | kode | skrip | fungsi | "
    "kebijakan | privasi | tidak akan | tidak boleh | karyawan | siswa | atlet | "
    "lowongan | insinyur | iklan | tidak dipakai | tidak digunakan | makalah | loss | "
    "senam | lari | pelatih | peserta | mengapa | berita | galat | error"
)
