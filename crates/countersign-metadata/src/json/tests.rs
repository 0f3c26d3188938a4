use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::*;

fn read(text: &str) -> Result<&str, JsonError> {
    let mut reader = Reader::new(text);
    let value = reader.skip()?;
    reader.end().map(|()| value)
}

#[test]
fn a_value_is_returned_as_its_text() {
    for text in [
        "null",
        "true",
        "false",
        "-0.5e+7",
        "0",
        "\"a\\n\\u00e9\\ud83d\\ude00é\"",
        "[]",
        "{}",
        "[1 , {\"a\":[ ]}]",
    ] {
        assert_eq!(read(&format!(" \n{text}\t\r")), Ok(text));
    }
}

#[test]
fn other_text_is_not_json() {
    for text in [
        "",
        " ",
        "nul",
        "tru e",
        "01",
        "1.",
        ".5",
        "-",
        "1e",
        "+1",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "\"\\ud83d\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",
        "[",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{1:2}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "1 1",
        "{]",
        "nan",
        "1e400e1",
    ] {
        assert!(matches!(read(text), Err(JsonError::Syntax(_))), "{text}");
    }
}

#[test]
fn what_is_passed_over_may_be_nested_to_any_depth() {
    let nested = |levels: usize| "[{\"a\":".repeat(levels) + "1" + &"}]".repeat(levels);
    for levels in [0, 1, 2, 100_000] {
        read(&nested(levels)).unwrap();
        assert!(matches!(read(&(nested(levels) + "]")), Err(JsonError::Syntax(_))));
    }
    assert_eq!(read(&"[".repeat(100_000)), Err(JsonError::Syntax(100_000)));
    assert_eq!(read("[[}]"), Err(JsonError::Syntax(2)));
    assert_eq!(read("[[1}]"), Err(JsonError::Syntax(3)));
}

#[test]
fn texts_are_decoded_when_they_are_asked_for() {
    let mut reader = Reader::new(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#);
    let text = reader.text().unwrap();
    assert_eq!(text.decode(), "a\"\\/\u{8}\u{c}\n\r\té😀z");
    assert!(matches!(Reader::new("\"plain\"").text().unwrap().decode(), Cow::Borrowed("plain")));
}

#[test]
fn a_value_of_another_type_differs_from_no_value() {
    assert_eq!(Reader::new("1").text(), Err(JsonError::Type("a text")));
    assert_eq!(Reader::new("]").text(), Err(JsonError::Syntax(0)));
    for text in ["-1", "1.0", "1e3", "18446744073709551616", "\"1\""] {
        assert_eq!(Reader::new(text).unsigned(), Err(JsonError::Type("a non-negative integer")), "{text}");
    }
    assert_eq!(Reader::new("18446744073709551615").unsigned(), Ok(u64::MAX));
    assert_eq!(Texts::read(&mut Reader::new("[\"a\",1]")), Err(JsonError::Type("a text")));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read(value in value()) {
        let text = value.to_string();
        prop_assert_eq!(read(&text), Ok(text.as_str()));
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(read(&pretty), Ok(pretty.as_str()));
    }

    #[test]
    fn a_changed_text_is_json_for_both_readers_or_for_none(
        value in value(),
        at in any::<prop::sample::Index>(),
        inserted in "[-\\]\\[{}\",:\\\\0-9a-u.+ ]{0,2}",
    ) {
        let mut text: Vec<char> = value.to_string().chars().collect();
        let at = at.index(text.len());
        text.splice(at..=at, inserted.chars());
        let text: String = text.into_iter().collect();
        let theirs = match serde_json::from_str::<Value>(&text) {
            // A number out of the range of a double can be JSON, but serde_json rejects it if it keeps the value.
            Err(error) if error.to_string().contains("out of range") => {
                serde_json::from_str::<IgnoredAny>(&text).is_ok()
            }
            value => value.is_ok(),
        };
        prop_assert_eq!(read(&text).is_ok(), theirs, "{}", text);
    }

    #[test]
    fn any_text_is_decoded_to_itself(text in any::<String>()) {
        let json = Value::from(text.clone()).to_string();
        prop_assert_eq!(Reader::new(&json).text().unwrap().decode(), text);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = read(&text);
    }
}
