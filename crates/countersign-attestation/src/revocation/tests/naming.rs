//! Tests of lists that name a certificate but are out of scope, or whose issuer may not sign lists.

use super::*;

/// Limits a CA to signing certificates.
fn certificates_only(ca: Builder) -> Builder {
    ca.with_extension(oid::KEY_USAGE, true, &[0x03, 0x02, 0x02, 0x04])
}

/// The path through an intermediate whose key may sign certificates only.
fn other_path() -> [Certificate; 2] {
    let mut other = certificates_only(middle());
    other.serial_number = vec![25];
    path_of(&leaf(), &other)
}

fn is_revoked(path: &[Certificate], revocation: &Revocation, expected: usize) {
    let error = validate(path, revocation).unwrap_err();
    assert_eq!(error, PathError::Revoked { position: expected, reason: RevocationReason::Unspecified });
    assert_eq!(error.code(), Code::AttestationCertificateRevoked);
}

fn is_unknown(path: &[Certificate], revocation: &Revocation) {
    let error = validate(path, revocation).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::RevocationListInvalid));
    assert_eq!(error.code(), Code::AttestationUntrusted);
}

/// The list with each kind of scope that does not cover the leaf.
fn lists_of_another_scope(by_middle: &ListBuilder, key: &Key) -> [Revocation; 2] {
    [CAS, &point(b"http://a.example/1")].map(|scope| {
        let list =
            by_middle.clone().with_extension(oid::ISSUING_DISTRIBUTION_POINT, true, &sequence(&[scope]));
        Revocation::none().with_list(list.signed_by(key))
    })
}

#[test]
fn rule_399_a_list_that_names_counts_though_the_issuers_other_certificate_may_not_sign_lists() {
    let one = |list: &ListBuilder| Revocation::none().with_list(list.signed_by(&middle_key()));
    is_revoked(&other_path(), &one(&by_middle().naming(&[30])), 0);
    // A list that does not name the leaf proves nothing then.
    is_unknown(&other_path(), &one(&by_middle()));
    // The sender chooses between the two certificates, or sends both.
    let [leaf, other] = other_path();
    let both = [leaf, other, path()[1].clone()];
    is_revoked(&both, &one(&by_middle().naming(&[30])), 0);
    validate(&both, &one(&by_middle())).unwrap();
}

#[test]
fn rule_399_a_list_of_another_scope_that_names_counts_whatever_the_issuers_certificate_allows() {
    for revocation in lists_of_another_scope(&by_middle().naming(&[30]), &middle_key()) {
        is_revoked(&path(), &revocation, 0);
        is_revoked(&other_path(), &revocation, 0);
    }
    for revocation in lists_of_another_scope(&by_middle(), &middle_key()) {
        validate(&path(), &revocation).unwrap();
        validate(&other_path(), &revocation).unwrap();
    }
}

#[test]
fn rule_399_a_list_that_names_and_is_signed_with_another_key_leaves_the_status_unknown() {
    let other_key = Key::p256(7);
    let naming = by_middle().naming(&[30]);
    let good = known(&by_middle(), &by_root());
    validate(&path(), &good).unwrap();
    // A list that verifies does not make it good.
    is_unknown(&path(), &good.clone().with_list(naming.signed_by(&other_key)));
    is_unknown(&path(), &good.with_list(naming.signed_by(&other_key)).with_dangerous_outdated_lists());
    for revocation in lists_of_another_scope(&naming, &other_key) {
        is_unknown(&path(), &revocation);
        is_unknown(&other_path(), &revocation);
    }
    // Such a list says nothing about a certificate that it does not name.
    validate(&path(), &known(&by_middle(), &by_root()).with_list(by_middle().signed_by(&other_key))).unwrap();
    for revocation in lists_of_another_scope(&by_middle(), &other_key) {
        validate(&path(), &revocation).unwrap();
    }
}

#[test]
fn rule_399_a_list_that_verifies_and_names_weighs_more_than_one_that_does_not_verify() {
    let naming = by_middle().naming(&[30]);
    for keys in [[7, 2], [2, 7]] {
        let [one, other] = keys.map(|number| naming.signed_by(&Key::p256(number)));
        is_revoked(&path(), &Revocation::none().with_list(one).with_list(other), 0);
    }
}

/// Validates the path with its certificate at this position as the anchor.
fn anchored(position: usize, revocation: &Revocation) -> Result<TrustedPath, PathError> {
    let path = path();
    let anchors = [TrustAnchor::from_certificate(path[position].clone())];
    let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
    validate_path(&path, &anchors, revocation, NOW, &verifiers, &limits)
}

#[test]
fn rule_399_a_list_that_names_an_anchored_certificate_below_its_issuer_leaves_its_status_unknown() {
    let by = |list: ListBuilder, key: &Key| Revocation::none().with_list(list.signed_by(key));
    for (position, naming, silent) in [
        (0, by(by_middle().naming(&[30]), &middle_key()), by(by_middle(), &middle_key())),
        (1, by(by_root().naming(&[20]), &root().1), by(by_root(), &root().1)),
    ] {
        for silent in [
            silent,
            by(by_root(), &Key::p256(7)),
            by(by_root().valid(&["2401010000", "2501010000"]), &root().1),
        ] {
            assert_eq!(anchored(position, &silent).unwrap().certificates().len(), position + 1);
        }
        let error = anchored(position, &naming).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::RevocationListInvalid));
        assert_eq!(error.code(), Code::AttestationUntrusted);
        anchored(position, &naming.with_dangerous_outdated_lists()).unwrap_err();
    }
}

#[test]
fn rule_399_a_root_that_its_own_list_names_is_revoked() {
    let by = |key: &Key| Revocation::none().with_list(by_root().naming(&[1]).signed_by(key));
    is_revoked(&path(), &by(&root().1), 2);
    is_unknown(&path(), &by(&Key::p256(7)));
}

#[test]
fn rule_399_a_root_that_may_not_sign_lists_revokes_all_the_same() {
    let anchors =
        [TrustAnchor::from_certificate(certificates_only(root_certificate()).self_signed(&root().1))];
    let validate = |list: &ListBuilder| {
        let revocation = Revocation::none().with_list(list.signed_by(&root().1));
        let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
        validate_path(&path(), &anchors, &revocation, NOW, &verifiers, &limits)
    };
    let error = validate(&by_root().naming(&[20])).unwrap_err();
    assert_eq!(error, PathError::Revoked { position: 1, reason: RevocationReason::Unspecified });
    let error = validate(&by_root()).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::RevocationListInvalid));
}
