//! What the bytes of a fuzzer are read as: numbers, one after the other, and bytes.
//!
//! Where they end, numbers are 0 and there are no bytes; every input means something.

/// The part of an input that was not read yet.
pub(crate) struct Input<'d> {
    rest: &'d [u8],
}

impl<'d> Input<'d> {
    pub(crate) fn new(data: &'d [u8]) -> Input<'d> {
        Input { rest: data }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.array())
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// The next `len` bytes, or what is left.
    pub(crate) fn bytes(&mut self, len: usize) -> &'d [u8] {
        let (bytes, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        bytes
    }

    /// All that is left.
    pub(crate) fn all(&mut self) -> &'d [u8] {
        self.bytes(self.rest.len())
    }

    /// What stands before the next byte 0xff, which is passed over, and is text: bytes that are
    /// none are replaced.
    pub(crate) fn text(&mut self) -> String {
        let len = self.rest.iter().position(|byte| *byte == 0xff);
        let text = self.bytes(len.unwrap_or(self.rest.len()));
        self.bytes(1);
        String::from_utf8_lossy(text).into_owned()
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let bytes = self.bytes(N);
        array[..bytes.len()].copy_from_slice(bytes);
        array
    }
}
