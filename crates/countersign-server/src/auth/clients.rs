//! The back ends that may ask about sessions, and their secrets.

use countersign::cose::sha256;
use countersign::types::base64url;
use subtle::{Choice, ConstantTimeEq as _};

use crate::{config::configuration::ClientConfig, files, start_error::StartError};

/// The least bytes of a secret: 256 bits can't be guessed, so that their hash needs neither salt nor stretching.
const SECRET_MIN: usize = 32;

/// The most bytes of a file with a secret: 256 bytes in hexadecimal digits, and a line end.
const FILE_MAX: usize = 514;

/// The most characters of a client's name, which only the log shows.
const NAME_MAX: usize = 64;

/// The back ends that may ask about sessions. It holds hashes of their secrets.
pub(crate) struct Clients(Vec<Client>);

struct Client {
    name: String,
    secret: [u8; 32],
}

impl Clients {
    /// Reads the secrets of these clients. A name may have several, so that a secret can be replaced without an
    /// interruption.
    pub(crate) fn read(configured: &[ClientConfig]) -> Result<Self, StartError> {
        configured.iter().map(Client::read).collect::<Result<_, _>>().map(Self)
    }

    /// Returns the name of the client with this secret, if there is one. The time does not depend on which secret it is,
    /// or on how much of it is right.
    pub(crate) fn find(&self, secret: &[u8]) -> Option<&str> {
        let hash = sha256(&[secret]);
        let mut found = None;
        for client in &self.0 {
            let is_it: Choice = client.secret.ct_eq(&hash);
            if bool::from(is_it) {
                found = Some(client.name.as_str());
            }
        }
        found
    }
}

impl Client {
    fn read(configured: &ClientConfig) -> Result<Self, StartError> {
        let ClientConfig { name, secret } = configured;
        if !is_name(name) {
            return Err(StartError::ClientName(name.clone()));
        }
        let content = files::read(secret, FILE_MAX)
            .map_err(|error| StartError::ClientSecretFile(secret.clone(), error))?;
        let text = content.trim_ascii();
        if !is_secret(text) {
            return Err(StartError::ClientSecret(secret.clone()));
        }
        Ok(Self { name: name.clone(), secret: sha256(&[text]) })
    }
}

fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

/// Whether a text is [`SECRET_MIN`] bytes or more, in hexadecimal digits or base64url.
fn is_secret(text: &[u8]) -> bool {
    if text.iter().all(u8::is_ascii_hexdigit) {
        return text.len().is_multiple_of(2) && text.len() / 2 >= SECRET_MIN;
    }
    base64url::decode(text).is_ok_and(|bytes| bytes.len() >= SECRET_MIN)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    fn read(content: &str) -> Result<Clients, StartError> {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        fs::write(&secret, content).unwrap();
        Clients::read(&[ClientConfig { name: "wiki".into(), secret }])
    }

    const WORDS: &str = "correct horse battery staple, and so on and on";

    /// Text in base64url that is not hexadecimal.
    fn base64url(length: usize) -> String {
        format!("{}A", "-_zx".repeat(11).get(..length - 1).unwrap())
    }

    #[test]
    fn a_client_is_found_by_the_text_of_its_secret() {
        for secret in ["0f".repeat(32), "0F".repeat(256), base64url(43), base64url(44)] {
            for end in ["", "\n", "\r\n"] {
                let clients = read(&format!("{secret}{end}")).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(clients.find(secret.as_bytes()), Some("wiki"));
                assert_eq!(clients.find(&secret.as_bytes()[1..]), None);
                assert_eq!(
                    clients.find(secret.to_uppercase().as_bytes()).is_some(),
                    secret.to_uppercase() == secret
                );
                assert_eq!(clients.find(b""), None);
            }
        }
    }

    #[test]
    fn a_secret_that_is_short_or_not_encoded_is_rejected() {
        for content in [
            "",
            "\n",
            &"0f".repeat(31),
            &"0f".repeat(32)[1..],
            &base64url(42),
            WORDS,
            &format!("{}=", base64url(43)),
        ] {
            let Err(error) = read(content) else { panic!("{content}") };
            assert!(matches!(error, StartError::ClientSecret(_)), "{error}");
            let message = error.to_string();
            assert!(content.trim().is_empty() || !message.contains(content), "{message}");
        }
        let Err(error) = read(&"0f".repeat(300)) else { panic!("too long") };
        assert!(matches!(error, StartError::ClientSecretFile(..)), "{error}");
    }

    #[test]
    fn two_secrets_of_one_name_both_work() {
        let folder = tempfile::tempdir().unwrap();
        let client = |name: &str, file: &str, byte: &str| {
            let secret = folder.path().join(file);
            fs::write(&secret, byte.repeat(32)).unwrap();
            ClientConfig { name: name.into(), secret }
        };
        let clients =
            [client("wiki", "old", "01"), client("wiki", "new", "02"), client("mail", "mail", "03")];
        let clients = Clients::read(&clients).unwrap_or_else(|error| panic!("{error}"));
        for (byte, name) in [("01", Some("wiki")), ("02", Some("wiki")), ("03", Some("mail")), ("04", None)] {
            assert_eq!(clients.find(byte.repeat(32).as_bytes()), name);
        }
    }

    #[test]
    fn a_name_that_could_confuse_a_log_is_rejected() {
        for name in ["", "a b", "a\nb", "é", &"a".repeat(65)] {
            let client = ClientConfig { name: name.into(), secret: PathBuf::from("/nonexistent") };
            let Err(error) = Clients::read(&[client]) else { panic!("{name}") };
            assert!(matches!(error, StartError::ClientName(_)), "{error}");
        }
    }
}
