//! Tests through the public interface.

mod acme;
mod basic;
mod bearer;
mod beside_serde_json;
mod codec;
mod contract;
mod declared;
mod formats;
mod http_layer;
mod json_bodies;
mod large_bodies;
mod leaks;
mod log;
mod mounted;
mod numbers;
mod observed;
mod patience;
mod properties;
mod rotation;
mod routing;
mod rows;
mod schemes;
mod secrets;
mod signatures;
mod unions;
mod v1a;
