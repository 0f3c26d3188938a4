//! The same program over webauthn_rp: reads the stored credential (its ID, static state and dynamic state, in files),
//! prints options, reads the browser's response.

use std::{env, error::Error, fs, io};

use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableCredentialRequestOptions,
    bin::Decode,
    request::{AsciiDomain, RpId, auth::AuthenticationVerificationOptions, register::UserHandle},
    response::{
        CredentialId,
        register::{CompressedPubKey, DynamicState, StaticState},
    },
};

type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

fn main() -> Result<(), Box<dyn Error>> {
    let rp_id = RpId::Domain(AsciiDomain::try_from("example.org".to_owned())?);
    let files: Vec<Vec<u8>> = env::args().skip(1).map(fs::read).collect::<Result<_, _>>()?;
    let [id, key, dynamic, user] = &files[..] else { return Err("four files are expected".into()) };
    let id = CredentialId::<&[u8]>::try_from(id.as_slice())?;
    let key = StaticState::<Key>::decode(key.as_slice())?;
    let dynamic = DynamicState::decode(dynamic.as_slice().try_into()?)?;
    let user = UserHandle::from(<[u8; 16]>::try_from(user.as_slice())?);
    let mut credential = AuthenticatedCredential::new(id, &user, key, dynamic)?;
    let (state, options) = DiscoverableCredentialRequestOptions::passkey(&rp_id).start_ceremony()?;
    println!("{}", serde_json::to_string(&options)?);
    let line = io::stdin().lines().next().ok_or("a line of JSON is missing")??;
    let response: DiscoverableAuthentication<16> = serde_json::from_str(&line)?;
    let verification = AuthenticationVerificationOptions::<'_, '_, String, String> {
        allowed_origins: &["https://example.org".to_owned()],
        ..AuthenticationVerificationOptions::default()
    };
    state.verify(&rp_id, &response, &mut credential, &verification)?;
    println!("signature counter {}", credential.dynamic_state().sign_count);
    Ok(())
}
