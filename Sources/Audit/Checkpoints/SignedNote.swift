import Text

/// A text that keys have signed (C2SP signed-note).
///
/// Reading one says nothing about its signatures; `Checkpoint` is what was verified.
public struct SignedNote: Sendable, Equatable {
    /// One signature line, unverified.
    struct Signature: Sendable, Equatable {
        let name: String
        let keyID: [UInt8]
        let bytes: [UInt8]
    }

    /// The text, which ends with a newline.
    let text: [UInt8]
    private(set) var signatures: [Signature] = []

    init(text: [UInt8]) { self.text = text }

    /// Reads a note, strictly; nil for all that is none.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count <= NoteLimits.noteBytesMax, bytes.last == UInt8(ascii: "\n"),
            bytes.allSatisfy({ $0 >= 0x20 || $0 == UInt8(ascii: "\n") }),
            String(validating: bytes, as: UTF8.self) != nil,
            let blank = Self.lastBlankLine(in: bytes)
        else { return nil }
        text = Array(bytes[..<blank])
        let lines = bytes[(blank + 1)...].dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard !text.isEmpty, (1...NoteLimits.signaturesMax).contains(lines.count) else {
            return nil
        }
        for line in lines {
            guard let signature = Self.signature(line) else { return nil }
            signatures.append(signature)
        }
    }

    /// The whole note.
    public var bytes: [UInt8] {
        text + [UInt8(ascii: "\n")] + signatures.flatMap(\.line)
    }

    /// Puts a signature below those that are there.
    mutating func add(_ signature: Signature) { signatures.append(signature) }

    /// Who of these keys signed, with the time where they said one; nil where a signature of one of them is not valid.
    func signers(among keys: [VerifierKey]) -> [NoteSigner]? {
        var signers: [NoteSigner] = []
        for signature in signatures {
            let known = keys.first { $0.name.isExactly(signature.name) && $0.id == signature.keyID }
            guard let known else { continue }
            guard let time = known.time(of: signature.bytes, over: text) else { return nil }
            signers.append(NoteSigner(key: known, seconds: time))
        }
        return signers
    }

    /// The index of the newline that is the last empty line.
    private static func lastBlankLine(in bytes: [UInt8]) -> Int? {
        let newline = UInt8(ascii: "\n")
        return bytes.indices.dropFirst().last { bytes[$0] == newline && bytes[$0 - 1] == newline }
    }

    static func signature(_ line: some Sequence<UInt8>) -> Signature? {
        let mark = Array("— ".utf8)
        let line = Array(line)
        guard line.starts(with: mark) else { return nil }
        let parts = line.dropFirst(mark.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, let bytes = Base64.decode(Array(parts[1])),
            bytes.count > NoteLimits.keyIDBytes
        else { return nil }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard VerifierKey.isName(name) else { return nil }
        return Signature(
            name: name, keyID: Array(bytes.prefix(NoteLimits.keyIDBytes)),
            bytes: Array(bytes.dropFirst(NoteLimits.keyIDBytes)))
    }
}

extension SignedNote.Signature {
    /// As it stands in a note.
    var line: [UInt8] {
        Array("— \(name) \(Base64.text(keyID + bytes))\n".utf8)
    }
}

/// Who signed a note.
public struct NoteSigner: Sendable, Equatable {
    /// The key.
    public let key: VerifierKey
    /// When a witness signed, in seconds since 1970; 0 for a log, which says no time.
    public let seconds: UInt64

    /// Names one.
    public init(key: VerifierKey, seconds: UInt64) {
        self.key = key
        self.seconds = seconds
    }
}
