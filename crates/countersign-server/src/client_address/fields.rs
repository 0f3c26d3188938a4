//! The addresses in `X-Forwarded-For` and `Forwarded`, from the last one on.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The field that nearly all proxies can send.
pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The most addresses of a field: a request comes by way of a few proxies.
const ADDRESSES_MAX: usize = 32;

/// A field is not what its proxy should have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MalformedError;

/// The addresses in `X-Forwarded-For`, from the last one on. Its lines are one list
/// ([RFC 9110, section 5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3)).
pub(super) fn x_forwarded_for(fields: &HeaderMap) -> impl Iterator<Item = Result<IpAddr, MalformedError>> {
    let lines = fields.get_all(X_FORWARDED_FOR).iter().rev();
    // What is not ASCII becomes one malformed item.
    let items = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    bounded(items.map(|item| address(item.trim_matches([' ', '\t']))))
}

/// The addresses in the parameter `for` of each element of `Forwarded`, from the last one on
/// ([RFC 7239, section 4](https://www.rfc-editor.org/rfc/rfc7239#section-4)).
pub(super) fn forwarded(fields: &HeaderMap) -> impl Iterator<Item = Result<IpAddr, MalformedError>> {
    let lines = fields.get_all(header::FORWARDED).iter().rev();
    bounded(lines.flat_map(|line| {
        // A line is read from its start, since only that tells what is quoted.
        let mut items = elements(line).unwrap_or_else(|error| vec![Err(error)]);
        items.reverse();
        items
    }))
}

/// Ends a list with an error at an address too many.
fn bounded(
    items: impl Iterator<Item = Result<IpAddr, MalformedError>>,
) -> impl Iterator<Item = Result<IpAddr, MalformedError>> {
    let counted = items.enumerate();
    counted.map(|(index, item)| if index < ADDRESSES_MAX { item } else { Err(MalformedError) })
}

/// The address of each element of a line, in order.
fn elements(line: &HeaderValue) -> Result<Vec<Result<IpAddr, MalformedError>>, MalformedError> {
    let mut rest = line.to_str().map_err(|_| MalformedError)?;
    let mut elements = Vec::new();
    let mut found = None;
    loop {
        let (name, value, after) = pair(rest)?;
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return Err(MalformedError);
        }
        let is_last_pair = !after.starts_with(';');
        if is_last_pair {
            let value = found.take().ok_or(MalformedError);
            elements.push(value.and_then(|value| address(&value)));
        }
        match after.split_at_checked(1) {
            None => return Ok(elements),
            Some((";" | ",", next)) => rest = next,
            Some(_) => return Err(MalformedError),
        }
    }
}

/// The name and the value of the next pair, and what comes after it and white space.
fn pair(text: &str) -> Result<(&str, String, &str), MalformedError> {
    let (name, rest) = text.trim_start_matches([' ', '\t']).split_once('=').ok_or(MalformedError)?;
    let (value, after) = if let Some(quoted) = rest.strip_prefix('"') {
        unquoted(quoted)?
    } else {
        let end = rest.find([';', ',', ' ', '\t', '"']).unwrap_or(rest.len());
        let (token, after) = rest.split_at_checked(end).ok_or(MalformedError)?;
        (token.to_owned(), after)
    };
    Ok((name, value, after.trim_start_matches([' ', '\t'])))
}

/// A quoted string without its quotes, and what comes after it
/// ([RFC 9110, section 5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4)).
fn unquoted(text: &str) -> Result<(String, &str), MalformedError> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next().ok_or(MalformedError)? {
            '"' => return Ok((value, characters.as_str())),
            '\\' => value.push(characters.next().ok_or(MalformedError)?),
            other => value.push(other),
        }
    }
}

/// An address, with or without a port. An IPv6 address with a port is in brackets
/// ([RFC 7239, section 6](https://www.rfc-editor.org/rfc/rfc7239#section-6)).
fn address(text: &str) -> Result<IpAddr, MalformedError> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_canonical());
    }
    let (address, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or(MalformedError)?,
        None => text.find(':').and_then(|at| text.split_at_checked(at)).ok_or(MalformedError)?,
    };
    if !port.is_empty() && port.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()).is_none() {
        return Err(MalformedError);
    }
    let address = address.parse::<IpAddr>().map_err(|_| MalformedError)?;
    Ok(address.to_canonical())
}
