//! Names in other scripts as A-labels, as far as that needs no tables
//! ([RFC 3492](https://www.rfc-editor.org/rfc/rfc3492), and the
//! [URL standard's domain to ASCII](https://url.spec.whatwg.org/#concept-domain-to-ascii)).
//!
//! The standard's mapping of characters takes tables of some 100 KiB. Here are the letters that it leaves as they are, of
//! scripts in common use; labels with other characters are not decided.

/// The digits of a number in base 36, and how the threshold of a digit follows the numbers before it
/// ([section 5](https://www.rfc-editor.org/rfc/rfc3492#section-5)).
const BASE: u32 = 36;
const THRESHOLD_MIN: u32 = 1;
const THRESHOLD_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
/// The first code point that is not ASCII.
const INITIAL_POINT: u32 = 128;

const PREFIX: &str = "xn--";

/// The most characters of a label that is looked at: those of the longest A-label
/// ([RFC 1035 section 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)). Encoding takes the square of it.
const LABEL_MAX: usize = 63;

/// A domain with each label in lower-case ASCII; `None` if that can't be decided without tables.
pub(crate) fn to_ascii(domain: &str) -> Option<String> {
    let labels: Option<Vec<_>> = domain.split('.').map(label_to_ascii).collect();
    Some(labels?.join("."))
}

/// Whether a label with the prefix of A-labels encodes a name in letters that are known here, so that every client
/// accepts it. `false` if that can't be decided without tables.
pub(crate) fn is_known_a_label(label: &str) -> bool {
    let decoded = label.strip_prefix(PREFIX).and_then(decode);
    decoded.is_some_and(|name| !name.is_ascii() && label_to_ascii(&name).as_deref() == Some(label))
}

fn label_to_ascii(label: &str) -> Option<String> {
    let label: String = label.chars().flat_map(char::to_lowercase).collect();
    if label.is_ascii() {
        return Some(label);
    }
    if label.chars().count() > LABEL_MAX || label.starts_with(PREFIX) || !label.chars().all(is_plain) {
        return None;
    }
    Some(format!("{PREFIX}{}", encode(&label)?))
}

/// Whether a character of a lower-case label is a letter that stays as it is, whatever is next to it.
fn is_plain(character: char) -> bool {
    let is_of_a_known_script = matches!(
        character,
        'ß'..='ɏ' | 'ͱ'..='ώ' | 'а'..='ԯ' | 'ա'..='ֆ' | 'ა'..='ჺ' | 'ก'..='ฮ' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣'
    );
    // Letters that the mapping replaces by two others, or by one of another kind.
    let is_replaced = matches!(character, 'ĳ' | 'ŀ' | 'ŉ' | 'ſ' | 'ǆ' | 'ǉ' | 'ǌ' | 'ǳ' | 'ͺ' | '\u{374}');
    matches!(character, 'a'..='z' | '0'..='9' | '-')
        || is_of_a_known_script
            && !is_replaced
            && character.is_alphabetic()
            && character.to_lowercase().eq([character])
}

/// [Section 6.3](https://www.rfc-editor.org/rfc/rfc3492#section-6.3).
fn encode(label: &str) -> Option<String> {
    let points: Vec<u32> = label.chars().map(u32::from).collect();
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(output.len()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let (mut point, mut delta, mut bias, mut handled) = (INITIAL_POINT, 0_u32, INITIAL_BIAS, basic);
    while let Some(next) = points.iter().copied().filter(|it| *it >= point).min() {
        let skipped = next.checked_sub(point)?.checked_mul(handled.checked_add(1)?)?;
        delta = delta.checked_add(skipped)?;
        point = next;
        for it in &points {
            if *it < point {
                delta = delta.checked_add(1)?;
            }
            if *it == point {
                push_number(&mut output, delta, bias)?;
                let length = handled.checked_add(1)?;
                bias = adapted(delta, length, handled == basic)?;
                (delta, handled) = (0, length);
            }
        }
        delta = delta.checked_add(1)?;
        point = point.checked_add(1)?;
    }
    Some(output)
}

fn push_number(output: &mut String, mut number: u32, bias: u32) -> Option<()> {
    let mut position = BASE;
    loop {
        let threshold = threshold(position, bias);
        let Some(above) = number.checked_sub(threshold) else {
            output.push(char::from_digit(number, BASE).map(as_written)?);
            return Some(());
        };
        let width = BASE.checked_sub(threshold)?;
        let digit = threshold.checked_add(above.checked_rem(width)?)?;
        output.push(char::from_digit(digit, BASE).map(as_written)?);
        number = above.checked_div(width)?;
        position = position.checked_add(BASE)?;
    }
}

/// A digit of base 36 as Punycode writes it: `a` to `z` are 0 to 25, `0` to `9` are 26 to 35.
fn as_written(digit: char) -> char {
    const WRITTEN: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let index = digit.to_digit(BASE).and_then(|value| usize::try_from(value).ok());
    index.and_then(|index| WRITTEN.get(index)).map_or(digit, |byte| char::from(*byte))
}

fn value(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => u32::from(digit).checked_sub(u32::from(b'a')),
        b'0'..=b'9' => u32::from(digit).checked_sub(u32::from(b'0'))?.checked_add(26),
        _ => None,
    }
}

/// [Section 6.2](https://www.rfc-editor.org/rfc/rfc3492#section-6.2), of the lower-case text after the prefix.
fn decode(text: &str) -> Option<String> {
    if text.len() > LABEL_MAX {
        return None;
    }
    let (basic, digits) = text.rsplit_once('-').unwrap_or(("", text));
    let mut output: Vec<char> = basic.chars().collect();
    let mut digits = digits.bytes().peekable();
    let (mut point, mut index, mut bias) = (INITIAL_POINT, 0_u32, INITIAL_BIAS);
    while digits.peek().is_some() {
        let before = index;
        let (mut weight, mut position) = (1_u32, BASE);
        loop {
            let digit = value(digits.next()?)?;
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = threshold(position, bias);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE.checked_sub(threshold)?)?;
            position = position.checked_add(BASE)?;
        }
        let length = u32::try_from(output.len()).ok()?.checked_add(1)?;
        bias = adapted(index.checked_sub(before)?, length, before == 0)?;
        point = point.checked_add(index.checked_div(length)?)?;
        index = index.checked_rem(length)?;
        output.insert(usize::try_from(index).ok()?, char::from_u32(point)?);
        index = index.checked_add(1)?;
    }
    Some(output.into_iter().collect())
}

fn threshold(position: u32, bias: u32) -> u32 {
    position.saturating_sub(bias).clamp(THRESHOLD_MIN, THRESHOLD_MAX)
}

/// The bias for the next number ([section 6.1](https://www.rfc-editor.org/rfc/rfc3492#section-6.1)).
fn adapted(delta: u32, length: u32, is_first: bool) -> Option<u32> {
    const WIDTH: u32 = BASE - THRESHOLD_MIN;
    let mut delta = delta.checked_div(if is_first { DAMP } else { 2 })?;
    delta = delta.checked_add(delta.checked_div(length)?)?;
    let mut position = 0_u32;
    while delta > WIDTH * THRESHOLD_MAX / 2 {
        delta = delta.checked_div(WIDTH)?;
        position = position.checked_add(BASE)?;
    }
    let rest = (WIDTH + 1).checked_mul(delta)?.checked_div(delta.checked_add(SKEW)?)?;
    position.checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_the_standard_makes_of_them() {
        for (name, ascii) in [
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("Example.ORG", "example.org"),
            ("παράδειγμα.δοκιμή", "xn--hxajbheg2az3al.xn--jxalpdlp"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("실례.테스트", "xn--9n2bp8q.xn--9t4b11yi5a"),
            ("straße.example", "xn--strae-oqa.example"),
        ] {
            assert_eq!(to_ascii(name).as_deref(), Some(ascii), "{name}");
            assert_eq!(idna::domain_to_ascii(name).unwrap(), ascii, "{name}");
        }
    }

    #[test]
    fn each_letter_that_is_known_here_stays_as_it_is_in_the_standard_too() {
        let plain: Vec<char> = ('\u{80}'..=char::MAX).filter(|it| is_plain(*it)).collect();
        assert!(plain.len() > 30_000, "{}", plain.len());
        let differs = |letter: &char| {
            let name = format!("a{letter}b");
            let theirs = idna::domain_to_ascii(&name).unwrap_or_default();
            to_ascii(&name).as_ref() != Some(&theirs) || !is_known_a_label(&theirs)
        };
        let others: String = plain.into_iter().filter(differs).collect();
        assert_eq!(others, "");
    }

    #[test]
    fn letters_far_from_each_other_are_encoded_as_the_standard_does() {
        for name in ["aaaaaaaaaaaaaaaaaaé例ß", "例é한글ü", "가ü一б例ä", "ü鿿ß가ö一"] {
            let theirs = idna::domain_to_ascii(name).unwrap();
            assert_eq!(to_ascii(name), Some(theirs.clone()), "{name}");
            assert!(is_known_a_label(&theirs), "{name}");
        }
    }

    #[test]
    fn the_bias_is_divided_while_it_is_above_its_limit() {
        // Section 6.1 with the numbers of section 5: 728 / 2, and a quarter of that, is 455, which is not above the limit.
        assert_eq!(adapted(728, 4, false), Some(36 * 455 / (455 + 38)));
        assert_eq!(adapted(730, 4, false), Some(36 + 36 * (456 / 35) / (456 / 35 + 38)));
    }

    #[test]
    fn the_longest_labels_that_are_looked_at_have_63_characters() {
        assert!(to_ascii(&"ü".repeat(63)).is_some());
        for length in [61, 62, 63, 64, 65, 66] {
            let label = format!("{}-tda", "a".repeat(length - 4));
            assert_eq!(decode(&label).is_some(), length <= 63, "{length}");
        }
    }

    #[test]
    fn nothing_is_said_of_other_characters() {
        for name in
            ["a\u{301}b", "ﬁ", "ａ", "שלום", "مثال", "a\u{ad}bü", "☃", "a b\u{fc}", "xn--ü", &"ü".repeat(64)]
        {
            assert_eq!(to_ascii(name), None, "{name}");
        }
    }

    #[test]
    fn an_a_label_is_known_if_it_stands_for_known_letters_in_the_one_way() {
        for label in ["xn--bcher-kva", "xn--e1afmkfd", "xn--p1ai"] {
            assert!(is_known_a_label(label), "{label}");
        }
        for label in [
            "",
            "bcher-kva",
            "xn--",
            "xn--a",
            "xn--a-",
            "xn--bcher-",
            "xn--bcher-kv",
            "xn--BCHER-KVA",
            "xn--n3h",
            "xn--0",
            "xn--99999999999",
        ] {
            assert!(!is_known_a_label(label), "{label}");
        }
    }
}
