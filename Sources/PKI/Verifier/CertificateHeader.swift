import SwiftASN1

/// The raw fields of a certificate that path validation compares byte for byte.
///
/// RFC 5280 section 4.1. Everything that the general parser normalises or ignores (sign of the serial number,
/// form of the times, unique identifiers, equality of the two algorithm fields) is checked here.
struct CertificateHeader: Sendable {
    let serial: [UInt8]
    let issuer: [UInt8]
    let subject: [UInt8]
    let subjectIsEmpty: Bool
    let subjectPublicKeyInfo: [UInt8]
    let signatureAlgorithm: ASN1ObjectIdentifier
    let key: PublicKeyKind

    init(_ root: ASN1Node, element: Int) throws(PeerRefusal) {
        do {
            self = try Self(walking: root)
        } catch let flaw as DERFlaw {
            throw flaw.refusal(element: element)
        } catch {
            throw .malformed(element: element, detail: "not a DER certificate")
        }
    }

    private init(walking root: ASN1Node) throws {
        let outer = try root.children(count: 3...3, "certificate")
        let fields = try outer[0].children(count: 7...10, "certificate body")
        guard fields[0].identifier == .context(0) else {
            throw DERFlaw.malformed("the version is not 3")
        }
        let version = try fields[0].children(count: 1...1, "version")
        guard try version[0].primitive("version").elementsEqual([2]) else {
            throw DERFlaw.malformed("the version is not 3")
        }
        try Self.checkTail(fields.dropFirst(7))
        serial = try Self.serial(fields[1])
        guard fields[2].encodedBytes == outer[1].encodedBytes else {
            throw DERFlaw.malformed("the two signature algorithms differ")
        }
        let algorithm = try fields[2].children(count: 1...2, "signature algorithm")
        signatureAlgorithm = try ASN1ObjectIdentifier(derEncoded: algorithm[0])
        try SignatureAlgorithms.check(signatureAlgorithm)
        issuer = Array(fields[3].encodedBytes)
        guard !(try fields[3].isEmptySequence("issuer")) else {
            throw DERFlaw.malformed("the issuer is empty")
        }
        for time in try fields[4].children(count: 2...2, "validity") {
            _ = try DERTime.digits(time)
        }
        subject = Array(fields[5].encodedBytes)
        subjectIsEmpty = try fields[5].isEmptySequence("subject")
        subjectPublicKeyInfo = Array(fields[6].encodedBytes)
        key = try PublicKeyKind(fields[6])
    }

    private static func checkTail(_ tail: ArraySlice<ASN1Node>) throws {
        for node in tail where node.identifier != .context(3) {
            throw DERFlaw.malformed("a unique identifier or an unknown field")
        }
        guard tail.count == 1 else { throw DERFlaw.malformed("no extensions") }
    }

    /// RFC 5280 section 4.1.2.2: positive and at most 20 octets.
    private static func serial(_ node: ASN1Node) throws -> [UInt8] {
        var bytes = Array(try node.primitive("serial number"))
        guard node.identifier == .integer, let first = bytes.first, first < 0x80 else {
            throw DERFlaw.malformed("the serial number is not positive")
        }
        guard bytes.count <= PKILimits.serialBytesMax else {
            throw DERFlaw.malformed("the serial number is longer than 20 octets")
        }
        if first == 0 { bytes.removeFirst() }
        guard bytes.contains(where: { $0 != 0 }) else {
            throw DERFlaw.malformed("the serial number is zero")
        }
        return bytes
    }
}
