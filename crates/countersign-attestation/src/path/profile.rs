//! The path rules that depend on the attestation statement format.

use super::error::UntrustedError;
use crate::{
    certificate::Certificate,
    oid::{self, Oid},
};

/// The purposes of certificates for the web, e-mail, code and the infrastructure of certificates
/// ([RFC 5280, section 4.2.1.12](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12)).
const WEB_PURPOSES: [Oid<'static>; 6] = [
    oid::SERVER_AUTHENTICATION,
    oid::CLIENT_AUTHENTICATION,
    oid::CODE_SIGNING,
    oid::EMAIL_PROTECTION,
    oid::TIME_STAMPING,
    oid::OCSP_SIGNING,
];

/// A set of path rules, by format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The rules for every path.
    Plain,
    /// `packed` and `fido-u2f`: the attestation certificate must be usable for signing data, and must not be for the web
    /// only. The anchors of these formats may issue certificates for other purposes too, and any CA would certify the
    /// subject that `packed` requires.
    SignsData,
    /// `android-key`: factory chains are accepted with exceptions; see the module `factory`.
    AndroidKey,
}

impl Profile {
    pub(crate) fn of_format(format: &str) -> Self {
        match format {
            "packed" | "fido-u2f" => Self::SignsData,
            "android-key" => Self::AndroidKey,
            _ => Self::Plain,
        }
    }

    /// Checks an attestation certificate that is not itself an anchor.
    pub(super) fn check_leaf(self, leaf: &Certificate) -> Result<(), UntrustedError> {
        if self != Self::SignsData {
            return Ok(());
        }
        if leaf.extended_key_usage().is_some_and(|purposes| are_of_the_web(&purposes)) {
            return Err(UntrustedError::WebPurposes);
        }
        if leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
            return Err(UntrustedError::MayNotSignData);
        }
        Ok(())
    }
}

/// Whether all purposes are among [`WEB_PURPOSES`]; `anyExtendedKeyUsage` is not.
fn are_of_the_web(purposes: &[Oid<'_>]) -> bool {
    purposes.iter().all(|purpose| WEB_PURPOSES.contains(purpose))
}
