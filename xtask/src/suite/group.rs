//! Groups of tests: a schema with instances.

use serde_json::value::RawValue;

/// The dialect of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Draft {
    /// Of OpenAPI 3.0.
    Draft4,
    /// Of OpenAPI 3.1 and 3.2.
    Draft2020,
}

impl Draft {
    pub(super) const ALL: [Self; 2] = [Self::Draft2020, Self::Draft4];

    /// The folder in the suite.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Draft4 => "draft4",
            Self::Draft2020 => "draft2020-12",
        }
    }

    /// The version of OpenAPI. The versions with the same dialect take turns.
    pub(super) fn openapi(self, turn: usize) -> &'static str {
        match self {
            Self::Draft4 => "3.0.3",
            Self::Draft2020 if turn.is_multiple_of(2) => "3.1.1",
            Self::Draft2020 => "3.2.0",
        }
    }
}

/// A schema with its instances.
pub(super) struct Group {
    pub(super) draft: Draft,
    /// The folder of the draft and the file without its extension: `draft2020-12/optional/format/uuid`.
    pub(super) file: String,
    /// The description of the group, after the file.
    pub(super) name: String,
    pub(super) schema: Box<RawValue>,
    pub(super) tests: Vec<Test>,
}

/// An instance.
pub(super) struct Test {
    pub(super) name: String,
    /// As JSON text.
    pub(super) data: Box<RawValue>,
    pub(super) valid: bool,
}

impl Group {
    /// The instances that match the schema.
    pub(super) fn valid(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| test.valid)
    }
}
