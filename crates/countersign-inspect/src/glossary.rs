//! What the flags, numbers and object identifiers of Web Authentication mean.

use countersign::attestation::oid::Oid;

mod cose;
mod flags;
mod oids;
mod term;

pub use term::Term;

/// The flags of authenticator data, bit 0 first.
pub const FLAGS: &[Term] = flags::FLAGS;

/// The object identifiers that occur in certificates and keys of Web Authentication, by their numbers.
pub const OIDS: &[Term] = oids::OIDS;

/// A registry of COSE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Registry {
    /// The types of keys.
    KeyTypes,
    /// The algorithms.
    Algorithms,
    /// The elliptic curves.
    Curves,
}

impl Registry {
    /// Every registry.
    pub const ALL: &'static [Registry] = &[Self::KeyTypes, Self::Algorithms, Self::Curves];

    /// What the numbers of the registry are.
    pub const fn title(self) -> &'static str {
        match self {
            Self::KeyTypes => "COSE key type",
            Self::Algorithms => "COSE algorithm",
            Self::Curves => "COSE elliptic curve",
        }
    }

    /// The registered numbers that occur in Web Authentication, or that are taken for one that does.
    pub const fn terms(self) -> &'static [Term] {
        match self {
            Self::KeyTypes => cose::KEY_TYPES,
            Self::Algorithms => cose::ALGORITHMS,
            Self::Curves => cose::CURVES,
        }
    }

    /// The name of a number.
    pub(crate) fn name(self, number: i64) -> Option<&'static str> {
        let word = number.to_string();
        self.terms().iter().find(|term| term.word == word).map(|term| term.name)
    }
}

/// An identifier with its name, such as `commonName (2.5.4.3)`.
pub(crate) fn named_oid(oid: &Oid<'_>) -> String {
    let word = oid.to_string();
    match oid_name(&word) {
        Some(name) => format!("{name} ({word})"),
        None => word,
    }
}

/// The name of an identifier in dotted decimal.
pub(crate) fn oid_name(word: &str) -> Option<&'static str> {
    OIDS.iter().find(|term| term.word == word).map(|term| term.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::cose::{Algorithm, Curve};

    #[test]
    fn every_algorithm_and_curve_of_the_libraries_is_explained() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Registry::Algorithms.name(algorithm.identifier().0), Some(algorithm.name()));
        }
        for curve in Curve::ALL {
            assert_eq!(Registry::Curves.name(curve.identifier()), Some(curve.name()));
        }
    }

    #[test]
    fn terms_are_sentences_with_a_source() {
        let registries = Registry::ALL.iter().flat_map(|registry| registry.terms());
        for term in FLAGS.iter().chain(OIDS).chain(registries) {
            assert!(term.meaning.ends_with('.') && term.meaning.split(' ').count() >= 3, "{term:?}");
            assert!(term.source.starts_with("https://"), "{term:?}");
        }
        let words: Vec<_> = OIDS.iter().map(|term| term.word).collect();
        let mut unique = words.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), words.len());
    }

    #[test]
    fn identifiers_have_names() {
        use countersign::attestation::oid;
        assert_eq!(named_oid(&oid::FIDO_AAGUID), "id-fido-gen-ce-aaguid (1.3.6.1.4.1.45724.1.1.4)");
        assert_eq!(named_oid(&Oid::from_contents(&[0x88, 0x37])), "2.999");
    }
}
