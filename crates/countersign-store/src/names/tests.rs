use super::*;

fn cleaned(text: &str) -> String {
    clean(text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"))
}

#[test]
fn names_are_composed_and_their_spaces_single() {
    assert_eq!(cleaned("  Ada \u{a0} Lovelace\t"), "Ada Lovelace");
    assert_eq!(cleaned("\u{a0}名前\u{3000}"), "名前");
    assert_eq!(cleaned("Jose\u{301}"), "José");
}

#[test]
fn a_name_has_1_to_64_characters() {
    for nothing in ["", " \t", "\u{a0}\u{2003}"] {
        assert_eq!(clean(nothing), Err(NameError::Empty), "{nothing:?}");
    }
    let longest = "é".repeat(64);
    assert_eq!(cleaned(&longest), longest);
    assert_eq!(cleaned(&"e\u{301}".repeat(64)), longest);
    assert_eq!(clean(&"é".repeat(65)), Err(NameError::TooLong));
    assert_eq!(clean(&"e\u{301}".repeat(65)), Err(NameError::TooLong));
    assert_eq!(clean(&"é".repeat(100_000)), Err(NameError::TooLong));
}

#[test]
fn an_invisible_name_is_rejected() {
    for text in [
        "\u{3164}",
        "\u{115f}\u{1160}",
        "\u{2800}",
        "\u{fe0f}",
        "\u{e0041}",
        "\u{34f}",
        "\u{200d}",
        "\u{200c}",
        "\u{180e}",
        "\u{ffa0}",
        "\u{1f3f4}\u{e0067}",
        "\u{301}",
        "\u{17b4}",
        "\u{feff}",
        "\u{1d159}",
        "\u{13441}\u{13442}",
    ] {
        assert!(clean(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_blank_sign_of_music_or_of_hieroglyphs_makes_no_difference_between_names() {
    for blank in ['\u{1d159}', '\u{13441}', '\u{13442}', '\u{fffa}'] {
        assert_eq!(clean(&format!("Ada{blank}")), Err(NameError::Invisible(blank)));
        assert_eq!(key(&format!("A{blank}da{blank}")), key("Ada"), "{blank:?}");
    }
    assert_ne!(key("Ada\u{2800}L"), key("AdaL"), "a space");
}

#[test]
fn a_character_that_hides_or_reorders_text_is_named() {
    for bad in [
        '\0',
        '\n',
        '\u{7f}',
        '\u{85}',
        '\u{202e}',
        '\u{2066}',
        '\u{200b}',
        '\u{feff}',
        '\u{200e}',
        '\u{ad}',
        '\u{61c}',
        '\u{2028}',
        '\u{2060}',
        '\u{3164}',
        '\u{34f}',
        '\u{e0041}',
        '\u{fff9}',
        '\u{fffe}',
    ] {
        assert_eq!(clean(&format!("a{bad}b")), Err(NameError::Invisible(bad)), "{bad:?}");
    }
    let sentence = NameError::Invisible('\u{202e}').sentence("passkey’s label");
    assert!(
        sentence.starts_with("The passkey’s label has an invisible character in it (U+202E)"),
        "{sentence}"
    );
}

#[test]
fn joiners_and_selectors_that_writing_needs_are_kept() {
    for text in [
        // A scientist, a heart, a family of four tones, a rainbow flag, a keycap, the flag of Scotland.
        "👩\u{200d}🔬",
        "❤\u{fe0f}",
        "👩🏽\u{200d}🤝\u{200d}👨🏿",
        "🏳\u{fe0f}\u{200d}🌈",
        "1\u{fe0f}\u{20e3}",
        "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        // Persian, Hindi, Bengali, Sinhala, a Japanese name with an ideographic variation.
        "می\u{200c}خواهم",
        "क्\u{200d}ष",
        "র\u{200d}্যাব",
        "ශ්\u{200d}රී",
        "葛\u{e0100}城",
    ] {
        assert_eq!(cleaned(text), text);
    }
}

#[test]
fn joiners_and_selectors_without_an_effect_are_removed() {
    assert_eq!(cleaned("Ana\u{200d}Test\u{200c}"), "AnaTest");
    assert_eq!(cleaned("\u{200d}a\u{fe0f}"), "a");
    assert_eq!(cleaned("👩\u{200d}"), "👩");
}

#[test]
fn names_that_look_the_same_have_one_key() {
    for (one, other) in [
        ("ADA", "ada"),
        ("Straße", "STRASSE"),
        ("STRAẞE", "STRASSE"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Jos\u{e9}", "Jose\u{301}"),
        ("Ana Test", "Ana  Test"),
        ("Ana Test", "Ana\u{a0}Test"),
        ("Ana Test", "Ana\u{2800}Test"),
        ("Ana\u{200d}Test", "AnaTest"),
        ("Ａｄａ", "Ada"),
        ("ﬁn", "fin"),
        ("❤\u{fe0f}", "❤"),
    ] {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
    assert_ne!(key("Ada"), key("Adam"));
    assert_ne!(key("Ana Test"), key("AnaTest"));
}

#[test]
fn a_key_is_its_own_key() {
    for text in ["Straße", "ﬁn", "\u{fdfa}", "ᾳ\u{345}", "ǰ", "\u{1e9e}", "İ", "ŉ"] {
        assert_eq!(key(&key(text)), key(text), "{text}");
    }
}

#[test]
fn a_label_that_is_taken_gets_the_first_free_number() {
    let taken = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    assert_eq!(distinct("Passkey", &[]), "Passkey");
    assert_eq!(distinct("Passkey", &taken(&["My phone"])), "Passkey");
    assert_eq!(distinct("Passkey", &taken(&["Passkey"])), "Passkey (2)");
    assert_eq!(distinct("Passkey", &taken(&["passkey", "Passkey (2)", "Passkey (4)"])), "Passkey (3)");
    assert_eq!(distinct("Passkey", &taken(&["Passkey (2)"])), "Passkey");
    let longest = "é".repeat(64);
    assert_eq!(distinct(&longest, std::slice::from_ref(&longest)), "é".repeat(60) + " (2)");
}
