//! The options of the command line that set the server's settings, made from the list of settings.

use std::{collections::BTreeMap, fmt::Write as _};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use countersign_server::config::{CommandOption, Form, Setting, Sources, settings};

/// The values of the options that set settings, by the keys of the settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct SettingOptions(BTreeMap<&'static str, Vec<String>>);

impl SettingOptions {
    /// Adds the values to the sources of a configuration.
    pub(crate) fn add_to(self, sources: Sources) -> Sources {
        self.0.into_iter().fold(sources, |sources, (key, texts)| sources.option(key, texts))
    }
}

/// The option of one setting, if it has one.
fn argument(setting: &'static Setting) -> Option<Arg> {
    let argument = Arg::new(setting.key);
    let argument = match setting.option? {
        CommandOption::Value { name, value } => argument
            .long(name)
            .value_name(value)
            // A name may begin with a hyphen; an address or a path that seems to is a forgotten value.
            .allow_hyphen_values(value == "NAME")
            .action(if is_list(setting) { ArgAction::Append } else { ArgAction::Set }),
        CommandOption::Flag { name, .. } => {
            argument.long(name).action(ArgAction::SetTrue).overrides_with(setting.key)
        }
        _ => return None,
    };
    Some(argument.help(help(setting)).hide(is_hidden(setting)))
}

/// The text of the help.
fn help(setting: &Setting) -> String {
    let mut help = setting.meaning.replace('`', "");
    if let Some(CommandOption::Flag { sets, .. }) = setting.option
        && let Form::Word(_) = setting.form
    {
        return format!("{help}: {} = {sets}", setting.key);
    }
    if is_list(setting) {
        help.push_str("; repeatable");
    }
    if !setting.default.is_empty() {
        // Writing to a string does not fail.
        let _ = write!(help, " [default: {}]", setting.default.replace('`', ""));
    }
    help
}

const fn is_list(setting: &Setting) -> bool {
    matches!(setting.form, Form::List(_))
}

/// Whether the program was built without what the setting needs.
fn is_hidden(setting: &Setting) -> bool {
    cfg!(not(feature = "fetch")) && ["metadata.url", "metadata.authorities"].contains(&setting.key)
}

impl Args for SettingOptions {
    fn augment_args(command: Command) -> Command {
        command.args(settings().filter_map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut options = Self::default();
        options.update_from_arg_matches(matches)?;
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for setting in settings() {
            let texts = match setting.option {
                Some(CommandOption::Value { .. }) => {
                    matches.get_many::<String>(setting.key).into_iter().flatten().cloned().collect()
                }
                Some(CommandOption::Flag { sets, .. }) if matches.get_flag(setting.key) => {
                    vec![sets.to_owned()]
                }
                _ => Vec::new(),
            };
            if !texts.is_empty() {
                self.0.insert(setting.key, texts);
            }
        }
        Ok(())
    }
}
