"""Indonesian words for the parts of a request, as written and as spoken."""

from affidavit.detect.reading.compound import compounds
from affidavit.detect.reading.field import Field
from affidavit.detect.reading.indonesian_things import THINGS
from affidavit.detect.reading.indonesian_training import TRAINING
from affidavit.detect.rule import Terms, terms

WORDS: dict[Field, Terms] = {
    Field.MAKE: terms(
        "buatkan | buatin | buatlah | buatkanlah | bikin* | hasilkan | tulis* | "
        "susun* | ciptakan | rancang* | sintesis | siapkan | siapin | berikan | beri "
        "| kasih | kasi | kasihkan | sediakan | kumpulkan | kumpulin | kembangkan | "
        "sajikan | produksi | tolong | butuh | butuhkan | perlukan | memerlukan | "
        "membutuhkan | karang* | rumuskan | minta | pengen | pengin | pingin | bangun "
        "| bangkitkan | keluarkan | kirim* | simulasikan | reka | rekayasa | racik* | "
        "rakit* | gubah* | ketik* | contohkan | sodorkan | lontarkan | cetak | "
        "tambahkan | perbanyak | wujudkan | formulasikan | ajukan | sebutkan | "
        "daftarkan | tuangkan | bayangkan | mainkan | perankan | carikan | cariin | "
        "sumbangkan | gelontorkan | garap | jadikan | isi | bantu | bantuin | "
        "bantulah | coba | mohon | hadirkan | munculkan | lahirkan | peragakan | olah "
        "| borong | setorkan | suguhkan | dibuat | dibuatkan | ditulis | disusun | "
        "dijawab | dibikin | baca | mulai | mulai dulu | tuliskan | sodorin | tugasmu "
        "| tugas anda | tugas kamu | tugas kalian | bisakah | bisa tolong | boleh "
        "minta | silakan | bkin | bikinin | bikinkan | buatlahkan | tlg | tlong | "
        "plis | plisss | bagi dong | mintain | minta dong | kasihin | kasih dong | "
        "keluarin | munculin | ciptain | karangin | susunin | rancangin | racikin | "
        "rangkai | rangkaikan | sediain | sajiin | adain | adakan | contohin | "
        "tambahin | tambah | nambah | perbanyakin | gandakan | yuk | ayo | mari | "
        "usulkan | tawarkan | jadilah | berlakulah | pura pura jadi | pura puralah | "
        "andaikan | umpamakan | misalkan kamu | bicaralah | berbicaralah | "
        "berbincanglah | ngobrol | mengobrol | ngobrollah | mengeluhlah | protes | "
        "mengomel | bergaya | simulasiin | mainin | perankanlah | peranin | lakonkan "
        "| menjadi pelanggan | rekayasakan | fiktifkan | palsukan | karang bebas | "
        "tuliskanlah | tulisin | ketikin | ketikkan | dituliskan | dikarang | "
        "dirancang | dihasilkan | diproduksi | dimohon | dimohon untuk | mohon "
        "dibuatkan | harap | harap buat | bisa bikinin | bisa buatin | bisa minta | "
        "bisa bantu | boleh tolong | perlu dibuatkan | kekurangan | masih kurang | "
        "minim | belum ada | belum punya | nggak punya | gak punya | ga punya | tidak "
        "punya | tak punya | kehabisan | langka | masih bolong | masih sedikit | "
        "butuhnya | membutuhkannya | cariin dong | carikanlah | gelontorin | lempar | "
        "lemparkan | lemparin | sebutin | daftarin | jabarin jadi | isikan | isiin | "
        "isilah | penuhi | lengkapi dengan | mintakan | produksikan | menyusun | "
        "menyiapkan | memproduksi | menghasilkan | membuatkan | menuliskan | nulis | "
        "nulisin | dijadiin | dijadikan pertanyaan"
    ),
    Field.WORK: terms(
        "jawab* | nilai | nilailah | beri nilai | beri label | labeli | melabeli | "
        "tandai | kategorikan | golongkan | klasifikasikan | bandingkan | pilih* | "
        "tentukan | urutkan | peringkatkan | ubah | ubahlah | tulis ulang | "
        "parafrase* | terjemah* | alihbahasakan | lengkapi | lanjutkan | perluas | "
        "kerjakan | selesaikan | pecahkan | uraikan | jabarkan | pikirkan | koreksi | "
        "ekstrak | sarikan | persulit | perumit | balas | tanggapi | berperan* | skor "
        "| beri skor | anotasi* | ungkapkan | katakan | gabungkan | saring | pilah | "
        "ganti | variasikan | turunkan | buktikan | bernalar | bertanya | ambil | "
        "ambillah | temukan | cari semua | buang | sisakan | pertahankan | buanglah | "
        "sisipkan | selipkan | sisipin | tanamkan satu | jelaskan langkah demi "
        "langkah | jelaskan selangkah demi selangkah | jelaskan tiap langkah | "
        "jelaskan setiap langkah | jelaskan alasanmu | jelaskan pilihanmu | jelaskan "
        "jawabanmu | jelaskan per langkah | jabarin | uraiin | jawabin | nilaiin | "
        "labelin | kasih label | kasih nilai | kasih skor | kasi label | beri "
        "penilaian | kasih penilaian | tandain | pilihin | urutin | bandingin | "
        "terjemahin | translate in | translatekan | ubahin | ubah jadi | ubah menjadi "
        "| ganti gaya | rewrite | rewritelah | gubah ulang | tulis kembali | "
        "parafrasein | parafrasa* | sederhanakan | perpendek | perpanjang | perhalus "
        "| perkasar | permudah | perkeras | perkaya tiap | persukar | tingkatkan "
        "kesulitan | naikkan kesulitan | pecah | pecah jadi | potong jadi | olah jadi "
        "| rapikan tiap | bersihkan tiap | deteksi | identifikasi | kenali | tebak | "
        "prediksi | simpulkan tiap | cocokkan | petakan | kelompokkan | kelompokin | "
        "sortir | seleksi | kurasi | verifikasi | validasi tiap | cek fakta | "
        "koreksilah | betulkan | perbaiki kalimat | beri alasan | tunjukkan langkah | "
        "tunjukkan semua langkah | tunjukkan cara pikir | berpikirlah | pikirin | "
        "pikir keras | renungkan | telusuri | hitunglah | mana yang lebih membantu | "
        "mana yang lebih baik | mana yang lebih sopan | mana jawaban | mana balasan | "
        "tanyakan | tanyai | sahuti | respon | responlah | tolaklah | beri judul | "
        "beri caption | deskripsikan | gambarkan | ceritakan ulang | dialihbahasakan "
        "| diparafrase | diterjemahkan | dilabeli | dinilai | dijabarkan | dijabarin "
        "| diurai | diubah | ditulis ulang | diklasifikasikan"
    ),
    Field.INQUIRY: terms(
        "bagaimana | gimana | jelaskan | jelasin | apa itu | apa yang | apa beda* | "
        "apa saja | mengapa | kenapa | apakah | rangkum* | cara | perbedaan | beda | "
        "rekomendasi* | sarankan | berapa | manakah | mana yang | kapan | periksa | "
        "tinjau | cek | galat | ceritakan | bahas | diskusikan | arti | definisi | "
        "pengertian | soal cara | ringkas makalah | ringkas artikel | ringkas dokumen "
        "| ringkas teks | ringkas laporan | ringkas ini | ringkas paper | ringkaskan "
        "| ringkaslah | meringkas | memberi tahu | beri tahu | mengumumkan | umumkan "
        "| sebaiknya | haruskah | apa perlu | bolehkah | terangkan | terangin | "
        "paparkan | apa sih | apa maksud | maksudnya apa | kok | kok bisa | knp | gmn "
        "| gimn | mending | mendingan | lebih baik mana | bagusan mana | enakan mana "
        "| pilih mana | perlukah | bisakah saya | bolehkah saya | apa bisa | apa "
        "boleh | apakah perlu | apakah boleh | kenapa ya | salahnya di mana | salah "
        "di mana | error di | perbaiki kode | perbaiki skrip | benerin kode | benerin "
        "| debug | bantu pahami | bantu memahami | bantu saya memahami | bantu pilih "
        "| bantu memilih | bandingkan biaya | hitung biaya | hitung berapa | "
        "perkirakan | taksir | estimasi | kritik | beri masukan | beri umpan balik | "
        "kasih masukan | simulasikan wawancara | wawancarai | uji saya | tes saya | "
        "kuis saya | tanyai saya | menurutmu | menurut kamu | menurut anda | "
        "pendapatmu | saya ingin belajar | aku ingin belajar | gue mau belajar | saya "
        "mau belajar | pengin belajar | mau tanya | ingin tahu | pengen tahu | "
        "penasaran | mau nanya | terjemahkan kalimat | terjemahkan surat | "
        "terjemahkan email | sunting | perhalus surat | perbaiki surat | perbaiki "
        "email | rapikan email | rapikan surat"
    )
    | compounds(
        "bandingkan | bandingin",
        "lora | qlora | full fine* | fine tun* | finetun* | sft | dpo | ppo | rlhf | "
        "distilasi | prompting | rag",
    )
    | compounds(
        "tolong | mohon | coba | bantu | bisa tolong | bisakah anda | bisakah kamu | "
        "minta tolong | tlg",
        "jelaskan | jelasin | terangkan | terangin | periksa | periksain | tinjau | "
        "cek | cekin | review | reviewin | koreksi bahasa | perbaiki kode | perbaiki "
        "bahasa | perhalus bahasa | rangkum* | carikan informasi | ceritakan | kasih "
        "tahu | beri tahu",
    ),
    Field.TOPIC: terms(
        "tentang | mengenai | seputar | perihal | ihwal | berkenaan dengan | "
        "sehubungan dengan | bertajuk | berjudul | bertema | berisi pengumuman | soal "
        "pelatihan | soal data latih | isinya bahwa | mosi | judul mosi"
    ),
    Field.OTHER: terms(
        "latihan kekuatan | latihan beban | latihan fisik | latihan vokal | air suling"
    ),
    Field.AIM: terms(
        "untuk | guna | demi | keperluan | kebutuhan | bagi | utk | tuk | kepada | "
        "demi kepentingan | untuk kepentingan | buat kepentingan | dengan tujuan | "
        "bertujuan untuk | ditujukan untuk | diperuntukkan | dimaksudkan untuk | "
        "teruntuk | khusus untuk"
    ),
    Field.FOR: terms(
        "agar | supaya | akan | yang | sedang | lagi | mau | ingin | hendak | nanti | "
        "nantinya | kami | kita | saya | gue | gua | aku | oleh | biar | ntar | bakal "
        "| selanjutnya | setelah itu | kemudian | lalu | tujuannya | rencananya | "
        "dalam rangka | sebelum | tersebut | pakai | karena | di | ke | dalam | saat "
        "| dari | proses | tahap | ini | harus | mesti | wajib | dgn | yg | gw | kmi "
        "| kta | trus | terus | abis itu | habis itu | habis ini | abis ini | "
        "setelahnya | sesudahnya | kelak | bakalan | nntinya | ntarnya | besok | "
        "malam ini | minggu depan | bulan depan | sehingga | alhasil | oleh karena "
        "itu | soalnya mau | maksudnya biar | niatnya | maunya | konteks | konteksnya "
        "| latar belakangnya | tujuan | kegunaan | kegunaannya | fungsinya | "
        "peruntukan | peruntukannya | maksud | sasaran | sasarannya | targetnya | "
        "biar bisa | supaya bisa | agar bisa | lewat | melalui | oleh si | tiap malam "
        "| mau kita | mau gue | mau gw | mau saya | bakal kita | bakal gue | akan "
        "kami | akan kita | akan saya | sedang kami | lagi kita | guys | situ"
    ),
    Field.MAKE_OR_FOR: terms("buat | perlu"),
    Field.NUMBER: terms(
        "dua | tiga | empat | lima | enam | tujuh | delapan | sembilan | sepuluh | "
        "beberapa | sejumlah | banyak | berbagai | beragam | sebelas | dua belas | "
        "segelintir | segenggam | aneka | bermacam | macam macam | bbrp | sepasang | "
        "se"
    ),
    Field.MANY: terms(
        "ratus* | ribu* | seratus | seribu | tiap | setiap | masing masing | berikut "
        "| di bawah | semua | selusin | setumpuk | segudang | sekumpulan | segepok | "
        "sebanyak | seabrek | segambreng | belas | lusin | lusinan | juta | ribuan | "
        "per baris | per intent | per kategori | per kelas | satu per satu | rb | "
        "masing2 | tiap2 | satu satu | seluruh"
    ),
    Field.NOT: terms(
        "tidak | bukan | jangan | tanpa | tak | enggak | nggak | ngga | gak | belum | "
        "izinkan | mengizinkan | persetujuan | melarang | dilarang | larangan | "
        "menolak | keberatan | ndak | kagak | ogah | larang"
    ),
    Field.PAST: terms(
        "sudah | telah | kemarin | tahun lalu | minggu lalu | bulan lalu | udah | "
        "tadi malam | semalam | terlanjur | sudah pernah | baru saja | gagal"
    ),
    Field.OTHERS: terms(
        "penulis | peneliti | mereka | perusahaan | wartawan | jurnalis | reporter | "
        "pelanggan menulis | pelanggan bertanya | seniman | penyedia gpu | penyedia "
        "cloud | pemasok | pesaing | kompetitor | pengacara | gugatan hukum | koran | "
        "media menulis | pengadilan"
    ),
    Field.ROLE: terms(
        "kamu adalah | anda adalah | bertindaklah sebagai | bertindak sebagai | "
        "peranmu | jadilah seorang | anda berperan sebagai | kamu berperan sebagai | "
        "berperan sebagai | berperanlah sebagai | bayangkan kamu | bayangkan anda | "
        "anggap dirimu | anggap kamu | posisikan dirimu | seolah olah anda | seolah "
        "olah kamu | kamu itu | lo adalah | kamu seorang | anda seorang"
    ),
    **THINGS,
    **TRAINING,
}
