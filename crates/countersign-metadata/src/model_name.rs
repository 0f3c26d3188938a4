//! Names of authenticator models, for users who look at a list of passkeys.

use countersign_types::Aaguid;

use crate::{
    blob::{Blob, Entry},
    limits::ICON_MAX,
    statement::{CertificateTextError, Statement},
};

/// The name of an authenticator model, for display only.
///
/// Without an attestation that leads to an anchor, a client can send any AAGUID, so never decide anything by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelName {
    /// The name.
    pub name: String,
    /// The source of the name.
    pub source: NameSource,
    /// The organisation in the model's first root, if the metadata has one.
    pub vendor: Option<String>,
    /// The icon as a `data:` URL, if the metadata has one of at most [`ICON_MAX`] bytes.
    pub icon: Option<String>,
}

/// The source of a [`ModelName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameSource {
    /// A vendor's statement in verified metadata. Only an attestation proves that an authenticator is of the model.
    Metadata,
    /// The table of this crate, which no signature vouches for.
    List,
}

impl Blob {
    /// The name of a model in a language such as `de-DE`: the vendor's name in that language or in English, or else
    /// that of [`provider_name`].
    pub fn name(&self, aaguid: Aaguid, language: &str) -> Option<ModelName> {
        let statement = self.entry(aaguid).and_then(Entry::statement);
        statement.map_or_else(|| model_name(aaguid), |statement| Some(of_statement(&statement, language)))
    }
}

/// The name of a model from the table of [`provider_name`], without metadata.
pub fn model_name(aaguid: Aaguid) -> Option<ModelName> {
    let name = provider_name(aaguid)?.to_owned();
    Some(ModelName { name, source: NameSource::List, vendor: None, icon: None })
}

fn of_statement(statement: &Statement<'_>, language: &str) -> ModelName {
    let friendly = statement.friendly_name(language).or_else(|| statement.friendly_name("en-US"));
    let icon = statement.icon.filter(|icon| icon.raw_len() <= ICON_MAX);
    let icon = icon.map(|icon| icon.decode().into_owned()).filter(|icon| icon.starts_with("data:image/"));
    ModelName {
        name: friendly.unwrap_or(statement.description).decode().into_owned(),
        source: NameSource::Metadata,
        vendor: vendor(statement).ok().flatten(),
        icon,
    }
}

fn vendor(statement: &Statement<'_>) -> Result<Option<String>, CertificateTextError> {
    let Some(root) = statement.certificates().next().transpose()? else { return Ok(None) };
    let organization = root.subject().attributes().find_map(|attribute| {
        let is_it = *attribute.attribute_type() == countersign_attestation::oid::ORGANIZATION;
        attribute.text().filter(|_| is_it).map(str::to_owned)
    });
    Ok(organization)
}

/// The name of a widespread passkey provider. `None` for providers that are not in the table, and for the zero AAGUID.
///
/// Providers of synced passkeys are not in the metadata and give no attestation. The identifiers are from two public
/// lists, as of August 2026:
/// the community list of [passkey providers](https://github.com/passkeydeveloper/passkey-authenticator-aaguids)
/// for the software ones, and the [FIDO Metadata Service](https://fidoalliance.org/metadata/)'s BLOB no. 291 for
/// the security keys.
///
/// ```
/// use countersign_metadata::provider_name;
///
/// let aaguid = "d548826e-79b4-db40-a3d8-11116f7e8349".parse().unwrap();
/// assert_eq!(provider_name(aaguid), Some("Bitwarden"));
/// ```
pub fn provider_name(aaguid: Aaguid) -> Option<&'static str> {
    let bytes = u128::from_be_bytes(*aaguid.as_bytes());
    NAMES.iter().find(|(known, _)| *known == bytes).map(|(_, name)| *name)
}

/// The digits are grouped as in the hyphenated form.
const NAMES: &[(u128, &str)] = &[
    // The community list.
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "Apple Passwords"),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain (Managed)"),
    (0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4, "Google Password Manager"),
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac"),
    (0x771b48fd_d3d4_4f74_9232_fc157ab0507a, "Edge on Mac"),
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello"),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello"),
    (0xd3452668_01fd_4c12_926c_83a4204853aa, "Microsoft Password Manager"),
    (0x53414d53_554e_4700_0000_000000000000, "Samsung Pass"),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane"),
    (0xf3809540_7f14_49c1_a8b3_8f813b225541, "Enpass"),
    (0xfdb141b2_5d84_443e_8a35_4698c205a502, "KeePassXC"),
    (0xeaecdef2_1c31_5634_8639_f1cbd9c00a08, "KeePassDX"),
    (0x0ea242b4_43c4_4a1b_8b17_dd6d0b6baec6, "Keeper"),
    (0xb78a0a55_6ef8_d246_a042_ba0f6d55050c, "LastPass"),
    (0xb84e4048_15dc_4dd0_8640_f4f60813c8af, "NordPass"),
    (0x50726f74_6f6e_5061_7373_50726f746f6e, "Proton Pass"),
    // The metadata service.
    (0xcb69481e_8ff7_4039_93ec_0a2729a154a8, "YubiKey 5 Series"),
    (0xee882879_721c_4913_9775_3dfcce97072a, "YubiKey 5 Series"),
    (0x19083c3d_8383_4b18_bc03_8f1c9ab2fd1b, "YubiKey 5 Series"),
    (0xff4dac45_ede8_4ec2_aced_cf66103f4335, "YubiKey 5 Series"),
    (0xfa2b99dc_9e39_4257_8f92_4a30d23c4118, "YubiKey 5 Series with NFC"),
    (0x2fc0579f_8113_47ea_b116_bb5a8db9202a, "YubiKey 5 Series with NFC"),
    (0xa25342c0_3cdc_4414_8e46_f4807fca511c, "YubiKey 5 Series with NFC"),
    (0xd7781e5d_e353_46aa_afe2_3ca49f13332a, "YubiKey 5 Series with NFC"),
    (0xc5ef55ff_ad9a_4b9f_b580_adebafe026d0, "YubiKey 5 Series with Lightning"),
    (0x24673149_6c86_42e7_98d9_433fb5b73296, "YubiKey 5 Series with Lightning"),
    (0xa02167b9_ae71_4ac7_9a07_06432ebb6f1c, "YubiKey 5 Series with Lightning"),
    (0xf8a011f3_8c0a_4d15_8006_17111f9edc7d, "Security Key by Yubico"),
    (0xb92c3f9a_c014_4056_887f_140a2501163b, "Security Key by Yubico"),
    (0x6d44ba9b_f6ec_2e49_b930_0c8fe920cb73, "Security Key by Yubico with NFC"),
    (0x149a2021_8ef6_4133_96b8_81f8d5b7f1f5, "Security Key by Yubico with NFC"),
    (0xa4e9fc6d_4cbe_4758_b8ba_37598bb5bbaa, "Security Key NFC by Yubico"),
    (0xe77e3c64_05e3_428b_8824_0cbeb04b829d, "Security Key NFC by Yubico"),
    (0xb7d3f68e_88a6_471e_9ecf_2df26d041ede, "Security Key NFC by Yubico"),
    (0x42b4fb4a_2866_43b2_9bf7_6c6669c2e5d3, "Google Titan Security Key v2"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_providers_have_names() {
        for (text, name_of) in [
            ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
            ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
            ("ee882879-721c-4913-9775-3dfcce97072a", "YubiKey 5 Series"),
        ] {
            assert_eq!(provider_name(text.parse().unwrap()), Some(name_of));
        }
    }

    #[test]
    fn zeros_and_unknown_providers_have_none() {
        assert_eq!(provider_name(Aaguid::ZERO), None);
        assert_eq!(model_name(Aaguid::from_bytes([7; 16])), None);
    }

    #[test]
    fn each_aaguid_is_in_the_table_once() {
        for (position, (aaguid, name)) in NAMES.iter().enumerate() {
            assert!(NAMES[..position].iter().all(|(other, _)| other != aaguid), "{name}");
            assert!((1..=64).contains(&name.len()) && name.trim() == *name);
        }
    }

    #[test]
    fn the_vendors_name_of_a_model_has_priority() {
        use crate::tests::{MODEL, payload, read};
        let mut payload = payload();
        payload["entries"][0]["metadataStatement"]["friendlyNames"] =
            serde_json::json!({"en-US": "Key", "de-DE": "Schlüssel"});
        let blob = read(&payload).unwrap();
        let name = |language: &str| blob.name(MODEL.parse().unwrap(), language).unwrap();
        assert_eq!((name("de-DE").name.as_str(), name("fr").name.as_str()), ("Schlüssel", "Key"));
        assert_eq!(name("fr").source, NameSource::Metadata);
        assert_eq!(name("fr").icon.as_deref(), Some("data:image/png;base64,AAAA"));
        let bitwarden = blob.name("d548826e-79b4-db40-a3d8-11116f7e8349".parse().unwrap(), "fr").unwrap();
        assert_eq!((bitwarden.source, bitwarden.icon), (NameSource::List, None));
    }
}
