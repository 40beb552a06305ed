"""What a certificate's own program says, in each of the page's languages. Data only."""

from dataclasses import asdict, dataclass

from affidavit.attest.certificate.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the page's program says, in one language; names as `verify.js` has them."""

    good: str
    open: str
    bad: str
    keyGiven: str  # noqa: N815 - names of the page's own program
    keyTold: str  # noqa: N815
    signature: str
    head: str
    figures: str
    tree: str
    older: str
    recounted: str
    noEntries: str  # noqa: N815
    sameStatement: str  # noqa: N815
    unreadable: str
    noKey: str  # noqa: N815
    noCheckpoint: str  # noqa: N815

    def as_json(self) -> dict[str, str]:
        """For the page's program."""
        return asdict(self)


SAID = {
    Language.ENGLISH: Said(
        good="Everything that was checked holds.",
        open="What was checked holds; something is still open.",
        bad="This certificate does not hold.",
        keyGiven="The key is the one that you gave",
        keyTold="No key was given: the one that the statement names is used. Compare "
        "it with the one that you got another way",
        signature="The key signed this statement",
        head="The same key signed the tree head that it is about",
        figures="Each figure on this page is the signed one",
        tree="The entries hash to the signed tree head",
        older="The trail goes on from the checkpoint that you kept",
        recounted="Every figure was counted again from the entries",
        noEntries="No entries were given: figures were not counted again",
        sameStatement="The statement in the folder is the one on this page",
        unreadable="Cannot be read",
        noKey="this is no verifier key",
        noCheckpoint="no checkpoint that this key signed",
    ),
    Language.INDONESIAN: Said(
        good="Semua yang diperiksa benar.",
        open="Yang diperiksa benar; masih ada yang terbuka.",
        bad="Sertifikat ini tidak sah.",
        keyGiven="Kuncinya adalah yang Anda berikan",
        keyTold="Tidak ada kunci diberikan: dipakai kunci yang disebut pernyataan. "
        "Bandingkan dengan yang Anda dapat lewat jalan lain",
        signature="Kunci ini menandatangani pernyataan",
        head="Kunci yang sama menandatangani puncak pohonnya",
        figures="Setiap angka di halaman ini adalah yang ditandatangani",
        tree="Entri menghasilkan puncak pohon yang ditandatangani",
        older="Jejak melanjutkan titik periksa yang Anda simpan",
        recounted="Setiap angka dihitung ulang dari entri",
        noEntries="Tidak ada entri diberikan: angka tidak dihitung ulang",
        sameStatement="Pernyataan dalam folder sama dengan di halaman ini",
        unreadable="Tidak terbaca",
        noKey="ini bukan kunci pemeriksa",
        noCheckpoint="tidak ada titik periksa yang ditandatangani kunci ini",
    ),
    Language.CHINESE: Said(
        good="所核验的一切均成立。",
        open="所核验的成立，但仍有未决事项。",
        bad="本证明不成立。",
        keyGiven="密钥是您提供的那一个",
        keyTold="未提供密钥：使用声明中所列密钥。请与您从其他途径获得的密钥比对",
        signature="该密钥签署了本声明",
        head="同一密钥签署了其所述的树根",
        figures="本页每个数字均为所签署的数字",
        tree="各条目的哈希得出已签署的树根",
        older="记录延续了您保存的检查点",
        recounted="每个数字均已从条目重新计算",
        noEntries="未提供条目：数字未重新计算",
        sameStatement="文件夹中的声明与本页一致",
        unreadable="无法读取",
        noKey="这不是验证密钥",
        noCheckpoint="没有由该密钥签署的检查点",
    ),
    Language.GERMAN: Said(
        good="Alles Geprüfte stimmt.",
        open="Das Geprüfte stimmt; etwas ist noch offen.",
        bad="Diese Bescheinigung hält nicht.",
        keyGiven="Der Schlüssel ist der von Ihnen gegebene",
        keyTold="Es wurde kein Schlüssel gegeben: Verwendet wird der in der Erklärung "
        "genannte. Vergleichen Sie ihn mit dem, den Sie auf anderem Weg erhielten",
        signature="Der Schlüssel hat diese Erklärung unterschrieben",
        head="Derselbe Schlüssel hat die Baumspitze unterschrieben, um die es geht",
        figures="Jede Zahl auf dieser Seite ist die unterschriebene",
        tree="Die Einträge ergeben die unterschriebene Baumspitze",
        older="Das Protokoll setzt den Prüfpunkt fort, den Sie aufbewahrt haben",
        recounted="Jede Zahl wurde aus den Einträgen neu gezählt",
        noEntries="Keine Einträge gegeben: Zahlen wurden nicht neu gezählt",
        sameStatement="Die Erklärung im Ordner ist die dieser Seite",
        unreadable="Nicht lesbar",
        noKey="das ist kein Prüfschlüssel",
        noCheckpoint="kein Prüfpunkt, den dieser Schlüssel unterschrieb",
    ),
    Language.FRENCH: Said(
        good="Tout ce qui a été vérifié est exact.",
        open="Ce qui a été vérifié est exact ; un point reste ouvert.",
        bad="Ce certificat ne tient pas.",
        keyGiven="La clé est celle que vous avez donnée",
        keyTold="Aucune clé donnée : celle que nomme la déclaration est utilisée. "
        "Comparez-la avec celle obtenue par une autre voie",
        signature="La clé a signé cette déclaration",
        head="La même clé a signé la tête de l’arbre en question",
        figures="Chaque chiffre de cette page est celui qui est signé",
        tree="Les entrées donnent la tête de l’arbre signée",
        older="Le journal prolonge le point de contrôle que vous avez gardé",
        recounted="Chaque chiffre a été recompté à partir des entrées",
        noEntries="Aucune entrée donnée : les chiffres n’ont pas été recomptés",
        sameStatement="La déclaration du dossier est celle de cette page",
        unreadable="Illisible",
        noKey="ce n’est pas une clé de vérification",
        noCheckpoint="aucun point de contrôle signé par cette clé",
    ),
}
