//! TLS of the page's address, with a certificate from files that may be replaced while the server runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::{io, time::Duration};

use countersign::cose::sha256;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject as _};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::{ServerConfig, crypto::CryptoProvider, crypto::aws_lc_rs, sign::CertifiedKey};
use tokio_rustls::TlsAcceptor;

use crate::files;

/// The most bytes of a file: a chain of certificates has less than ten thousand.
const FILE_MAX: usize = 1024 * 1024;

/// How often the files are read again.
const RELOAD_EVERY: Duration = Duration::from_secs(60);

/// The application protocols, the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The files for TLS, both in PEM.
///
/// They are read again every minute. If they are replaced by a pair that can't be used, such as while only one of them is
/// replaced yet, the server keeps the old pair, and logs an error.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsConfig {
    /// The server's certificate, and then those that lead to its authority.
    pub certificate: PathBuf,
    /// The private key, in PKCS #8, or in the older forms for RSA and for elliptic curves.
    pub key: PathBuf,
}

impl TlsConfig {
    /// TLS with the certificate and the key in these files.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { certificate: certificate.into(), key: key.into() }
    }
}

/// Why TLS can't be used with the configured files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file can't be read.
    #[error("can't read {0} for TLS: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The file of the certificate has none in PEM, or a malformed one.
    #[error("{0} has no certificate chain in PEM")]
    Certificate(PathBuf),
    /// The file of the key has none in PEM, or a malformed one.
    #[error("{0} has no private key in PEM")]
    Key(PathBuf),
    /// The key does not belong to the certificate, or its kind is not supported.
    #[error("the key in {0} can't be used with the certificate in {1}: {2}")]
    Pair(PathBuf, PathBuf, String),
    /// The library has no version of TLS.
    #[error("TLS can't be used: {0}")]
    Library(String),
}

/// The TLS of a server.
#[derive(Debug)]
pub(crate) struct Tls {
    config: TlsConfig,
    current: Arc<Current>,
    /// The hash of the files at the last look.
    seen: Mutex<[u8; 32]>,
    library: Arc<CryptoProvider>,
}

/// The pair in use.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// The contents of both files.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn load(config: &TlsConfig) -> Result<Self, TlsError> {
        let library = Arc::new(aws_lc_rs::default_provider());
        let files = Files::read(config)?;
        let pair = files.pair(config, &library)?;
        let current = Arc::new(Current(RwLock::new(Arc::new(pair))));
        Ok(Self { config: config.clone(), current, seen: Mutex::new(files.hash()), library })
    }

    /// Accepts connections with the pair that is in use at the time.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.library));
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Library(error.to_string()))?;
        let resolver: Arc<dyn ResolvesServerCert> = self.current.clone();
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again every minute. Never returns.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(RELOAD_EVERY).await;
            let tls = Arc::clone(&self);
            // A file may be on a slow disk. The outcome is logged.
            let _ = tokio::task::spawn_blocking(move || tls.reload()).await;
        }
    }

    /// Uses the pair in the files from now on if they have changed and are usable. Logs the outcome.
    fn reload(&self) -> Result<(), TlsError> {
        let outcome = self.try_reload();
        match &outcome {
            Ok(true) => tracing::info!("the certificate for TLS was replaced"),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, "the replaced files for TLS can't be used; the old ones still are");
            }
        }
        outcome.map(drop)
    }

    /// Whether another pair is used now. Files that can't be used are reported once.
    fn try_reload(&self) -> Result<bool, TlsError> {
        let files = Files::read(&self.config)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == files.hash() {
            return Ok(false);
        }
        *seen = files.hash();
        let pair = files.pair(&self.config, &self.library)?;
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
        Ok(true)
    }
}

impl Files {
    fn read(config: &TlsConfig) -> Result<Self, TlsError> {
        let read =
            |path: &Path| files::read(path, FILE_MAX).map_err(|error| TlsError::File(path.to_owned(), error));
        Ok(Self { certificate: read(&config.certificate)?, key: read(&config.key)? })
    }

    fn hash(&self) -> [u8; 32] {
        sha256(&[&sha256(&[&self.certificate]), &sha256(&[&self.key])])
    }

    fn pair(&self, config: &TlsConfig, library: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| TlsError::Certificate(config.certificate.clone()))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| TlsError::Key(config.key.clone()))?;
        CertifiedKey::from_der(chain, key, library).map_err(|error| {
            TlsError::Pair(config.key.clone(), config.certificate.clone(), error.to_string())
        })
    }
}

#[cfg(test)]
mod tests;
