/// The version of the contract that the generator of this version writes.
pub const CONTRACT: u32 = 1;

/// Accepts the versions of the contract that this crate supports. Any other is a compile error.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    (1) => {};
    ($version:literal) => {
        ::core::compile_error!(::core::concat!(
            "this crate was generated for version ",
            $version,
            " of the contract with `webhook-receiver`, which supports version 1.\n",
            "Generate it again with `cargo webhooks generate`, using a `cargo-webhooks` of the same version as \
             `webhook-receiver`, or depend on the `webhook-receiver` that it was generated for."
        ));
    };
}
