//! The FIDO AppID of credentials that were registered with U2F
//! ([section 10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension)).

use crate::relying_party::origin::{is_below, is_web_origin};
use crate::relying_party::public_suffixes::{PublicSuffixes, registrable_label};

/// Whether browsers accept an AppID: it must be on the caller's own site
/// ([section 10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension), its note). The bytes are hashed as
/// they are, so capital letters in the host stay.
///
/// Without public suffixes only the RP ID and the domains above and below it are known to be on its site.
pub(crate) fn is_appid_of(suffixes: Option<&dyn PublicSuffixes>, appid: &str, rp_id: &str) -> bool {
    appid.strip_prefix("https://").is_some_and(|rest| {
        let authority = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        let host = authority.split(':').next().unwrap_or_default();
        let is_url = rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        let is_of_site = host == rp_id
            || match suffixes {
                Some(suffixes) => same_site(suffixes, host, rp_id),
                None => is_above_or_below(host, rp_id),
            };
        is_url && is_web_origin(&format!("https://{authority}")) && is_of_site
    })
}

/// Whether one of two domains is below the other, and neither is a single label.
fn is_above_or_below(one: &str, other: &str) -> bool {
    (is_below(one, other) || is_below(other, one)) && one.contains('.') && other.contains('.')
}

/// Whether two domains have the same registrable domain.
fn same_site(suffixes: &dyn PublicSuffixes, one: &str, other: &str) -> bool {
    let site =
        |domain| registrable_label(suffixes, domain).map(|label| (label, suffixes.public_suffix(domain)));
    site(one).is_some_and(|site_of_one| Some(site_of_one) == site(other))
}
