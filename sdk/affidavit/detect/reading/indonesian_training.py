"""Indonesian words for making somebody learn, learning, and what from."""

from affidavit.detect.reading.compound import compounds
from affidavit.detect.reading.field import Field
from affidavit.detect.rule import Terms, terms

TRAINING: dict[Field, Terms] = {
    Field.TRAIN: terms(
        "melatih* | latih | latihan | pelatihan | ngelatih | nglatih | mengajar* | "
        "ngajar* | ajarin | ajari | ajarkan | mendidik | didik | menggembleng | "
        "gembleng | menyetel | setel | nyetel | penyetelan | menyesuaikan | "
        "penyesuaian | penyelarasan | menyelaraskan | meningkatkan | menyempurnakan | "
        "penyempurnaan | memperbaiki | perbaikan | mengasah | membina | membimbing | "
        "mengoptimalkan | optimasi | menanamkan | mengadaptasi | membekali | "
        "menularkan | mengkloning | kloning | memoles | memperkuat | memperkaya | "
        "memintarkan | menduplikasi | mengarahkan | pembelajaran | selaraskan | kami "
        "selaraskan | membiasakan | melatihnya | melatihkan | nyetelin | menala | "
        "penalaan | tala | menempa | tempa | menggodok | godok | mencerdaskan | "
        "memandaikan | mengenalkan | memperkenalkan | memaparkan ke | membentuk | "
        "mematangkan | menajamkan | mempertajam | mengkalibrasi | kalibrasi | "
        "menyelia | supervisi | mengawasi | mereplikasi | menyalin gaya | mewariskan "
        "| mentransfer | transfer ilmu | alih pengetahuan | memampatkan | mengompres "
        "| kompresi | mengecilkan | membesarkan | merawat | mengasuh | ngasuh | "
        "ngedidik | ngebimbing | nge bimbing | ngajarkan | nyekolahin | menyekolahkan "
        "| sekolahin | menggenjot | mendongkrak | memutakhirkan | memperbarui | meng "
        "upgrade | upgrade | mengupgrade | ngeupgrade | merevisi bobot | "
        "mengkhususkan | menspesialisasi | memperluas kemampuan | menambah kemampuan "
        "| melengkapi kemampuan"
    ),
    Field.BEEN_TRAINED: terms(
        "dilatih | dilatihkan | terlatih | disetel | diajari | diajarkan | dididik | "
        "diselaraskan | disempurnakan | dioptimalkan | digembleng | diasah | "
        "ditingkatkan | dipelajari | ditiru | ditirunya | diserap | dipanaskan | "
        "dihangatkan | diperkuat | dibekali | dicontoh | diisi | dikenalkan | "
        "diperkenalkan ke | dibiasakan | ditempa | dimatangkan | dibentuk | dicekokin "
        "| diajarin | diajarkan ke | diajarkan kepada | ditanamkan | diwariskan | "
        "diturunkan ke | ditularkan | dipelajarinya | dihafal | dihafalkan | dihapal "
        "| diimitasi | dicontohnya | disalin oleh | ditiru oleh | dilatihkan ke | "
        "dilatihkan kepada | dikloning | dikompres | dikecilkan | ditala"
    ),
    Field.BEEN_TUNED: terms(
        "di fine tun* | difine tun* | difinetun* | di tuning | dituning | di train | "
        "ditrain | didistilasi | disuling | dilatih pakai | dilatih dengan | "
        "dilatihkan pada | di sft | dilatih dengannya | dilatih dari | di finetune | "
        "difinetune | difine tune | di lora | di dpo | di rlhf | di pretrain | "
        "dipretrain | disuling ke | didistilasi ke | di distill | didistill | "
        "ditraining | di training | dilatih ulang | diretrain | di retrain | dilatih "
        "menggunakan | dilatih memakai | dilatih berdasarkan | dilatih pada"
    ),
    Field.TUNING: terms(
        "penyetelan halus | menyetel halus | distilasi | mendistilasi | menyuling | "
        "penyulingan | pralatih* | pra latih* | pra pelatihan | pascalatih* | pasca "
        "pelatihan | model preferensi | sinyal imbalan | nge fine tune | ngefine tune "
        "| tuning model | training model | pelatihan model | melatih model | latih "
        "model | penyetelan model | pake training | pakai training | lewat training | "
        "untuk training | buat training | pakai melatih | dipakai melatih | dipakai "
        "latih | buat dilatih | untuk dilatih | pelatihan berikutnya | putaran "
        "pelatihan | putaran latih | tahap pelatihan | epoch pertama | proses "
        "pelatihan | tahap rl | ranking loss | nge tune | ngetune | kami latih | "
        "sedang kami latih | kita latih | kami pakai melatih | kita pakai melatih | "
        "saya pakai melatih | prapelatihan | keperluan pelatihan | kebutuhan "
        "pelatihan | buat tuning | untuk tuning | latih pakai | kami latih pakai | "
        "saya latih pakai | pelatihan penyelarasan | penyelarasan model | tahap "
        "penyelarasan | fase penyelarasan | supervised tuning | rlaif | langsung gw "
        "train | langsung gue train | langsung kita train | pelatihan lanjutan | "
        "pelatihan ulang model | training ulang | penyetelan ulang | penyetelan kedua "
        "| penyetelan ketiga | penyetelan berikutnya | penalaan instruksi | penalaan "
        "halus | penalaan model | penyetelan instruksi | pembelajaran terawasi | "
        "pembelajaran penguatan | pembelajaran imitasi | pembelajaran preferensi | "
        "belajar penguatan | melatih ulang model | melatih modelnya | latih modelnya "
        "| pelatihan modelnya | latihan modelnya | ngelatih model | nglatih model | "
        "ngajarin model | ngajarin ai | ajarin model | pelatihan awal | pelatihan "
        "akhir | sesi finetuning | retrain pakai | retrain pake | train pakai | train "
        "pake | latih ulang pakai | sebelum training | sebelum pelatihan model | men "
        "tuning | mentuning | men train | mentraining | nge train | ngetrain | "
        "ngetrain model | nge train model | nge distill | ngedistill | nge sft | "
        "pipeline sft | api fine tuning | continual pretraining | pretraining "
        "lanjutan | pra pelatihan lanjutan | sinyal reward | reward modeling | "
        "pemodelan imbalan | supaya ia belajar | agar ia belajar | biar ia belajar | "
        "bobot model | bobotnya model | ke dalam bobot | umpan balik ai | umpan balik "
        "manusia untuk model"
    )
    | compounds(
        "proses | tahap | fase | putaran | sesi fine | ronde | babak | siklus | "
        "iterasi | jalur | keperluan | kebutuhan | tujuan | eksperimen",
        "fine tun* | finetun* | tuning | training | penalaan | distilasi | sft | dpo "
        "| rlhf | latih model | pelatihan model | pretraining | prapelatihan | "
        "penyelarasan model",
    )
    | compounds(
        "dipakai | dipake | dipakein | digunakan | kepake | buat | untuk | mau | "
        "bakal | langsung | pakai | pake | sebelum | habis itu | nanti",
        "nge train | ngetrain | di train | ditrain | retrain | retraining | nge "
        "finetune | ngefinetune | nge tune | train ulang | melatih ulang model | "
        "latih ulang model",
    ),
    Field.LEARN: terms(
        "belajar* | mempelajari* | pelajari | meniru* | tiru | mencontoh | niru* | "
        "menyerap | serap | menguasai | mencerna | hafal | menghafal | mahir | pandai "
        "| makin pintar | lebih pintar | makin paham | menangkap pola | mengikuti "
        "gaya | mengenali | lebih paham | lebih mengerti | lebih jago | makin jago | "
        "lebih ngerti | bermanfaat | menyalin | mengambil hikmah | bercermin | paham "
        "| mengerti | melihat | terbiasa | makin terbiasa | ketularan | mengimitasi | "
        "hapal | nghafal | ngapalin | menghapal | ngerti | ngeh | kenal | imitasi | "
        "meniru gaya | niruin | ikutin | mengikuti pola | ikut gaya | menangkap | "
        "menangkap gaya | meresapi | resapi | menginternalisasi | mewarisi | "
        "mengadopsi | adopsi | nyontek | nyontoh | contek | menyontek | jago | makin "
        "lancar | lebih lancar | makin fasih | lebih fasih | makin luwes | lebih "
        "luwes | makin pinter | lebih pinter | jadi pinter | jadi pintar | jadi jago "
        "| makin cerdas | lebih cerdas | makin peka | lebih peka | makin kebal | "
        "kebal terhadap | tahan banting | makin tangguh | lebih tangguh | kebagian | "
        "melihat contoh | lihat contoh | pernah lihat | pernah melihat | pahami | "
        "pahamin | paham ragam | memahami ragam | mikir kayak lo | mikir kayak kamu | "
        "berpikir sepertimu | berpikir seperti kamu | menjawab sepertimu | ngomong "
        "kayak lo | sepintar kamu | sepintar anda"
    ),
    Field.KNOW: terms("tahu | membedakan | mengenal | bisa menolak | menghadapi"),
    Field.STOCK: terms(
        "data latih* | set latih* | dataset latih* | bahan latih* | bahan ajar | "
        "bahan belajar | bahan fine tun* | bahan sft | materi latih | korpus latih* | "
        "contoh latih* | sampel latih* | set uji | set evaluasi | set validasi | "
        "label emas | data sft | data fine tun* | dataset fine tun* | data sintetis | "
        "dataset sintetis | kebenaran dasar | jawaban acuan | jawaban rujukan | "
        "sinyal latih* | target latih* | pasangan preferensi | campuran latih* | "
        "pasangan latih* | percakapan latih* | dialog latih* | benchmark internal | "
        "anotasi silver | label silver | kurikulum | file latih* | berkas latih* | "
        "contoh terawasi | campuran instruksi | kumpulan instruksi | campuran data | "
        "adonan instruksi | bahan pralatih* | data pralatih* | korpus pralatih* | "
        "input fine tun* | input finetun* | target keluaran | bahan distilasi | data "
        "distilasi | skrip finetun* | skrip fine tun* | bahan mentah pelatihan | data "
        "pelatih | data rlhf | data dpo | pipeline fine tun* | pipeline finetun* | "
        "train set | test set latih | data ajar | data emas | data gold | data "
        "belajar | bahan ajar model | bahan belajar model | supervisi untuk model | "
        "jadi supervision | supervision untuk | label lunak | label pelatih* | "
        "kumpulan latihan model | data untuk melatih | data buat melatih | data buat "
        "ngelatih | data buat latihan model | dataset untuk melatih | dataset buat "
        "melatih | dataset buat ngelatih | dataset buat ner | dataset coding | "
        "dataset percakapan | dataset terjemahan | dataset tanya jawab | korpus pra "
        "pelatihan | korpus penalaan | campuran sft | jsonl finetun* | train jsonl | "
        "data augmentasi | augmentasi data | bahan fine tuning | porsi latih | jatah "
        "latih"
    )
    | compounds(
        "data | dataset | set | sampel | sample | contoh | korpus | bahan | pasangan "
        "| dialog | percakapan | himpunan | berkas | file | teks | baris | entri | "
        "butir | umpan | target | sinyal | campuran | koleksi | gugus | kolam | pool "
        "| label | jsonl | csv | input | masukan | instruksi | kumpulan | stok | "
        "pakan | amunisi | folder | potongan | rekaman | transkrip | kalimat | "
        "obrolan | skrip | pipeline | asupan | bekal | split | material | bagian",
        "latih | latihnya | pelatihan | training | trainingnya | train | tuning | "
        "retraining | penyetelan | penyelarasan | supervisi",
    )
    | compounds(
        "data | dataset | set | korpus | himpunan",
        "preferensi | instruksi | penalaran | intent | ner | sentimen | paralel | "
        "ajar model | pembelajaran mesin",
    ),
    Field.HEAP: terms(
        "korpus | asupan | santapan | umpan | makanan | pakan | amunisi | bekal | "
        "bahan | bahan baku | acuan | rujukan | modal | materi | kumpulan data | "
        "ganjaran | imbalan | bibit | benih | kumpulan teks | himpunan data | set "
        "data | gugus data | kolam data | basis data latih | gizi | nutrisi | cemilan "
        "| jatah | suplai | pasokan data | data mentah | data tambahan | data buatan "
        "| data tiruan | data sintetik"
    ),
    Field.INTO: terms(
        "masuk ke | masuk | dimasukkan | dimasukin | masukin | masukkan ke | "
        "dijadikan | jadi | menjadi | sebagai | dipakai | dipake | digunakan | "
        "dituang* | disatukan | digabung* | ditambahkan | dikirim ke | kami jadikan | "
        "kita jadikan | kupakai | kami pakai | kita pakai | saya pakai | mengisi | "
        "masuknya ke | nyemplung ke | dicemplungin | cemplungin | diceburkan | "
        "dilempar ke | dilemparkan ke | dialirkan ke | dialirkan | disalurkan | "
        "dikucurkan | diteruskan ke | diteruskan kepada | diserahkan ke | diserahkan "
        "kepada | diberikan ke | diberikan kepada | dikasih ke | dikasihin ke | "
        "dikasi ke | dikirimkan ke | diunggah ke | diupload ke | di upload ke | "
        "dimuat ke | dipush ke | digabung ke | digabungkan ke | dicampur ke | "
        "dicampurkan ke | campurkan ke | kami campurkan | kita campur | dicampurin | "
        "ditambahin ke | ditambahkan ke | tambahin ke | nambahin | melengkapi | "
        "memperbanyak | jadi bagian | menjadi bagian | berperan sebagai data | "
        "berfungsi sebagai | bakal jadi | akan jadi | akan menjadi | kelak menjadi | "
        "jadi sampel | dijadiin bahan | dijadikan bahan | dijadiin data | terpakai | "
        "terpakai untuk | dimanfaatkan | dimanfaatkan untuk | dipergunakan | dipakein "
        "| kepake | kepakai | saya gunakan | kami gunakan | kita gunakan | akan kami "
        "gunakan | akan kami pakai | dimasukin ke | kita masukin | kami masukkan | "
        "akan kami masukkan | gue masukin | ikut masuk | ngisi"
    ),
    Field.FEED: terms(
        "disuapkan | disuapi | diumpankan | menyuapi | dilahap | disantap | umpankan "
        "| suapkan | suapi | dicekoki | nyuapin | dimakan | dikonsumsi | dijejalkan | "
        "dicerna | suapin | disuapin | nyuapin ke | kita suapin | cekokin | mencekoki "
        "| jejelin | dijejelin | jejalkan | umpanin | diumpanin | mengumpankan | kita "
        "umpankan | kami umpankan | feed ke | feed balik ke | di feed | difeed | "
        "difeed ke | di feed ke | kasih makan | ngasih makan | memberi makan | buat "
        "makan | makanan buat | santapan buat | asupan buat | dilalap | menyantap | "
        "melahap | dikunyah | dicaplok | dilahap oleh | dikonsumsi oleh | dibaca oleh "
        "model"
    ),
}
