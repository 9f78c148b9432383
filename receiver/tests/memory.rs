//! L06: a secret that has been dropped is nowhere in the heap.
//!
//! Without the test harness, as allocations of its threads would not be on the heap that is searched. Linux only.

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File};
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::path::Path;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use webhook_receiver::authorization::BasicAuth;
    use webhook_receiver::http::HeaderMap;
    use webhook_receiver::signature::{Encoding, Hash, HmacScheme, Piece};
    use webhook_receiver::{Secret, StandardWebhooks, TextSecret, Verifier};
    use zeroize::Zeroizing;

    const SCHEME: HmacScheme = HmacScheme::new("x-signature", Hash::Sha512, Encoding::Hex, &[Piece::Body]);

    /// What is looked for must not itself be found, so it is held with each bit flipped.
    struct Hidden(Vec<u8>);

    impl Hidden {
        /// Random letters and digits.
        fn new(length: usize) -> Self {
            let mut random = File::open("/dev/urandom").unwrap();
            let mut byte = [0];
            let mut hidden = Vec::with_capacity(length);
            while hidden.len() < length {
                random.read_exact(&mut byte).unwrap();
                if byte[0].is_ascii_alphanumeric() {
                    hidden.push(!byte[0]);
                }
            }
            Self(hidden)
        }

        /// The bytes whose base64 it is.
        fn decoded(&self) -> Self {
            let text = Zeroizing::new(self.0.iter().map(|byte| !byte).collect::<Vec<u8>>());
            let mut bytes = Zeroizing::new(vec![0; self.0.len()]);
            let length = STANDARD.decode_slice(&text, &mut bytes).unwrap();
            Self(bytes[..length].iter().map(|byte| !byte).collect())
        }

        /// Written byte by byte: a buffer would keep a copy.
        fn write(&self, path: &Path) {
            let mut file = File::create(path).unwrap();
            for byte in &self.0 {
                file.write_all(&[!byte]).unwrap();
            }
        }

        fn is_in(&self, memory: &[u8]) -> bool {
            memory
                .windows(self.0.len())
                .any(|window| window.iter().zip(&self.0).all(|(found, hidden)| *found == !hidden))
        }

        /// Whether the heap holds it.
        fn is_on_the_heap(&self) -> bool {
            let maps = fs::read_to_string("/proc/self/maps").unwrap();
            let heap = maps.lines().find(|line| line.ends_with("[heap]")).unwrap();
            let (start, end) = heap.split(' ').next().unwrap().split_once('-').unwrap();
            let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
            let length = usize::try_from(end - start).unwrap();
            // Beyond 32 MiB glibc never takes memory from the heap, so that this copy of the heap is not on it.
            let mut memory = vec![0; (64 << 20) + length];
            let mut file = File::open("/proc/self/mem").unwrap();
            file.seek(SeekFrom::Start(start)).unwrap();
            file.read_exact(&mut memory[..length]).unwrap();
            self.is_in(&memory[..length])
        }
    }

    pub(super) fn main() {
        let path = std::env::temp_dir().join(format!("webhook-receiver-memory-{}", std::process::id()));
        let headers = HeaderMap::new();

        // 44 letters and digits are base64, of 33 bytes.
        let text = Hidden::new(44);
        let key = text.decoded();
        text.write(&path);
        let secret = Secret::from_file(&path).unwrap();
        assert!(!text.is_on_the_heap(), "the text of a `Secret` was left behind");
        assert!(key.is_on_the_heap(), "a `Secret` that is still there has to be found");
        let verifier = Verifier::new(StandardWebhooks::DEFAULT, secret);
        assert!(!key.is_on_the_heap(), "a `Secret` was left behind");
        assert!(verifier.verify(&headers, "{}".into()).is_err());
        drop(verifier);
        assert!(!key.is_on_the_heap(), "a `Secret` was left behind");

        let text = Hidden::new(40);
        text.write(&path);
        let secret = TextSecret::from_file(&path).unwrap();
        assert!(text.is_on_the_heap(), "a `TextSecret` that is still there has to be found");
        let basic = BasicAuth::new("vendor", &secret).unwrap();
        let verifier = Verifier::new(SCHEME, secret);
        assert!(!text.is_on_the_heap(), "a `TextSecret` was left behind");
        assert!(verifier.verify(&headers, "{}".into()).is_err());
        drop((verifier, basic));
        assert!(!text.is_on_the_heap(), "a `TextSecret` was left behind");

        fs::remove_file(&path).unwrap();
        println!("no secret was left on the heap");
    }
}
