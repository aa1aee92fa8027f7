import SwiftASN1

/// What somebody asks about one certificate (OCSP, RFC 6960 section 4.1, as narrow as RFC 5019 section 2.1 makes it).
///
/// A signature and the requestor's name mean nothing here; a nonce is not answered (RFC 9654 section 2.1).
public struct StatusRequest: Sendable {
    /// With which hashes a request names the issuer.
    enum HashAlgorithm: Hashable {
        case sha1
        case sha256
        case other
    }

    /// The CertID as it came; an answer repeats it.
    let id: [UInt8]
    let algorithm: HashAlgorithm
    let issuerNameHash: [UInt8]
    let issuerKeyHash: [UInt8]
    /// Without leading zeros.
    let serial: [UInt8]

    /// Reads DER of at most `PKILimits.statusRequestBytesMax` bytes.
    ///
    /// - Throws: `PKIError.invalidRequest`.
    public init(_ bytes: [UInt8]) throws(PKIError) {
        guard bytes.count <= PKILimits.statusRequestBytesMax else {
            throw .invalidRequest("more than \(PKILimits.statusRequestBytesMax) bytes")
        }
        do {
            try self.init(walking: DER.parse(bytes))
        } catch let flaw as DERFlaw {
            throw .invalidRequest(flaw.detail)
        } catch {
            throw .invalidRequest("not a request in DER")
        }
    }

    private init(walking root: ASN1Node) throws {
        let outer = try root.sequence(count: 1...2, "request")
        if let signature = outer.dropFirst().first, signature.identifier != .context(0) {
            throw DERFlaw.malformed("an unknown field")
        }
        var fields = try outer[0].sequence(count: 1...4, "request body")[...]
        if let version = fields.first, version.identifier == .context(0) {
            let number = try version.children(count: 1...1, "version")[0]
            guard number.identifier == .integer,
                try number.primitive("version").elementsEqual([0])
            else { throw DERFlaw.malformed("the version is not 1") }
            fields = fields.dropFirst()
        }
        if fields.first?.identifier == .context(1) { fields = fields.dropFirst() }
        guard let list = fields.popFirst() else {
            throw DERFlaw.malformed("nothing is asked about")
        }
        if let extensions = fields.popFirst() { try Self.check(extensions, .context(2)) }
        guard fields.isEmpty else { throw DERFlaw.malformed("an unknown field") }
        // RFC 5019 section 2.1.1: one certificate a request.
        let asked = try list.sequence(count: 1...1, "list of certificates")[0]
        let parts = try asked.sequence(count: 1...2, "question")
        if let extensions = parts.dropFirst().first { try Self.check(extensions, .context(0)) }
        try self.init(certificate: parts[0])
    }

    private init(certificate node: ASN1Node) throws {
        let parts = try node.sequence(count: 4...4, "certificate's name")
        let algorithm = try parts[0].sequence(count: 1...2, "hash algorithm")
        guard algorithm.dropFirst().allSatisfy({ $0.identifier == .null }) else {
            throw DERFlaw.malformed("a hash algorithm with parameters")
        }
        switch try ASN1ObjectIdentifier(derEncoded: algorithm[0]) {
        case Self.sha1: self.algorithm = .sha1
        case Self.sha256: self.algorithm = .sha256
        default: self.algorithm = .other
        }
        issuerNameHash = try Self.octets(parts[1])
        issuerKeyHash = try Self.octets(parts[2])
        serial = try Self.number(parts[3])
        id = Array(node.encodedBytes)
    }

    private static let sha1: ASN1ObjectIdentifier = [1, 3, 14, 3, 2, 26]
    private static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]

    private static func octets(_ node: ASN1Node) throws -> [UInt8] {
        guard node.identifier == .octetString else {
            throw DERFlaw.malformed("a hash is not an octet string")
        }
        return Array(try node.primitive("hash"))
    }

    /// RFC 5280 section 4.1.2.2: positive, at most 20 octets.
    private static func number(_ node: ASN1Node) throws -> [UInt8] {
        let bytes = try node.primitive("serial number")
        guard node.identifier == .integer, let first = bytes.first, first < 0x80,
            bytes.count <= PKILimits.serialBytesMax + 1
        else { throw DERFlaw.malformed("the serial number is not one of a certificate") }
        return Array(bytes.drop { $0 == 0 })
    }

    /// None is known but the nonce, which changes nothing, so that no critical one can be answered.
    private static func check(_ node: ASN1Node, _ identifier: ASN1Identifier) throws {
        guard node.identifier == identifier else { throw DERFlaw.malformed("an unknown field") }
        let list = try node.children(count: 1...1, "extensions")[0]
            .sequence(count: 1...PKILimits.extensionsMax, "extensions")
        for item in list {
            let parts = try item.sequence(count: 2...3, "extension")
            guard parts[0].identifier == .objectIdentifier,
                parts[parts.count - 1].identifier == .octetString
            else { throw DERFlaw.malformed("an extension of another form") }
            guard parts.count == 3 else { continue }
            guard parts[1].identifier == .boolean,
                try parts[1].primitive("flag").elementsEqual([0])
            else { throw DERFlaw.malformed("a critical extension") }
        }
    }
}
