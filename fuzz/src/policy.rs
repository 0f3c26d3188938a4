//! Origins and sealed states: text that must match exactly, and tokens that only their maker can make.

use std::sync::LazyLock;

use countersign::{
    AuthenticationState, RelyingParty, UserHandle,
    ceremony::{
        AuthenticationRequest, EntropyError,
        sealed::{Bearer, KeyRing, SealingKey},
    },
};

use crate::statements::NOW;

pub(crate) static RP: LazyLock<RelyingParty> = LazyLock::new(|| {
    RelyingParty::builder("example.org", "Example")
        .origin("https://example.org")
        .any_port_of("https://any.example.org")
        .subdomains_of("https://sub.example.org:8443")
        .app_origin("ios:bundle-id:org.example.app")
        .build()
        .unwrap()
});

/// An origin is accepted exactly if a slow and obvious check accepts it too, which parses the text as browsers do and
/// writes it again. Port 0 is left out: it is none that a page can come from, and the URL standard parses it all the same.
pub fn origin(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    assert_eq!(RP.accepts_origin(text), accepts(text), "{text:?}");
}

fn accepts(text: &str) -> bool {
    if ["https://example.org", "ios:bundle-id:org.example.app"].contains(&text) {
        return true;
    }
    let Ok(url) = url::Url::parse(text) else { return false };
    let Some(url::Host::Domain(host)) = url.host() else { return false };
    let labels: Vec<&str> = host.split('.').collect();
    let is_host_name = |label: &&str| {
        let plain = label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    url.scheme() == "https"
        && url.origin().ascii_serialization() == text
        && url.port() != Some(0)
        && host.len() <= 253
        && labels.iter().all(is_host_name)
        && (host == "any.example.org"
            || (labels.len() > 3 && labels.ends_with(&["sub", "example", "org"]) && url.port() == Some(8443)))
}

pub(crate) static KEYS: LazyLock<KeyRing> =
    LazyLock::new(|| KeyRing::new([SealingKey::new(1, [7; 32]), SealingKey::new(2, [8; 32])]).unwrap());
/// A good token of the ring's.
pub(crate) static TOKEN: LazyLock<String> =
    LazyLock::new(|| KEYS.seal(&state(), b"attached", &mut entropy).unwrap());

fn entropy(buffer: &mut [u8]) -> Result<(), EntropyError> {
    buffer.fill(9);
    Ok(())
}

/// The state of an authentication.
pub(crate) fn state() -> AuthenticationState {
    RP.start_authentication(AuthenticationRequest::discoverable(), &mut entropy, NOW).unwrap().1
}

/// A token opens only if the ring's key sealed it, and then gives the sealed state. The input is the text of a token or,
/// after an `!`, pairs of bytes that change a valid one: a place and a mask.
pub fn sealed_state(data: &[u8]) {
    let text = match data.strip_prefix(b"!") {
        Some(edits) => {
            let mut token = TOKEN.clone().into_bytes();
            let length = token.len();
            for edit in edits.chunks_exact(3) {
                let place = usize::from(u16::from_be_bytes([edit[0], edit[1]]));
                token[place % length] ^= edit[2];
            }
            token
        }
        None => data.to_vec(),
    };
    let Ok(text) = core::str::from_utf8(&text) else { return };
    let opened = KEYS.open::<AuthenticationState>(&RP, text, Bearer::Anonymous, NOW);
    assert_eq!(opened.is_ok(), text == *TOKEN);
    let somebody = UserHandle::new(b"somebody").unwrap();
    assert!(KEYS.open::<AuthenticationState>(&RP, text, Bearer::Account(&somebody), NOW).is_err());
}
