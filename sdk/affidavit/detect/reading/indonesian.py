"""Indonesian words for the parts of a request, as written and as spoken."""

from affidavit.detect.reading.field import Field
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
        "minta | silakan"
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
        "ambillah | temukan | cari semua | buang | sisakan | pertahankan | buanglah"
    ),
    Field.ITEM: terms(
        "contoh* | sampel* | pasang* | percakapan* | dialog* | kumpulan | tanya jawab "
        "| instruksi* | pertanyaan* | baris | entri | prompt* | ujaran | kalimat* | "
        "catatan | skenario | soal | soalnya | perintah | obrolan* | chat | "
        "penalaran* | respons* | preferensi | teks | balasan* | langkah* | teka teki "
        "| permintaan | penolakan | pilihan* | ungkapan | ulasan* | cerita* | surel | "
        "email | dokumen | giliran | kasus | kolom | pesan | panggilan | transkrip* | "
        "label* | keluhan* | komentar* | cuitan | demonstrasi | interaksi | simulasi "
        "| variasi | varian | versi | paragraf | alur pikir* | jalan pikir* | "
        "komplain | kutipan | pengaduan | curhat* | tiket | narasi | sapaan | nasihat "
        "| puisi | resep | pantun | output* | completion* | rekaman | butir | batch | "
        "hasilnya | skornya | persona | topik | laporan warga | penilaian* | "
        "ringkasannya | ringkasan | data | artikelnya | hal | hal hal | buah | frasa "
        "| biji | versi buruk | satu bagian | bagian | keluaran | jawaban | "
        "jawabannya | jawabanku | keluarannya | angka* | tripel* | seperti ini | "
        "deskripsi | fungsi fungsi | kalimatnya | ucapan | uraian | notifikasi | "
        "judul | keterangan | tugas"
    ),
    Field.ANSWER: terms(
        "jawabanmu | keluaranmu | putusanmu | putusan anda | jawaban anda | keluaran "
        "anda | labelmu | nilaimu | skormu | penilaianmu | penilaian anda | "
        "terjemahanmu | penjelasanmu | penjelasan anda | hasil kerjamu | pilihanmu | "
        "pilihan anda | tulisanmu | responsmu | respons anda | anotasimu | vonismu | "
        "alur pikirmu | jalan pikirmu | cara berpikirmu | yang kamu tulis | yang anda "
        "tulis | penalaranmu | penalaran anda | balasanmu"
    ),
    Field.WRITING: terms(
        "skrip | fungsi | artikel | laporan | makalah | tutorial | panduan | "
        "presentasi | slide | salindia | email ke | email kepada | surat | pengumuman "
        "| iklan | lowongan | cv | proposal | rencana | kebijakan | kontrak | "
        "perjanjian | dokumentasi | dasbor | rpp | silabus | modul | kuis | ujian | "
        "ulangan harian | esai | berita | siaran pers | postingan | brosur | poster | "
        "pertanyaan wawancara | daftar periksa | kerangka | anggaran | unit test* | "
        "konfigurasi | program | aplikasi | tips | saran | alasan | ide | materi "
        "pelatihan | jadwal | slogan | nama untuk | undangan | pidato | naskah pidato "
        "| infografis | rangkuman | tabel | kelebihan | buletin | prosedur | sop | "
        "catatan rilis | kode* | skripnya | adegan | glosarium | pedoman | uji "
        "regresi | kartu model"
    ),
    Field.INQUIRY: terms(
        "bagaimana | gimana | jelaskan | jelasin | apa itu | apa yang | apa beda* | "
        "apa saja | mengapa | kenapa | apakah | rangkum* | cara | perbedaan | beda | "
        "rekomendasi* | sarankan | berapa | manakah | mana yang | kapan | periksa | "
        "tinjau | cek | galat | ceritakan | bahas | diskusikan | arti | definisi | "
        "pengertian | soal cara | ringkas makalah | ringkas artikel | ringkas dokumen "
        "| ringkas teks | ringkas laporan | ringkas ini | ringkas paper | ringkaskan "
        "| ringkaslah | meringkas | memberi tahu | beri tahu | mengumumkan | umumkan "
        "| sebaiknya | haruskah | apa perlu | bolehkah"
    ),
    Field.TOPIC: terms("tentang | mengenai | seputar"),
    Field.LEARNER: terms(
        "model* | chatbotnya | botnya | asisten* | jaringan | kecerdasan buatan | "
        "agen ai | agen suara | mesin | robot | modelnya | asisten virtual | si bot | "
        "agen | voice bot | bot kami | chatbot kami | bot kita | chatbot kita | "
        "asisten kami | model kami | model kita | model bahasa kami"
    ),
    Field.TRAINED: terms(
        "pengklasifikasi* | klasifier | detektor | pendeteksi | model kecil | model "
        "siswa | model murid | model lokal | model sendiri | model internal | model "
        "dasar | model intent | jaringan saraf | model baru | model buatan | "
        "penyaring | pengenal | model mungil | model mini | model imbalan | model "
        "hadiah | pengurai | perangkum* | pemeringkat* | tagger kecil | qwen kecil | "
        "llama kecil | bert kecil | model chat | model asisten | model perangkum* | "
        "jaringan penilai | indobert* | state tracker | agen web | penilai kami | "
        "model kebijakan | model pencari | model triase | model ekstraksi | model "
        "penalaran | model matematika | model kode | model bicara | model suara | "
        "model penerjemah | model obrolan | jaringan murid | model penjaga | model "
        "pengaman | model bahasa kecil | model agent | model agen | model cilik | bot "
        "versi baru | model versi berikutnya | model generasi berikutnya"
    ),
    Field.OTHER: terms(
        "latihan kekuatan | latihan beban | latihan fisik | latihan vokal | air suling"
    ),
    Field.PEOPLE: terms(
        "karyawan | pegawai | staf | siswa | murid | mahasiswa | anak | anak anak | "
        "peserta | guru | tim | atlet | anjing | kucing | kelas | petugas | magang | "
        "kader | pelatih | orang tua | santri | perawat | kasir | satpam | pengemudi "
        "| sopir | warga | pemula | relawan | insinyur | dosen | adik | diri"
    ),
    Field.TRAIN: terms(
        "melatih* | latih | latihan | pelatihan | ngelatih | nglatih | mengajar* | "
        "ngajar* | ajarin | ajari | ajarkan | mendidik | didik | menggembleng | "
        "gembleng | menyetel | setel | nyetel | penyetelan | menyesuaikan | "
        "penyesuaian | penyelarasan | menyelaraskan | meningkatkan | menyempurnakan | "
        "penyempurnaan | memperbaiki | perbaikan | mengasah | membina | membimbing | "
        "mengoptimalkan | optimasi | menanamkan | mengadaptasi | membekali | "
        "menularkan | mengkloning | kloning | memoles | memperkuat | memperkaya | "
        "memintarkan | menduplikasi | mengarahkan | pembelajaran | selaraskan | kami "
        "selaraskan"
    ),
    Field.BEEN_TRAINED: terms(
        "dilatih | dilatihkan | terlatih | disetel | diajari | diajarkan | dididik | "
        "diselaraskan | disempurnakan | dioptimalkan | digembleng | diasah | "
        "ditingkatkan | dipelajari | ditiru | ditirunya | diserap | dipanaskan | "
        "dihangatkan | diperkuat | dibekali | dicontoh | diisi"
    ),
    Field.BEEN_TUNED: terms(
        "di fine tun* | difine tun* | difinetun* | di tuning | dituning | di train | "
        "ditrain | didistilasi | disuling | dilatih pakai | dilatih dengan | "
        "dilatihkan pada | di sft | dilatih dengannya | dilatih dari"
    ),
    Field.TUNING: terms(
        "penyetelan halus | menyetel halus | distilasi | mendistilasi | menyuling | "
        "penyulingan | pralatih* | pra latih* | pra pelatihan | pascalatih* | pasca "
        "pelatihan | model preferensi | sinyal imbalan | nge fine tune | ngefine tune "
        "| tuning model | training model | pelatihan model | melatih model | latih "
        "model | penyetelan model | pake training | pakai training | lewat training | "
        "untuk training | buat training | pakai melatih | dipakai melatih | dipakai "
        "latih | buat dilatih | untuk dilatih | putaran tuning | set tuning | "
        "campuran tuning | tahap tuning | data tuning | pelatihan berikutnya | "
        "putaran pelatihan | putaran latih | putaran training | tahap pelatihan | "
        "epoch pertama | proses pelatihan | tahap rl | ranking loss | nge tune | "
        "ngetune | kami latih | sedang kami latih | kita latih | kami pakai melatih | "
        "kita pakai melatih | saya pakai melatih | prapelatihan | keperluan pelatihan "
        "| kebutuhan pelatihan | buat tuning | untuk tuning | latih pakai | kami "
        "latih pakai | saya latih pakai | pelatihan penyelarasan | penyelarasan model "
        "| tahap penyelarasan | fase penyelarasan | supervised tuning | rlaif | "
        "langsung gw train | langsung gue train | langsung kita train | langsung "
        "ditrain | mau di train | mau ditrain | pelatihan lanjutan | pelatihan ulang "
        "model | training ulang | penyetelan ulang | penyetelan kedua | penyetelan "
        "ketiga | penyetelan berikutnya"
    ),
    Field.LEARN: terms(
        "belajar* | mempelajari* | pelajari | meniru* | tiru | mencontoh | niru* | "
        "menyerap | serap | menguasai | mencerna | hafal | menghafal | mahir | pandai "
        "| makin pintar | lebih pintar | makin paham | menangkap pola | mengikuti "
        "gaya | mengenali | lebih paham | lebih mengerti | lebih jago | makin jago | "
        "lebih ngerti | bermanfaat | menyalin | mengambil hikmah | bercermin | paham "
        "| mengerti | melihat | terbiasa | membiasakan | makin terbiasa | ketularan"
    ),
    Field.KNOW: terms("tahu | membedakan | mengenal | bisa menolak | menghadapi"),
    Field.STOCK: terms(
        "data latih* | set latih* | set pelatihan | data pelatihan | data training | "
        "dataset latih* | dataset pelatihan | dataset training | bahan latih* | bahan "
        "pelatihan | bahan ajar | bahan belajar | bahan training | bahan tuning | "
        "bahan fine tun* | bahan sft | materi latih | korpus latih* | korpus "
        "pelatihan | contoh latih* | contoh pelatihan | sampel latih* | set uji | set "
        "evaluasi | set validasi | label emas | data instruksi | data preferensi | "
        "kumpulan latih | data sft | data fine tun* | dataset fine tun* | data "
        "sintetis | dataset sintetis | kebenaran dasar | jawaban acuan | jawaban "
        "rujukan | sinyal latih* | target latih* | pasangan preferensi | campuran "
        "latih* | pasangan latih* | percakapan latih* | dialog latih* | benchmark "
        "internal | anotasi silver | label silver | kurikulum | sampel tuning | "
        "contoh tuning | file training | file latih* | berkas latih* | contoh "
        "terawasi | pasangan tuning | campuran instruksi | kumpulan instruksi | "
        "campuran data | adonan instruksi | bahan pralatih* | data pralatih* | korpus "
        "pralatih* | bahan penyetelan | data penyetelan | data penyelarasan | bahan "
        "penyelarasan | input fine tun* | input finetun* | input training | target "
        "keluaran | bahan distilasi | data distilasi | skrip training | skrip "
        "finetun* | skrip fine tun* | skrip pelatihan | skrip latih | pipeline "
        "training | pipeline pelatihan | bahan mentah pelatihan | data pelatih | set "
        "preferensi | data rlhf | data dpo"
    ),
    Field.HEAP: terms(
        "korpus | asupan | santapan | umpan | makanan | pakan | amunisi | bekal | "
        "bahan | bahan baku | acuan | rujukan | modal | materi | kumpulan data | "
        "ganjaran | imbalan | bibit | benih"
    ),
    Field.INTO: terms(
        "masuk ke | masuk | dimasukkan | dimasukin | masukin | masukkan ke | "
        "dijadikan | jadi | menjadi | sebagai | dipakai | dipake | digunakan | "
        "dituang* | disatukan | digabung* | ditambahkan | dikirim ke | kami jadikan | "
        "kita jadikan | kupakai | kami pakai | kita pakai | saya pakai | mengisi"
    ),
    Field.FEED: terms(
        "disuapkan | disuapi | diumpankan | menyuapi | dilahap | disantap | umpankan "
        "| suapkan | suapi | dicekoki | nyuapin | dimakan | dikonsumsi | dijejalkan | "
        "dicerna"
    ),
    Field.AIM: terms("untuk | guna | demi | keperluan | kebutuhan | bagi"),
    Field.FOR: terms(
        "agar | supaya | akan | yang | sedang | lagi | mau | ingin | hendak | nanti | "
        "nantinya | kami | kita | saya | gue | gua | aku | oleh | biar | ntar | bakal "
        "| selanjutnya | setelah itu | kemudian | lalu | tujuannya | rencananya | "
        "dalam rangka | sebelum | tersebut | pakai | karena | di | ke | dalam | saat "
        "| dari | proses | tahap | ini | harus | mesti | wajib"
    ),
    Field.MAKE_OR_FOR: terms("buat | perlu"),
    Field.NUMBER: terms(
        "dua | tiga | empat | lima | enam | tujuh | delapan | sembilan | sepuluh | "
        "beberapa | sejumlah | banyak | berbagai | beragam | belasan | puluh* | "
        "puluhan"
    ),
    Field.MANY: terms(
        "ratus* | ribu* | seratus | seribu | tiap | setiap | masing masing | berikut "
        "| di bawah | semua"
    ),
    Field.NOT: terms(
        "tidak | bukan | jangan | tanpa | tak | enggak | nggak | ngga | gak | belum"
    ),
    Field.PAST: terms(
        "sudah | telah | kemarin | tahun lalu | minggu lalu | bulan lalu | udah"
    ),
    Field.OTHERS: terms("penulis | peneliti | mereka | perusahaan"),
    Field.ROLE: terms(
        "kamu adalah | anda adalah | bertindaklah sebagai | bertindak sebagai | peranmu"
    ),
}
