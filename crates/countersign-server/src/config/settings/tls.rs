//! The settings of TLS.

use crate::config::draft::Draft;
use crate::config::setting;

type Entry = setting::Entry<Draft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::text("tls.certificate", "a path", |draft, text| {
        draft.tls_certificate = Some(text.into());
        Ok(())
    })
    .meaning("Certificate chain for TLS at the address of the page, in PEM; it is read again when it changes")
    .default("no TLS")
    .option("tls-certificate", "FILE")
    .at_restart(),
    Entry::text("tls.key", "a path", |draft, text| {
        draft.tls_key = Some(text.into());
        Ok(())
    })
    .meaning("Private key of that certificate, in PEM")
    .option("tls-key", "FILE")
    .at_restart(),
];
