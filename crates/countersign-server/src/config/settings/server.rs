//! The settings of the server itself: addresses, relying party, database.

use countersign_axum::{SignUp, UnknownSignals};

use crate::config::configuration::Listen;
use crate::config::draft::Draft;
use crate::config::setting::{self, each};

type Entry = setting::Entry<Draft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::text("listen", "an address", |draft, text| {
        draft.config.listen = Listen::parse(text)?;
        Ok(())
    })
    .meaning("Address to listen on")
    .default("localhost:8080")
    .option("listen", "ADDRESS")
    .at_restart(),
    Entry::text("rp_id", "a domain", |draft, text| {
        text.clone_into(&mut draft.config.rp_id);
        Ok(())
    })
    .meaning("Domain that the passkeys belong to (the RP ID)")
    .default("localhost")
    .option("rp-id", "DOMAIN")
    .at_restart(),
    Entry::text("rp_name", "a name", |draft, text| {
        text.clone_into(&mut draft.config.rp_name);
        Ok(())
    })
    .meaning("Name of the relying party, as authenticators show it")
    .default("Countersign")
    .option("rp-name", "NAME"),
    Entry::list("origins", "origins", |draft, texts| {
        draft.config.origins = each(texts, |text| Ok(text.to_owned()))?;
        Ok(())
    })
    .meaning("Origins of the page, as browsers write them; the first is the main one")
    .default("`http://localhost:PORT` for the domain localhost, `https://` and the domain otherwise")
    .option("origin", "URL"),
    Entry::text("database", "a path or an address", |draft, text| {
        draft.config.database = text.into();
        Ok(())
    })
    .meaning(
        "Database: the path of an SQLite file, or the address of a PostgreSQL database, postgres://USER@HOST/NAME",
    )
    .default("`countersign/countersign.sqlite3` in your data folder")
    .option("database", "FILE|URL")
    .at_restart(),
    Entry::text("database_password_file", "a path", |draft, text| {
        draft.database_password_file = Some(text.into());
        Ok(())
    })
    .meaning("File with the password of the PostgreSQL database, such as a credential of systemd")
    .at_restart(),
    Entry::word("sign_up", &["open", "invited", "closed"], |draft, text| {
        draft.config.sign_up = match text {
            "invited" => SignUp::Invited,
            "closed" => SignUp::Closed,
            _ => SignUp::Open,
        };
        Ok(())
    })
    .meaning(
        "Who may create an account: everyone, those with an invitation, or no one",
    )
    .option("sign-up", "WHO"),
    Entry::word("unknown_signals", &["sent", "withheld"], |draft, text| {
        draft.config.unknown_signals =
            if text == "withheld" { UnknownSignals::Withheld } else { UnknownSignals::Sent };
        Ok(())
    })
    .meaning(
        "Whether a browser may delete a passkey because it is unknown here; withheld for an old copy of a database, and \
         for several databases of one domain",
    )
    .option_that_sets("no-unknown-signals", "withheld"),
];
