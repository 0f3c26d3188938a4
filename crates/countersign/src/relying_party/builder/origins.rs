//! Turns configured origins into the rules that responses are checked against.

use crate::relying_party::configuration_error::ConfigurationError as Error;
use crate::relying_party::origin::{OriginRule, Scheme, WebOrigin, is_below};
use crate::relying_party::origin::{app::is_app_origin, extension::is_extension_origin};
use crate::relying_party::party::RelyingParty;
use crate::relying_party::public_suffixes::{
    PublicSuffixes, SingleLabels, is_public_suffix, registrable_label,
};
use crate::relying_party::related_origins::budget::CLIENT_LABELS;

/// An origin as configured, and how it is to be matched.
#[derive(Debug, Clone)]
pub(super) enum ConfiguredOrigin {
    Page(String),
    AnyPort(String),
    Subdomains(String),
    Related(String),
    App(String),
    Extension(String),
    Insecure(String),
}

impl ConfiguredOrigin {
    /// Adds the rule to those of the relying party.
    pub(super) fn add_to(self, party: &mut RelyingParty) -> Result<(), Error> {
        let rule = match self {
            Self::Page(text) => {
                of_rp_id(party, &text, secure(&text)?)?;
                OriginRule::Exact(text)
            }
            Self::AnyPort(text) => {
                let origin = of_rp_id(party, &text, secure(&text)?)?;
                OriginRule::AnyPort { scheme: origin.scheme, host: origin.host.to_owned() }
            }
            Self::Subdomains(text) => {
                let WebOrigin { scheme, host, port } = of_rp_id(party, &text, secure(&text)?)?;
                if is_public_suffix(party.public_suffixes(), host) {
                    return Err(Error::SubdomainsOfPublicSuffix(text));
                }
                OriginRule::Subdomains { scheme, domain: host.to_owned(), port }
            }
            Self::Related(text) => {
                secure(&text)?;
                party.related_origins.push(text.clone());
                OriginRule::Exact(text)
            }
            Self::App(text) if is_app_origin(&text) => OriginRule::Exact(text),
            Self::App(text) => return Err(Error::AppOrigin(text)),
            Self::Extension(text) if is_extension_origin(&text) => OriginRule::Exact(text),
            Self::Extension(text) => return Err(Error::ExtensionOrigin(text)),
            Self::Insecure(text) => {
                let origin = WebOrigin::parse(&text).filter(|origin| origin.scheme == Scheme::Http);
                of_rp_id(party, &text, origin.ok_or_else(|| Error::Origin(text.clone()))?)?;
                OriginRule::Exact(text)
            }
        };
        party.origins.push(rule);
        Ok(())
    }
}

fn secure(text: &str) -> Result<WebOrigin<'_>, Error> {
    WebOrigin::parse(text).filter(WebOrigin::is_secure).ok_or_else(|| Error::Origin(text.to_owned()))
}

fn of_rp_id<'a>(party: &RelyingParty, text: &str, origin: WebOrigin<'a>) -> Result<WebOrigin<'a>, Error> {
    let (suffixes, rp_id) = (party.public_suffixes(), &*party.id);
    if origin.may_use(suffixes, rp_id) {
        return Ok(origin);
    }
    let between = is_below(origin.host, rp_id).then(|| suffixes.public_suffix(origin.host).to_owned());
    Err(Error::OriginOutsideRpId { origin: text.to_owned(), rp_id: rp_id.to_owned(), public_suffix: between })
}

/// Rejects related origins that clients would. They are web origins in a secure context.
///
/// Without public suffixes the labels are unknown, such as that of `example.co.uk`, and are not counted.
pub(super) fn within_budget(suffixes: Option<&dyn PublicSuffixes>, origins: &[String]) -> Result<(), Error> {
    let mut seen = std::collections::BTreeSet::new();
    let mut beyond = None;
    for origin in origins {
        let Some(host) = WebOrigin::parse(origin).map(|origin| origin.host) else {
            return Err(Error::Origin(origin.clone()));
        };
        let Some(label) = registrable_label(suffixes.unwrap_or(&SingleLabels), host) else {
            return Err(Error::RelatedOriginWithoutLabel(origin.clone()));
        };
        seen.insert(label);
        if suffixes.is_some() && seen.len() > CLIENT_LABELS {
            beyond.get_or_insert(origin);
        }
    }
    match beyond {
        None => Ok(()),
        Some(origin) => Err(Error::TooManyRelatedLabels { origin: origin.clone(), labels: seen.len() }),
    }
}
