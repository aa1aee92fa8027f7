internal import CSandbox

/// A password on its way: bytes that are overwritten once they have been used.
public enum SecretBytes {
    /// Overwrites bytes and leaves none; copies of them that others hold stay as they are.
    public static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { buffer in
            if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
        }
        bytes = []
    }
}
