import pytest

from agents.intent.glossary import in_english, language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wir möchten kündigen", "de"),
        ("Où en est ma demande ?", "fr"),
        ("quiero hablar con una persona", "es"),
        ("Rechnung", "de"),
        ("Mitarbeiter bitte", "de"),
        ("gracias!!", "es"),
        ("where is my invoice", "en"),
        ("transfer declined", "en"),
        ("agent", "en"),
        ("test", "en"),
        ("", "en"),
        ("東京", "en"),
    ],
)
def test_language_is_told_by_small_words_or_by_all_of_a_few(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Wann läuft unser Vertrag aus?", "de", "when our contract ?"),
        ("Rechnungsadresse", "de", "billing address"),
        ("Je ne trouve pas la facture", "fr", "i find not the invoice"),
        ("olvidé mi contraseña", "es", "lost my password"),
    ],
)
def test_known_words_are_put_into_english(text: str, code: str, words: str) -> None:
    assert set(words.split()) <= set(in_english(text, code).split())


def test_names_and_figures_stay() -> None:
    assert in_english("Was kostet Vault für 30 Mitarbeiter?", "de") == "how much Vault for 30 employee ?"


def test_phrases_go_before_words() -> None:
    assert "password" in in_english("j'ai oublié mon mot de passe", "fr")
    assert "please" in in_english("un agente por favor", "es")


def test_compounds_are_taken_apart() -> None:
    assert in_english("Vertragsverlängerung", "de") == "contract renew"


def test_other_languages_are_left_alone() -> None:
    assert in_english("Dzień dobry, bez zmian", "pl") == "Dzień dobry, bez zmian"
