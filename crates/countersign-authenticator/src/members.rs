//! JSON objects whose members keep their order.

use serde_json::Value;

/// The members of a JSON object, in order; a name may occur twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Members(pub Vec<(String, Value)>);

impl Members {
    /// The value of a member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Sets a member, in place if the name exists.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.push(name, value),
        }
    }

    /// Adds a member at the end, even if the name exists.
    pub fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Removes a member.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(other, _)| other != name);
    }

    /// The JSON text, without white space.
    pub fn to_text(&self) -> String {
        let members = self.0.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_may_occur_twice() {
        let mut members = Members::default();
        members.set("b", 1);
        members.set("a", "x");
        members.push("a", Value::Null);
        members.set("b", 2);
        assert_eq!(members.to_text(), r#"{"b":2,"a":"x","a":null}"#);
    }
}
