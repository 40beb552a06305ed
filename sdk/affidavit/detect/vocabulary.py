"""Which words a text in disguise may be made of, and how letters run together are cut.

Knows the words of the rules' own literals and a few hundred everyday ones, English and
Indonesian. Knows no disguise and no rule.
"""

from collections.abc import Iterable

from affidavit.detect.normalise import fold

_EVERYDAY = (
    "a able about above according across act add after again all along also always am "
    "among an and any are area around as ask asked at away back based be because been "
    "before begin being below best better between big book both bring but by call can "
    "case change check city clear close come common company complete cover current "
    "customer customers day days describe detail details did different do does done "
    "down during each easy either else email end english enough etc even ever every "
    "exactly few field file final find first five follow following for form format "
    "four free from full future general get give given go good great group had hand "
    "has have he help her here high him his home hours house how however i idea if "
    "important in include including information instead into is issue it its item "
    "just keep key kind know language large last later law learn least leave less let "
    "level life like line list little local long look low made main make many market "
    "may me mean medical message might money month more most much must my name need "
    "never new next no not nothing now number of off old on once one only open or "
    "order other our out over own page paper part pay people per person place plan "
    "please point possible price problem product public put questions read real "
    "reason result right room rule said same say science second see send sentence set "
    "several she short should show side simple since single size small so some south "
    "specific start state step still stop story such sure system table take tell ten "
    "test than thank that the their them then there these they thing think this those "
    "three through time title to today together too topic topics total true turn two "
    "type under until up us use used user using value very want was water way we week "
    "well were what when where whether which while white who whole why will with "
    "within without word words work world would write year yes yet you your banking "
    "support health legal finance travel shopping weather history math coding python "
    "english chinese indonesian style tone voice line lines object objects json "
    "ada adalah agar akan anda apa atau bagi bahan bahwa baik banyak baru beberapa "
    "belum berbeda berikut berisi bisa boleh cara dalam dan dapat dari dengan di dia "
    "dua empat hal hanya harus hasil hasilnya ini itu jadi jangan jika juga kami kamu "
    "karena kata ke kepada kerja lain lalu lebih lengkap lima maka mana masih masuk "
    "membuat mereka mungkin nanti nantinya oleh orang pada paling perlu saja salah "
    "sama satu saya sebagai sebuah secara sedang sekali semua sepuluh seratus serta "
    "setiap soal sudah tanpa tapi tentang tiap tidak tiga tolong untuk yang"
)
_LONGEST = 18
_SHORTEST_STEM = 4
_ENDINGS = (
    "s e es d ed er ers or ors ing ings ion ions ional ate ates ated ation ations ator "
    "ators able al ally ly y ies ied ity ize izes ized izing ise ises ised ising is "
    "esis etic ment ments ness ful ive ic ical ar ure ant ance ence ent ral"
)
_ENDING = frozenset(_ENDINGS.split())
"""What may follow a stem."""
_LONGEST_ENDING = max(map(len, _ENDING))
_KNOWN, _UNKNOWN = 6.0, 9.0
"""What a word costs before its letters are counted."""


class Vocabulary:
    """Whole words, and stems that words may begin with. Immutable."""

    def __init__(self, literals: Iterable[str]) -> None:
        words, stems = set(fold(_EVERYDAY).split()), set()
        plain = filter(str.isascii, literals)  # of others no word would be
        for literal in plain:
            *whole, last = fold(literal.removesuffix("*")).split() or [""]
            words.update(whole)
            if literal.endswith("*") and len(last) >= _SHORTEST_STEM:
                stems.add(last)
            words.add(last)
        self._words = frozenset(filter(str.isascii, words)) - {""}
        self._stems = frozenset(filter(str.isascii, stems))

    def knows(self, word: str) -> bool:
        """Whether `word`, folded, is one, or begins with a stem."""
        if word in self._words:
            return True
        shortest = max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING)
        return any(
            word[:n] in self._stems and word[n:] in _ENDING
            for n in range(shortest, len(word))
        )

    def cut(self, letters: str) -> list[int]:
        """Where words begin in `letters`, which have no spaces: positions, with 0.

        The cheapest reading, found in one pass: linear in the number of letters.
        """
        costs = [0.0]
        starts = [0]
        for end in range(1, len(letters) + 1):
            prices = [
                (costs[begin] + self._price(letters[begin:end]), begin)
                for begin in range(max(0, end - _LONGEST), end)
            ]
            cost, start = min(prices)
            costs.append(cost)
            starts.append(start)
        cuts = [starts[-1]] if letters else [0]
        while cuts[-1]:
            cuts.append(starts[cuts[-1]])
        return cuts[::-1]

    def _price(self, word: str) -> float:
        """A known word is cheap, and cheaper by the letter if it is longer."""
        if self.knows(word) or word.isdigit():
            return _KNOWN - 0.3 * len(word)
        return _UNKNOWN + 1.5 * len(word)
