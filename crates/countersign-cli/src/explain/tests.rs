use super::*;

fn explained(words: &[&str]) -> Result<String, String> {
    let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
    explain(&words, &Models::default(), None).map_err(|error| error.to_string())
}

#[test]
fn every_word_of_every_topic_is_explained() {
    for topic in &TOPICS {
        for word in (topic.words)() {
            assert!(explained(&[&word]).is_ok(), "{word}");
        }
    }
}

#[test]
fn words_are_read_as_they_are_written_in_logs() {
    let code = explained(&["origin-mismatch"]);
    for word in ["Origin-Mismatch", "`origin-mismatch`", "origin-mismatch:", " origin-mismatch"] {
        assert_eq!(explained(&[word]), code, "{word}");
    }
    assert_eq!(explained(&["registration", "14"]), explained(&["R 14"]));
}

#[test]
fn an_unknown_word_has_the_nearest_ones() {
    let error = explained(&["orign-mismatch"]).unwrap_err();
    assert!(
        error.starts_with(
            "there is no explanation of 'orign-mismatch'; similar ones exist: 'origin-mismatch'"
        )
    );
    assert_eq!(
        explained(&["zzzz"]).unwrap_err(),
        "there is no explanation of 'zzzz'; `countersign explain` lists what is explained"
    );
}

#[test]
fn a_text_that_is_longer_than_any_word_is_cut_and_has_no_suggestion() {
    for topic in &TOPICS {
        assert!((topic.words)().iter().all(|word| word.chars().count() <= WORD_MAX));
    }
    let text = format!("origin-mismatch \u{1b}[2J{}", "x".repeat(1_000_000));
    let error = explained(&[&text]).unwrap_err();
    assert!(error.starts_with("there is no explanation of 'origin-mismatch \u{fffd}[2jx"));
    assert!(error.ends_with("x…'; `countersign explain` lists what is explained"));
    assert!(error.chars().count() < 200);
}

#[test]
fn flags_numbers_identifiers_and_models_are_explained() {
    for (word, expected) in [
        ("BE", "be: backup eligible, bit 3"),
        ("flag uv", "uv: user verified, bit 2"),
        ("-7", "-7: ES256, a COSE algorithm"),
        ("es256", "-7: ES256, a COSE algorithm"),
        ("alg -257", "-257: RS256, a COSE algorithm"),
        ("kty 2", "2: EC2, a COSE key type"),
        ("crv 6", "6: Ed25519, a COSE elliptic curve"),
        ("p-256", "1: P-256, a COSE elliptic curve"),
        ("1.3.6.1.4.1.45724.1.1.4", "1.3.6.1.4.1.45724.1.1.4: id-fido-gen-ce-aaguid, an object identifier"),
        ("basicConstraints", "2.5.29.19: basicConstraints, an object identifier"),
        (
            "fbfc3007-154e-4ecc-8c0b-6e020557d7bd",
            "fbfc3007-154e-4ecc-8c0b-6e020557d7bd: an authenticator model",
        ),
        ("FBFC3007154E4ECC8C0B6E020557D7BD", "fbfc3007-154e-4ecc-8c0b-6e020557d7bd: an authenticator model"),
        (
            "00000000-0000-0000-0000-000000000000",
            "00000000-0000-0000-0000-000000000000: no authenticator model",
        ),
    ] {
        let text = explained(&[word]).unwrap();
        assert!(text.starts_with(expected), "{word}: {text}");
    }
    assert!(
        explained(&["ed25519"]).unwrap().contains("curve"),
        "a name of several topics is explained by each"
    );
    assert!(explained(&["1.3.6.1.4.1.45724.1.1.3"]).unwrap_err().contains("1.3.6.1.4.1.45724.1.1.2"));
}

#[test]
fn the_overview_names_every_topic() {
    let overview = explained(&[]).unwrap();
    for topic in &TOPICS {
        assert!(overview.contains(topic.name) && overview.contains(topic.example));
    }
}
