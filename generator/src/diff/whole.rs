//! How the crate as a whole differs: the description, the package, where the event type is stated, the signature.

use super::comparison::Comparison;
use super::report::Draft;
use super::{Flags, Rule};
use crate::catalogue::{EventTypePlace, Source};
use crate::diagnostics::toml_string;
use crate::document::pointer;

fn at(place: &str) -> Source {
    Source(format!("#{place}"))
}

impl Comparison<'_> {
    /// What is not about one event type.
    pub(super) fn whole(&mut self) {
        self.info();
        self.package();
        self.carrier();
        self.signature();
    }

    fn plain(&mut self, rule: Rule, place: &str, message: String) {
        self.drafts.push(Draft::new(rule, place, message).places(&at(place), &at(place)).docs());
    }

    fn info(&mut self) {
        let (old, new) = (self.sides.old, self.sides.new);
        if old.info.version != new.info.version {
            let message =
                format!("the version of the description is `{}` instead of `{}`", new.info.version, old.info.version);
            self.plain(Rule::InfoVersion, "/info/version", message);
        }
        if old.info.title != new.info.title {
            let message =
                format!("the title of the description is `{}` instead of `{}`", new.info.title, old.info.title);
            self.plain(Rule::InfoTitle, "/info/title", message);
        }
        if old.info.description != new.info.description {
            self.plain(
                Rule::InfoDescription,
                "/info/description",
                "the text about the whole description differs".to_owned(),
            );
        }
        let silent = |rule, place: &str, message: &str| Draft::new(rule, place, message).places(&at(place), &at(place));
        if old.servers != new.servers {
            self.drafts.push(silent(Rule::Servers, "/servers", "the servers differ"));
        }
        if old.tags != new.tags {
            self.drafts.push(silent(Rule::Tags, "/tags", "the explained tags differ"));
        }
        if old.security.requirements != new.security.requirements {
            self.drafts.push(silent(Rule::SecurityChanged, "/security", "the security requirements differ"));
        }
        if old.security.schemes != new.security.schemes {
            let place = "/components/securitySchemes";
            self.drafts.push(silent(Rule::SecurityChanged, place, "the security schemes differ"));
        }
    }

    fn package(&mut self) {
        let (old, new) = (self.sides.old, self.sides.new);
        if old.crate_name != new.crate_name {
            let message = format!("the package is called `{}` instead of `{}`", new.crate_name, old.crate_name);
            let draft = Draft::new(Rule::CrateName, "crate-name", message).source(true);
            self.drafts.push(draft.setting(format!("crate-name = {}", toml_string(&old.crate_name))));
        }
        if old.vendor != new.vendor {
            let message = format!("the type for the vendor is called `{}` instead of `{}`", new.vendor, old.vendor);
            let draft = Draft::new(Rule::VendorRenamed, "vendor", message).source(true);
            let draft = draft.items([old.vendor.clone(), new.vendor.clone()]);
            self.drafts.push(draft.setting(format!("vendor = {}", toml_string(&old.vendor))));
        }
        let is_compatible = old.receiver.contract == new.receiver.contract
            && match (&old.receiver.version, &new.receiver.version) {
                (Some(old), Some(new)) => compatible(old) == compatible(new),
                _ => true,
            };
        if !is_compatible {
            let message = "the crate needs another major version of `webhook-receiver`, whose types it re-exports";
            self.drafts.push(Draft::new(Rule::ReceiverMajor, "receiver", message).source(true));
        } else if old.receiver.version != new.receiver.version {
            let message = "the crate needs another version of `webhook-receiver`";
            self.drafts.push(Draft::new(Rule::ReceiverVersion, "receiver", message).docs());
        }
    }

    /// Where the event type is stated.
    fn carrier(&mut self) {
        let (old, new) = (&self.sides.old.event_type, &self.sides.new.event_type);
        let place = |place: &EventTypePlace| EventTypePlace { separator: String::new(), ..place.clone() };
        if place(old) != place(new) {
            let rule = match (&old.header, &new.header) {
                (None, Some(_)) => Rule::CarrierToHeader,
                (Some(_), None) => Rule::CarrierToBody,
                (None, None) if is_member(old) && is_member(new) => Rule::CarrierMemberRenamed,
                _ => Rule::CarrierChanged,
            };
            let message = format!("deliveries state their event type {} instead of {}", shown(new), shown(old));
            let draft = Draft::new(rule, "event-type", message).flags(Flags::NOW | Flags::REPLAY);
            let lost = "every delivery goes to the fallback, or is answered with 200 and lost without one";
            let draft = draft.reason(format!("the old crate: {lost}")).reason(format!("the new crate: {lost}"));
            self.drafts.push(match rule {
                Rule::CarrierToHeader => draft.hint("a header is not part of what is signed"),
                _ => draft,
            });
        }
        if old.separator != new.separator {
            let message = format!("topics end at `{}` instead of `{}`", new.separator, old.separator);
            self.drafts.push(Draft::new(Rule::SeparatorChanged, "event-type", message).flags(Flags::SILENT));
        }
    }
}

/// The part of a version that must be equal for a requirement to be compatible.
fn compatible(version: &str) -> Vec<&str> {
    let numbers: Vec<&str> = version.trim_start_matches(['^', '=', '~', ' ']).split('.').collect();
    let end = numbers.iter().position(|number| *number != "0").map_or(numbers.len(), |first| first + 1);
    numbers[..end].to_vec()
}

/// Whether it is one member at the top of the body.
fn is_member(place: &EventTypePlace) -> bool {
    place.pointers.len() == 1 && pointer::split(&place.pointers[0]).len() == 1
}

fn shown(place: &EventTypePlace) -> String {
    let stated = match &place.header {
        Some(header) => format!("in the header `{header}`"),
        None if place.pointers.is_empty() => "by their address".to_owned(),
        None => format!("at `{}`", place.pointers.join("` or `")),
    };
    match &place.completed_by {
        Some(pointer) => format!("{stated}, completed by `{pointer}`,"),
        None => stated,
    }
}
