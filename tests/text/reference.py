"""The kernel's rules a second time, word by word in plain Python: what the compiled one must equal."""

from __future__ import annotations

from detector.text.characters import DIGIT, LETTER, SPACE, UNSPACED, kind_of, lower_of
from detector.text.hashing import avalanche, chain
from detector.text.keys import hash_keys
from detector.text.lexicon import GROUPS, words

FRAME_WORDS, PHRASE_WORDS, WINDOW, KEPT, LINES_KEPT, NEAR, BITS, QUOTE_BYTES = 8, 5, 4, 4, 2, 24, 16, 160
NUMBER, URL, QUOTE, INNER = 1, 2, 3, 1 << 63
BIT = {name: 1 << i for i, name in enumerate(GROUPS)}


class Reference:
    """Fingerprints of one text at a time."""

    def __init__(self, key: bytes) -> None:
        keys = [int(value) for value in hash_keys(key)]
        self.multiplier, self.word, self.sequence, self.phrase, self.lexicon_start, self.value_start = keys[:6]
        self.lexicon = words()
        self.hashed = {self._lexicon_hash(word): groups for word, groups in self.lexicon.items()}

    def hash(self, start: int, values: list[int]) -> int:
        h = start
        for value in values:
            h = chain(h, value, self.multiplier)
        return avalanche(h)

    def _lexicon_hash(self, word: str) -> int:
        codes = [lower_of(ord(c)) for c in word]
        return self.hash(self.lexicon_start, codes) if kind_of(codes[0]) == UNSPACED else self.word_hash(codes)

    def word_hash(self, codes: list[int]) -> int:
        """Chain over runs of at most eight characters of ASCII, as little-endian numbers, and the others one by one."""
        values: list[int] = []
        run = b""
        for code in codes:
            if code < 128:
                run += bytes([code])
            if run and (code >= 128 or len(run) == 8):
                values.append(int.from_bytes(run, "little"))
                run = b""
            if code >= 128:
                values.append(code + 2**63)
        return self.hash(self.word, [*values, *([int.from_bytes(run, "little")] if run else [])])

    def value(self, text: str, purpose: int) -> int:
        data = text.encode()
        whole = len(data) // 8 * 8
        parts = [int.from_bytes(data[i : i + 8], "little") for i in range(0, whole, 8)]
        last = int.from_bytes(data[whole:], "little") | len(data) << 56 & (2**64 - 1)
        return self.hash(self.value_start ^ purpose, [*parts, last])

    def sequence_hash(self, values: list[int], purpose: int) -> int:
        return self.hash(self.sequence ^ purpose, [*values, len(values)]) if values else 0

    def fingerprint(self, text: str) -> dict[str, object]:
        found, masked, begins = self.split(text)
        frame = min(len(masked), FRAME_WORDS)
        return {
            "prompt": self.sequence_hash([w["hash"] for w in found], 0),
            "template": self.sequence_hash(masked, 1),
            "head": self.sequence_hash(masked[:frame], 2),
            "tail": self.sequence_hash(masked[len(masked) - frame :], 3),
            "phrases": self.phrases(masked, begins),
            "topic": self.topic(found),
            "asks": self.asks(found),
            "chars": len(text),
        }

    def split(self, text: str) -> tuple[list[dict[str, int]], list[int], list[bool]]:
        found: list[dict[str, int]] = []
        masked: list[int] = []
        begins: list[bool] = []
        new_line = False

        def put(value: int) -> None:
            nonlocal new_line
            masked.append(value)
            begins.append(new_line)
            new_line = False

        quote_until, in_url, after_number, bracket = -1, False, False, False
        word: list[int] = []
        digits = False
        run: list[int] = []
        for i, c in enumerate([*text, ""]):
            code = ord(c) if c else 0
            kind = kind_of(code) if c else SPACE
            code = lower_of(code) if c else 0
            if kind in (LETTER, DIGIT):
                word.append(code)
                digits = digits or kind == DIGIT
                continue
            if word:
                h = self.word_hash(word)
                weight = 0 if digits or len(word) < 4 else min(len(word), 12) - 3
                found.append({"hash": h, "run": 0, "weight": weight, "bracket": int(bracket)})
                opens = c == ":" and "".join(map(chr, word)) in ("http", "https")
                if i >= quote_until and not in_url and not (digits and after_number):
                    put(URL if opens else NUMBER if digits else h)
                    after_number = digits
                in_url = in_url or opens
                word, digits, bracket, run = [], False, False, []
            if kind == UNSPACED:
                run.append(code)
                h = self.hash(self.word ^ 5, run[-3:])
                found.append(
                    {
                        "hash": h,
                        "run": code,
                        "weight": 3 if len(run) > 2 else 0,
                        "bracket": int(bracket),
                    }
                )
                if i >= quote_until and not in_url:
                    put(h)
                    after_number = False
                continue
            run = []
            bracket = c == "<"
            new_line = new_line or c == "\n"
            in_url = in_url and kind != SPACE
            if c == '"' and i >= quote_until and not in_url:
                end = self.quote_end(text, i)
                if end is not None:
                    quote_until = end
                    put(QUOTE)
                    after_number = False
        return found, masked, begins

    @staticmethod
    def quote_end(text: str, i: int) -> int | None:
        taken = 0
        for j in range(i + 1, len(text)):
            if taken >= QUOTE_BYTES or text[j] == "\n":
                return None
            if text[j] == '"':
                return j + 1
            taken += len(text[j].encode())
        return None

    def phrases(self, masked: list[int], begins: list[bool]) -> list[int]:
        places = range(len(masked) - PHRASE_WORDS + 1)
        grams = [self.phrase_hash(masked[p : p + PHRASE_WORDS]) // 2 + INNER * (not begins[p]) for p in places]
        chosen = sorted({min(grams[p : p + WINDOW]) for p in range(len(grams) - WINDOW + 1)})
        line = [gram for gram in chosen if gram < INNER]
        kept = [*line[:LINES_KEPT], *chosen[len(line) :]][:KEPT]
        return kept + [0] * (KEPT - len(kept))

    def phrase_hash(self, masked: list[int]) -> int:
        h = self.phrase
        for place, word in enumerate(masked):
            turned = word << 13 * place
            h ^= (turned | turned >> 64) & (2**64 - 1)
        return avalanche(h)

    @staticmethod
    def topic(found: list[dict[str, int]]) -> int:
        total = sum(w["weight"] for w in found)
        if not total:
            return -1
        votes = [sum(w["weight"] for w in found if w["hash"] >> (8 + b) & 1) for b in range(BITS)]
        return sum(1 << b for b in range(BITS) if 2 * votes[b] > total)

    def groups_at(self, found: list[dict[str, int]], j: int) -> int:
        if not found[j]["run"]:
            return self.hashed.get(found[j]["hash"], 0)
        groups = 0
        for length in (2, 3, 4):
            if j - length + 1 < 0:
                break
            run = [w["run"] for w in found[j - length + 1 : j + 1]]
            if not all(run):
                break
            groups |= self.hashed.get(self.hash(self.lexicon_start, run), 0)
        return groups

    def asks(self, found: list[dict[str, int]]) -> int:
        seen = dict.fromkeys(BIT, -(10**6))
        asks = 0
        for j in range(len(found)):
            groups = self.groups_at(found, j)
            if not groups:
                continue
            if found[j]["bracket"] and groups & BIT["tag"]:
                asks |= 16
            for name, bit in BIT.items():
                if groups & bit:
                    seen[name] = j
            near = {name: seen[name] >= j - NEAR for name in seen}
            if near["thought"] and near["hidden"]:
                asks |= 1 | 2
            elif near["thought"] and near["whole"]:
                asks |= 1
            asks |= 1 if near["think"] and near["verbatim"] else 0
            asks |= 4 if near["grade"] and near["rubric"] else 0
            asks |= 8 if near["generate"] and near["data"] else 0
        return asks
