//! Configuration of a relying party, rejected here rather than at the first ceremony that can't work.

use std::sync::Arc;

use countersign_attestation::{Formats, ModelPolicy, TrustAnchors};
use countersign_cose::{Verifiers, hash::sha256};

use crate::relying_party::builder::origins::{ConfiguredOrigin, within_budget};
use crate::relying_party::origin::{LOCALHOST, is_domain};
use crate::relying_party::public_suffixes::{PublicSuffixes, is_public_suffix};
use crate::relying_party::{
    appid::is_appid_of, blank::is_blank, configuration_error::ConfigurationError, party::RelyingParty,
    policy::Policy,
};

pub(crate) mod origins;

/// Builder for a [`RelyingParty`]: see [`RelyingParty::builder`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RelyingPartyBuilder {
    party: RelyingParty,
    origins: Vec<ConfiguredOrigin>,
    public_suffix: PublicSuffixRpId,
}

/// The default purpose.
const DEFAULT_PURPOSE: &str = "default";

/// The most bytes of a purpose: it is a short word, and in every state.
const PURPOSE_MAX: usize = 64;

/// Whether the RP ID may be a public suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PublicSuffixRpId {
    Reject,
    Accept,
}

impl RelyingParty {
    /// Starts building a relying party with this RP ID, a domain such as `example.org`, and this name, which clients show.
    pub fn builder(id: impl Into<String>, name: impl Into<String>) -> RelyingPartyBuilder {
        RelyingPartyBuilder::new(id.into(), name.into())
    }
}

impl RelyingPartyBuilder {
    pub(crate) fn new(id: String, name: String) -> Self {
        #[cfg(feature = "rust-crypto")]
        let verifiers = Verifiers::default();
        #[cfg(not(feature = "rust-crypto"))]
        let verifiers = Verifiers::none();
        let party = RelyingParty {
            id_hash: sha256(&[id.as_bytes()]),
            id,
            name,
            purpose: DEFAULT_PURPOSE.into(),
            origins: Vec::new(),
            related_origins: Vec::new(),
            policy: Policy::passkeys(),
            anchors: None,
            models: Vec::new(),
            public_suffixes: None,
            appid: None,
            verifiers,
            formats: Formats::standard(),
        };
        Self { party, origins: Vec::new(), public_suffix: PublicSuffixRpId::Reject }
    }
}

setters! {
    RelyingPartyBuilder:

    /// Accepts responses from pages of this origin, such as `https://example.org`, compared exactly. May be called
    /// again for further ones.
    ///
    /// Its host must be the RP ID or below it, because clients let no other page use the RP ID. For pages on other domains
    /// call [`related_origin`](Self::related_origin).
    pub fn origin(self, origin: impl Into<String>) {
        self.origins.push(ConfiguredOrigin::Page(origin.into()))
    }

    /// Accepts responses from pages of this origin on any port: `http://localhost` accepts `http://localhost:8080` too.
    ///
    /// Any program that listens on another port of the host can then ask for credentials, so this is for development.
    pub fn any_port_of(self, origin: impl Into<String>) {
        self.origins.push(ConfiguredOrigin::AnyPort(origin.into()))
    }

    /// Accepts responses from pages below this origin's host, with its scheme and port: `https://example.org`
    /// accepts `https://login.example.org` and `https://a.b.example.org`, but not itself.
    ///
    /// Pages below a public suffix that is below the host are not accepted, such as `https://a.s3.amazonaws.com` for
    /// `https://amazonaws.com`: browsers let none of them use the RP ID. This needs
    /// [`public_suffixes`](Self::public_suffixes).
    ///
    /// Each such page is then trusted as much as the sign-in page, forgotten and taken-over ones too
    /// ([section 13.4.8](https://www.w3.org/TR/webauthn-3/#sctn-code-injection)). List the origins if you can.
    pub fn subdomains_of(self, origin: impl Into<String>) {
        self.origins.push(ConfiguredOrigin::Subdomains(origin.into()))
    }

    /// Accepts responses from pages of this origin on another domain, compared exactly. May be called again.
    ///
    /// Clients let such a page use the RP ID if the RP ID's own server allows it: serve
    /// [`RelyingParty::related_origins`] there. Clients support five distinct labels such as the `example` of
    /// `https://www.example.co.uk`; with more than that, building fails
    /// ([section 5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)). They can't be counted without
    /// [`public_suffixes`](Self::public_suffixes).
    pub fn related_origin(self, origin: impl Into<String>) {
        self.origins.push(ConfiguredOrigin::Related(origin.into()))
    }

    /// Accepts responses from this app: `android:apk-key-hash:…` or `ios:bundle-id:…`, compared exactly.
    pub fn app_origin(self, origin: impl Into<String>) {
        self.origins.push(ConfiguredOrigin::App(origin.into()))
    }

    /// Accepts responses from this browser extension, compared exactly: `chrome-extension://` and 32 letters from `a` to
    /// `p`, as Chromium writes it, or `moz-extension://` and 64 such letters, as Firefox does.
    ///
    /// Browsers let any publisher's extension use the RP IDs of hosts that it has permissions for. List your own, by the
    /// origin in the client data of its responses: the UUID in the addresses of a Firefox extension differs between
    /// installations.
    pub fn extension_origin(self, origin: impl Into<String>) {
        self.origins.push(ConfiguredOrigin::Extension(origin.into()))
    }

    /// Accepts responses from pages of this `http` origin, compared exactly, although anyone on the network can
    /// change such pages.
    ///
    /// Browsers offer Web Authentication to secure contexts only; this is for test set-ups that override that.
    pub fn dangerous_insecure_origin(self, origin: impl Into<String>) {
        self.origins.push(ConfiguredOrigin::Insecure(origin.into()))
    }

    /// Sets the public suffixes: below one, such as `co.uk` or `github.io`, anyone may register a name. Neither the RP ID
    /// nor anything between it and an accepted origin may then be one, as browsers demand.
    ///
    /// Without them only single labels such as `com` are known to be public suffixes, and
    /// [`RelyingParty::warnings`] reports that. The feature `psl` brings a list.
    pub fn public_suffixes(self, suffixes: Arc<dyn PublicSuffixes>) {
        self.party.public_suffixes = Some(suffixes)
    }

    /// Names what the relying party's ceremonies are for, such as `step-up`: 1 to 64 lower-case letters, digits and hyphens.
    /// The default is `default`.
    ///
    /// Set it if several relying parties share an RP ID and differ in their policies. A ceremony that was started for one
    /// purpose can't be finished by a relying party of another (`state-invalid`), not even with a sealed token, so that a
    /// client can't present the state of a lenient one to a strict one.
    pub fn purpose(self, purpose: impl Into<Arc<str>>) { self.party.purpose = purpose.into() }

    /// Sets the policy. The default is [`Policy::passkeys`].
    pub fn policy(self, policy: Policy) { self.party.policy = policy }

    /// Sets the trust anchors. Required if the policy has an [`AttestationPolicy`], and an error otherwise.
    ///
    /// [`AttestationPolicy`]: crate::relying_party::policy::AttestationPolicy
    pub fn trust_anchors(self, anchors: Arc<dyn TrustAnchors>) { self.party.anchors = Some(anchors) }

    /// Adds a policy on authenticator models, such as metadata: all of them must accept a model whose attestation led to an
    /// anchor. An error if the policy has no attestation policy.
    pub fn model_policy(self, models: Arc<dyn ModelPolicy>) { self.party.models.push(models) }

    /// Sends this FIDO AppID along with authentications, for credentials that were registered with U2F
    /// ([section 10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension)), and with registrations that exclude
    /// credentials ([section 10.1.2](https://www.w3.org/TR/webauthn-3/#sctn-appid-exclude-extension)).
    ///
    /// It must be an `https` URL of the RP ID's site. Without [`public_suffixes`](Self::public_suffixes), its host must be the
    /// RP ID, or a domain above or below it.
    pub fn appid(self, appid: impl Into<String>) { self.party.appid = Some(appid.into()) }

    /// Sets the verifiers of signatures. The default is the backend in plain Rust, if it is compiled in.
    pub fn verifiers(self, verifiers: Verifiers) { self.party.verifiers = verifiers }

    /// Sets the supported attestation statement formats. The default is [`Formats::standard`].
    pub fn formats(self, formats: Formats) { self.party.formats = formats }
}

impl RelyingPartyBuilder {
    /// Accepts responses from the Android app whose signing certificate has this SHA-256 fingerprint.
    ///
    /// The app must also be named in the RP ID's `/.well-known/assetlinks.json`.
    pub fn android_app(self, certificate_sha256: &[u8; 32]) -> Self {
        self.app_origin(crate::relying_party::origin::app::android(certificate_sha256))
    }

    /// Accepts responses from the app with this bundle identifier on Apple's platforms.
    pub fn ios_app(self, bundle_id: &str) -> Self {
        self.app_origin(crate::relying_party::origin::app::ios(bundle_id))
    }

    /// Accepts an RP ID that is a public suffix such as `co.uk`, or a single label such as `intranet`.
    ///
    /// Browsers let only the host of that name use it, and the owner of the name controls every credential.
    /// `localhost` needs no such permission.
    pub fn dangerous_public_suffix(mut self) -> Self {
        self.public_suffix = PublicSuffixRpId::Accept;
        self
    }

    /// Builds the relying party, or returns what is wrong with its configuration.
    pub fn build(self) -> Result<RelyingParty, ConfigurationError> {
        use ConfigurationError as Error;
        let Self { mut party, origins, public_suffix } = self;
        if !is_domain(&party.id) {
            return Err(Error::RpId(party.id));
        }
        if is_blank(&party.name) {
            return Err(Error::NameEmpty);
        }
        if !is_purpose(&party.purpose) {
            return Err(Error::Purpose(party.purpose.as_ref().to_owned()));
        }
        let is_bare = party.id != LOCALHOST && is_public_suffix(party.public_suffixes(), &party.id);
        if is_bare && public_suffix == PublicSuffixRpId::Reject {
            return Err(Error::RpIdIsPublicSuffix(party.id));
        }
        if let Some(appid) = &party.appid
            && !is_appid_of(party.public_suffixes.as_deref(), appid, &party.id)
        {
            return Err(Error::AppId(appid.clone()));
        }
        party.policy.without_contradiction()?;
        party.policy.is_supported(&party.verifiers, &party.formats)?;
        match (&party.policy.attestation_policy, &party.anchors) {
            (Some(_), None) => return Err(Error::NoAnchors),
            (None, Some(_)) => return Err(Error::AnchorsWithoutAttestationPolicy),
            (None, None) if !party.models.is_empty() => {
                return Err(Error::ModelPolicyWithoutAttestationPolicy);
            }
            _ => {}
        }
        for wanted in origins {
            wanted.add_to(&mut party)?;
        }
        within_budget(party.public_suffixes.as_deref(), &party.related_origins)?;
        if party.origins.is_empty() {
            return Err(Error::NoOrigin);
        }
        Ok(party)
    }
}

/// A short word, fit for a file name or a log line.
fn is_purpose(purpose: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=PURPOSE_MAX).contains(&purpose.len()) && purpose.bytes().all(is_plain)
}

#[cfg(test)]
mod tests;
