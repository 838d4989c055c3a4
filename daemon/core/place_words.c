/* place_words: see place_words.h. */
#include "place_words.h"

#include <string.h>

#include "string_map.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { WORDS_ROOM = 8192 };

/* Abbreviations of words that Indonesian place names are made of, and numerals: "full short short ...". */
static const char *const short_words[] = {
        "gunung gn gng gunong goenoeng",
        "tanjung tj tjg tg tjung tanjong tandjung tandjoeng tjng",
        "kampung kp kmp kpg kmpg kampong kmpng kpng",
        "sungai sei sungei sg sgi sngai sungay",
        "bukit bkt bkit",
        "teluk tlk",
        "pulau pl",
        "pantai pnt pante",
        "karang krg krng",
        "sumber smbr",
        "baru br bru",
        "barat brt brat",
        "timur tmr tmur timor",
        "utara utr",
        "selatan slt sltn",
        "tengah tgh tngh tngah",
        "darat drt",
        "laut lt",
        "belakang blkg blkang blakang belkg",
        "depan dpn dpan",
        "kantor ktr kntr kntor",
        "pelabuhan plbhn pelabuan plabuhan pel",
        "simpang spg simp smpang",
        "perum perumahan prum",
        "raya ry",
        "jaya jy jya",
        "makmur mkmr",
        "desa ds",
        "2 dua ii loro",
        "1 satu i",
        "3 tiga iii",
        "4 empat iv",
        "5 lima v",
};

/* What stands before a name tells what it is the name of. Javanese, Banjar and Bugis words among them. */
static const struct {
	uint32_t bits;
	const char *words;
} cues[] = {
        {CUE_VILLAGE, "desa ds dusun dsn dukuh dk kel kelurahan klrhn kelurhan lurah kades kadus pemdes kampung "
                      "kampungnya balai"},
        {CUE_DISTRICT, "kec kecamatan kecmatan kcmtn kcamatan camat"},
        {CUE_OFFICE, "polsek kapolsek koramil danramil kua rsud rs polres kodim rumkit"},
        {CUE_IN,
         "perbatasan batas disini dsini sini kbn kolam taman depannya dpnnya psr jalanan kantornya dirumah sktr kios "
         "samping sblh di d daerah wilayah wil area lokasi lok alamat almt alamatnya tkp posisi ning "
         "nang neng ring ri ing wonten ten nde pasar pantai jalan jln jl poros gang gg jembatan "
         "pelabuhan dermaga simpang pertigaan perempatan kebun sawah hutan masjid mesjid mushola "
         "musholla langgar gereja sekolah sd smp sma puskesmas pkm pustu kantor ktr depan dpn "
         "belakang blkg ujung tepi pinggir bawah kolong muara sungai pos terminal lapangan stadion "
         "gubuk pondok mess lokasinya posisinya tempatnya alun2 perumahan perum komplek blok jemaat "
         "spbu pom warung ruko tps makam kuburan drumah dirmh dpan pgir tepian gunungnya seputaran "
         "sekitaran kawasan kompleks posyandu lapak pemukiman permukiman mushala surau pasarnya tpu "
         "pelataran teras halaman emperan trotoar selokan parit got jurang semak rawa irigasi"},
        {CUE_NEAR, "dekat dkt deket parak cedak sekitar sktr sebelah samping seberang tetangga"},
        {CUE_FROM, "dari dr dri saking"},
        {CUE_ORIGIN, "asal aslinya asli asalnya kelahiran lahir ktp ktpnya ktp2 kk warga wrg penduduk pendudk "
                     "keturunan beridentitas identitas mengaku ngaku ngakunya mengakunya"},
        {CUE_FOLK, "orang org urang wong wng tiyang nelayan petani pekebun pemuda remaja tukang ojek sopir supir "
                   "buruh kuli mandor pedagang guru bidan perawat relawan babinsa bhabin bhabinkamtibmas"},
        {CUE_REPORT, "lapor lpr laporan lap report info informasi kabar berita foto video melaporkan dilaporkan"},
        {CUE_ADDRESS, "gang gg jl jln jalan blok lorong lrg perum komplek km"},
        {CUE_SPOT, "pasar psr gang gg pelabuhan dermaga toko ruko warung kios taman masjid mesjid simpang "
                   "lampu kafe cafe spbu alun2"},
        {CUE_ROAD, "poros jalan jln jl lintas jalur ruas antara tembus tembusan"},
        {CUE_TO, "ke k kpd arah menuju tujuan jurusan mudik"},
        {CUE_AWAY, "dibawa dbawa dibawak dirujuk drujuk rujuk diantar dilarikan dievakuasi pulang plg "
                   "dipulangkan pulangkan dimakamkan dikubur dikuburkan dirawat dikirim berangkat"},
        {CUE_MOVED, "pindah pindahan dipindah dipindahkan lari kabur pergi jalan berpindah geser bergeser"},
        {CUE_PERSON,
         "pak bpk pk bapak bu ibu mas mbak mba om tante bang abang si sdr sdri saudara bernama nama "
         "namanya an alm almh almarhum almarhumah mbah kakek nenek haji hj h ustad ustadz tn ny tuan "
         "nyonya panggil dipanggil kak dek adik daeng puang andi acil kai nini julak wak uwak pakde bude paklik bulik "
         "mbok siti muhammad muh mamak emak mak"},
        {CUE_PLANT, "pohon bambu kayu daun rebung batang buah akar kulit bibit rumpun pucuk"},
        {CUE_NOT, "bukan bkn bukannya dudu sanes tidak tdk"},
        {CUE_NOW, "ini sudah sdh udh udah ketemunya ditemukannya nemunya diketemukan terlihat terakhir sampai nyampe "
                  "barusan dirantai dirante "
                  "dipasung dikurung diikat dikerangkeng digembok mayat mayit jenazah jasad meninggal "
                  "sekarang skrg skrng skg sekrang skr skrang kini saiki wayahini ternyata tnyata ditemukan "
                  "ditemuin dtemukan ketemu nemu temu temukan menemukan tepatnya posisi posisinya kejadian "
                  "kejadiannya lokasi lokasinya tkp terdampar terlantar tidur benar bener benernya berada "
                  "pindah didapati kedapatan dijumpai nyasar kesasar tersesat ngambang mengapung hanyut "
                  "tergeletak bermalam ngungsi mengungsi numpang nginap sembunyi"},
        {CUE_NOW, "orangnya orgnya korbannya mayatnya jenazahnya jasadnya dianya pasiennya orangx orgx mayatx bayinya"},
        {CUE_PAST, "dulu dl dulunya sebelumnya tadinya awalnya mulanya biyen bahari mantan bekas"},
        {CUE_KIN, "keluarga keluarganya kluarga kluarganya anaknya ibunya bapaknya ayahnya istrinya suaminya "
                  "saudaranya kerabatnya adiknya kakaknya sodaranya mertuanya"},
        {CUE_ME, "saya sy aku ak ulun kula kulo gue kami kmi"},
        {CUE_RT, "rt rw rtw"},
        {CUE_REGENCY, "kab kabupaten kota provinsi prov propinsi kotamadya"},
        {CUE_EARLIER, "tadi td kemarin kmrn kemaren kmaren semalam smlm subuh pagi"},
        {CUE_CORRECT,
         "eh ralat koreksi klru keliru kebalik terbalik maksud maksudnya mksd mksdnya maksut sebenarnya benernya"},
        {CUE_FILLER, "yang yg daerah wilayah kami kmi alamat dalam dlm asli di d desa ds"},
        {WORD_DOUBTFUL, "waru petung binuang riko rintik rintik2 api2 pasir bambu nipah jati randu beringin "
                        "mangga rambutan durian nangka kelapa cempaka melati mawar kenanga kemuning teratai sawo "
                        "asam manggis cendana meranti ulin bakau labuan bandar pinang aren salak pandan kemiri "
                        "jambu pisang padi cemara akasia budi joko agus slamet rahmat hidayat iman surya bayu indra "
                        "dewi sari ratna putri putra wahyu yusuf ibrahim ismail hasan husin umar ali amin rahman "
                        "taufik hikmah nur cahaya fajar mentari bintang rina rini tini nanang dadang asep ujang "
                        "maman udin jaka arya bima arjuna krisna rama sinta kresna cinta mulya subur makmur santai "
                        "damai rukun sabar setia bahagia sentosa merdeka mulia jaya abadi"},
        {WORD_COMMON | WORD_ORDINARY,
         "agung air alam aman angsana atas bandar bangun barat baru batu bawah besar bukit bumi "
         "dalam damai danau darat desa indah jaya kampung karang karya kecil kota lama laut lestari "
         "luar makmur mandiri mekar muara padang panjang pantai pasar pasir pulau putih rawa raya "
         "rejo sari sebelah sejahtera selatan sentosa simpang suka sumber sungai subur tanah tanjung "
         "tebing teluk tengah timur tinggi utama utara tani merah hitam gunung harapan intan hulu "
         "hilir raja tunggal parit kuala handil anjir lubuk tumbang ujung paya sumur curug hutan "
         "kebun ladang kali tambak pondok benteng pekan nagari rumah lapangan"},
        {WORD_COMMON, "giri long mukti mulia mulya mulyo purwa raharja seri wono argo suko sri rejo sido karang 2 "
                      "1 3 4 5 dua"},
};

struct entry {
	uint32_t bits;
	const char *full;
};
struct place_words {
	struct arena *arena;
	struct string_map *map;
	struct entry *entries;
	uint32_t count, room;
};

static struct entry *entry_of(struct place_words *w, const char *word)
{
	uint32_t *at = string_map_at(w->map, word);
	if (*at == STRING_MAP_NONE) {
		if (w->count == w->room) {
			struct entry *old = w->entries;
			w->entries = arena_array(w->arena, struct entry, (size_t)w->room * 2);
			memcpy(w->entries, old, w->room * sizeof *old);
			w->room *= 2;
		}
		*at = w->count++;
		w->entries[*at] = (struct entry){0, word};
	}
	return &w->entries[*at];
}

void place_words_add(struct place_words *w, const char *word, uint32_t bits)
{
	entry_of(w, word)->bits |= bits;
}

/* Adds each word of a list. */
static void add_list(struct place_words *w, const char *list, uint32_t bits)
{
	char *save = NULL;
	for (char *word = strtok_r(arena_strdup(w->arena, list), " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save))
		place_words_add(w, word, bits);
}

static void add_short(struct place_words *w, const char *list)
{
	char *save = NULL;
	const char *full = strtok_r(arena_strdup(w->arena, list), " ", &save);
	for (char *word = strtok_r(NULL, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
		entry_of(w, word)->full = full;
}

struct place_words *place_words_new(struct arena *a)
{
	struct place_words *w = arena_new_of(a, struct place_words);
	w->arena = a;
	w->map = string_map_new(a, WORDS_ROOM);
	w->room = WORDS_ROOM;
	w->entries = arena_array(a, struct entry, w->room);
	add_list(w, place_ordinary, WORD_ORDINARY);
	for (size_t i = 0; i < COUNT(cues); i++)
		add_list(w, cues[i].words, cues[i].bits);
	for (size_t i = 0; i < COUNT(short_words); i++)
		add_short(w, short_words[i]);
	return w;
}

uint32_t place_words_get(const struct place_words *w, const char *word, const char **ret_full)
{
	uint32_t at = string_map_get(w->map, word);
	*ret_full = word;
	if (at == STRING_MAP_NONE)
		return 0;
	const struct entry *e = &w->entries[at];
	*ret_full = e->full;
	if (e->full == word || strcmp(e->full, word) == 0)
		return e->bits;
	uint32_t full = string_map_get(w->map, e->full); /* an abbreviation is what it stands for, and its own cues */
	return e->bits | (full == STRING_MAP_NONE ? 0 : w->entries[full].bits);
}
