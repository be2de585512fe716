"""The phrasebook: right sentences, unseen combinations, one language left behind."""

import random
from itertools import combinations

import pytest

from utils.tasks import TASKS, Translation, draw
from utils.tasks.phrasebook import LANGUAGES, Phrase, phrases, render
from utils.tasks.translation import COVERED, SCARCE, SCARCE_SHARE, bare, data

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
EVERY = [phrase for s in SPLITS for group in phrases(s).values() for phrase in group]
# Written down by hand, one or more for each frame, against the rules in the code.
KNOWN = {
    ("where", "station"): {
        "en": "Where is the station?",
        "zh": "车站在哪里\uff1f",
        "es": "¿Dónde está la estación?",
        "fr": "Où est la gare ?",
        "de": "Wo ist der Bahnhof?",
        "ja": "駅はどこですか。",
    },
    ("far", "post_office"): {
        "es": "¿La oficina de correos está lejos de aquí?",
        "fr": "Est-ce que la poste est loin d'ici ?",
        "de": "Ist die Post weit von hier?",
    },
    ("search", "market"): {"de": "Ich suche den Markt.", "fr": "Je cherche le marché."},
    ("way", "hotel"): {
        "en": "How do I get to the hotel?",
        "zh": "去酒店怎么走\uff1f",
        "es": "¿Cómo llego al hotel?",
        "fr": "Comment aller à l'hôtel ?",
        "de": "Wie komme ich zum Hotel?",
        "ja": "ホテルへはどう行けばいいですか。",
    },
    ("way", "church"): {
        "de": "Wie komme ich zur Kirche?",
        "es": "¿Cómo llego a la iglesia?",
    },
    ("go", "library", "monday"): {
        "en": "We are going to the library on Monday.",
        "zh": "我们星期一去图书馆。",
        "es": "El lunes vamos a la biblioteca.",
        "fr": "Lundi, nous allons à la bibliothèque.",
        "de": "Am Montag gehen wir in die Bibliothek.",
        "ja": "私たちは月曜日に図書館へ行きます。",
    },
    ("go", "cinema", "today"): {
        "en": "We are going to the cinema today.",
        "fr": "Aujourd'hui, nous allons au cinéma.",
        "ja": "私たちは今日映画館へ行きます。",
    },
    ("opens", "museum", "1"): {
        "es": "El museo abre a la una.",
        "fr": "Le musée ouvre à une heure.",
        "de": "Das Museum öffnet um ein Uhr.",
    },
    ("closes", "bakery", "2"): {
        "zh": "面包店两点关门。",
        "es": "La panadería cierra a las dos.",
        "ja": "パン屋は二時に閉まります。",
    },
    ("order", "juice"): {
        "en": "I would like an orange juice, please.",
        "fr": "Je voudrais un jus d'orange, s'il vous plaît.",
        "de": "Ich hätte gern einen Orangensaft, bitte.",
    },
    ("order_many", "2", "coffee"): {
        "zh": "请给我两杯咖啡。",
        "de": "Zwei Kaffee, bitte.",
        "ja": "コーヒーを二つお願いします。",
    },
    ("price", "umbrella"): {
        "es": "¿Cuánto cuesta el paraguas?",
        "ja": "傘はいくらですか。",
    },
    ("has", "i", "computer"): {"en": "I have a computer.", "fr": "J'ai un ordinateur."},
    ("has_not", "sister", "camera"): {
        "en": "My older sister does not have a camera.",
        "zh": "我姐姐没有相机。",
        "es": "Mi hermana mayor no tiene ninguna cámara.",
        "fr": "Ma grande sœur n'a pas d'appareil photo.",
        "de": "Meine ältere Schwester hat keine Kamera.",
        "ja": "姉はカメラを持っていません。",
    },
    ("count", "3", "book"): {
        "de": "Ich habe drei Bücher.",
        "ja": "私は本を三冊持っています。",
    },
    ("buy", "i", "car"): {
        "ja": "私は車を買いたいです。",
        "de": "Ich möchte ein Auto kaufen.",
    },
    ("buy", "son", "car"): {"ja": "息子は車を買いたがっています。"},
    ("likes", "mother", "apples"): {
        "es": "A mi madre le gustan las manzanas.",
        "fr": "Ma mère aime les pommes.",
    },
    ("likes_not", "i", "winter"): {
        "es": "No me gusta el invierno.",
        "fr": "Je n'aime pas l'hiver.",
        "de": "Ich mag den Winter nicht.",
    },
    ("is", "letter", "old"): {
        "es": "La carta es vieja.",
        "fr": "La lettre est vieille.",
        "ja": "手紙は古いです。",
    },
    ("is", "shirt", "dirty"): {"es": "La camisa está sucia.", "zh": "衬衫很脏。"},
    ("is_not", "watch", "clean"): {
        "zh": "手表不干净。",
        "fr": "La montre n'est pas propre.",
        "ja": "腕時計はきれいではないです。",
    },
    ("on", "key", "table"): {"de": "Der Schlüssel ist auf dem Tisch."},
    ("under", "hat", "bed"): {
        "es": "El sombrero está debajo de la cama.",
        "fr": "Le chapeau est sous le lit.",
    },
    ("beside", "pen", "sofa"): {
        "es": "El bolígrafo está al lado del sofá.",
        "fr": "Le stylo est à côté du canapé.",
        "de": "Der Kugelschreiber ist neben dem Sofa.",
        "ja": "ペンはソファーの横にあります。",
    },
}


@pytest.mark.parametrize("content", KNOWN, ids=" ".join)
def test_a_phrase_is_said_rightly(content):
    frame, *words = content
    for language, sentence in KNOWN[content].items():
        assert render(Phrase(frame, tuple(words)), language) == sentence


def test_every_frame_has_a_sentence_written_by_hand():
    frames = {phrase.frame for phrase in EVERY if phrase.words}
    assert frames == {content[0] for content in KNOWN}
    assert {lang for said in KNOWN.values() for lang in said} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_says_one_thing(language):
    """Otherwise a right translation could be graded as wrong."""
    said = {bare(render(phrase, language)) for phrase in EVERY}
    assert len(said) == len(EVERY) > 2000
    assert not any(mark in text for text in said for mark in "{}[]")
    assert not any("  " in text or "''" in text for text in said)


def test_no_test_sentence_is_trained_in_any_language():
    for one, other in combinations(SPLITS, 2):
        for language in LANGUAGES:
            texts = [
                {bare(render(p, language)) for g in phrases(s).values() for p in g}
                for s in (one, other)
            ]
            assert not texts[0] & texts[1]
    trained = {
        example.answer for example in draw(TASKS["translation"], 3000, 1, "train")
    }
    tested = {example.answer for example in draw(TASKS["translation"], 3000, 1)}
    assert not trained & tested
    assert len(tested) > 300


def test_test_phrases_are_new_combinations_of_words_that_are_trained():
    known = {p.frame for g in phrases("train").values() for p in g}
    words = {w for g in phrases("train").values() for p in g for w in p.words}
    for split in ("dev", "test"):
        for group in phrases(split).values():
            assert {p.frame for p in group} <= known
            assert {w for p in group for w in p.words} <= words


def test_requests_of_a_test_have_wordings_of_their_own():
    for asks in data()["asks"].values():
        for one, other in combinations(SPLITS, 2):
            assert not set(asks[one]) & set(asks[other])
        for wording in (w for split in SPLITS for w in asks[split]):
            assert "{text}" in wording
            assert "{to}" in wording


def japanese(example) -> bool:
    return "Japanese" in example.thought


def test_the_scarce_language_has_the_share_that_is_documented():
    examples = draw(TASKS["translation"], 6000, 3, "train")
    share = sum(map(japanese, examples)) / len(examples)
    assert share == pytest.approx(SCARCE_SHARE, abs=0.006)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_s_own_task_always_has_it_and_only_ever_its_scarcity(language):
    name = data()["names"]["en"][language]
    seen = set()
    for example in draw(TASKS[f"translation-{language}"], 300, 2):
        source, target = example.thought.rstrip(".").split(" to ")
        assert name in (source, target)
        assert source != target
        assert japanese(example) == (language == SCARCE)
        seen |= {source, target}
    assert len(seen) == len(COVERED) + (language == SCARCE)


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("Der Hut ist neben dem Bett.", True),
        ("Der Hut ist neben dem Bett", True),
        ('"Der Hut ist neben dem Bett."', True),
        ("Der Hut  ist neben dem Bett.\n", True),
        ("Die Hut ist neben dem Bett.", False),
        ("Der Hut ist neben das Bett.", False),
        ("der hut ist neben dem bett.", False),
        ("Der Hut ist unter dem Bett.", False),
        ("The hat is next to the bed.", False),
        ("Der Hut ist neben dem Bett. Der Hut ist neben dem Bett.", False),
        ("", False),
    ],
)
def test_the_grader_minds_words_and_not_marks(reply, right):
    [example] = draw(Translation("de"), 1, 1)
    answer = render(Phrase("beside", ("hat", "bed")), "de")
    example = type(example)(example.task, example.messages, answer, "", answer)
    assert Translation().grade(example, reply) == right


def test_full_width_and_typographic_marks_are_the_same_marks():
    assert bare("车站在哪里\uff1f") == bare("车站在哪里?")
    assert bare("C\u2019est ici !") == bare("C'est ici!")


def test_sources_come_as_people_type_them():
    rng = random.Random(1)
    asked = [Translation("en").sample(rng, "train").messages[-1] for _ in range(500)]
    texts = [message["content"] for message in asked]
    assert any(text == text.lower() for text in texts)
    assert any(text.endswith("?") for text in texts)
    assert len(set(texts)) > 450
