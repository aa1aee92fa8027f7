import SwiftASN1

/// What the extensions of a list say that matters here (RFC 5280 section 5.2); a critical one would change what the list is of, so none is taken.
struct ListExtensions {
    let issuerKeyID: String
    let number: UInt64

    init(_ node: ASN1Node) throws {
        guard node.identifier == .context(0) else { throw DERFlaw.malformed("an unknown field") }
        let values = try Self.values(node.children(count: 1...1, "extensions")[0])
        guard let identifier = values[ObjectID.authorityKeyIdentifier] else {
            throw DERFlaw.malformed("it has no authorityKeyIdentifier")
        }
        guard let number = values[ObjectID.listNumber] else {
            throw DERFlaw.malformed("it has no crlNumber")
        }
        issuerKeyID = try Self.keyID(DER.parse(identifier))
        let bytes = try UnverifiedList.number(DER.parse(number), bytesMax: 8)
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value <= PKILimits.listNumberMax else {
            throw DERFlaw.malformed("its crlNumber has more than 62 bits")
        }
        self.number = value
    }

    /// The extensions of one certificate on the list.
    static func check(entry node: ASN1Node) throws { _ = try values(node) }

    private static func values(_ node: ASN1Node) throws -> [[UInt8]: [UInt8]] {
        var values: [[UInt8]: [UInt8]] = [:]
        for item in try node.sequence(count: 1...PKILimits.extensionsMax, "extensions") {
            let parts = try item.sequence(count: 2...3, "an extension")
            guard parts[0].identifier == .objectIdentifier,
                parts[parts.count - 1].identifier == .octetString
            else { throw DERFlaw.malformed("an extension of another form") }
            guard parts.count == 2 else { throw DERFlaw.malformed("a critical extension") }
            let name = Array(try parts[0].primitive("extension"))
            guard
                values.updateValue(Array(try parts[1].primitive("extension")), forKey: name) == nil
            else { throw DERFlaw.malformed("an extension twice") }
        }
        return values
    }

    private static func keyID(_ node: ASN1Node) throws -> String {
        let parts = try node.sequence(count: 1...3, "authorityKeyIdentifier")
        let bytes = try parts[0].primitive("authorityKeyIdentifier")
        guard parts[0].identifier == .context(0),
            (1...PKILimits.keyIdentifierBytesMax).contains(bytes.count)
        else { throw DERFlaw.malformed("authorityKeyIdentifier holds no key identifier") }
        return hexText(bytes)
    }
}
