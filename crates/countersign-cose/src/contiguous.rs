//! Messages in one piece, for libraries that do not accept parts.

/// Calls `verify` with the concatenation of `parts`: on the stack if it has at most [`ON_STACK`] bytes.
pub(crate) fn contiguous<T>(parts: &[&[u8]], verify: impl FnOnce(&[u8]) -> T) -> T {
    let mut buffer = [0; ON_STACK];
    match joined(parts, &mut buffer) {
        Some(message) => verify(message),
        None => verify(&parts.concat()),
    }
}

/// The longest message in bytes whose parts are joined on the stack. An assertion signs 69 bytes and its extensions; an
/// attestation 69 bytes, a credential ID and a key.
const ON_STACK: usize = 512;

/// The concatenation of `parts`, if it fits.
fn joined<'a>(parts: &[&'a [u8]], buffer: &'a mut [u8; ON_STACK]) -> Option<&'a [u8]> {
    if let [whole] = parts {
        return Some(whole);
    }
    let mut rest = &mut buffer[..];
    for part in parts {
        let (head, tail) = rest.split_at_mut_checked(part.len())?;
        head.copy_from_slice(part);
        rest = tail;
    }
    let unused = rest.len();
    buffer.get(..ON_STACK.checked_sub(unused)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_in_parts_is_joined_while_it_fits() {
        let mut buffer = [0; ON_STACK];
        assert_eq!(joined(&[b"ab", b"", b"c"], &mut buffer), Some(&b"abc"[..]));
        assert_eq!(joined(&[], &mut buffer), Some(&[][..]));
        let part = [1; ON_STACK / 2];
        assert_eq!(joined(&[&part, &part], &mut buffer), Some(&[1; ON_STACK][..]));
        assert_eq!(joined(&[&part, &part, &[1]], &mut buffer), None);
        let whole = [1; ON_STACK + 1];
        assert_eq!(joined(&[&whole], &mut buffer), Some(&whole[..]));
    }

    #[test]
    fn a_message_that_does_not_fit_is_joined_on_the_heap() {
        let (first, second) = ([1; 300], [2; 300]);
        contiguous(&[&first, &second], |message| assert_eq!(message, [first, second].concat()));
    }
}
