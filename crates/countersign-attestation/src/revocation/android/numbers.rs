//! The serial numbers of a status list, stored in two vectors.

use core::cmp::Ordering;

use crate::revocation::reason::RevocationReason;

/// The most digits of a serial number: RFC 5280 has 20 octets, as 40 hexadecimal or 49 decimal digits.
pub(super) const DIGITS_MAX: usize = 49;

/// Serial numbers with the reason for which each is listed.
#[derive(Default)]
pub(super) struct Numbers {
    /// All magnitudes, concatenated, each without leading zeros.
    octets: Vec<u8>,
    /// Ordered by magnitude after [`sorted`](Self::sorted).
    listed: Vec<Listed>,
}

/// Where a magnitude is in `octets`.
#[derive(Clone, Copy)]
struct Listed {
    start: u32,
    length: u8,
    reason: RevocationReason,
}

impl Numbers {
    /// Adds the number that the digits are in hexadecimal and, if all are decimal, the one that they are in decimal.
    /// Returns `None` if they are not a number.
    pub(super) fn add(&mut self, digits: &str, reason: RevocationReason) -> Option<()> {
        self.push(&number(digits, 16)?, reason)?;
        match number(digits, 10) {
            Some(decimal) => self.push(&decimal, reason),
            None => Some(()),
        }
    }

    fn push(&mut self, magnitude: &[u8], reason: RevocationReason) -> Option<()> {
        let start = u32::try_from(self.octets.len()).ok()?;
        let length = u8::try_from(magnitude.len()).ok()?;
        self.octets.extend_from_slice(magnitude);
        self.listed.push(Listed { start, length, reason });
        Some(())
    }

    /// Sorts the numbers and releases spare capacity.
    pub(super) fn sorted(mut self) -> Self {
        let Self { octets, listed } = &mut self;
        listed.sort_unstable_by(|one, other| {
            one.magnitude(octets).cmp(other.magnitude(octets)).then(one.start.cmp(&other.start))
        });
        listed.shrink_to_fit();
        octets.shrink_to_fit();
        self
    }

    /// The reason for which the number is listed, if it is; the first entry counts.
    pub(super) fn reason(&self, serial_number: &[u8]) -> Option<RevocationReason> {
        let wanted = without_leading_zeros(serial_number);
        let magnitude = |listed: &Listed| listed.magnitude(&self.octets);
        let place = self.listed.partition_point(|it| magnitude(it).cmp(wanted) == Ordering::Less);
        self.listed.get(place).filter(|it| magnitude(it) == wanted).map(|it| it.reason)
    }

    /// The number of heap bytes in use.
    #[cfg(test)]
    pub(super) fn heap(&self) -> usize {
        self.octets.capacity() + self.listed.capacity() * size_of::<Listed>()
    }
}

impl Listed {
    fn magnitude(self, octets: &[u8]) -> &[u8] {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let rest = octets.get(start..).unwrap_or_default();
        rest.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// The magnitude of a number in these digits.
fn number(digits: &str, base: u8) -> Option<Vec<u8>> {
    if digits.is_empty() || digits.len() > DIGITS_MAX {
        return None;
    }
    // Its least significant byte first.
    let mut bytes: Vec<u8> = Vec::new();
    for digit in digits.chars() {
        if digit.is_ascii_uppercase() {
            return None;
        }
        let mut carry = u16::try_from(digit.to_digit(base.into())?).ok()?;
        for byte in &mut bytes {
            let sum = u16::from(*byte).checked_mul(base.into())?.checked_add(carry)?;
            let [high, low] = sum.to_be_bytes();
            *byte = low;
            carry = high.into();
        }
        if carry != 0 {
            bytes.push(u8::try_from(carry).ok()?);
        }
    }
    bytes.reverse();
    Some(bytes)
}

pub(super) fn without_leading_zeros(mut bytes: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::reader;

    #[test]
    fn a_status_list_takes_no_more_memory_than_twice_its_text() {
        let list = |entry: &dyn Fn(usize) -> String| {
            let entries: Vec<String> = (0..20_000).map(entry).collect();
            format!(r#"{{"entries":{{{}}}}}"#, entries.join(","))
        };
        for json in [
            // The shortest entries, read as two numbers each; the longest names; entries with unknown members.
            list(&|number| format!(r#""{}":{{"status":""}}"#, number % 10)),
            list(&|number| format!(r#""{number}":{{"status":""}}"#)),
            list(&|number| format!(r#""{number:049}":{{"status":""}}"#)),
            list(&|number| format!(r#""{number:x}":{{"status":"","x":[[],[],[],[{{}}],{{"a":null}}]}}"#)),
        ] {
            let (numbers, entries) = reader::read(json.as_bytes()).unwrap();
            assert_eq!(entries, 20_000);
            assert!(numbers.heap() <= 2 * json.len(), "{} of {}", numbers.heap(), json.len());
        }
    }
}
