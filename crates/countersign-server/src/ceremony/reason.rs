//! The reasons why responses are rejected.

use countersign::Code;

/// Why a response is rejected for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The relying party rejected it.
    Code(Code),
    /// Another account has the name.
    NameTaken,
    /// The account has as many credentials as it may have.
    TooManyCredentials,
    /// The client data of a registration is too long to be stored.
    ClientDataTooLong,
}

impl Reason {
    const OTHERS: [Self; 3] = [Self::NameTaken, Self::TooManyCredentials, Self::ClientDataTooLong];

    /// The word that clients get.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Code(code) => code.as_str(),
            Self::NameTaken => "name-taken",
            Self::TooManyCredentials => "too-many-credentials",
            Self::ClientDataTooLong => "client-data-too-long",
        }
    }

    /// The reason of this word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let codes = Code::ALL.iter().copied().map(Self::Code);
        codes.chain(Self::OTHERS).find(|reason| reason.as_str() == word)
    }
}
