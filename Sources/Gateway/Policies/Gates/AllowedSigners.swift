internal import Foundation

/// Who may sign policies: a file in the form of ssh-keygen's `allowed_signers`.
///
/// Of its options `namespaces` is honoured; a line with any other is not used, so that a bound that we don't check never
/// widens who may sign.
struct AllowedSigners: Sendable {
    /// What policies are signed for.
    static let namespace = "maxine-policy"

    private struct Signer {
        let principals: String
        let namespaces: [String]?
        let publicKey: [UInt8]
    }

    private let signers: [Signer]

    /// Reads the file's text; lines that can't be used are passed over.
    init(_ text: String) {
        signers = text.split(separator: "\n").prefix(10_000).compactMap { line in
            let words = Self.words(String(line))
            guard let principals = words.first, !principals.hasPrefix("#") else { return nil }
            var rest = words.dropFirst()
            var namespaces: [String]?
            if let options = rest.first, !Self.isKeyType(options) {
                guard let read = Self.namespaces(options) else { return nil }
                namespaces = read
                rest = rest.dropFirst()
            }
            guard let type = rest.first, Self.isKeyType(type),
                let encoded = rest.dropFirst().first, let key = Data(base64Encoded: encoded)
            else { return nil }
            return Signer(principals: principals, namespaces: namespaces, publicKey: Array(key))
        }
    }

    /// Reads a file.
    init(path: String) throws(PolicyToolError) {
        guard let bytes = try StateFile(path: path).read(max: 1 << 20) else {
            throw .refused(["there is no file of allowed signers at \(path)"])
        }
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// The signer of some bytes.
    ///
    /// - Throws: `SSHSignatureError`, or says that the signer is not allowed.
    func signer(
        of message: [UInt8], signature bytes: [UInt8]
    ) throws(SSHSignatureError) -> String {
        let signature = try SSHSignature(armoured: bytes)
        guard signature.namespace == Self.namespace else {
            throw .malformed(
                "it is for namespace \(quote(signature.namespace)), not \(Self.namespace)")
        }
        try signature.verify(message)
        for signer in signers where signer.publicKey == signature.publicKey {
            if let namespaces = signer.namespaces, !namespaces.contains(Self.namespace) { continue }
            return signer.principals
        }
        throw .malformed("its key is not among the allowed signers")
    }

    private static func isKeyType(_ word: String) -> Bool {
        word.hasPrefix("ssh-") || word.hasPrefix("ecdsa-") || word.hasPrefix("sk-")
    }

    /// The value of `namespaces="..."` when it is the only option; nil else.
    private static func namespaces(_ options: String) -> [String]? {
        let prefix = "namespaces=\""
        guard options.lowercased().hasPrefix(prefix), options.hasSuffix("\"") else { return nil }
        let value = options.dropFirst(prefix.count).dropLast()
        guard !value.contains("\"") else { return nil }
        return value.split(separator: ",").map(String.init)
    }

    /// Words separated by spaces, except inside quotes.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            if character == "\"" { isQuoted.toggle() }
            if !isQuoted, character == " " || character == "\t" {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else if character != "\r" {
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
