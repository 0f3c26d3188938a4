use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;

/// Asserts that the borrowed form has the same members, or the same error.
pub(super) fn agrees(text: &[u8], owned: &Result<AuthenticationResponse, ResponseError>) {
    let mut scratch = ResponseScratch::new();
    let borrowed = AuthenticationResponseRef::from_json(text, &mut scratch);
    let (borrowed, owned) = match (&borrowed, owned) {
        (Ok(borrowed), Ok(owned)) => (borrowed, owned),
        (borrowed, owned) => {
            assert_eq!(borrowed.as_ref().err(), owned.as_ref().err());
            return;
        }
    };
    assert_eq!(borrowed.credential_id(), owned.credential_id().as_bytes());
    assert_eq!(borrowed.client_data_json(), owned.client_data_json());
    assert_eq!(borrowed.authenticator_data(), owned.authenticator_data());
    assert_eq!(borrowed.signature(), owned.signature());
    assert_eq!(borrowed.user_handle(), owned.user_handle().map(UserHandle::as_bytes));
    assert_eq!(borrowed.has_empty_user_handle(), owned.has_empty_user_handle());
    assert_eq!(borrowed.authenticator_attachment(), owned.authenticator_attachment());
    assert_eq!(borrowed.client_extension_results(), owned.client_extension_results());
}

fn signed_with(length: usize) -> String {
    with(authentication(), "/response/signature", crate::base64url::encode(vec![7; length]).into())
}

#[test]
fn a_response_larger_than_the_scratch_is_read_too() {
    let mut scratch = ResponseScratch::new();
    for length in [RESPONSE_SCRATCH, 100, RESPONSE_SCRATCH * 3, 0] {
        let text = signed_with(length);
        let response = AuthenticationResponseRef::from_json(text.as_bytes(), &mut scratch).unwrap();
        assert_eq!(response.signature(), vec![7; length]);
        assert_eq!(response.user_handle(), Some(&[7, 7][..]), "what is decoded last has its room");
    }
}

#[test]
fn a_scratch_shows_nothing_of_what_it_holds() {
    let mut scratch = ResponseScratch::default();
    AuthenticationResponseRef::from_json(signed_with(9).as_bytes(), &mut scratch).unwrap();
    assert_eq!(format!("{scratch:?}"), "ResponseScratch { .. }");
}

proptest! {
    /// Bytes put in the place of others, of which some leave JSON or even a response.
    #[test]
    fn both_forms_agree_on_changed_texts(
        changes in vec((any::<Index>(), prop_oneof![any::<u8>(), proptest::sample::select(b"\"\\{}[],:A=-n0 ".to_vec())]), 0..4),
        cut in any::<Option<Index>>(),
    ) {
        let mut text = authentication().to_string().into_bytes();
        for (place, byte) in changes {
            let place = place.index(text.len());
            text[place] = byte;
        }
        if let Some(cut) = cut {
            text.truncate(cut.index(text.len()));
        }
        let _ = authenticate(&text);
    }

    /// Members whose texts have the lengths that fill the scratch to its end.
    #[test]
    fn both_forms_agree_at_the_scratchs_end(length in RESPONSE_SCRATCH - 300..RESPONSE_SCRATCH + 10) {
        authenticate(signed_with(length)).unwrap();
    }
}
