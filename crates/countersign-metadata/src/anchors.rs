//! Which roots of the BLOB serve which statement formats, and which models share them.
//!
//! A statement has one list of roots for all that its model does
//! ([FIDO Metadata Statement, `attestationRootCertificates`](https://fidoalliance.org/specs/mds/fido-metadata-statement-v3.0-ps-20210518.html#dom-metadatastatement-attestationrootcertificates)),
//! and no member that says which of them is for what. Two things are read from the BLOB as a whole instead.
//!
//! **Formats.** The entry of Android's platform authenticator lists Google's roots for hardware key attestation and those
//! of web CAs: the latter for `SafetyNet`, whose responses are signed with the certificate of a web server
//! ([WebAuthn, section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation)). Web CAs issue
//! certificates with nearly any subject to nearly anyone, so that below them an attestation of another format proves
//! nothing. What is `SafetyNet`'s there is so in every entry: other vendors list one of these roots too.
//!
//! Google's own roots issue what `android-key` attestations have in devices, among them certificates that are not a CA's
//! and issue others (see `countersign_attestation`'s module `path::factory`). Below another vendor's root these would be
//! its attestation certificates, so that such a root serves `android-key` only where the statement lists the format.
//!
//! **Models.** A root that is in the statements of several models vouches for each of them, and so does one that issued
//! such a root or was issued by it.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry as Slot},
    sync::Arc,
};

use countersign_attestation::{Certificate, TrustAnchor, certificate::SubjectAttribute, oid::Oid};
use countersign_types::Aaguid;

use crate::{Blob, Entry, Statement};

/// Android's platform authenticator: "Android Authenticator" in the metadata, certified in 2020 as "Android `SafetyNet`
/// Authenticator".
const ANDROID: Aaguid = Aaguid::from_bytes([
    0xb9, 0x3f, 0xd9, 0x61, 0xf2, 0xe6, 0x46, 0x2f, 0xb1, 0x22, 0x82, 0x00, 0x22, 0x47, 0xde, 0x78,
]);

const ANDROID_KEY: &str = "android-key";
const SAFETY_NET: &str = "android-safetynet";

/// A root of a model's statement, and what it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    anchor: TrustAnchor,
    /// `None` for any format but `android-key`.
    formats: Option<Arc<[Box<str>]>>,
}

impl Root {
    /// The certificate as a trust anchor, with the models that it is the anchor of.
    pub const fn anchor(&self) -> &TrustAnchor {
        &self.anchor
    }

    /// The statement formats that it serves; `None` if nothing in the metadata narrows them, which is any format but
    /// `android-key`: that one must be listed, unless the root is one of Google's for it.
    pub fn formats(&self) -> Option<impl Iterator<Item = &str>> {
        self.formats.as_ref().map(|formats| formats.iter().map(|format| &**format))
    }

    /// Whether it vouches for statements of this format.
    pub fn serves(&self, format: &str) -> bool {
        match &self.formats {
            Some(formats) => formats.iter().any(|own| **own == *format),
            None => format != ANDROID_KEY,
        }
    }
}

/// A subject and a key: what a certificate is to a path, whichever of its issuers signed it.
type Identity<'a> = (&'a [u8], &'a [u8]);

fn identity(certificate: &Certificate) -> Identity<'_> {
    (certificate.subject().as_der(), certificate.subject_public_key_info())
}

/// The roots of each entry, in the entries' order. It takes time in proportion to their number (and its logarithm),
/// whatever they are.
pub(crate) fn roots_of_entries(blob: &Blob) -> Vec<Box<[Root]>> {
    let read: Vec<_> = blob.entries().map(Read::new).collect();
    let (models, web) = (shared_models(&read), safety_net_roots(&read));
    let roots = read.iter().map(|entry| {
        let roots = entry.certificates.iter().map(|certificate| {
            let plain = TrustAnchor::from_certificate(certificate.clone());
            // A U2F model is found by its attestation key, and its statements sign no AAGUID.
            let known = models.get(&identity(certificate)).filter(|_| entry.aaguid.is_some());
            Root {
                anchor: match known {
                    Some(of_family) => plain.with_models_of(of_family),
                    None => plain,
                },
                formats: entry.formats(certificate, &web),
            }
        });
        roots.collect()
    });
    roots.collect()
}

/// What counts of one entry.
struct Read {
    aaguid: Option<Aaguid>,
    /// Whether its attestations may have certificates, so that its roots vouch for any.
    is_certified: bool,
    certificates: Vec<Certificate>,
    /// `authenticatorGetInfo.attestationFormats`, if it is there and names anything.
    listed: Option<Arc<[Box<str>]>>,
}

impl Read {
    fn new(entry: Entry<'_>) -> Self {
        let statement = entry.statement();
        let certificates =
            statement.iter().flat_map(Statement::certificates).filter_map(Result::ok).collect();
        let listed: Arc<[Box<str>]> = statement
            .iter()
            .flat_map(Statement::attestation_formats)
            .map(|format| format.decode().into())
            .collect();
        // The parts of a compound statement have formats of their own, which such a list does not name.
        let is_narrow = !listed.is_empty() && !listed.iter().any(|format| **format == *"compound");
        let is_certified = statement.as_ref().is_some_and(Statement::attests_with_certificates);
        Self { aaguid: entry.aaguid(), is_certified, certificates, listed: is_narrow.then_some(listed) }
    }

    /// Whether this is a model that attests through `SafetyNet` with the roots that are not for something else.
    fn attests_by_safety_net(&self) -> bool {
        let is_listed_alone = self.listed.as_deref().is_some_and(|formats| {
            formats.iter().all(|format| **format == *SAFETY_NET || **format == *ANDROID_KEY)
                && formats.iter().any(|format| **format == *SAFETY_NET)
        });
        self.aaguid == Some(ANDROID) || is_listed_alone
    }

    fn formats(&self, certificate: &Certificate, web: &BTreeSet<Identity<'_>>) -> Option<Arc<[Box<str>]>> {
        let only = if is_android_hardware(certificate) {
            ANDROID_KEY
        } else if web.contains(&identity(certificate)) {
            SAFETY_NET
        } else {
            return self.listed.clone();
        };
        let is_listed =
            self.listed.as_ref().is_none_or(|listed| listed.iter().any(|format| **format == *only));
        Some(is_listed.then(|| Box::from(only)).into_iter().collect())
    }
}

/// The roots that serve `SafetyNet` alone, wherever they are listed.
fn safety_net_roots(read: &[Read]) -> BTreeSet<Identity<'_>> {
    let entries = read.iter().filter(|entry| entry.attests_by_safety_net());
    let roots = entries.flat_map(|entry| &entry.certificates);
    roots.filter(|certificate| !is_android_hardware(certificate)).map(identity).collect()
}

/// Whether a root has the name of one of Google's for hardware key attestation
/// ([Verify hardware-backed key pairs, root certificates](https://developer.android.com/privacy-and-security/security-key-attestation#root_certificate)):
/// one serial number and nothing else, or Google's unit Android. Who may be in the metadata, its signer decided; the name
/// says what for.
///
/// Below these the subject of an attestation certificate is whatever the app that made the key wanted, so that they must
/// serve no other format either.
fn is_android_hardware(certificate: &Certificate) -> bool {
    const SERIAL_NUMBER: Oid<'static> = Oid::from_contents(&[0x55, 0x04, 0x05]);
    let subject = certificate.subject();
    let has = |attribute, value| subject.only_value(attribute).is_some_and(|own| own.text() == Some(value));
    let mut attributes = subject.attributes();
    let is_serial_number = attributes.next().is_some_and(|attribute| {
        *attribute.attribute_type() == SERIAL_NUMBER && attribute.text() == Some("f92009e853b6b045")
    });
    (is_serial_number && attributes.next().is_none())
        || (has(SubjectAttribute::Organization, "Google LLC")
            && has(SubjectAttribute::OrganizationalUnit, "Android"))
}

/// An anchor with the models that share a root, for each root of a FIDO2 model.
///
/// Roots that issued one another are one family, by their names: signatures are not looked at, so that a family may be
/// too large, which rejects more. It is too small where what connects two roots is not in the BLOB: an intermediate
/// that no statement lists. Models that attest without certificates are in none.
///
/// An attestation certificate that is listed itself is that of the models that list it, whatever else its issuer does.
/// But its issuer's root leads to it as well, so that these models are among the issuer's.
fn shared_models(read: &[Read]) -> BTreeMap<Identity<'_>, TrustAnchor> {
    let mut families = Families::default();
    let mut by_subject: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut numbers: BTreeMap<Identity<'_>, usize> = BTreeMap::new();
    let listed = || {
        let certified = read.iter().filter(|entry| entry.is_certified);
        let fido2 = certified.filter_map(|entry| Some((entry.aaguid?, &entry.certificates)));
        fido2.flat_map(|(aaguid, certificates)| certificates.iter().map(move |it| (aaguid, it)))
    };
    for (_, certificate) in listed() {
        numbers.entry(identity(certificate)).or_insert_with(|| families.add());
    }
    // Whoever is named as an issuer: all keys of that name are one family then.
    let issuers: BTreeSet<&[u8]> =
        listed().filter(|(_, it)| !it.is_self_issued()).map(|(_, it)| it.issuer().as_der()).collect();
    for (&(subject, _), &number) in &numbers {
        if issuers.contains(subject) {
            match by_subject.entry(subject) {
                Slot::Vacant(slot) => drop(slot.insert(number)),
                Slot::Occupied(slot) => families.join(*slot.get(), number),
            }
        }
    }
    for (_, certificate) in
        listed().filter(|(_, certificate)| !certificate.is_self_issued() && is_ca(certificate))
    {
        let own = numbers.get(&identity(certificate));
        if let (Some(issuer), Some(own)) = (by_subject.get(certificate.issuer().as_der()), own) {
            families.join(*issuer, *own);
        }
    }
    let mut models: BTreeMap<usize, (&Certificate, Vec<Aaguid>)> = BTreeMap::new();
    for (aaguid, certificate) in listed() {
        let is_issued_alone = !certificate.is_self_issued() && !is_ca(certificate);
        let issuer = by_subject.get(certificate.issuer().as_der()).filter(|_| is_issued_alone);
        for number in numbers.get(&identity(certificate)).into_iter().chain(issuer) {
            let family = models.entry(families.of(*number)).or_insert_with(|| (certificate, Vec::new()));
            family.1.push(aaguid);
        }
    }
    // A family's models are held once, however many roots and entries it has.
    let anchor = |(family, (certificate, models)): (usize, (&Certificate, Vec<Aaguid>))| {
        (family, TrustAnchor::from_certificate(certificate.clone()).with_models(models))
    };
    let anchors: BTreeMap<usize, TrustAnchor> = models.into_iter().map(anchor).collect();
    numbers
        .into_iter()
        .filter_map(|(identity, number)| Some((identity, anchors.get(&families.of(number))?.clone())))
        .collect()
}

fn is_ca(certificate: &Certificate) -> bool {
    certificate.basic_constraints().is_some_and(|constraints| constraints.ca)
}

/// Numbers in disjoint sets, each set known by its least number.
#[derive(Default)]
struct Families(Vec<usize>);

impl Families {
    /// A number that is alone.
    fn add(&mut self) -> usize {
        let number = self.0.len();
        self.0.push(number);
        number
    }

    /// The set's least number; the ways to it are halved as they are gone.
    fn of(&mut self, mut number: usize) -> usize {
        while let Some(&parent) = self.0.get(number)
            && parent != number
        {
            let above = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.0.get_mut(number) {
                *slot = above;
            }
            number = above;
        }
        number
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        if let Some(slot) = self.0.get_mut(one.max(other)) {
            *slot = one.min(other);
        }
    }
}
