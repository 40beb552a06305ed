"""Explicit requests for training data in eleven more languages, one row of words each.

English, Chinese and Indonesian have rules of their own for each activity. These have
the two that matter most: data that is called training data, and things made to train a
model. A language is added by a `_Words`, and by cases for and against in each rule.
"""

from dataclasses import dataclass

from affidavit.detect.rule import Clue, Language, Rule, around, terms
from affidavit.findings import Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What a language calls the parts of a request; literals between bars."""

    language: Language
    make: str
    data: str
    """Training data by name."""
    train: str
    """To train a model, with words of purpose."""
    model: str
    items: str
    about: str
    """What else the prompt may be about: code, an explanation, staff."""
    reach: int = 70
    """Characters in which the parts stand: fewer where there are no spaces."""


_LANGUAGES = (
    _Words(
        language=Language.ES,
        make="genera* | crea* | escrib* | redacta* | produc* | inventa* | elabora* | "
        "prepara* | necesito | dame | haz | compon*",
        data="datos de entrenamiento | ejemplos de entrenamiento | conjunto de "
        "entrenamiento | datos para entrenar | datos de ajuste fino | conjunto de "
        "datos de instrucciones | pares de instrucción y respuesta | datos de fine "
        "tuning | corpus de entrenamiento | datos sintéticos de entrenamiento",
        train=(
            "entrenar | entrenará | entrenaremos | entrenamiento | ajuste fino | fine "
            "tuning | ajustar | destilar | afinar | aprenda | aprende"
        ),
        model="modelo* | llm | chatbot | bot | asistente | red neuronal | clasificador",
        items="ejemplos | pares | diálogos | conversaciones | preguntas | respuestas | "
        "muestras | frases | instrucciones | filas | datos | reseñas",
        about=(
            "código | script | función | explica | cómo | resume | resumen | artículo "
            "| empleados | personal | privacidad | política | no se usan | no usamos | "
            "carga*"
        ),
    ),
    _Words(
        language=Language.PT,
        make=(
            "gere | gera | gerar | crie | cria | criar | escreva | produza | invente | "
            "elabore | prepare | preciso | componha | monte | faça"
        ),
        data=(
            "dados de treinamento | dados de treino | exemplos de treinamento | "
            "exemplos de treino | conjunto de treinamento | conjunto de treino | dados "
            "para treinar | dados de ajuste fino | pares de instrução e resposta | "
            "dados de fine tuning | corpus de treinamento"
        ),
        train="treinar | treinará | treinaremos | treinamento | treino | ajuste fino | "
        "fine tuning | ajustar | destilar | aprenda",
        model=(
            "modelo* | llm | chatbot | bot | assistente | rede neural | classificador"
        ),
        items=(
            "exemplos | pares | diálogos | conversas | perguntas | respostas | "
            "amostras "
            "| frases | instruções | linhas | dados | avaliações"
        ),
        about="código | script | função | explique | como | resuma | resumo | artigo | "
        "funcionários | equipe | privacidade | política | não usamos | não são usados "
        "| carregar",
    ),
    _Words(
        language=Language.FR,
        make=(
            "génère* | génér* | crée* | créer | rédige* | écri* | produi* | invente* | "
            ""
            "compose* | prépare* | donne moi | il me faut | fabrique*"
        ),
        data=(
            "données d entraînement | données d apprentissage | exemples d "
            "entraînement | exemples d apprentissage | jeu d entraînement | jeu de "
            "données d instructions | paires instruction réponse | données de fine "
            "tuning | corpus d entraînement | données d affinage"
        ),
        train=(
            "entraîner | entraînera | entraînerons | entraînement | affiner | affinage "
            ""
            "| fine tuning | fine tuner | distiller | apprenne | apprentissage"
        ),
        model="modèle* | llm | chatbot | bot | assistant | réseau de neurones | "
        "classifieur",
        items="exemples | paires | dialogues | conversations | questions | réponses | "
        "échantillons | phrases | instructions | lignes | données | avis",
        about=(
            "code | script | fonction | explique* | comment | résume* | résumé | "
            "article "
            "| salariés | personnel | confidentialité | politique | ne sont pas | n "
            "utilisons pas | charger"
        ),
    ),
    _Words(
        language=Language.DE,
        make=(
            "generier* | erzeug* | erstell* | schreib* | verfass* | produzier* | "
            "erfind* "
            "| formulier* | ich brauche | wir brauchen | gib mir | baue"
        ),
        data="trainingsdaten | trainingsbeispiel* | trainingsdatensatz | "
        "trainingsdatensätze | trainingssatz | trainingskorpus | instruktionsdaten* | "
        "feintuning daten | fine tuning daten | finetuning daten | daten zum "
        "trainieren | trainingsdialoge",
        train=(
            "trainieren | trainiert | training | feinabstimm* | fine tuning | "
            "finetuning "
            "| nachtrainieren | destillieren | anlernen | lernt | lernen soll"
        ),
        model="modell* | sprachmodell* | llm | chatbot* | bot | assistent* | netz | "
        "klassifikator",
        items="beispiele | paare | dialoge | gespräche | fragen | antworten | sätze | "
        "anweisungen | zeilen | datensätze | daten | rezensionen | chats",
        about=(
            "code | skript | funktion | erkläre | erklär* | wie | fasse | "
            "zusammenfass* "
            "| artikel | mitarbeiter* | personal | datenschutz | richtlinie | nicht "
            "verwendet | laden"
        ),
    ),
    _Words(
        language=Language.VI,
        make=(
            "tạo | sinh | viết | soạn | hãy làm | xây dựng | chuẩn bị | cho tôi | đưa "
            "ra "
            "| cần"
        ),
        data=(
            "dữ liệu huấn luyện | dữ liệu đào tạo mô hình | mẫu huấn luyện | ví dụ "
            "huấn "
            "luyện | tập huấn luyện | bộ dữ liệu huấn luyện | dữ liệu tinh chỉnh | cặp "
            "hướng dẫn | dữ liệu fine tuning"
        ),
        train=(
            "huấn luyện | tinh chỉnh | fine tuning | chưng cất | dạy | học theo | học "
            "từ"
        ),
        model="mô hình | llm | chatbot | bot | trợ lý | mạng nơ ron | bộ phân loại",
        items="ví dụ | cặp | hội thoại | câu hỏi | câu trả lời | mẫu | câu | chỉ dẫn | "
        "dòng | dữ liệu | đánh giá",
        about=(
            "mã | đoạn mã | hàm | giải thích | làm thế nào | tóm tắt | bài viết | nhân "
            ""
            "viên | quyền riêng tư | chính sách | không dùng | tải"
        ),
    ),
    _Words(
        language=Language.RU,
        make=(
            "сгенерируй* | создай* | напиши* | составь* | придумай* | подготовь* | "
            "сделай* "
            "| нужно | нужны | генерируй*"
        ),
        data=(
            "обучающие данные | обучающих данных | обучающие примеры | обучающих "
            "примеров | обучающую выборку | обучающая выборка | данные для обучения | "
            "данных для обучения | примеры для обучения | примеров для обучения | "
            "данные для дообучения | датасет для обучения | датасет для дообучения | "
            "тренировочные данные"
        ),
        train=(
            "обучить | обучения | обучим | обучать | дообучения | дообучить | дообучим "
            "| "
            "файнтюн* | дистилл* | научилась | научился | обучаем"
        ),
        model="модел* | llm | чат бот* | чатбот* | бот* | ассистент* | нейросет* | "
        "классификатор*",
        items=(
            "пример* | пар | пары | диалог* | вопрос* | ответ* | фраз* | инструкци* | "
            "строк* | данных | отзыв*"
        ),
        about=(
            "код | кода | скрипт | функци* | объясни* | как | кратко | статью | статьи "
            "| сотрудник* | персонал* | политик* | не используем | не используются | "
            "загруз*"
        ),
    ),
    _Words(
        language=Language.AR,
        make=(
            "أنشئ | أنشئوا | اكتب | ولد | ولّد | توليد | اصنع | جهز | أعد | حضر | "
            "نحتاج | "
            "أحتاج | اعطني | أعطني"
        ),
        data=(
            "بيانات تدريب | بيانات التدريب | أمثلة تدريب | أمثلة تدريبية | مجموعة "
            "تدريب | "
            "بيانات تدريبية | بيانات للضبط الدقيق | عينات تدريب"
        ),
        train="لتدريب | تدريب | لضبط | الضبط الدقيق | تقطير | ليتعلم | يتعلم | سيتدرب",
        model="نموذج* | النموذج | نموذجنا | روبوت | مساعد | مساعدنا | شات بوت | المصنف",
        items=(
            "مثال | أمثلة | أزواج | حوار* | حوارات | محادثة | محادثات | أسئلة | سؤال | "
            ""
            "إجابات | جمل | تعليمات | بيانات"
        ),
        about=(
            "كود | برنامج | دالة | اشرح | كيف | لخص | مقال | الموظفين | موظف | خصوصية "
            "| لا "
            "نستخدم | سياسة"
        ),
    ),
    _Words(
        language=Language.HI,
        make=(
            "बनाएं | बनाइए | बनाओ | बना दो | लिखें | लिखो | लिखिए | तैयार करें | तैयार "
            "करो | उत्पन्न करें | "
            "जनरेट करें | दीजिए | चाहिए"
        ),
        data=(
            "प्रशिक्षण डेटा | ट्रेनिंग डेटा | प्रशिक्षण उदाहरण | ट्रेनिंग उदाहरण | "
            "प्रशिक्षण सेट | ट्रेनिंग सेट | "
            "फाइन ट्यूनिंग डेटा | प्रशिक्षण के लिए डेटा"
        ),
        train=(
            "प्रशिक्षित | प्रशिक्षण | ट्रेन | ट्रेनिंग | फाइन ट्यून | फाइन ट्यूनिंग | "
            "सिखाने | सीखे | सीख सके"
        ),
        model="मॉडल | एलएलएम | llm | चैटबॉट | बॉट | सहायक",
        items=(
            "उदाहरण | जोड़े | संवाद | बातचीत | प्रश्न | सवाल | उत्तर | जवाब | वाक्य | "
            "निर्देश | डेटा | नमूने"
        ),
        about=(
            "कोड | स्क्रिप्ट | समझाएं | समझाइए | कैसे | सारांश | लेख | कर्मचारी | "
            "गोपनीयता | नीति | नहीं करते"
        ),
    ),
    _Words(
        language=Language.JA,
        make=(
            "生成 | 作成 | 作って | 書いて | 用意 | 作り | 合成 | 出力 | 考えて | "
            "挙げて | 必要"
        ),
        data=(
            "学習データ | 訓練データ | 教師データ | 学習用データ | 訓練用データ | "
            "学習例 | "
            "ファインチューニング用データ | ファインチューニングデータ | 指示データ | "
            "データセットを作成 | インストラクションデータ | 学習セット"
        ),
        train=(
            "学習させる | 学習に使 | 学習用 | 訓練 | ファインチューニング | 微調整 | "
            "蒸留 | "
            "チューニング | 学ばせ | 学習させ"
        ),
        model="モデル | llm | チャットボット | ボット | アシスタント | 分類器",
        items=(
            "例 | ペア | 対話 | 会話 | 質問 | 回答 | サンプル | 文 | 指示 | データ | "
            "レビュー"
        ),
        about=(
            "コード | スクリプト | 関数 | 説明 | 方法 | 要約 | 記事 | 従業員 | 社員 | "
            "プライバシー | 使用しません | 使いません | 読み込"
        ),
        reach=30,
    ),
    _Words(
        language=Language.KO,
        make=(
            "생성 | 만들어 | 작성 | 써줘 | 써 줘 | 준비 | 합성 | 출력 | 지어 | 필요 | "
            "제작"
        ),
        data=(
            "학습 데이터 | 학습데이터 | 훈련 데이터 | 훈련데이터 | 학습 예시 | 훈련 "
            "예시 | 학습용 데이터 | 훈련용 데이터 | 파인튜닝 데이터 | 파인튜닝용 "
            "데이터 | 지시 데이터 | 학습 세트 | 훈련 세트"
        ),
        train=(
            "학습시키 | 학습시킬 | 학습에 | 학습용 | 훈련 | 파인튜닝 | 미세조정 | 미세 "
            "조정 | "
            "증류 | 배우도록 | 배울"
        ),
        model="모델 | llm | 챗봇 | 봇 | 어시스턴트 | 분류기",
        items="예시 | 쌍 | 대화 | 질문 | 답변 | 샘플 | 문장 | 지시 | 데이터 | 리뷰",
        about=(
            "코드 | 스크립트 | 함수 | 설명 | 방법 | 요약 | 기사 | 직원 | 개인정보 | "
            "사용하지 | "
            "불러오"
        ),
        reach=40,
    ),
    _Words(
        language=Language.TR,
        make="oluştur* | üret* | yaz* | hazırla* | tasarla* | sentezle* | geliştir*",
        data="eğitim veri* | eğitim örne* | eğitim set* | ince ayar veri* | İnce ayar "
        "veri* | ince ayar örne* | talimat veri* | tercih veri* | ince ayar için",
        train="eğitmek | eğiteceğ* | eğitilecek | eğitimi için | ince ayar* | damıt*",
        model="model* | dil model* | llm | chatbot* | bot* | asistan* | sınıflandırıcı",
        items="örnek* | çift* | diyalog* | konuşma* | soru* | cevap* | yanıt* | veri*",
        about="kod* | betik | fonksiyon | nasıl | özetle* | makale* | çalışan* | "
        "personel* | gizlilik | kullanılma* | kullanmıyor* | yükle*",
    ),
)


def _by_name(words: _Words) -> Clue:
    return Clue(
        language=words.language,
        anchor=terms(words.data),
        near=(around(words.reach, words.make),),
        unless=(around(words.reach * 2 // 3, words.about),),
    )


def _by_use(words: _Words) -> Clue:
    return Clue(
        language=words.language,
        anchor=terms(words.train),
        near=(
            around(words.reach, words.model),
            around(words.reach * 2, words.make),
            around(words.reach * 2, words.items),
        ),
        unless=(around(words.reach * 2 // 3, words.about),),
    )


RULES: tuple[Rule, ...] = (
    Rule(
        id="DG008",
        activity=Activity.TRAINING_DATA,
        weight=0.85,
        because="The prompt asks for data that it itself calls training data.",
        clues=tuple(map(_by_name, _LANGUAGES)),
        matches=(
            "Genera 200 ejemplos de entrenamiento sobre seguros de coche.",
            "Crie dados de treinamento sobre entregas, 100 linhas.",
            "Génère 80 exemples d'entraînement sur les retours de colis.",
            "Erstelle 150 Trainingsbeispiele zum Thema Bankgeschäfte.",
            "Hãy viết dữ liệu huấn luyện về đặt vé tàu.",
            "Создай обучающие данные о доставке посылок.",
            "أنشئ بيانات تدريب عن خدمة العملاء.",
            "ग्राहक सेवा पर ट्रेनिंग डेटा तैयार करें।",
            "荷物の追跡についての学習データを作成してください。",
            "택배 조회에 관한 학습 데이터를 만들어 주세요.",
            "Kargo takibi üzerine 100 satır ince ayar verisi oluştur.",
        ),
        ignores=(
            "Escribe un script que cargue los datos de entrenamiento.",
            "Escreva um script para carregar os dados de treino.",
            "Écris un script pour charger les données d'entraînement.",
            "Schreibe ein Skript, das die Trainingsdaten lädt.",
            "Viết mã để tải dữ liệu huấn luyện.",
            "Напиши скрипт, который загружает обучающие данные.",
            "اكتب كود لقراءة بيانات التدريب.",
            "प्रशिक्षण डेटा पढ़ने का कोड लिखें।",
            "学習データを読み込むコードを書いてください。",
            "학습 데이터를 불러오는 코드를 작성해 주세요.",
            "Eğitim verisini yükleyen bir betik yaz.",
        ),
    ),
    Rule(
        id="DG009",
        activity=Activity.TRAINING_DATA,
        weight=0.82,
        because="Things are to be made in numbers for a model to learn from.",
        clues=tuple(map(_by_use, _LANGUAGES)),
        matches=(
            "Inventa 60 diálogos de hotel con los que vamos a entrenar nuestro modelo.",
            "Escreva 50 conversas para treinar nosso chatbot.",
            "Rédige 40 questions et réponses pour entraîner notre modèle.",
            "Schreib 70 Dialoge, mit denen wir unser Sprachmodell trainieren.",
            "Viết 30 hội thoại để huấn luyện mô hình của chúng tôi.",
            "Придумай 90 диалогов, чтобы дообучить нашу модель.",
            "اكتب 40 حوارا لتدريب نموذجنا.",
            "हमारे मॉडल को प्रशिक्षित करने के लिए 50 संवाद लिखें।",
            "モデルのファインチューニングに使う会話を50件作ってください。",
            "챗봇 훈련에 쓸 대화 50개를 작성해 주세요.",
            "Modelimizi eğitmek için 50 konuşma yaz.",
        ),
        ignores=(
            "Explica cómo entrenar un modelo con diálogos.",
            "Explique como treinar um modelo com exemplos.",
            "Explique comment entraîner un modèle avec des exemples.",
            "Erkläre, wie man ein Modell mit Beispielen trainiert.",
            "Giải thích cách huấn luyện mô hình với ví dụ.",
            "Объясни, как обучить модель на примерах.",
            "اشرح كيف يتم تدريب نموذج على أمثلة.",
            "समझाएं कि मॉडल को उदाहरणों से कैसे प्रशिक्षित किया जाता है।",
            "モデルを例で訓練する方法を説明してください。",
            "모델을 예시로 훈련하는 방법을 설명해 주세요.",
            "Bir modelin örneklerle nasıl eğitilecek olduğunu anlat.",
        ),
    ),
)
