/// The bytes of one policy file.
public struct PolicySource: Sendable {
    /// The file's name, as errors and refusals show it.
    public let name: String
    /// What the file holds.
    public let bytes: [UInt8]

    /// Makes a source.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// Makes a source from a text.
    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }
}

extension PolicySource {
    /// Reads a policy's files: the one at a path, or all `*.yaml` directly in the folder at it.
    ///
    /// - Throws: `PolicyErrors` when one can't be read.
    public static func read(path: String) throws(PolicyErrors) -> [PolicySource] {
        try PolicyFolder.sources(path: path)
    }
}
