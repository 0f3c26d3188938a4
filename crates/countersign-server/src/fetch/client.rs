//! The client: one conditional `GET`, over https only, including redirects.

use std::io::{self, Read as _};
use std::time::{Duration, Instant};
use std::{path::Path, sync::Arc};

use rustls::{RootCertStore, crypto::aws_lc_rs, pki_types::CertificateDer};
use ureq::http::{HeaderMap, Response, Uri, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::{Connector as _, DefaultConnector};
use ureq::{Agent, Body, config::Config, http::uri::Scheme, unversioned::resolver::DefaultResolver};

use super::error::{FetchError, RetryAfter};
use super::limits::{ExcessError, Limits};
use super::{config::FetchConfig, redirect, validators::HttpValidators};
use crate::{files, start_error::StartError};

/// The `User-Agent` of requests.
const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// The most redirects: enough to move to another host, then to another path.
const REDIRECTS_MAX: usize = 3;

/// The most bytes of the header section of an answer: many times the usual length.
const HEAD_MAX: usize = 32 * 1024;

/// The number of bytes to read at once.
const STEP: u64 = 64 * 1024;

/// A client for one address.
#[derive(Debug)]
pub struct Client {
    config: Config,
    url: String,
    uri: Uri,
    time_limit: Duration,
    length_max: usize,
}

/// The answer of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The content at the address.
    Content {
        /// The content, of the announced length and within the limit.
        bytes: Vec<u8>,
        /// The validators for the next request.
        validators: HttpValidators,
    },
    /// The content did not change since the given validators.
    NotModified,
}

impl Client {
    /// Creates a client and reads its certificates. Makes no request yet. Proxies are those of the environment
    /// (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    pub fn new(config: &FetchConfig) -> Result<Self, StartError> {
        let uri = https(&config.url).ok_or_else(|| StartError::MetadataUrl(config.url.clone()))?;
        let mut authorities = Vec::new();
        for path in &config.authorities {
            read_authorities(path, &mut authorities)?;
        }
        let roots = if authorities.is_empty() { RootCerts::WebPki } else { RootCerts::from(authorities) };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .build();
        let settings = Agent::config_builder()
            .https_only(true)
            // Followed and restricted by this client instead.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_MAX)
            // Requests are a day apart, so connections are not reused.
            .max_idle_connections(0)
            .user_agent(USER_AGENT)
            .accept_encoding("identity")
            .tls_config(tls)
            .build();
        Ok(Self {
            config: settings,
            url: config.url.clone(),
            uri,
            time_limit: config.time_limit,
            length_max: config.length_max,
        })
    }

    /// The address of the metadata.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Fetches the content, unless `known` are its validators. Blocks for at most the time limit. Calls `progress` with
    /// the number of bytes so far and, if known, the total.
    pub fn get(
        &self,
        known: Option<&HttpValidators>,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Answer, FetchError> {
        let condition = match known.map(|known| (&known.etag, &known.last_modified)) {
            Some((Some(etag), _)) => Some((header::IF_NONE_MATCH, etag.as_str())),
            Some((None, Some(time))) => Some((header::IF_MODIFIED_SINCE, time.as_str())),
            _ => None,
        };
        let (began, mut uri) = (Instant::now(), self.uri.clone());
        for _ in 0..=REDIRECTS_MAX {
            let limits = Limits::default();
            let mut response = self.ask(&uri, condition.clone(), began, &limits)?;
            let headers = response.headers();
            match response.status().as_u16() {
                200 => {
                    let field = |name| text(headers, &name);
                    let validators = HttpValidators::new(field(header::ETAG), field(header::LAST_MODIFIED));
                    let bytes = self.body(response.body_mut(), &limits, progress)?;
                    return Ok(Answer::Content { bytes, validators });
                }
                304 if condition.is_some() => return Ok(Answer::NotModified),
                301 | 302 | 303 | 307 | 308 => {
                    let location = text(headers, &header::LOCATION).ok_or(FetchError::Redirects)?;
                    uri = redirect::resolve(&uri, location)?;
                }
                status => {
                    let retry_after = text(headers, &header::RETRY_AFTER).and_then(RetryAfter::parse);
                    return Err(FetchError::Status(status, retry_after));
                }
            }
        }
        Err(FetchError::Redirects)
    }

    /// Makes one request in the remaining time.
    fn ask(
        &self,
        uri: &Uri,
        condition: Option<(header::HeaderName, &str)>,
        began: Instant,
        limits: &Limits,
    ) -> Result<Response<Body>, FetchError> {
        let rest = self.time_limit.saturating_sub(began.elapsed());
        if rest.is_zero() {
            return Err(FetchError::TimedOut(self.time_limit));
        }
        let connector = DefaultConnector::default().chain(limits.clone());
        let agent = Agent::with_parts(self.config.clone(), connector, DefaultResolver::default());
        let mut request = agent.get(uri.clone()).config().timeout_global(Some(rest)).build();
        if let Some((name, value)) = condition {
            request = request.header(name, value);
        }
        request.call().map_err(|error| self.fetch_error(error))
    }

    fn body(
        &self,
        body: &mut Body,
        limits: &Limits,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Vec<u8>, FetchError> {
        let whole = body.content_length();
        let length = |bytes: &Vec<u8>| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let limit = u64::try_from(self.length_max).unwrap_or(u64::MAX);
        if whole.is_some_and(|whole| whole > limit) {
            return Err(FetchError::TooLarge(self.length_max));
        }
        let (mut bytes, mut reader) = (Vec::new(), body.as_reader());
        loop {
            let count = (&mut reader)
                .take(STEP)
                .read_to_end(&mut bytes)
                .map_err(|error| self.fetch_error(ureq::Error::from(error)))?;
            if bytes.len() > self.length_max {
                return Err(FetchError::TooLarge(self.length_max));
            }
            limits.holds(length(&bytes));
            progress(length(&bytes), whole);
            if count == 0 {
                break;
            }
        }
        if whole.is_some_and(|whole| length(&bytes) != whole) {
            return Err(FetchError::BrokenOff);
        }
        Ok(bytes)
    }

    fn fetch_error(&self, error: ureq::Error) -> FetchError {
        match error {
            ureq::Error::Timeout(_) => FetchError::TimedOut(self.time_limit),
            ureq::Error::RequireHttpsOnly(_) => FetchError::NotHttps,
            // The configured address was parsed before, so this is one of a redirect.
            ureq::Error::BadUri(_) => FetchError::Redirects,
            ureq::Error::Io(error) if error.get_ref().is_some_and(is_excess) => FetchError::Excess,
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
                FetchError::TimedOut(self.time_limit)
            }
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => FetchError::BrokenOff,
            error => FetchError::Unreachable(error.to_string()),
        }
    }
}

fn is_excess(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.is::<ExcessError>()
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Parses an address over https, with a host and without a user name, which would end up in logs.
fn https(url: &str) -> Option<Uri> {
    let uri = url.parse::<Uri>().ok()?;
    let authority = uri.authority()?;
    let is_good = !authority.host().is_empty() && !authority.as_str().contains('@');
    (is_good && uri.scheme() == Some(&Scheme::HTTPS)).then_some(uri)
}

/// Reads the certificates in a file, which must contain at least one.
fn read_authorities(path: &Path, authorities: &mut Vec<Certificate<'static>>) -> Result<(), StartError> {
    let pem = files::read(path, files::CERTIFICATES_MAX)
        .map_err(|error| StartError::MetadataFile(path.to_owned(), error))?;
    let unusable = || StartError::MetadataRoot(path.to_owned());
    let before = authorities.len();
    for item in parse_pem(&pem) {
        let PemItem::Certificate(certificate) = item.map_err(|_| unusable())? else { continue };
        let der = CertificateDer::from_slice(certificate.der());
        RootCertStore::empty().add(der).map_err(|_| unusable())?;
        authorities.push(certificate);
    }
    if authorities.len() > before { Ok(()) } else { Err(unusable()) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn rule_353_an_address_is_one_over_https_with_a_host_and_no_user_name() {
        for good in
            ["https://mds3.fidoalliance.org/", "https://localhost:1/a?b", "https://[::1]", "HTTPS://a/"]
        {
            assert!(Client::new(&FetchConfig::new(good)).is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://a/",
            "a",
            "//a/",
            "/a",
            "ftp://a/",
            "https://",
            "https:///a",
            "https://a:b@c/",
            "file:///a",
        ] {
            let error = Client::new(&FetchConfig::new(bad)).unwrap_err();
            assert!(matches!(error, StartError::MetadataUrl(url) if url == bad), "{bad}");
        }
    }

    #[test]
    fn authorities_are_certificates_in_pem() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = FetchConfig::new("https://a/");
        config.authorities = vec![folder.path().join("none")];
        assert!(matches!(Client::new(&config), Err(StartError::MetadataFile(..))));
        let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        fs::write(&config.authorities[0], certificate.repeat(20_000)).unwrap();
        let error = Client::new(&config).unwrap_err().to_string();
        assert!(error.ends_with("it has more than 1048576 bytes"), "{error}");
        for content in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            fs::write(&config.authorities[0], content).unwrap();
            assert!(matches!(Client::new(&config), Err(StartError::MetadataRoot(_))), "{content}");
        }
    }
}
