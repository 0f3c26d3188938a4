//! The lists of `countersign simulate`: faults, profiles, and the root.

use std::io::{self, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::{Ceremony, Fault, Format, Profile, Verdict};

use super::ceremony::attester;
use crate::explain::rule_text;
use crate::table::Table;

/// The characters of a line of PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468#section-2)).
const PEM_LINE: usize = 64;

/// Writes every fault with the ceremony, our code, and what is wrong with it.
pub(super) fn write_faults(out: &mut dyn Write) -> io::Result<()> {
    let row = |fault: &Fault| {
        let ceremony = match fault.ceremony() {
            Ceremony::Registration => "register",
            _ => "authenticate",
        };
        let code = fault.codes().first();
        let rule = fault.rules().first().and_then(|number| rule_text(*number));
        let about = rule.or(code.map(|code| code.meaning())).unwrap_or_default();
        let code = code.map(ToString::to_string).unwrap_or_default();
        [fault.name().to_owned(), ceremony.to_owned(), code, about.to_owned()]
    };
    Table::new(["fault", "ceremony", "code", "what is wrong"]).write(out, || Fault::all().map(row))
}

/// Writes every profile with our verdict by default, and what it imitates.
pub(super) fn write_profiles(out: &mut dyn Write) -> io::Result<()> {
    let row = |profile: &Profile| {
        let verdict = match profile.verdict() {
            Verdict::Refused(code) => code.as_str(),
            _ => "accept",
        };
        [profile.name().to_owned(), verdict.to_owned(), profile.about().to_owned()]
    };
    Table::new(["profile", "verdict", "what it imitates"]).write(out, || Profile::all().map(row))
}

/// Writes the root of the simulated vendor's attestations in PEM.
pub(super) fn write_root(out: &mut dyn Write, format: Format) -> io::Result<()> {
    let base64 = STANDARD.encode(attester(format).authority().certificate());
    writeln!(out, "-----BEGIN CERTIFICATE-----")?;
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(PEM_LINE).unwrap_or((rest, ""));
        writeln!(out, "{line}")?;
        rest = after;
    }
    writeln!(out, "-----END CERTIFICATE-----")
}
