//! Models: any bytes, and damaged real ones; those that load are run.

#![no_main]

use bytes::Bytes;
use fuzz::values::value;
use fuzz::{Random, assert_inside, assert_says_why, wire};
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use onnx::{ExternalData, Session, requirements};

/// Whatever file is asked for is there.
struct Files;

impl ExternalData for Files {
    fn get(&self, location: &str) -> Option<Bytes> {
        assert_inside(location);
        Some(Bytes::from_static(&[1; 256]))
    }
}

fuzz_target!(|bytes: &[u8]| {
    let model = Bytes::copy_from_slice(bytes);
    match requirements(model.clone()) {
        Ok(needs) => needs.external_files.iter().for_each(|file| assert_inside(file)),
        Err(error) => return assert_says_why(&error),
    }
    let session = match Session::load(model, &Files) {
        Ok(session) => session,
        Err(error) => return assert_says_why(&error),
    };
    let mut random = Random::of(bytes);
    for _ in 0..3 {
        let inputs = session.inputs().iter();
        let inputs = inputs.map(|info| Some((info.name.clone(), value(info, &mut random)?)));
        let Some(inputs) = inputs.collect() else { return };
        match session.run(inputs) {
            Ok(outputs) => assert_eq!(outputs.len(), session.outputs().len()),
            Err(error) => assert_says_why(&error),
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mutated = (seed % 16 != 0)
        .then(|| {
            wire::mutate(&data[..size], max_size, u64::from(seed), &mut |bytes| {
                let len = bytes.len();
                bytes.resize(len + 8, 0);
                let len = fuzzer_mutate(bytes, len, len + 8);
                bytes.truncate(len);
            })
        })
        .flatten();
    match mutated {
        Some(bytes) => {
            data[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
    let bytes = wire::graft(one, other, out.len(), u64::from(seed)).unwrap_or_default();
    out[..bytes.len()].copy_from_slice(&bytes);
    bytes.len()
});
