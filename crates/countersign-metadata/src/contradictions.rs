//! Contradictions between a statement and an authenticator's behaviour ([FIDO Registry of Predefined Values, section
//! 3.6](https://fidoalliance.org/specs/common-specs/fido-registry-v2.2-ps-20220523.html) for the names).

use countersign_types::AlgorithmIdentifier;

use crate::{model::Model, statement::Statement};

/// A contradiction between an authenticator's behaviour and its model's statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contradiction {
    /// The statement does not list the algorithm of the credential's key.
    Algorithm(AlgorithmIdentifier),
    /// The user was verified, and the statement lists no method that verifies users.
    UserVerification,
}

/// The COSE identifiers of the names in `authenticationAlgorithms`.
const ALGORITHMS: [(&str, &[i64]); 17] = [
    ("secp256r1_ecdsa_sha256_raw", &[-7, -9]),
    ("secp256r1_ecdsa_sha256_der", &[-7, -9]),
    ("secp256k1_ecdsa_sha256_raw", &[-47]),
    ("secp256k1_ecdsa_sha256_der", &[-47]),
    ("secp384r1_ecdsa_sha384_raw", &[-35, -51]),
    ("secp521r1_ecdsa_sha512_raw", &[-36, -52]),
    ("ed25519_eddsa_sha512_raw", &[-8, -19]),
    ("ed448_eddsa_sha512_raw", &[-53]),
    ("rsassa_pkcsv15_sha1_raw", &[-65535]),
    ("rsassa_pkcsv15_sha256_raw", &[-257]),
    ("rsassa_pkcsv15_sha384_raw", &[-258]),
    ("rsassa_pkcsv15_sha512_raw", &[-259]),
    ("rsa_emsa_pkcs1_sha256_raw", &[-257]),
    ("rsassa_pss_sha256_raw", &[-37]),
    ("rsassa_pss_sha256_der", &[-37]),
    ("rsassa_pss_sha384_raw", &[-38]),
    ("rsassa_pss_sha512_raw", &[-39]),
];

/// Lists how the authenticator contradicts its model's statement. An unknown name in the statement may mean any
/// algorithm.
pub(crate) fn contradictions(statement: &Statement<'_>, model: &Model<'_>) -> Vec<Contradiction> {
    let mut contradictions = Vec::new();
    if let Some(algorithm) = model.algorithm.filter(|algorithm| !has_algorithm(statement, *algorithm)) {
        contradictions.push(Contradiction::Algorithm(algorithm));
    }
    if model.user_verified == Some(true) && !verifies_users(statement) {
        contradictions.push(Contradiction::UserVerification);
    }
    contradictions
}

fn has_algorithm(statement: &Statement<'_>, algorithm: AlgorithmIdentifier) -> bool {
    statement.authentication_algorithms.iter().any(|name| {
        let name = name.decode();
        let known = ALGORITHMS.iter().find(|(known, _)| *known == name);
        known.is_none_or(|(_, identifiers)| identifiers.contains(&algorithm.0))
    })
}

/// Whether one of the alternatives has a method that verifies the user, or the statement lists none.
fn verifies_users(statement: &Statement<'_>) -> bool {
    let alternatives = statement.user_verification();
    let verifies = |method: &str| !matches!(method, "none" | "presence_internal");
    alternatives.is_empty()
        || alternatives
            .iter()
            .any(|methods| methods.is_empty() || methods.iter().any(|method| verifies(&method.decode())))
}
