//! `countersign verify`: reads a ceremony, judges it, and reports the judgement.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use countersign::Timestamp;
use countersign::attestation::TrustAnchor;
use countersign::attestation::format::android_key::AbsentAuthorizations;
use countersign_metadata::roots::anchor_from_pem;
use countersign_metadata::{Metadata, MetadataPolicy};
use countersign_server::config::read_policy;
use countersign_server::{Config, MetadataSource, files};

use super::anonymous::anonymise;
use super::archive;
use super::arguments::VerifyArguments;
use super::case;
use super::ceremony::{Account, Asked, Authentication, Ceremony, Mediation, Registration};
use super::error::VerifyError;
use super::input::{Files, Input, Texts};
use super::judgement::{Ending, Judgement};
use super::options::Options;
use super::output::{Printed, as_of};
use super::party::{SupportedFormats, Trust};
use super::question::Question;
use super::record::{Owner, Stored};
use super::relaxation::relaxations;
use super::requirements::Requirements;
use crate::admin::output::note;
use crate::metadata::arguments::CommonOptions;
use crate::metadata::load;
use crate::serve::sources;

/// Judges a ceremony, or those of an archive, and prints the judgements.
pub(crate) fn run(arguments: &VerifyArguments) -> Result<Ending, VerifyError> {
    let texts = match input(arguments)? {
        Input::One(texts) => texts,
        Input::Archive(ceremonies) => return archive::run(arguments, &ceremonies, question),
    };
    let (question, notes) = question(arguments, texts)?;
    let judgement = question.judge()?;
    let relaxations = arguments.lenient.then(|| relaxations(&question, &judgement));
    if let Some(path) = &arguments.case {
        write_case(path, &question, &judgement, arguments.anonymous)?;
    }
    let printed = Printed { question: &question, judgement: &judgement, relaxations, notes: &notes };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if arguments.json { printed.write_json(&mut out) } else { printed.write_text(&mut out) };
    written.and_then(|()| out.flush()).map_err(VerifyError::Output)?;
    drop(out);
    Ok(Ending::of(&judgement.verdict))
}

/// Writes the conformance case, and says on standard error what it can't say.
fn write_case(
    path: &Path,
    question: &Question,
    judgement: &Judgement,
    is_anonymous: bool,
) -> Result<(), VerifyError> {
    let mut reduced = case::expressible(question)?;
    if is_anonymous {
        anonymise(&mut reduced.ceremony).into_iter().for_each(note);
    }
    let again = reduced.judge()?;
    if again.word() != judgement.word() {
        note(&format!(
            "the case gives the verdict {} and not {}: the format has no member for something that decided, such as \
             a requirement of the policy or an extension that was requested",
            again.word(),
            judgement.word()
        ));
    }
    let text = case::text(&reduced, &again)?;
    files::replace(path, text.as_bytes()).map_err(|error| VerifyError::Write(path.to_owned(), error))
}

/// What the files of a command line have.
pub(crate) fn input(arguments: &VerifyArguments) -> Result<Input, VerifyError> {
    let mut files = Files::default();
    let mut input = match (&arguments.ceremony, &arguments.options, &arguments.response) {
        (Some(path), ..) => files.read_together(path)?,
        (None, Some(options), Some(response)) => {
            let (options, response) = (files.read_text(options)?, files.read(response)?);
            Input::One(Texts { options, response, record: None })
        }
        // The definition of the arguments leaves no other combination.
        (None, ..) => return Err(VerifyError::Options("there are none".to_owned())),
    };
    if let (Some(path), Input::One(texts)) = (&arguments.record, &mut input) {
        texts.record = Some(files.read_record(path)?);
    }
    Ok(input)
}

/// The question of a command line about these texts, with what was not given and is assumed.
pub(crate) fn question(
    arguments: &VerifyArguments,
    texts: Texts,
) -> Result<(Question, Vec<String>), VerifyError> {
    let now = arguments.now.unwrap_or_else(|| SystemTime::now().into());
    let mut notes = Vec::new();
    if arguments.now.is_none() {
        notes.push(as_of(now));
    }
    let options = Options::from_json(&texts.options).map_err(VerifyError::Options)?;
    let judge = Judge::of(arguments, &options, now, &mut notes)?;
    let asked = asked(arguments, options, &texts, &judge.rp_id, &mut notes)?;
    let ceremony = Ceremony { asked, response: texts.response, issued: arguments.issued.unwrap_or(now), now };
    let Judge { rp_id, origins, requirements, trust, formats } = judge;
    Ok((Question { rp_id, origins, requirements, trust, formats, ceremony }, notes))
}

/// The relying party of a command line.
struct Judge {
    rp_id: String,
    origins: Option<Vec<String>>,
    requirements: Requirements,
    trust: Trust,
    formats: SupportedFormats,
}

impl Judge {
    fn of(
        arguments: &VerifyArguments,
        options: &Options,
        now: Timestamp,
        notes: &mut Vec<String>,
    ) -> Result<Self, VerifyError> {
        let mut trust = trust(arguments, now)?;
        let Some(file) = &arguments.config else {
            let rp_id = arguments.rp_id.clone().or_else(|| options.rp_id().map(str::to_owned));
            let requirements = requirements(arguments, &trust)?;
            let formats = SupportedFormats::All(AbsentAuthorizations::Reject);
            let rp_id = rp_id.ok_or(VerifyError::RpIdMissing)?;
            compare_rp_id(options, &rp_id, notes);
            let origins = Some(arguments.origins.clone()).filter(|origins| !origins.is_empty());
            if origins.is_none() {
                notes.push(format!("no --origin is given: only that of {rp_id} itself is accepted"));
            }
            return Ok(Self { rp_id, origins, requirements, trust, formats });
        };
        let loaded = sources(Some(file.clone())).load()?;
        let config = loaded.config();
        if config.policy.attestation_policy().is_none() && !matches!(trust, Trust::Nothing) {
            return Err(VerifyError::AnchorsUnused);
        }
        if config.policy.attestation_policy().is_some() && matches!(trust, Trust::Nothing) {
            trust = configured_metadata(config, now)?;
        }
        compare_rp_id(options, &config.rp_id, notes);
        Ok(Self {
            rp_id: config.rp_id.clone(),
            origins: Some(config.accepted_origins()),
            requirements: Requirements::OfPolicy(config.policy.clone()),
            trust,
            formats: SupportedFormats::Standard,
        })
    }
}

fn compare_rp_id(options: &Options, rp_id: &str, notes: &mut Vec<String>) {
    if let Some(other) = options.rp_id().filter(|other| *other != rp_id) {
        notes.push(format!("the options are for another RP ID, {other}"));
    }
}

fn requirements(arguments: &VerifyArguments, trust: &Trust) -> Result<Requirements, VerifyError> {
    let has_anchors = !matches!(trust, Trust::Nothing);
    let Some(path) = &arguments.policy else {
        return Ok(if has_anchors { Requirements::attested() } else { Requirements::by_default() });
    };
    let policy = read_policy(path)?;
    if has_anchors && policy.attestation_policy().is_none() {
        return Err(VerifyError::AnchorsUnused);
    }
    Ok(Requirements::OfPolicy(policy))
}

/// What attestations must lead to, by the options of the command line.
fn trust(arguments: &VerifyArguments, now: Timestamp) -> Result<Trust, VerifyError> {
    if let Some(path) = &arguments.roots {
        return Ok(Trust::Roots(roots(path)?));
    }
    let Some(path) = &arguments.metadata else { return Ok(Trust::Nothing) };
    let options = CommonOptions { roots: arguments.metadata_roots.clone(), ..CommonOptions::default() };
    metadata(path, &options, MetadataPolicy::fido(), now)
}

/// The metadata of a server's configuration, if it is a file.
fn configured_metadata(config: &Config, now: Timestamp) -> Result<Trust, VerifyError> {
    let Some(configured) = &config.metadata else { return Ok(Trust::Nothing) };
    let MetadataSource::File(path) = &configured.source else { return Ok(Trust::Nothing) };
    let options = CommonOptions { roots: configured.roots.clone(), ..CommonOptions::default() };
    metadata(path, &options, configured.policy.clone(), now)
}

fn metadata(
    path: &Path,
    options: &CommonOptions,
    models: MetadataPolicy,
    now: Timestamp,
) -> Result<Trust, VerifyError> {
    let metadata = Metadata::new(load::policy(options)?, models);
    load::offer(path, &metadata, now)?;
    Ok(Trust::Metadata(Arc::new(metadata)))
}

/// The certificates of a file in PEM, as trust anchors.
fn roots(path: &Path) -> Result<Vec<TrustAnchor>, VerifyError> {
    const END: &str = "-----END CERTIFICATE-----";
    let read = files::read(path, files::CERTIFICATES_MAX);
    let bytes = read.map_err(|error| VerifyError::Read(path.to_owned(), error))?;
    let malformed = || VerifyError::Roots(path.to_owned());
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    // What is after the last certificate is white space or a comment.
    let (certificates, _) = text.rsplit_once(END).ok_or_else(malformed)?;
    let begun = certificates.split(END).map(|one| one.split_once("-----BEGIN CERTIFICATE-----"));
    begun.map(|one| one.and_then(|(_, pem)| anchor_from_pem(pem).ok()).ok_or_else(malformed)).collect()
}

/// What was asked, by the options and the command line.
fn asked(
    arguments: &VerifyArguments,
    options: Options,
    texts: &Texts,
    rp_id: &str,
    notes: &mut Vec<String>,
) -> Result<Asked, VerifyError> {
    let stored = texts.record.clone().map(|record| {
        let path = arguments.record.clone().or_else(|| arguments.ceremony.clone()).unwrap_or_default();
        Stored::from_value(record, rp_id, notes).map_err(|sentence| VerifyError::Record(path, sentence))
    });
    let stored = stored.transpose()?;
    match options {
        Options::Creation(options, mediation) => {
            let mut registered = arguments.registered.clone();
            registered.extend(stored.map(|stored| stored.record.id().clone()));
            let mediation = if arguments.conditional { Mediation::Conditional } else { mediation };
            Ok(Asked::Registration(Registration { options: *options, registered, mediation }))
        }
        Options::Request(options) => {
            let is_listed = !options.allow_credentials.is_empty();
            let owner = stored.as_ref().filter(|stored| stored.owner == Owner::Known);
            let owner = owner.map(|stored| stored.record.user_handle().clone());
            let account = match (&arguments.user, owner) {
                (Some(user), _) => Account::Identified(user.clone()),
                (None, Some(owner)) if is_listed => Account::Identified(owner),
                (None, None) if is_listed => Account::Unnamed,
                (None, _) => Account::Discoverable,
            };
            if stored.is_none() {
                notes.push(
                    "no record of the credential is given, so that it is unknown: see --record".to_owned(),
                );
            }
            Ok(Asked::Authentication(Authentication { options, account, stored }))
        }
    }
}
