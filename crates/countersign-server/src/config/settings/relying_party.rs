//! The settings of the relying party beyond its pages: further origins, its AppID, formats and signatures.

use countersign::attestation::format::android_key::{AbsentAuthorizations, Authorizations, Purposes};
use countersign::attestation::format::android_safetynet::DeviceIntegrity;

use crate::config::draft::Draft;
use crate::config::relying_party::{PaddedIntegers, PublicSuffixRpId, RsaKeys};
use crate::config::setting::{self, ListErrors, each};

type Entry = setting::Entry<Draft>;

fn texts(texts: &[&str]) -> Result<Vec<String>, ListErrors> {
    each(texts, |text| Ok(text.to_owned()))
}

/// At the top of the file.
pub(super) const ENTRIES: &[Entry] = &[
    Entry::list("related_origins", "origins", |draft, origins| {
        draft.config.relying_party.related_origins = texts(origins)?;
        Ok(())
    })
    .meaning(
        "Origins of pages on other domains, at most five names; the document /.well-known/webauthn of the RP ID's host lists \
         them",
    ),
    Entry::list("app_origins", "origins of apps, such as \"ios:bundle-id:org.example.App\"", |draft, origins| {
        draft.config.relying_party.app_origins = texts(origins)?;
        Ok(())
    })
    .meaning("Apps: android:apk-key-hash: and the SHA-256 of the certificate in base64url, or ios:bundle-id: and the bundle"),
    Entry::list("extension_origins", "origins", |draft, origins| {
        draft.config.relying_party.extension_origins = texts(origins)?;
        Ok(())
    })
    .meaning("Browser extensions: chrome-extension:// or moz-extension:// and the letters of their origin"),
    Entry::list("any_port_origins", "origins", |draft, origins| {
        draft.config.relying_party.any_port_origins = texts(origins)?;
        Ok(())
    })
    .meaning("Origins whose pages on every port are accepted, for development"),
    Entry::list("subdomain_origins", "origins", |draft, origins| {
        draft.config.relying_party.subdomain_origins = texts(origins)?;
        Ok(())
    })
    .meaning("Origins whose subdomains are accepted; each such page is trusted as much as the sign-in page"),
    Entry::list("dangerous_insecure_origins", "origins", |draft, origins| {
        draft.config.relying_party.dangerous_insecure_origins = texts(origins)?;
        Ok(())
    })
    .meaning("Origins with http, whose pages anyone on the network can change"),
    Entry::flag("dangerous_public_suffix", |draft, is_accepted| {
        draft.config.relying_party.public_suffix =
            if is_accepted { PublicSuffixRpId::DangerousAccept } else { PublicSuffixRpId::Reject };
    })
    .meaning("Accept an RP ID that is a public suffix or a single label, such as intranet")
    .at_restart(),
    Entry::text("appid", "an address", |draft, text| {
        draft.config.relying_party.appid = Some(text.to_owned());
        Ok(())
    })
    .meaning(
        "FIDO AppID of credentials that were registered with U2F, an https address of the RP ID's site; it is sent as appid and \
         appidExclude",
    ),
];

/// In tables of their own.
pub(super) const TABLES: &[Entry] = &[
    Entry::word("formats.safetynet", &["off", "cts-profile-match", "basic-integrity"], |draft, text| {
        draft.config.relying_party.safetynet = match text {
            "cts-profile-match" => Some(DeviceIntegrity::CtsProfileMatch),
            "basic-integrity" => Some(DeviceIntegrity::BasicIntegrity),
            _ => None,
        };
        Ok(())
    })
    .meaning("The test that a device with android-safetynet must have passed; the format is deprecated"),
    Entry::word("formats.android_key_authorizations", &["union", "hardware-enforced"], |draft, text| {
        draft.config.relying_party.android_key_authorizations = match text {
            "hardware-enforced" => Authorizations::HardwareEnforced,
            _ => Authorizations::Union,
        };
        Ok(())
    })
    .meaning("The lists of android-key in which the origin and the purpose of a key count"),
    Entry::word("formats.android_key_absent", &["reject", "accept"], |draft, text| {
        draft.config.relying_party.android_key_absent =
            if text == "accept" { AbsentAuthorizations::Accept } else { AbsentAuthorizations::Reject };
        Ok(())
    })
    .meaning("What happens if a key of android-key has no origin or no purpose"),
    Entry::word("formats.android_key_purposes", &["sign-only", "sign-among-others"], |draft, text| {
        draft.config.relying_party.android_key_purposes =
            if text == "sign-only" { Purposes::SignOnly } else { Purposes::SignAmongOthers };
        Ok(())
    })
    .meaning("The purposes that a key of android-key may have"),
    Entry::word("signatures.padded_ecdsa_integers", &["reject", "accept"], |draft, text| {
        draft.config.relying_party.padded_ecdsa_integers =
            if text == "accept" { PaddedIntegers::Accept } else { PaddedIntegers::Reject };
        Ok(())
    })
    .meaning("What happens to ECDSA signatures with superfluous zeros, as the YubiKey with firmware 5.8 writes them"),
    Entry::word("signatures.rsa_keys", &["usual", "long"], |draft, text| {
        draft.config.relying_party.rsa_keys = if text == "long" { RsaKeys::Long } else { RsaKeys::Usual };
        Ok(())
    })
    .meaning("How long RSA keys may be: 4096 bits, or 8192, whose signatures take four times as long to verify"),
];

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;
    use crate::config::relying_party::RelyingPartyConfig;
    use crate::config::setting::Form;
    use crate::config::sources::Sources;

    use super::*;

    fn read(key: &'static str, text: &str) -> Config {
        let loaded = Sources::new().default_database("x").option(key, [text]).load();
        loaded.unwrap_or_else(|error| panic!("{key}: {error}")).config().clone()
    }

    #[test]
    fn each_setting_changes_the_relying_party_and_each_word_another_way() {
        for entry in ENTRIES.iter().chain(TABLES) {
            let setting = &entry.setting;
            let own = |text: &str| read(setting.key, text).relying_party;
            match setting.form {
                Form::Word(words) => {
                    let configs: Vec<_> = words.iter().map(|word| own(word)).collect();
                    assert_eq!(configs[0], RelyingPartyConfig::default(), "{}", setting.key);
                    for (position, config) in configs.iter().enumerate() {
                        assert!(!configs[..position].contains(config), "{}", setting.key);
                    }
                }
                Form::Flag => {
                    assert_eq!(own("false"), RelyingPartyConfig::default());
                    assert_ne!(own("true"), RelyingPartyConfig::default(), "{}", setting.key);
                }
                _ => assert_ne!(own("https://example.org"), RelyingPartyConfig::default(), "{}", setting.key),
            }
        }
    }
}
