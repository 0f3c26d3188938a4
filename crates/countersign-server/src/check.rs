//! A check of a configuration, which finds everything that is wrong with it and starts nothing.

use countersign::relying_party::PublicSuffixList;
use countersign::relying_party::policy::UnverifiedDiscoverable;
use countersign::types::enumerations::{ResidentKeyRequirement, UserVerificationRequirement};
use countersign::{ConfigurationError, RelyingParty, RelyingPartyBuilder, relying_party::Warning};
use countersign_store::Database;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::{metadata_path, requirement};
use crate::auth::clients::Clients;
use crate::auth::cookie_domain::CookieDomain;
use crate::auth::return_addresses::ReturnAddresses;
use crate::config::configuration::Config;
use crate::config::finding::{Finding, Findings};
use crate::config::relying_party::OriginList;
use crate::fido_conformance::{api::FidoConformance, config::FidoConformanceApi};
use crate::metadata::service::MetadataService;
use crate::start_error::StartError;
use crate::{clock, relying_party};

/// Checks a configuration, but for its addresses. Creates no file, and stores or fetches nothing.
pub(crate) async fn check(config: &Config) -> Findings {
    let mut findings = Findings::default();
    let metadata = check_metadata(config, &mut findings);
    check_names(config, &mut findings);
    check_policy(config, metadata.as_ref(), &mut findings);
    check_login(config, &mut findings);
    check_fido_conformance(config, &mut findings);
    check_database(config, &mut findings).await;
    findings
}

fn check_metadata(config: &Config, findings: &mut Findings) -> Option<MetadataService> {
    let metadata = config.metadata.as_ref()?;
    let now = clock::now();
    match MetadataService::check(metadata, requirement(config), &metadata_path(config), now) {
        Ok(service) => {
            let expiring = service.current().expiring_roots(now);
            if expiring > 0 {
                let remedy = if metadata.roots.is_empty() { "update the program" } else { "name later ones" };
                let message = format!("{expiring} of the roots expire within 90 days: {remedy}");
                findings.warnings.push(Finding::of("metadata.roots", &message));
            }
            Some(service)
        }
        Err(error) => {
            findings.problems.push(of_metadata(config, &error));
            None
        }
    }
}

/// The finding for an error of metadata, at the file that it is about.
fn of_metadata(config: &Config, error: &StartError) -> Finding {
    let roots = config.metadata.as_ref().map_or(&[][..], |metadata| &metadata.roots);
    match error {
        StartError::MetadataFile(path, _) | StartError::MetadataRoot(path) => {
            match roots.iter().position(|root| root == path) {
                Some(position) => Finding::in_list("metadata.roots", position, error),
                None if matches!(error, StartError::MetadataRoot(_)) => {
                    Finding::of("metadata.authorities", error)
                }
                None => Finding::of("metadata.file", error),
            }
        }
        #[cfg(feature = "fetch")]
        StartError::MetadataUrl(_) => Finding::of("metadata.url", error),
        _ => Finding::of("metadata.file", error),
    }
}

/// Checks the RP ID, the name and each origin by itself, so that each one's fault is found.
fn check_names(config: &Config, findings: &mut Findings) {
    let party =
        |id: &str, name: &str| RelyingParty::builder(id, name).public_suffixes(Arc::new(PublicSuffixList));
    let own_origin = |id: &str| {
        if id == "localhost" { "http://localhost".to_owned() } else { format!("https://{id}") }
    };
    if let Err(error) = party("localhost", &config.rp_name).origin("http://localhost").build() {
        findings.problems.push(Finding::of("rp_name", &error));
    }
    let own = config.relying_party.apply_identity(party(&config.rp_id, "x"));
    match own.clone().origin(own_origin(&config.rp_id)).build() {
        Ok(_) => {}
        Err(error @ ConfigurationError::AppId(_)) => {
            // The origins need a relying party that can be built.
            findings.problems.push(Finding::of("appid", &error));
            return;
        }
        Err(error) => {
            findings.problems.push(Finding::of("rp_id", &error));
            return;
        }
    }
    let pages = OriginList { key: "origins", origins: &config.origins, accept: RelyingPartyBuilder::origin };
    for list in [pages].into_iter().chain(config.relying_party.lists()) {
        check_origins(&own.clone().origin(own_origin(&config.rp_id)), &list, findings);
    }
}

/// Checks each origin of a list, together with those before it: clients support only some related ones.
fn check_origins(party: &RelyingPartyBuilder, list: &OriginList<'_>, findings: &mut Findings) {
    let mut party = party.clone();
    for (position, origin) in list.origins.iter().enumerate() {
        let with_origin = (list.accept)(party.clone(), origin.clone());
        match with_origin.clone().build() {
            Ok(_) => party = with_origin,
            Err(error) => {
                findings.problems.push(Finding::in_list(list.key, position, &error));
                continue;
            }
        }
        if list.origins.iter().take(position).any(|earlier| earlier == origin) {
            let message = format!("{origin:?} is in the list twice");
            findings.warnings.push(Finding::in_list(list.key, position, &message));
        }
    }
}

/// Checks the policy by itself, and whether users can sign in with it.
fn check_policy(config: &Config, metadata: Option<&MetadataService>, findings: &mut Findings) {
    let policy = &config.policy;
    let is_verified = policy.user_verification() == &UserVerificationRequirement::Required;
    if !is_verified && policy.unverified_discoverable() == &UnverifiedDiscoverable::Reject {
        let message = "users sign in without a name, so that they must be verified: write \"required\", or set \
                       policy.unverified_discoverable to \"dangerous-accept\"";
        findings.problems.push(Finding::of("policy.user_verification", &message));
    }
    if policy.resident_key() != &ResidentKeyRequirement::Required {
        let message = "users sign in without a name, which works only with passkeys that are discoverable: write \
                       \"required\"";
        findings.warnings.push(Finding::of("policy.resident_key", &message));
    }
    let is_attested = policy.attestation_policy().is_some();
    if is_attested && metadata.is_none() {
        if config.metadata.is_none() {
            let message = "attested needs metadata: set metadata.url or metadata.file";
            findings.problems.push(Finding::of("policy.preset", &message));
        }
        return;
    }
    let neutral = Config { origins: Vec::new(), ..config.clone() };
    let neutral = Config { rp_id: "localhost".into(), rp_name: "x".into(), ..neutral };
    let neutral = Config { relying_party: config.relying_party.without_identity(), ..neutral };
    let party = relying_party::builder(&neutral, &["http://localhost".into()], metadata);
    match RelyingPartyBuilder::build(party) {
        Ok(party) => {
            let name = party_warnings(config);
            let warnings = party.warnings().into_iter().chain(name);
            findings.warnings.extend(warnings.map(|warning| Finding::of(key_of_warning(&warning), &warning)));
        }
        Err(error) => findings.problems.push(Finding::of(key_of(&error), &error)),
    }
}

/// The warnings about the name of the relying party.
fn party_warnings(config: &Config) -> Vec<Warning> {
    let party = RelyingParty::builder("localhost", &config.rp_name).origin("http://localhost").build();
    let mut warnings = party.map(|party| party.warnings()).unwrap_or_default();
    warnings.retain(|warning| matches!(warning, Warning::NameTruncated { .. }));
    warnings
}

/// The setting that an error of a policy is about.
const fn key_of(error: &ConfigurationError) -> &'static str {
    use ConfigurationError as Error;
    match error {
        Error::NoAlgorithm | Error::AlgorithmUnsupported(_) => "policy.algorithms",
        Error::OfferedAlgorithmNotAccepted(_) => "policy.stored_algorithms",
        Error::CredentialIdBytes(_) => "policy.credential_id_bytes",
        Error::Timeout(_) => "policy.timeout_seconds",
        Error::Extensions(_) => "policy.extensions.required",
        Error::TrustWithoutAttestation => "policy.attestation_conveyance",
        Error::NoModel | Error::ZeroAaguidListed | Error::ModelsOfFormatWithoutAaguid => {
            "policy.attestation.accepted_models"
        }
        Error::ModelAcceptedAndRejected(_) => "policy.attestation.rejected_models",
        Error::NoFormat
        | Error::FormatNoneListed
        | Error::FormatCompoundListed
        | Error::FormatUnsupported(_) => "policy.attestation.formats",
        // Names and the page's origins are neutral here.
        Error::Origin(_) => "policy.top_origins",
        _ => "policy.preset",
    }
}

/// The setting that a warning is about.
const fn key_of_warning(warning: &Warning) -> &'static str {
    match warning {
        Warning::FullySpecifiedAlone { .. } => "policy.algorithms",
        Warning::TimeoutNotRecommended { .. } => "policy.timeout_seconds",
        Warning::NoTopOrigin => "policy.top_origins",
        Warning::DiscoverableWithoutUserVerification | Warning::UserVerificationPreferred => {
            "policy.user_verification"
        }
        Warning::NameTruncated { .. } => "rp_name",
        _ => "policy.preset",
    }
}

fn check_login(config: &Config, findings: &mut Findings) {
    let origins = config.origins(config.port());
    if let Some(domain) = &config.cookie_domain
        && let Err(error) = CookieDomain::new(domain, &origins)
    {
        findings.problems.push(Finding::of("cookie_domain", &error));
    }
    for (position, address) in config.return_addresses.iter().enumerate() {
        if let Err(error) = ReturnAddresses::new(std::slice::from_ref(address)) {
            findings.problems.push(Finding::in_list("return_addresses", position, &error));
        }
    }
    for (position, client) in config.clients.iter().enumerate() {
        if let Err(error) = Clients::read(std::slice::from_ref(client)) {
            findings.problems.push(Finding::in_list("clients", position, &error));
        }
    }
}

/// Checks the API for FIDO's conformance tests: where it is, and the metadata for it.
fn check_fido_conformance(config: &Config, findings: &mut Findings) {
    let own = &config.fido_conformance;
    if let Err(error) = FidoConformance::new(config, &config.origins(config.port()), clock::now()) {
        let listed = |path: &Path| {
            let lists = [
                ("fido_conformance.blobs", &own.blobs),
                ("fido_conformance.roots", &own.roots),
                ("fido_conformance.revocation_lists", &own.revocation_lists),
            ];
            let position = |list: &[PathBuf]| list.iter().position(|listed| listed == path);
            lists.into_iter().find_map(|(key, list)| Some((key, position(list)?)))
        };
        let (StartError::FidoConformanceFile(path, _)
        | StartError::FidoConformanceStatement(path, _)
        | StartError::MetadataFile(path, _)
        | StartError::MetadataRoot(path)) = &error
        else {
            findings.problems.push(Finding::of("fido_conformance.api", &error));
            return;
        };
        findings.problems.push(match listed(path) {
            Some((key, position)) => Finding::in_list(key, position, &error),
            None => Finding::of("fido_conformance.statements", &error),
        });
    } else if own.api != FidoConformanceApi::Off {
        let message =
            "anyone who can reach the server can use the api of FIDO's tests: turn it off afterwards";
        findings.warnings.push(Finding::of("fido_conformance.api", &message));
    }
}

/// Checks the database, and whether its passkeys belong to the RP ID.
async fn check_database(config: &Config, findings: &mut Findings) {
    let database = config.database.as_str();
    if let Err(error) = Database::check(database).await {
        findings.problems.push(Finding::of("database", &error));
        return;
    }
    match Database::credentials_of_other_rp_ids_at(database, &config.rp_id).await {
        Ok(Some(passkeys)) if passkeys.unusable == passkeys.total => {
            findings.problems.push(Finding::of("rp_id", &passkeys));
        }
        Ok(Some(passkeys)) => findings.warnings.push(Finding::of("rp_id", &passkeys)),
        Ok(None) => {}
        Err(error) => findings.problems.push(Finding::of("database", &error)),
    }
}
