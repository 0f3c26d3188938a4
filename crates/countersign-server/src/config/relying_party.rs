//! What a server's relying party accepts beyond its pages and its policy.

use std::sync::Arc;

use countersign::attestation::Formats;
use countersign::attestation::format::android_key::{
    AbsentAuthorizations, AndroidKeyFormat, Authorizations, Purposes,
};
use countersign::attestation::format::android_safetynet::{AndroidSafetyNetFormat, DeviceIntegrity};
use countersign::{RelyingPartyBuilder, cose::Verifiers};

/// Which origins a relying party accepts in addition to those of [`Config`](crate::Config), how it verifies
/// attestation statements and signatures, and its AppID. By default, it accepts nothing further.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RelyingPartyConfig {
    /// The origins of pages on other domains. They are in the document `/.well-known/webauthn`, which browsers read at the RP ID.
    pub related_origins: Vec<String>,
    /// The origins of apps: `android:apk-key-hash:…` and `ios:bundle-id:…`.
    pub app_origins: Vec<String>,
    /// The origins of browser extensions: `chrome-extension://…` and `moz-extension://…`.
    pub extension_origins: Vec<String>,
    /// Origins whose pages on all ports are accepted, for development.
    pub any_port_origins: Vec<String>,
    /// Origins whose subdomains are accepted, each with all of its pages.
    pub subdomain_origins: Vec<String>,
    /// Origins with `http`, whose pages anyone on the network can change; for test set-ups.
    pub dangerous_insecure_origins: Vec<String>,
    /// Whether the RP ID may be a public suffix or a single label.
    pub public_suffix: PublicSuffixRpId,
    /// The FIDO AppID of credentials that were registered with U2F: an `https` URL of the RP ID's site.
    pub appid: Option<String>,
    /// The test of integrity that `android-safetynet` attestations must pass; by default this deprecated format is rejected.
    pub safetynet: Option<DeviceIntegrity>,
    /// The lists of an `android-key` attestation in which the origin and the purpose of the key are looked up.
    pub android_key_authorizations: Authorizations,
    /// What happens if a key of `android-key` has no origin or no purpose.
    pub android_key_absent: AbsentAuthorizations,
    /// The purposes that a key of `android-key` may have.
    pub android_key_purposes: Purposes,
    /// What happens to ECDSA signatures whose integers have superfluous zeros, as the YubiKey with firmware 5.8 writes them.
    pub padded_ecdsa_integers: PaddedIntegers,
    /// How long RSA keys may be.
    pub rsa_keys: RsaKeys,
}

/// Whether an RP ID may be a public suffix such as `co.uk`, or a single label such as `intranet`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third choice")]
pub enum PublicSuffixRpId {
    /// Such an RP ID is rejected.
    #[default]
    Reject,
    /// Such an RP ID is accepted. Browsers let only the host of that name use it.
    DangerousAccept,
}

/// What happens to ECDSA signatures whose integers have superfluous zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third choice")]
pub enum PaddedIntegers {
    /// They are invalid, as in DER.
    #[default]
    Reject,
    /// They are accepted.
    Accept,
}

/// How long RSA keys may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "the library has these two limits")]
pub enum RsaKeys {
    /// At most 4096 bits.
    #[default]
    Usual,
    /// At most 8192 bits, whose signatures take four times as long to verify.
    Long,
}

/// How a relying party accepts an origin.
pub(crate) type Accept = fn(RelyingPartyBuilder, String) -> RelyingPartyBuilder;

/// A list of origins: its setting, and how a relying party accepts each.
pub(crate) struct OriginList<'a> {
    pub(crate) key: &'static str,
    pub(crate) origins: &'a [String],
    pub(crate) accept: Accept,
}

impl RelyingPartyConfig {
    /// The lists of origins.
    pub(crate) fn lists(&self) -> [OriginList<'_>; 6] {
        let list = |key, origins, accept: Accept| OriginList { key, origins, accept };
        [
            list("related_origins", &*self.related_origins, RelyingPartyBuilder::related_origin),
            list("app_origins", &*self.app_origins, RelyingPartyBuilder::app_origin),
            list("extension_origins", &*self.extension_origins, RelyingPartyBuilder::extension_origin),
            list("any_port_origins", &*self.any_port_origins, RelyingPartyBuilder::any_port_of),
            list("subdomain_origins", &*self.subdomain_origins, RelyingPartyBuilder::subdomains_of),
            list(
                "dangerous_insecure_origins",
                &*self.dangerous_insecure_origins,
                RelyingPartyBuilder::dangerous_insecure_origin,
            ),
        ]
    }

    /// Adds all of it to a relying party, in addition to its own origins.
    pub(crate) fn apply(&self, party: RelyingPartyBuilder, verifiers: Verifiers) -> RelyingPartyBuilder {
        let mut party =
            self.apply_identity(party).formats(self.formats()).verifiers(self.verifiers(verifiers));
        for list in self.lists() {
            party = list.origins.iter().cloned().fold(party, list.accept);
        }
        party
    }

    /// Adds what belongs to the RP ID.
    pub(crate) fn apply_identity(&self, party: RelyingPartyBuilder) -> RelyingPartyBuilder {
        let party = match self.public_suffix {
            PublicSuffixRpId::Reject => party,
            PublicSuffixRpId::DangerousAccept => party.dangerous_public_suffix(),
        };
        match &self.appid {
            Some(appid) => party.appid(appid),
            None => party,
        }
    }

    /// The same without what depends on the RP ID, for a check of a policy.
    pub(crate) fn without_identity(&self) -> Self {
        Self {
            safetynet: self.safetynet,
            android_key_authorizations: self.android_key_authorizations,
            android_key_absent: self.android_key_absent,
            android_key_purposes: self.android_key_purposes,
            padded_ecdsa_integers: self.padded_ecdsa_integers,
            rsa_keys: self.rsa_keys,
            ..Self::default()
        }
    }

    fn formats(&self) -> Formats {
        let android_key = AndroidKeyFormat::default()
            .with_authorizations(self.android_key_authorizations)
            .with_absent_authorizations(self.android_key_absent)
            .with_purposes(self.android_key_purposes);
        let formats = Formats::standard().with_format(Arc::new(android_key));
        match self.safetynet {
            Some(integrity) => {
                let format = AndroidSafetyNetFormat::default().with_device_integrity(integrity);
                formats.with_format(Arc::new(format))
            }
            None => formats,
        }
    }

    fn verifiers(&self, verifiers: Verifiers) -> Verifiers {
        let verifiers = match self.padded_ecdsa_integers {
            PaddedIntegers::Reject => verifiers,
            PaddedIntegers::Accept => verifiers.with_padded_ecdsa_integers(),
        };
        match self.rsa_keys {
            RsaKeys::Usual => verifiers,
            RsaKeys::Long => verifiers.with_long_rsa_keys(),
        }
    }
}
