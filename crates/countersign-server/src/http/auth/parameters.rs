//! The parameters in a query.

use std::borrow::Cow;

use url::form_urlencoded;

use super::error::AuthError;

/// The names and values in a query, each name once. An unknown one is an error: a misspelt `max_age` would demand nothing.
pub(in crate::http) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// Parses a query with parameters of these names.
    pub(in crate::http) fn parse(query: Option<&'a str>, names: &[&str]) -> Result<Self, AuthError> {
        let mut parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let is_new = parameters.iter().all(|(known, _)| *known != name);
            if !is_new || !names.contains(&name.as_ref()) {
                return Err(AuthError::QueryMalformed);
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// The value of this name, if it is there.
    pub(in crate::http) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    }

    /// The most seconds since the user was verified, if there is such a demand.
    pub(super) fn max_age(&self) -> Result<Option<u32>, AuthError> {
        self.get("max_age").map(seconds).transpose()
    }

    /// A flag, which is `true` or absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, AuthError> {
        match self.get(name) {
            None => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(AuthError::QueryMalformed),
        }
    }
}

/// A number of seconds in digits. Rust's own parser accepts a sign.
fn seconds(text: &str) -> Result<u32, AuthError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        text.parse().map_err(|_| AuthError::QueryMalformed)
    } else {
        Err(AuthError::QueryMalformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn max_age(query: &str) -> Result<Option<u32>, AuthError> {
        Parameters::parse(Some(query), &["to", "max_age"])?.max_age()
    }

    #[test]
    fn parameters_are_read_by_name_and_decoded() {
        for query in ["to=https%3A%2F%2Fa%2F%3Fb%3Dc%26d&max_age=300", "max_age=300&to=https://a/?b=c%26d"] {
            let parameters = Parameters::parse(Some(query), &["to", "max_age"]).unwrap();
            assert_eq!(parameters.get("to"), Some("https://a/?b=c&d"));
            assert_eq!(parameters.max_age().unwrap(), Some(300));
        }
        assert_eq!(max_age("").unwrap(), None);
        assert_eq!(Parameters::parse(None, &[]).unwrap().get("to"), None);
    }

    #[test]
    fn an_unknown_or_repeated_parameter_is_an_error() {
        for query in
            ["maxage=300", "max_age=300&max_age=600", "to=a&to=a", "max_age=300&x", "max%5Fage=1&max_age=2"]
        {
            assert!(matches!(max_age(query), Err(AuthError::QueryMalformed)), "{query}");
        }
    }

    #[test]
    fn seconds_are_a_number_of_digits() {
        assert_eq!(max_age("max_age=0").unwrap(), Some(0));
        assert_eq!(max_age("max_age=4294967295").unwrap(), Some(u32::MAX));
        for text in ["", "-1", "%2B1", "1.5", "1e3", "4294967296", "five", "0x10", "%20300"] {
            assert!(matches!(max_age(&format!("max_age={text}")), Err(AuthError::QueryMalformed)), "{text}");
        }
    }

    #[test]
    fn a_flag_is_true_or_absent() {
        let flag = |query| Parameters::parse(Some(query), &["redirect"])?.flag("redirect");
        assert!(flag("redirect=true").unwrap() && !flag("").unwrap());
        for query in ["redirect", "redirect=1", "redirect=false", "redirect=TRUE"] {
            assert!(matches!(flag(query), Err(AuthError::QueryMalformed)), "{query}");
        }
    }
}
