//! Distinguished names ([RFC 5280, section 4.1.2.4](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.4)).

use core::fmt;

use crate::{
    der::{self, Reader},
    oid::{self, Oid},
};

/// The name of an issuer or a subject.
///
/// Two names are equal if their DER is. RFC 5280 ignores case and some spaces; but CAs copy names byte by byte, so that
/// ignoring them would only allow another way to write a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    pub(crate) const fn new(der: &'a [u8]) -> Self {
        Self(der)
    }

    /// The DER of the name.
    pub const fn as_der(&self) -> &'a [u8] {
        self.0
    }

    /// Whether the name has no attributes.
    pub fn is_empty(&self) -> bool {
        self.attributes().next().is_none()
    }

    /// The attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = NameAttribute<'a>> + use<'a> {
        let mut relative_names = Reader::new(der::only(self.0, der::SEQUENCE).unwrap_or_default());
        let mut attributes = Reader::new(&[]);
        core::iter::from_fn(move || {
            while attributes.is_at_end() {
                attributes = Reader::new(relative_names.expect(der::SET).ok()?);
            }
            let mut attribute = Reader::new(attributes.expect(der::SEQUENCE).ok()?);
            let attribute_type = Oid::from_contents(attribute.expect(der::OBJECT_IDENTIFIER).ok()?);
            let value = attribute.element().ok()?;
            Some(NameAttribute { attribute_type, tag: value.tag, value: value.contents })
        })
    }

    /// The attributes of one type, in order.
    pub fn values(&self, attribute: SubjectAttribute) -> impl Iterator<Item = NameAttribute<'a>> + use<'a> {
        let wanted = attribute.identifier();
        self.attributes().filter(move |attribute| attribute.attribute_type == wanted)
    }

    /// The attribute of this type, if there is exactly one.
    pub fn only_value(&self, attribute: SubjectAttribute) -> Option<NameAttribute<'a>> {
        let mut values = self.values(attribute);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.attributes().map(|attribute| {
                let text = attribute.text().unwrap_or("(not text)").to_owned();
                (attribute.attribute_type, text)
            }))
            .finish()
    }
}

/// An attribute of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAttribute<'a> {
    attribute_type: Oid<'a>,
    tag: u8,
    value: &'a [u8],
}

impl<'a> NameAttribute<'a> {
    /// The type, such as [`oid::COMMON_NAME`].
    pub const fn attribute_type(&self) -> &Oid<'a> {
        &self.attribute_type
    }

    /// The contents octets of the value.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.value
    }

    /// The value, if its string type is UTF-8 or a subset. Other string types aren't decoded.
    pub fn text(&self) -> Option<&'a str> {
        // UTF8String, NumericString, PrintableString, IA5String, VisibleString.
        matches!(self.tag, 0x0c | 0x12 | 0x13 | 0x16 | 0x1a)
            .then(|| core::str::from_utf8(self.value).ok())
            .flatten()
    }
}

/// The attributes of a subject on which formats have requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubjectAttribute {
    /// The country, `C`.
    Country,
    /// The organization, `O`.
    Organization,
    /// The organizational unit, `OU`.
    OrganizationalUnit,
    /// The common name, `CN`.
    CommonName,
}

impl SubjectAttribute {
    /// The identifier of the attribute type.
    pub const fn identifier(self) -> Oid<'static> {
        match self {
            Self::Country => oid::COUNTRY,
            Self::Organization => oid::ORGANIZATION,
            Self::OrganizationalUnit => oid::ORGANIZATIONAL_UNIT,
            Self::CommonName => oid::COMMON_NAME,
        }
    }
}

impl fmt::Display for SubjectAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Country => "C",
            Self::Organization => "O",
            Self::OrganizationalUnit => "OU",
            Self::CommonName => "CN",
        })
    }
}
