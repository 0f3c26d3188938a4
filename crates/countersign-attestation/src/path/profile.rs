//! What single formats demand of a path, and what they let pass, beside the rules for all.

use super::Obstacle;
use crate::{
    Certificate,
    oid::{self, Oid},
};

/// The purposes of the web's certificates and their like
/// ([RFC 5280, section 4.2.1.12](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12)).
const WEB_PURPOSES: [Oid<'static>; 6] = [
    oid::SERVER_AUTHENTICATION,
    oid::CLIENT_AUTHENTICATION,
    oid::CODE_SIGNING,
    oid::EMAIL_PROTECTION,
    oid::TIME_STAMPING,
    oid::OCSP_SIGNING,
];

/// The rules of a path that depend on the attestation's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Those of every path.
    Plain,
    /// `packed` and `fido-u2f`: the attestation certificate's key signs data. Anchors of such a format may be roots that
    /// issue certificates for other purposes too, and the form that the formats demand is one that anyone can ask a CA
    /// for; so its certificate must not be one for the web.
    SignsData,
    /// `android-key`: chains that were put into devices at the factory break some rules, which the module `factory` has.
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
    pub(super) fn check_leaf(self, leaf: &Certificate) -> Result<(), Obstacle> {
        if self != Self::SignsData {
            return Ok(());
        }
        if leaf.extended_key_usage().is_some_and(|purposes| are_of_the_web(&purposes)) {
            return Err(Obstacle::WebPurposes);
        }
        if leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
            return Err(Obstacle::MayNotSignData);
        }
        Ok(())
    }
}

/// Whether there is no other purpose than those of the web. `anyExtendedKeyUsage` is another one.
fn are_of_the_web(purposes: &[Oid<'_>]) -> bool {
    purposes.iter().all(|purpose| WEB_PURPOSES.contains(purpose))
}
