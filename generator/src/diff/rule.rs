//! The kinds of changes. This is the only list of them.

use std::fmt;

/// Declares [`Rule`] with its identifiers and meanings.
macro_rules! rules {
    ($($rule:ident $id:literal $meaning:literal;)*) => {
        /// The kind of a change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(
                #[doc = $meaning]
                $rule,
            )*
            /// A value has another JSON type.
            JsonType(JsonType, JsonType),
        }

        impl Rule {
            /// Every rule that has a name of its own.
            pub const NAMED: &[Self] = &[$(Self::$rule),*];

            fn stated(self) -> Option<(&'static str, &'static str)> {
                match self {
                    $(Self::$rule => Some(($id, $meaning)),)*
                    Self::JsonType(..) => None,
                }
            }
        }
    };
}

rules! {
    EventAdded "event-added" "An event type is added in a known topic.";
    EventAddedNewTopic "event-added-new-topic" "An event type is added in a new topic.";
    EventAddedSubtopic "event-added-subtopic" "An event type is added in a new subtopic of a known topic.";
    EventRemoved "event-removed" "An event type is removed.";
    EventRenamed "event-renamed" "An event type is removed, and one with the same payload and a similar name is added.";
    EventMovedTopic "event-moved-topic" "An event type is removed, and one with the same payload and action is added in another topic.";
    EventVariantRenamed "event-variant-renamed" "An event type has another name in Rust.";
    KeyRenamed "key-renamed" "The key of a webhook differs; its event type is the same.";
    EventsReordered "events-reordered" "Webhooks are in another order.";
    EventDocs "event-docs" "The summary or description of a webhook differs.";
    EventOperation "event-operation" "`operationId`, tags, security or `deprecated` of a webhook differ.";
    Method "method" "The method of a webhook differs.";
    MediaType "media-type" "The media type of a body differs.";
    HeaderOther "header-other" "The documented headers of a webhook differ; what is stated about the signature does not.";
    HeaderValue "header-value" "The header that states the event type has another value.";
    ExampleAdded "example-added" "An example is added.";
    ExampleRemoved "example-removed" "An example is removed.";
    FixtureChanged "fixture-changed" "The examples of a payload differ: snapshot tests that use `fixtures/` may differ.";
    MemberAddedOptional "member-added-optional" "An optional member is added.";
    MemberAddedRequired "member-added-required" "A required member is added.";
    MemberAddedClash "member-added-clash" "A member is added whose name in Rust is taken by another one.";
    MemberAddedUndeclared "member-added-undeclared" "A member is added whose name in Rust is that of the field for undeclared members.";
    RecursionAdded "recursion-added" "An optional member of its own type is added.";
    VariantMemberRequired "variant-member-required" "A required member is added to an alternative.";
    MemberRemovedOptional "member-removed-optional" "An optional member is removed.";
    MemberRemovedRequired "member-removed-required" "A required member is removed.";
    MemberRenamedOptional "member-renamed-optional" "An optional member is removed, and one of the same type is added.";
    MemberRenamedRequired "member-renamed-required" "A required member is removed, and one of the same type is added.";
    MemberRecasedOptional "member-recased-optional" "The name of an optional member is written in another way.";
    MemberRecasedRequired "member-recased-required" "The name of a required member is written in another way.";
    FieldRenamed "field-renamed" "A member has another name in Rust.";
    BecameRequired "became-required" "An optional member is now required.";
    BecameOptional "became-optional" "A required member is now optional.";
    NullableAddedRequired "nullable-added-required" "A required member may now be null.";
    NullableRemovedRequired "nullable-removed-required" "A required member may no longer be null.";
    NullableAddedOptional "nullable-added-optional" "An optional member may now be null.";
    NullableRemovedOptional "nullable-removed-optional" "An optional member may no longer be null.";
    NullBecomesAbsent "null-becomes-absent" "A member that could be null is now absent instead: the same type in Rust.";
    AbsentBecomesNull "absent-becomes-null" "A member that could be absent is now null instead: the same type in Rust.";
    NullableBecameOptional "nullable-became-optional" "A member that may be null may now also be absent.";
    NullableBecameRequired "nullable-became-required" "A member that may be null may no longer be absent.";
    PresenceChanged "presence-changed" "Whether a member may be absent or null differs in several ways.";
    MembersReordered "members-reordered" "Members are in another order.";
    MemberDocs "member-docs" "The description, `deprecated` or an annotation of a member differs.";
    FormatAdded "format-added" "A string has a format now.";
    FormatRemoved "format-removed" "A string no longer has a format.";
    FormatChanged "format-changed" "A string has another format.";
    IntegerNarrowed "integer-narrowed" "An integer has fewer values.";
    IntegerWidened "integer-widened" "An integer has more values.";
    TypeAdded "type-added" "A value may be of one more type.";
    TypeRemoved "type-removed" "A value may be of one type less.";
    ScalarToArray "scalar-to-array" "A value is now in an array.";
    ArrayToScalar "array-to-scalar" "An array is now a single value.";
    ItemsChanged "items-changed" "The type of the items of an array differs.";
    ItemsRemoved "items-removed" "The type of the items of an array is no longer stated.";
    ItemsAdded "items-added" "The type of the items of an array is now stated.";
    TupleLonger "tuple-longer" "An array of fixed length is longer.";
    TupleShorter "tuple-shorter" "An array of fixed length is shorter.";
    TupleChanged "tuple-changed" "An element of an array of fixed length has another type.";
    TupleOpened "tuple-opened" "An array of fixed length now has any length.";
    TupleClosed "tuple-closed" "An array now has a fixed length.";
    StructToMap "struct-to-map" "An object with declared members is now a map.";
    MapToStruct "map-to-struct" "A map is now an object with declared members.";
    RestTyped "rest-typed" "Undeclared members have a type now.";
    RestUntyped "rest-untyped" "Undeclared members no longer have a type.";
    RestChanged "rest-changed" "Undeclared members have another type.";
    MapValuesChanged "map-values-changed" "The type of the values of a map differs.";
    NullableAdded "nullable-added" "An element or value may now be null.";
    NullableRemoved "nullable-removed" "An element or value may no longer be null.";
    TypeStated "type-stated" "A type that was implied is now stated.";
    TypeImplied "type-implied" "A type that was stated is now implied.";
    ObjectWrapped "object-wrapped" "An object is now within another one.";
    ObjectUnwrapped "object-unwrapped" "An object is no longer within another one.";
    TypeReplaced "type-replaced" "A place has another named type of the same kind.";
    TypeChanged "type-changed" "A value has another type.";
    IndirectionChanged "indirection-changed" "A type is in a box or off the stack now, or no longer.";
    ValueAdded "value-added" "A value is added to an enum.";
    ValueAddedFirst "value-added-first" "A value is added to an enum before others.";
    ValueRenamed "value-renamed" "A value of an enum is removed, and another one is added.";
    ValueRemoved "value-removed" "A value of an enum is removed.";
    ValueRecased "value-recased" "A value of an enum is written in another way.";
    ValuesReordered "values-reordered" "The values of an enum are in another order.";
    ValueUnknown "value-unknown" "A value is added whose name in Rust is that of the variant for unlisted values.";
    UnknownRenamed "unknown-renamed" "The variant for unlisted values has another name in Rust.";
    ValueVariantRenamed "value-variant-renamed" "A value of an enum has another name in Rust.";
    ValueDocs "value-docs" "The description of a value differs.";
    EnumOpened "enum-opened" "A list of values is now any value of that type.";
    EnumClosed "enum-closed" "The values of a type are now listed.";
    EnumNull "enum-null" "A listed value may now be null.";
    EnumToConstant "enum-to-constant" "A list of values is now a single one.";
    ConstantToEnum "constant-to-enum" "A single value is now a list.";
    ConstantChanged "constant-changed" "A constant has another value.";
    ConstantRemoved "constant-removed" "A constant is now any value of its type.";
    ConstantAdded "constant-added" "A value is now a constant.";
    EnumMixed "enum-mixed" "A list of values of one type now has values of several.";
    EnumUnmixed "enum-unmixed" "A list of values of several types now has values of one.";
    EnumToStrings "enum-to-strings" "A list of integers is now a list of strings.";
    EnumToIntegers "enum-to-integers" "A list of strings is now a list of integers.";
    VariantAdded "variant-added" "An alternative is added.";
    VariantRemoved "variant-removed" "An alternative is removed.";
    VariantReplaced "variant-replaced" "An alternative is removed, and another one is added.";
    VariantRenamed "variant-renamed" "An alternative has another name in Rust.";
    VariantsReordered "variants-reordered" "Alternatives are in another order.";
    TagChanged "tag-changed" "The value of a discriminator that selects an alternative differs.";
    DiscriminatorRenamed "discriminator-renamed" "The member that selects an alternative has another name.";
    DiscriminatorRemoved "discriminator-removed" "Alternatives are selected by their members, no longer by a discriminator.";
    DiscriminatorAdded "discriminator-added" "Alternatives are selected by a discriminator, no longer by their members.";
    DiscriminatorDefault "discriminator-default" "The alternative for any other value of the discriminator differs.";
    OneofToAnyof "oneof-to-anyof" "Alternatives are now one object with the members of all.";
    AnyofToOneof "anyof-to-oneof" "An object with the members of several alternatives is now one of them.";
    ObjectToOneof "object-to-oneof" "An object is now one of several.";
    OneofToObject "oneof-to-object" "One of several types is now a single one.";
    TypeRenamed "type-renamed" "A type has another name in Rust; its shape is the same.";
    TypeMoved "type-moved" "A type is in another module.";
    ComponentShared "component-shared" "A type is now used by several topics.";
    InlineToComponent "inline-to-component" "An inline object is now a component.";
    EnumToComponent "enum-to-component" "An inline enum is now a component.";
    ComponentToInline "component-to-inline" "A component is now inline.";
    ComponentRenamed "component-renamed" "A component has another name.";
    PlaceMoved "place-moved" "A schema is at another place of the description.";
    TypeDocs "type-docs" "The description of a type differs.";
    TitleChanged "title-changed" "The title of a component differs.";
    TitleInline "title-inline" "The title of an inline schema differs.";
    Constraints "constraints" "Constraints that the type does not show differ; the receiver does not check them.";
    CarrierMemberRenamed "carrier-member-renamed" "The member that states the event type has another name.";
    CarrierToHeader "carrier-to-header" "The event type is stated by a header, no longer by the body.";
    CarrierToBody "carrier-to-body" "The event type is stated by the body, no longer by a header.";
    CarrierChanged "carrier-changed" "The event type is stated at another place.";
    SeparatorChanged "separator-changed" "Topics are separated by another sign.";
    HeadersRenamed "headers-renamed" "The headers of the signature have other names.";
    HeadersRemoved "headers-removed" "The signature scheme is no longer stated.";
    HeadersAdded "headers-added" "The signature scheme is now stated.";
    SchemeChanged "scheme-changed" "Deliveries are signed in another way.";
    SignatureStated "signature-stated" "The description states another signature, or none; the crate verifies as before.";
    InfoVersion "info-version" "The version of the description differs.";
    InfoTitle "info-title" "The title of the description differs.";
    InfoDescription "info-description" "The text of the description about itself differs.";
    Servers "servers" "The servers differ; a receiver does not use them.";
    Tags "tags" "The explained tags differ.";
    SecurityChanged "security" "`security` or the security schemes differ; how deliveries are verified is the same.";
    CrateName "crate-name" "The package has another name.";
    VendorRenamed "vendor-renamed" "The type that represents the vendor has another name.";
    ReceiverMajor "receiver-major" "The crate needs an incompatible version of `webhook-receiver`.";
    ReceiverVersion "receiver-version" "The crate needs another, compatible version of `webhook-receiver`.";
    ReexportsChanged "reexports-changed" "The crate re-exports other names of `webhook-receiver`.";
    AccessorAdded "accessor-added" "Events have a method more for a member that payloads have in common.";
    AccessorRemoved "accessor-removed" "Events no longer have a method for a member.";
    AccessorChanged "accessor-changed" "A method of events returns another type.";
    ItemsGone "items-gone" "Other public items are gone or have another form.";
    ItemsNew "items-new" "Other public items are new.";
    OpenapiVersion "openapi-version" "The version of OpenAPI differs. No effect on the crate.";
    FormatUnknown "format-unknown" "A format without a type in Rust differs. No effect on the crate.";
    RestForbidden "rest-forbidden" "Undeclared members are forbidden; the receiver still keeps them. No effect on the crate.";
    RestAllowed "rest-allowed" "Undeclared members are no longer forbidden. No effect on the crate.";
    AllofWrapped "allof-wrapped" "A reference is now within `allOf`. No effect on the crate.";
    AllofUnwrapped "allof-unwrapped" "A reference is no longer within `allOf`. No effect on the crate.";
    ComponentUnused "component-unused" "A component that no webhook uses differs. No effect on the crate.";
    Conditional "conditional" "A condition between members differs; the receiver does not check it. No effect on the crate.";
    NoEffect "no-effect" "The description differs without an effect on the crate.";
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JsonType {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number without a fraction.
    Integer,
    /// Any number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// Any of these.
    Any,
}

impl JsonType {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
            Self::Any => "any",
        }
    }
}

impl Rule {
    /// The identifier, such as `member-added-required`; that of a [`JsonType`](Self::JsonType) is made of both types.
    pub fn id(self) -> String {
        match self {
            Self::JsonType(old, new) => format!("{}-to-{}", old.name(), new.name()),
            rule => rule.stated().map_or_else(String::new, |(id, _)| id.to_owned()),
        }
    }

    /// What has changed, in one sentence.
    pub fn meaning(self) -> &'static str {
        self.stated().map_or("A value has another JSON type.", |(_, meaning)| meaning)
    }

    /// Whether it is about how deliveries are signed.
    pub(super) fn is_about_signature(self) -> bool {
        matches!(
            self,
            Self::HeadersRenamed
                | Self::HeadersRemoved
                | Self::HeadersAdded
                | Self::SchemeChanged
                | Self::SignatureStated
        )
    }

    /// Whether it is that a member is required now, or no longer.
    pub(super) fn is_about_required(self) -> bool {
        matches!(
            self,
            Self::BecameRequired
                | Self::BecameOptional
                | Self::NullableBecameOptional
                | Self::NullableBecameRequired
                | Self::NullBecomesAbsent
                | Self::AbsentBecomesNull
                | Self::PresenceChanged
        )
    }

    /// Whether the description differs, and the crate does not.
    pub fn has_no_effect(self) -> bool {
        matches!(
            self,
            Self::OpenapiVersion
                | Self::FormatUnknown
                | Self::RestForbidden
                | Self::RestAllowed
                | Self::AllofWrapped
                | Self::AllofUnwrapped
                | Self::ComponentUnused
                | Self::Conditional
                | Self::NoEffect
        )
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use expect_test::expect_file;

    use super::*;

    #[test]
    fn the_docs_list_every_rule() {
        let mut text = String::from(
            "# Rules of `cargo webhooks diff`\n\nWhat has changed, by the identifier that the command prints. \
             [changes.md](changes.md) explains how to read a change. What a\nrule does to a receiver is in the flags of each change, \
             not in the rule: it depends on presence, types and direction.\n\n\
             This file is generated: `cargo xtask bless`.\n\n| rule | what has changed |\n|---|---|\n",
        );
        for rule in Rule::NAMED {
            text += &format!("| `{rule}` | {} |\n", rule.meaning());
        }
        let types = "`null`, `boolean`, `integer`, `number`, `string`, `array`, `object`, `any`";
        let example = Rule::JsonType(JsonType::Integer, JsonType::String);
        text += &format!("| `{example}`, … | {} The types are {types}. |\n", example.meaning());
        expect_file!["../../../docs/rules.md"].assert_eq(&text);
    }

    #[test]
    fn an_identifier_is_that_of_one_rule() {
        let mut ids: HashSet<String> = HashSet::new();
        for rule in Rule::NAMED {
            assert!(ids.insert(rule.id()), "{rule}");
            assert!(rule.meaning().ends_with('.'), "{rule}");
        }
        assert_eq!(Rule::JsonType(JsonType::Integer, JsonType::String).id(), "integer-to-string");
    }
}
