import Crypto
import Foundation
import StrictJSON

/// What the file of an authority's key holds: the key, the key sealed, or where it is kept.
enum KeyFile {
    case key(LocalKey)
    case sealed(SealedSecret)
    case outside(OutsidePlace)

    /// Reads a file; nil for one that is none of these.
    init?(_ bytes: [UInt8]) {
        if let sealed = SealedSecret(bytes) {
            self = .sealed(sealed)
        } else if let place = OutsidePlace(bytes) {
            self = .outside(place)
        } else if let key = Self.local(bytes) {
            self = .key(key)
        } else {
            return nil
        }
    }

    static func local(_ bytes: [UInt8]) -> LocalKey? {
        let text = String(decoding: bytes, as: UTF8.self)
        return (try? P256.Signing.PrivateKey(pemRepresentation: text)).map { LocalKey($0) }
    }
}

/// Where a key is kept outside, and its public half.
struct OutsidePlace: Sendable, Equatable {
    /// Who keeps it, by the word that it has in the configuration.
    let keeper: String
    /// What it is called there.
    let key: String
    /// The public key, DER.
    let subjectPublicKeyInfo: [UInt8]

    init(keeper: String, key: String, subjectPublicKeyInfo: [UInt8]) {
        self.keeper = keeper
        self.key = key
        self.subjectPublicKeyInfo = subjectPublicKeyInfo
    }

    /// A name that no key has.
    static func newName() -> String {
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        return namePrefix + hexText(bytes)
    }

    /// Whether a text is a name that we gave.
    static func isName(_ text: String) -> Bool {
        guard text.hasPrefix(namePrefix) else { return false }
        let digits = text.utf8.dropFirst(namePrefix.utf8.count)
        return digits.count == 32
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static let namePrefix = "maxine-"

    /// Reads a file; nil for any other.
    init?(_ bytes: [UInt8]) {
        guard bytes.first == UInt8(ascii: "{"), let value = try? StrictJSON.parse(bytes),
            value["version"]?.integer == Self.version, let keeper = value["kept"]?.string,
            let key = value["key"]?.string, Self.isName(key),
            let info = value["public"]?.string.flatMap({ Data(base64Encoded: $0) })
        else { return nil }
        self.init(keeper: keeper, key: key, subjectPublicKeyInfo: Array(info))
    }

    /// The file's text; no secret.
    var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"version\":")
        writer.integer(Self.version)
        writer.raw(",\"kept\":")
        writer.string(keeper)
        writer.raw(",\"key\":")
        writer.string(key)
        writer.raw(",\"public\":")
        writer.string(Data(subjectPublicKeyInfo).base64EncodedString())
        writer.raw("}\n")
        return writer.bytes
    }

    private static let version: Int64 = 1
}

/// Where the private key of an authority is, for people.
public enum KeyPlace: Sendable, Equatable {
    /// In a file here, as it is.
    case file
    /// In a file here, sealed with the key of that name.
    case sealedFile(seal: String)
    /// Kept outside, under a name there.
    case outside(keeper: String, key: String)
    /// Not on this machine.
    case elsewhere
    /// Its file can't be read.
    case unreadable

    /// One word.
    public var word: String {
        switch self {
        case .file: "file"
        case .sealedFile: "sealed"
        case .outside(let keeper, _): keeper
        case .elsewhere: "elsewhere"
        case .unreadable: "unreadable"
        }
    }

    /// The name of the sealing key, or that of the key outside.
    public var name: String? {
        switch self {
        case .sealedFile(let seal): seal
        case .outside(_, let key): key
        case .file, .elsewhere, .unreadable: nil
        }
    }
}
