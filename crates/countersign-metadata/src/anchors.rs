//! The roots in a BLOB: which statement formats each one serves, and which models share it.
//!
//! A statement has one list of roots for everything that its model does ([FIDO Metadata Statement,
//! `attestationRootCertificates`](https://fidoalliance.org/specs/mds/fido-metadata-statement-v3.0-ps-20210518.html#dom-metadatastatement-attestationrootcertificates)),
//! and no member that says what each root is for. Both facts are derived from the BLOB as a whole.
//!
//! **Formats.** The entry of Android's platform authenticator lists Google's roots for hardware key attestation and
//! roots of web CAs. The latter are for SafetyNet, whose responses are signed with the certificate of a web server
//! ([WebAuthn, section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation)). Web CAs issue
//! certificates with nearly any subject to nearly anyone, so below them an attestation of another format proves
//! nothing. A root that is for SafetyNet in this entry is so in every entry: other vendors also list one of these
//! roots.
//!
//! Google's own roots issue the certificates of `android-key` attestations, among them certificates of devices that are
//! not a CA's and issue others (see `countersign_attestation`'s module `path::factory`). Below another vendor's root
//! these would be its attestation certificates, so such a root serves `android-key` only if the statement lists the
//! format.
//!
//! **Models.** A root in the statements of several models vouches for each of them, and so does a root that issued such
//! a root or was issued by it.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map},
    sync::Arc,
};

use countersign_attestation::{Certificate, TrustAnchor, certificate::SubjectAttribute, oid::Oid};
use countersign_types::Aaguid;

use crate::statement::Statement;

/// Android's platform authenticator: "Android Authenticator" in the metadata, certified in 2020 as "Android SafetyNet
/// Authenticator".
const ANDROID: Aaguid = Aaguid::from_bytes([
    0xb9, 0x3f, 0xd9, 0x61, 0xf2, 0xe6, 0x46, 0x2f, 0xb1, 0x22, 0x82, 0x00, 0x22, 0x47, 0xde, 0x78,
]);

const ANDROID_KEY: &str = "android-key";
const SAFETY_NET: &str = "android-safetynet";

/// A root certificate of a model's statement, and the attestations that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    anchor: TrustAnchor,
    /// `None` for any format except `android-key`.
    formats: Option<Arc<[Box<str>]>>,
}

impl Root {
    /// The root as a trust anchor, with the models that it vouches for.
    pub const fn anchor(&self) -> &TrustAnchor {
        &self.anchor
    }

    /// The statement formats that the root serves. `None` if the metadata does not restrict them: that is any format
    /// except `android-key`, which must be listed, unless the root is one of Google's for it.
    pub fn formats(&self) -> Option<impl Iterator<Item = &str>> {
        self.formats.as_ref().map(|formats| formats.iter().map(|format| &**format))
    }

    /// Whether the root vouches for statements of this format.
    pub fn serves(&self, format: &str) -> bool {
        match &self.formats {
            Some(formats) => formats.iter().any(|own| **own == *format),
            None => format != ANDROID_KEY,
        }
    }
}

/// A subject and a key: they identify a certificate in a path, independent of the issuer that signed it.
type Identity<'a> = (&'a [u8], &'a [u8]);

fn identity(certificate: &Certificate) -> Identity<'_> {
    (certificate.subject().as_der(), certificate.subject_public_key_info())
}

/// The roots of each entry, in the order of the entries. The time is proportional to n log n for any n roots.
pub(crate) fn roots_of_entries(entries: &[AnchorEntry]) -> Vec<Box<[Root]>> {
    let (models, web) = (shared_models(entries), safety_net_roots(entries));
    let roots = entries.iter().map(|entry| {
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

/// The parts of an entry that its roots depend on.
pub(crate) struct AnchorEntry {
    aaguid: Option<Aaguid>,
    /// Whether attestations of the model may have certificates, so that its roots matter.
    is_certified: bool,
    certificates: Vec<Certificate>,
    /// `authenticatorGetInfo.attestationFormats`, if it is present and not empty.
    listed: Option<Arc<[Box<str>]>>,
}

impl AnchorEntry {
    pub(crate) fn new(aaguid: Option<Aaguid>, statement: Option<&Statement<'_>>) -> Self {
        let certificates =
            statement.into_iter().flat_map(Statement::certificates).filter_map(Result::ok).collect();
        let listed: Arc<[Box<str>]> = statement
            .into_iter()
            .flat_map(Statement::attestation_formats)
            .map(|format| format.decode().into())
            .collect();
        // The parts of a compound statement have formats of their own, which such a list does not name.
        let is_narrow = !listed.is_empty() && !listed.iter().any(|format| **format == *"compound");
        let is_certified = statement.is_some_and(Statement::attests_with_certificates);
        Self { aaguid, is_certified, certificates, listed: is_narrow.then_some(listed) }
    }

    /// Whether the model attests through SafetyNet, with those of its roots that are for nothing else.
    fn attests_by_safety_net(&self) -> bool {
        let is_listed_only = self.listed.as_deref().is_some_and(|formats| {
            formats.iter().all(|format| **format == *SAFETY_NET || **format == *ANDROID_KEY)
                && formats.iter().any(|format| **format == *SAFETY_NET)
        });
        self.aaguid == Some(ANDROID) || is_listed_only
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

/// The roots that serve only SafetyNet, in each entry that lists them.
fn safety_net_roots(read: &[AnchorEntry]) -> BTreeSet<Identity<'_>> {
    let entries = read.iter().filter(|entry| entry.attests_by_safety_net());
    let roots = entries.flat_map(|entry| &entry.certificates);
    roots.filter(|certificate| !is_android_hardware(certificate)).map(identity).collect()
}

/// Whether a root has the name of one of Google's for hardware key attestation ([Verify hardware-backed key pairs, root
/// certificates](https://developer.android.com/privacy-and-security/security-key-attestation#root_certificate)): one
/// serial number and nothing else, or Google's unit Android. The signer of the metadata decided that the root is
/// trusted; its name only says what for.
///
/// The app that creates a key chooses the subject of the attestation certificate below these roots, so they must not
/// serve any other format.
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
/// Roots that issued one another are one family, by their names. Signatures are not checked, so a family may be too
/// large, which rejects more. A family is too small if the certificate that connects two roots is not in the BLOB: an
/// intermediate that no statement lists. Models that attest without certificates belong to no family.
///
/// An attestation certificate that is itself listed belongs to the models that list it only, even if its issuer serves
/// others. The issuer's root leads to it too, so these models are among the issuer's.
fn shared_models(read: &[AnchorEntry]) -> BTreeMap<Identity<'_>, TrustAnchor> {
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
    // All keys of a name that occurs as an issuer are one family.
    let issuers: BTreeSet<&[u8]> =
        listed().filter(|(_, it)| !it.is_self_issued()).map(|(_, it)| it.issuer().as_der()).collect();
    for (&(subject, _), &number) in &numbers {
        if issuers.contains(subject) {
            match by_subject.entry(subject) {
                btree_map::Entry::Vacant(slot) => drop(slot.insert(number)),
                btree_map::Entry::Occupied(slot) => families.join(*slot.get(), number),
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
        let is_listed_leaf = !certificate.is_self_issued() && !is_ca(certificate);
        let issuer = by_subject.get(certificate.issuer().as_der()).filter(|_| is_listed_leaf);
        for number in numbers.get(&identity(certificate)).into_iter().chain(issuer) {
            let family = models.entry(families.of(*number)).or_insert_with(|| (certificate, Vec::new()));
            family.1.push(aaguid);
        }
    }
    // All roots and entries of a family share one list of models.
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

/// Numbers in disjoint sets; the least number of a set identifies it.
#[derive(Default)]
struct Families(Vec<usize>);

impl Families {
    /// Adds a new number in a set of its own.
    fn add(&mut self) -> usize {
        let number = self.0.len();
        self.0.push(number);
        number
    }

    /// The least number of the set. Each call halves the path to it.
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
