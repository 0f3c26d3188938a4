//! The settings of the API for FIDO's conformance tests.

use crate::config::draft::Draft;
use crate::config::setting::{self, each};
use crate::fido_conformance::config::FidoConformanceApi;

type Entry = setting::Entry<Draft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::word("fido_conformance.api", &["off", "localhost", "dangerous-anywhere"], |draft, text| {
        draft.config.fido_conformance.api = match text {
            "localhost" => FidoConformanceApi::Localhost,
            "dangerous-anywhere" => FidoConformanceApi::DangerousAnywhere,
            _ => FidoConformanceApi::Off,
        };
        Ok(())
    })
    .meaning(
        "Where there is an API for FIDO's conformance tests, with accounts of its own in memory: nowhere, at a server for \
         localhost, or anywhere",
    )
    .option_that_sets("fido-conformance", "localhost"),
    Entry::text("fido_conformance.statements", "a path", |draft, text| {
        draft.config.fido_conformance.statements = Some(text.into());
        Ok(())
    })
    .meaning("Folder of metadata statements, one .json file each, whose models the API trusts"),
    Entry::list("fido_conformance.blobs", "paths", |draft, texts| {
        draft.config.fido_conformance.blobs = each(texts, |text| Ok(text.into()))?;
        Ok(())
    })
    .meaning("Metadata BLOBs whose models the API trusts; a rejected one is logged"),
    Entry::list("fido_conformance.roots", "paths", |draft, texts| {
        draft.config.fido_conformance.roots = each(texts, |text| Ok(text.into()))?;
        Ok(())
    })
    .meaning("Root certificates, in PEM, that these BLOBs must be signed under")
    .default("those of FIDO's service"),
    Entry::list("fido_conformance.revocation_lists", "paths", |draft, texts| {
        draft.config.fido_conformance.revocation_lists = each(texts, |text| Ok(text.into()))?;
        Ok(())
    })
    .meaning("Revocation lists, in DER, for the certificates that signed these BLOBs"),
];
