//! The relying party that judges: its identity, its policy, and what it trusts.

use std::sync::Arc;

use countersign::attestation::format::android_key::{AbsentAuthorizations, AndroidKeyFormat};
use countersign::attestation::format::android_safetynet::AndroidSafetyNetFormat;
use countersign::attestation::format::apple_appattest::{AppAttestEnvironment, AppAttestFormat};
use countersign::attestation::{AnchorList, Formats, TrustAnchor};
use countersign::relying_party::PublicSuffixList;
use countersign::{ConfigurationError, Policy, RelyingParty, RelyingPartyBuilder, cose::Verifiers};
use countersign_metadata::Metadata;

/// The relying party that judges.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub(crate) rp_id: String,
    /// The accepted origins; `None` for those of the RP ID itself.
    pub(crate) origins: Option<Vec<String>>,
    pub(crate) policy: Policy,
    pub(crate) trust: Trust,
    pub(crate) formats: SupportedFormats,
}

/// What attestations must lead to, if the policy requires attestation.
#[derive(Debug, Clone)]
pub(crate) enum Trust {
    Nothing,
    Roots(Vec<TrustAnchor>),
    /// The roots of each model in FIDO metadata, which decides on models too.
    Metadata(Arc<Metadata>),
}

/// The attestation statement formats that are supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SupportedFormats {
    /// Those of the server.
    Standard,
    /// The deprecated and the apps' ones too; the RP ID is the App ID of App Attest. The choice is about android-key.
    All(AbsentAuthorizations),
}

impl Party {
    /// The relying party of the library.
    pub(crate) fn build(&self) -> Result<RelyingParty, ConfigurationError> {
        let mut builder = RelyingParty::builder(&self.rp_id, "verify")
            .policy(self.policy.clone())
            .public_suffixes(Arc::new(PublicSuffixList))
            .verifiers(verifiers())
            .formats(self.formats());
        builder = match &self.origins {
            Some(origins) => origins.iter().fold(builder, |builder, origin| self.accepting(builder, origin)),
            None if self.rp_id == LOCALHOST => {
                builder.any_port_of("http://localhost").any_port_of("https://localhost")
            }
            None => builder.origin(format!("https://{}", self.rp_id)),
        };
        if self.policy.attestation_policy().is_some() {
            builder = match &self.trust {
                // An authentication asks for no attestation.
                Trust::Nothing => builder.trust_anchors(Arc::new(AnchorList::default())),
                Trust::Roots(roots) => builder.trust_anchors(Arc::new(AnchorList::new(roots.clone()))),
                Trust::Metadata(metadata) => {
                    builder.trust_anchors(metadata.clone()).model_policy(metadata.clone())
                }
            };
        }
        builder.build()
    }

    /// Accepts an origin by the method of its kind.
    fn accepting(&self, builder: RelyingPartyBuilder, origin: &str) -> RelyingPartyBuilder {
        if origin.starts_with("android:") || origin.starts_with("ios:") {
            builder.app_origin(origin)
        } else if origin.starts_with("chrome-extension:") || origin.starts_with("moz-extension:") {
            builder.extension_origin(origin)
        } else if origin.starts_with("http:") && host(origin) != LOCALHOST {
            // Browsers have no such page, but test set-ups do.
            builder.dangerous_insecure_origin(origin)
        } else if self.is_below(origin) {
            builder.origin(origin)
        } else {
            builder.related_origin(origin)
        }
    }

    /// Whether the host of a web origin is the RP ID or below it.
    pub(crate) fn is_below(&self, origin: &str) -> bool {
        let labels = host(origin).strip_suffix(self.rp_id.as_str());
        labels.is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
    }

    fn formats(&self) -> Formats {
        let SupportedFormats::All(absent) = self.formats else { return Formats::standard() };
        let app = AppAttestFormat::new(AppAttestEnvironment::Production, [self.rp_id.as_str()]);
        Formats::standard()
            .with_format(Arc::new(AndroidKeyFormat::default().with_absent_authorizations(absent)))
            .with_format(Arc::new(AndroidSafetyNetFormat::default()))
            .with_format(Arc::new(app))
    }
}

/// The RP ID whose pages may be at any port.
const LOCALHOST: &str = "localhost";

/// The host of a web origin, without its port.
fn host(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    authority.split(':').next().unwrap_or_default()
}

/// Every algorithm that there is code for: AWS-LC has fewer.
pub(crate) fn verifiers() -> Verifiers {
    Verifiers::rust_crypto()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_accepted_by_the_method_of_its_kind() {
        let party = |rp_id: &str, origins: &[&str]| Party {
            rp_id: rp_id.to_owned(),
            origins: Some(origins.iter().map(|origin| (*origin).to_owned()).collect()),
            policy: Policy::passkeys(),
            trust: Trust::Nothing,
            formats: SupportedFormats::Standard,
        };
        for origin in [
            "https://example.org",
            "https://login.example.org:8443",
            "http://example.org",
            "https://example.com",
            "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "ios:bundle-id:org.example.app",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        ] {
            let built = party("example.org", &[origin]).build().unwrap();
            assert!(built.accepts_origin(origin), "{origin}");
            assert!(!built.accepts_origin("https://example.net"), "{origin}");
        }
        assert!(party("localhost", &["http://localhost:8080"]).build().is_ok());
        assert!(party("example.org", &["example.org"]).build().is_err());
    }

    #[test]
    fn by_default_the_origin_is_that_of_the_rp_id() {
        let party = |rp_id: &str| Party {
            rp_id: rp_id.to_owned(),
            origins: None,
            policy: Policy::passkeys(),
            trust: Trust::Nothing,
            formats: SupportedFormats::Standard,
        };
        assert!(party("example.org").build().unwrap().accepts_origin("https://example.org"));
        assert!(party("localhost").build().unwrap().accepts_origin("http://localhost:8080"));
    }
}
