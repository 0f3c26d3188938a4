//! The settings of a server that is the login of other applications.

use crate::config::configuration::ClientConfig;
use crate::config::draft::Draft;
use crate::config::setting::{self, each};

type Entry = setting::Entry<Draft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::list("return_addresses", "addresses", |draft, texts| {
        draft.config.return_addresses = each(texts, |text| Ok(text.to_owned()))?;
        Ok(())
    })
    .meaning("Addresses that users may be sent back to after a sign-in: an origin, or an origin and a path")
    .option("return-to", "URL"),
    Entry::text("cookie_domain", "a domain", |draft, text| {
        draft.config.cookie_domain = Some(text.to_owned());
        Ok(())
    })
    .meaning("Domain whose hosts all get the session's cookie, for applications on other hosts than the page")
    .default("only the page's host gets it")
    .option("cookie-domain", "DOMAIN"),
    Entry::list("clients", "names and files, such as \"wiki=/etc/countersign/wiki.secret\"", |draft, texts| {
        draft.config.clients = each(texts, ClientConfig::parse)?;
        Ok(())
    })
    .meaning(
        "Back ends that may ask about sessions, each with the file of its secret: 32 random bytes or more, in \
         hexadecimal digits or base64url",
    )
    .option("client", "NAME=FILE"),
];
