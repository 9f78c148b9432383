//! The fields of the objects between a description and its schemas, to detect misspelled ones.

/// Path Item Object, apart from its methods.
pub(super) const PATH_ITEM: &[&str] =
    &["$ref", "summary", "description", "servers", "parameters", "additionalOperations"];

/// Operation Object.
pub(super) const OPERATION: &[&str] = &[
    "$ref",
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

/// Parameter Object.
pub(super) const PARAMETER: &[&str] = &[
    "$ref",
    "name",
    "in",
    "description",
    "required",
    "deprecated",
    "allowEmptyValue",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "example",
    "examples",
    "content",
];

/// Request Body Object.
pub(super) const REQUEST_BODY: &[&str] = &["$ref", "summary", "description", "content", "required"];

/// Media Type Object.
pub(super) const MEDIA_TYPE: &[&str] = &[
    "$ref",
    "summary",
    "description",
    "schema",
    "itemSchema",
    "example",
    "examples",
    "encoding",
    "prefixEncoding",
    "itemEncoding",
];
