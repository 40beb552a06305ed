"""Chinese words as they are written in Taiwan and Hong Kong.

Knows one spelling, or a few, for each character that is written otherwise there, of
those that words of a request are written with. Knows no word.
"""

from itertools import product

from affidavit.detect.rule import Terms

# A simplified character, then what it may be in traditional writing: itself too where
# it merged with another, as in "里".
_CHARACTERS = (
    "万萬 与與 专專 业業 东東 丢丟 两兩 严嚴 个個 丰豐 临臨 为為爲 举舉 么麼 义義 "
    "习習 书書 了了瞭 争爭 于於于 亏虧 产產 从從 仪儀 们們 价價 众眾衆 优優 会會 "
    "伪偽僞 体體 侧側 偿償 儿兒 关關 养養 内內 册冊 写寫 军軍 决決 准準准 凑湊 几幾 "
    "击擊 划劃划 则則 创創 删刪 别別 制製制 剧劇 办辦 务務 动動 励勵 劳勞 区區 医醫 "
    "协協 单單 占佔占 厂廠 历歷 压壓 厕廁 厨廚 参參 双雙 发發 变變 台臺台 号號 后後 "
    "吗嗎 听聽 启啟啓 员員 周週周 咨諮咨 响響 喂餵喂 团團 国國 图圖 场場 坏壞 坐座 "
    "声聲 处處 备備 复復覆複 够夠够 头頭 奖獎 婴嬰 学學 宝寶 实實 宠寵 审審 对對 寻尋 "
    "导導 将將 尽盡儘 届屆 属屬 岗崗 布布佈 师師 带帶 帮幫 干幹干乾 并並併 广廣 库庫 "
    "应應 废廢 开開 张張 弥彌 弹彈 强強 归歸 当當 录錄 征徵征 志誌志 态態 总總 怼懟 "
    "恳懇 惊驚 愿願 户戶 托託托 扩擴 抚撫 护護 报報 担擔 拟擬 择擇 换換 捣搗 据據 "
    "掺摻 搁擱 撸擼 攒攢 数數 断斷 无無 时時 术術 机機 杂雜 条條 来來 极極 构構 标標 "
    "栏欄 样樣 档檔 梦夢 检檢 汇匯彙 没沒 注註注 浇澆 测測 济濟 润潤 满滿 滤濾 潜潛 "
    "灯燈 炉爐 点點 炼煉鍊 烦煩 爱愛 独獨 猪豬 猫貓 献獻 现現 电電 画畫 疗療 监監 "
    "盘盤 着著着 码碼 础礎 确確 种種 称稱 窍竅 竞競 笔筆 筑築 筛篩 签籤 简簡 类類 "
    "粮糧 系系係 紧緊 纠糾 约約 级級 纪紀 纲綱 纳納 纸紙 线線 练練 组組 终終 绍紹 "
    "经經 结結 给給 络絡 绝絕 统統 继繼 续續 维維 综綜 缀綴 编編 缘緣 缩縮 网網 罗羅 "
    "职職 联聯 聪聰 肠腸 胁脅 脏髒 脑腦 脚腳 腾騰 节節 范範 荐薦 药藥 获獲穫 营營 "
    "虚虛 补補 装裝 见見 规規 视視 觉覺 计計 订訂 认認 讨討 让讓 训訓 议議 记記 讲講 "
    "许許 论論 设設 访訪 证證 评評 识識 诈詐 诉訴 诊診 词詞 译譯 试試 诗詩 话話 询詢 "
    "该該 语語 误誤 说說説 请請 读讀 课課 调調 谈談 谓謂 谚諺 谜謎 谢謝 谣謠 谱譜 "
    "负負 财財 责責 货貨 购購 贴貼 费費 贺賀 资資 赡贍 车車 轨軌 转轉 轮輪 软軟 轻輕 "
    "较較 辑輯 输輸 辞辭 辩辯 边邊 达達 迁遷 过過 运運 还還 这這 进進 迹跡迹 适適 "
    "选選 逻邏 邮郵 采採采 释釋 里裡裏里 鉴鑑 钢鋼 钱錢 铅鉛 银銀 铺鋪 链鏈 销銷 错錯 "
    "键鍵 锻鍛 长長 门門 问問 闲閒 间間 闻聞 阅閱閲 阐闡 队隊 阵陣 阶階 随隨 隐隱 "
    "难難 页頁 项項 须須 预預 领領 颇頗 频頻 题題 风風 飞飛 饭飯 饱飽 饲飼 馈饋 馏餾 "
    "马馬 驯馴 骂罵 验驗 骤驟 鱼魚 鸡雞 鹉鵡 鹦鸚 麽麼 齐齊"
)
_TRADITIONAL = {each[0]: each[1:] for each in _CHARACTERS.split()}


def in_both(words: Terms) -> Terms:
    """`words` as they are, then as they are written in traditional characters."""
    return words | Terms(
        tuple(
            "".join(spelling)
            for word in words.literals
            for spelling in product(*(_TRADITIONAL.get(each, each) for each in word))
        )
    )
