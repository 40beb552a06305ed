"""What a certificate says in each of its languages. Data only.

What is signed stays as it was signed: exceptions are quoted in English, the language
of the statement.
"""

from dataclasses import dataclass
from enum import Enum


class Language(Enum):
    """By its BCP 47 tag."""

    ENGLISH = "en"
    INDONESIAN = "id"
    CHINESE = "zh"
    GERMAN = "de"
    FRENCH = "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every text of the page, in one language."""

    title: str
    period: str
    until: str
    verdict_pass: str
    verdict_exceptions: str
    verdict_incomplete: str
    decisions: str
    permit: str
    observed: str
    refuse: str
    review: str
    unknown: str
    by_day: str
    by_purpose: str
    by_model: str
    none: str
    exceptions: str
    quoted: str
    records: str
    policies: str
    not_proved: str
    proofs: tuple[str, ...]
    check: str
    how: str
    key: str
    folder: str
    files: str
    taken: str
    verify: str
    root: str
    statement: str
    no_script: str


WORDS = {
    Language.ENGLISH: Words(
        title="Use of AI services",
        period="Period",
        until="to, not including",
        verdict_pass="Pass",
        verdict_exceptions="Pass with exceptions",
        verdict_incomplete="Incomplete",
        decisions="Decisions",
        permit="permitted",
        observed="let through, would have been stopped",
        refuse="refused",
        review="held for review",
        unknown="without outcome",
        by_day="Decisions by day",
        by_purpose="By declared purpose",
        by_model="By model",
        none="none declared",
        exceptions="Exceptions",
        quoted="as signed",
        records="Records in the trail",
        policies="Policies in force",
        not_proved="What this does not prove",
        proofs=(
            "That no call went around the trail: only governed clients' calls are in "
            "it.",
            "That a purpose was declared truly.",
            "That the key's holder did not rewrite the trail before this: that takes "
            "an older checkpoint, a witness or a time stamp in other hands.",
            "That the recording machine's clock was right.",
            "That records made later, or pending then, are absent.",
            "That any law, contract or provider's policy was complied with.",
        ),
        check="Check it yourself",
        how="Nothing leaves this page. Paste the verifier key that you got by another "
        "way, and drop in the folder that came with this certificate: every figure is "
        "counted again from the signed tree. A checkpoint that you kept shows whether "
        "the past was changed.",
        key="Verifier key",
        folder="Folder",
        files="Files",
        taken="files taken",
        verify="Verify",
        root="Tree head",
        statement="Statement",
        no_script="This browser runs no scripts: check the folder with `affidavit "
        "verify` instead.",
    ),
    Language.INDONESIAN: Words(
        title="Penggunaan layanan AI",
        period="Periode",
        until="sampai sebelum",
        verdict_pass="Lulus",
        verdict_exceptions="Lulus dengan pengecualian",
        verdict_incomplete="Tidak lengkap",
        decisions="Keputusan",
        permit="diizinkan",
        observed="diloloskan, seharusnya dihentikan",
        refuse="ditolak",
        review="ditahan untuk ditinjau",
        unknown="tanpa hasil",
        by_day="Keputusan per hari",
        by_purpose="Menurut tujuan yang dinyatakan",
        by_model="Menurut model",
        none="tidak dinyatakan",
        exceptions="Pengecualian",
        quoted="sebagaimana ditandatangani",
        records="Catatan dalam jejak",
        policies="Kebijakan yang berlaku",
        not_proved="Yang tidak dibuktikan",
        proofs=(
            "Bahwa tidak ada panggilan di luar jejak: hanya panggilan dari klien yang "
            "diatur tercatat di sini.",
            "Bahwa tujuan dinyatakan dengan benar.",
            "Bahwa pemegang kunci tidak menulis ulang jejak sebelumnya: untuk itu "
            "perlu titik periksa lama, saksi, atau cap waktu di tangan lain.",
            "Bahwa jam mesin pencatat benar.",
            "Bahwa tidak ada catatan sesudahnya, atau yang masih tertunda saat itu.",
            "Bahwa hukum, kontrak, atau kebijakan penyedia dipatuhi.",
        ),
        check="Periksa sendiri",
        how="Tidak ada yang keluar dari halaman ini. Tempelkan kunci pemeriksa yang "
        "Anda dapat lewat jalan lain, dan jatuhkan folder yang menyertai sertifikat "
        "ini: setiap angka dihitung ulang dari pohon yang ditandatangani. Titik "
        "periksa yang Anda simpan menunjukkan apakah masa lalu diubah.",
        key="Kunci pemeriksa",
        folder="Folder",
        files="Berkas",
        taken="berkas diambil",
        verify="Periksa",
        root="Puncak pohon",
        statement="Pernyataan",
        no_script="Peramban ini tidak menjalankan skrip: periksa folder dengan "
        "`affidavit verify`.",
    ),
    Language.CHINESE: Words(
        title="人工智能服务使用证明",
        period="期间",
        until="至（不含）",
        verdict_pass="通过",
        verdict_exceptions="有例外地通过",
        verdict_incomplete="不完整",
        decisions="决定",
        permit="允许",
        observed="放行，本应阻止",
        refuse="拒绝",
        review="留待审查",
        unknown="无结果",
        by_day="每日决定",
        by_purpose="按声明的用途",
        by_model="按模型",
        none="未声明",
        exceptions="例外",
        quoted="依签署原文",
        records="记录总数",
        policies="生效的策略",
        not_proved="本证明不能证明的事项",
        proofs=(
            "没有调用绕过记录：其中只有受管客户端的调用。",
            "所声明的用途属实。",
            "密钥持有者此前没有重写记录：这需要由他人保存的旧检查点、见证或时间戳。",
            "记录机器的时钟准确。",
            "此后或当时尚未封存的记录不存在。",
            "遵守了任何法律、合同或服务商的政策。",
        ),
        check="自行核验",
        how="没有任何内容离开本页。请粘贴您从其他途径获得的验证密钥，并拖入随本证明附带的"
        "文件夹：每个数字都会从签名的树重新计算。您保存的检查点可显示过去是否被改动。",
        key="验证密钥",
        folder="文件夹",
        files="文件",
        taken="个文件已读取",
        verify="核验",
        root="树根",
        statement="声明",
        no_script="此浏览器不运行脚本：请改用 `affidavit verify` 核验文件夹。",
    ),
    Language.GERMAN: Words(
        title="Nutzung von KI-Diensten",
        period="Zeitraum",
        until="bis, nicht eingeschlossen",
        verdict_pass="Bestanden",
        verdict_exceptions="Bestanden mit Ausnahmen",
        verdict_incomplete="Unvollständig",
        decisions="Entscheidungen",
        permit="zugelassen",
        observed="durchgelassen, wäre gestoppt worden",
        refuse="abgelehnt",
        review="zur Prüfung angehalten",
        unknown="ohne Ergebnis",
        by_day="Entscheidungen je Tag",
        by_purpose="Nach erklärtem Zweck",
        by_model="Nach Modell",
        none="keiner erklärt",
        exceptions="Ausnahmen",
        quoted="wie unterschrieben",
        records="Einträge im Protokoll",
        policies="Geltende Richtlinien",
        not_proved="Was dies nicht beweist",
        proofs=(
            "Dass kein Aufruf am Protokoll vorbeiging: Nur Aufrufe gesteuerter "
            "Programme stehen darin.",
            "Dass ein Zweck wahrheitsgemäß erklärt wurde.",
            "Dass der Inhaber des Schlüssels das Protokoll nicht vorher neu schrieb: "
            "Dazu braucht es einen älteren Prüfpunkt, einen Zeugen oder Zeitstempel in "
            "anderen Händen.",
            "Dass die Uhr der aufzeichnenden Maschine richtig ging.",
            "Dass es keine späteren oder damals ausstehenden Einträge gibt.",
            "Dass ein Gesetz, ein Vertrag oder die Richtlinie eines Anbieters "
            "eingehalten wurde.",
        ),
        check="Selbst prüfen",
        how="Nichts verlässt diese Seite. Fügen Sie den Prüfschlüssel ein, den Sie auf "
        "anderem Weg erhielten, und ziehen Sie den Ordner herein, der mit dieser "
        "Bescheinigung kam: Jede Zahl wird aus dem unterschriebenen Baum neu gezählt. "
        "Ein Prüfpunkt, den Sie aufbewahrt haben, zeigt, ob Vergangenes geändert "
        "wurde.",
        key="Prüfschlüssel",
        folder="Ordner",
        files="Dateien",
        taken="Dateien gelesen",
        verify="Prüfen",
        root="Baumspitze",
        statement="Erklärung",
        no_script="Dieser Browser führt keine Skripte aus: Prüfen Sie den Ordner mit "
        "`affidavit verify`.",
    ),
    Language.FRENCH: Words(
        title="Usage de services d’IA",
        period="Période",
        until="jusqu’à, non compris",
        verdict_pass="Conforme",
        verdict_exceptions="Conforme avec exceptions",
        verdict_incomplete="Incomplet",
        decisions="Décisions",
        permit="permises",
        observed="passées, auraient été arrêtées",
        refuse="refusées",
        review="retenues pour examen",
        unknown="sans issue",
        by_day="Décisions par jour",
        by_purpose="Par finalité déclarée",
        by_model="Par modèle",
        none="aucune déclarée",
        exceptions="Exceptions",
        quoted="telles que signées",
        records="Enregistrements du journal",
        policies="Politiques en vigueur",
        not_proved="Ce que ceci ne prouve pas",
        proofs=(
            "Qu’aucun appel n’a contourné le journal : seuls les appels de clients "
            "gouvernés y figurent.",
            "Qu’une finalité a été déclarée sincèrement.",
            "Que le détenteur de la clé n’a pas réécrit le journal auparavant : il "
            "faut pour cela un point de contrôle plus ancien, un témoin ou un "
            "horodatage en d’autres mains.",
            "Que l’horloge de la machine était juste.",
            "Que des enregistrements ultérieurs, ou alors en attente, n’existent pas.",
            "Qu’une loi, un contrat ou la politique d’un fournisseur a été respecté.",
        ),
        check="Vérifiez vous-même",
        how="Rien ne quitte cette page. Collez la clé de vérification obtenue par une "
        "autre voie et déposez le dossier joint à ce certificat : chaque chiffre est "
        "recompté à partir de l’arbre signé. Un point de contrôle que vous avez gardé "
        "montre si le passé a été modifié.",
        key="Clé de vérification",
        folder="Dossier",
        files="Fichiers",
        taken="fichiers lus",
        verify="Vérifier",
        root="Tête de l’arbre",
        statement="Déclaration",
        no_script="Ce navigateur n’exécute pas de scripts : vérifiez le dossier avec "
        "`affidavit verify`.",
    ),
}
