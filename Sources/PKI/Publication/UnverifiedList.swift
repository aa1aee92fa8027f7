import SwiftASN1

/// A list of revoked certificates as somebody gives it; nothing is said about trust.
///
/// RFC 5280 section 5.1: version 2, whole, with a number and the issuer's key identifier, signed as our authorities sign.
public struct UnverifiedList: Sendable {
    let der: [UInt8]
    /// The issuer's name, DER.
    let issuer: [UInt8]
    /// The issuer's key identifier, lower-case hexadecimal.
    let issuerKeyID: String
    let number: UInt64
    let thisUpdateSeconds: Int64
    let nextUpdateSeconds: Int64
    /// The numbers of the certificates that it names, without leading zeros.
    let serials: Set<[UInt8]>
    /// What is signed.
    let body: [UInt8]
    let signature: [UInt8]

    /// Reads one block of PEM, or DER of at most `PKILimits.installedListBytesMax` bytes.
    ///
    /// - Throws: `PKIError.invalidList`.
    public init(_ bytes: [UInt8]) throws(PKIError) {
        do {
            let der = try Self.der(bytes)
            guard der.count <= PKILimits.installedListBytesMax else {
                throw DERFlaw.malformed("more than \(PKILimits.installedListBytesMax) bytes")
            }
            try self.init(walking: DER.parse(der), der)
        } catch let flaw as DERFlaw {
            throw .invalidList(flaw.detail)
        } catch {
            throw .invalidList("neither PEM nor DER of a list of revoked certificates")
        }
    }

    /// PEM of what may be DER, for whoever sends it on as text; nil where it is neither.
    public static func pem(_ bytes: [UInt8]) -> String? {
        (try? der(bytes)).map { PEMText.encode($0, label: label) }
    }

    private static let label = "X509 CRL"

    private static func der(_ bytes: [UInt8]) throws -> [UInt8] {
        if bytes.first == 0x30 { return bytes }
        let blocks = try PEMText.blocks(bytes, max: 1, allowsText: true)
        guard let block = blocks.first, block.label == label else { throw PEMText.Flaw() }
        return block.der
    }

    private init(walking root: ASN1Node, _ der: [UInt8]) throws {
        let outer = try root.sequence(count: 3...3, "the list")
        let fields = try outer[0].sequence(count: 3...7, "what is signed")
        guard fields.count >= 6, fields[0].identifier == .integer,
            try fields[0].primitive("version").elementsEqual([1])
        else {
            throw DERFlaw.malformed(
                "it is not of version 2 with nextUpdate, crlNumber and authorityKeyIdentifier")
        }
        guard fields[1].encodedBytes == outer[1].encodedBytes,
            fields[1].encodedBytes.elementsEqual(ObjectID.ecdsaWithSHA256)
        else { throw DERFlaw.weak("it is not signed by ECDSA with SHA-256") }
        thisUpdateSeconds = try DERTime.seconds(fields[3])
        nextUpdateSeconds = try DERTime.seconds(fields[4])
        guard thisUpdateSeconds < nextUpdateSeconds else {
            throw DERFlaw.malformed("it ends before it begins")
        }
        serials = fields.count == 7 ? try Self.serials(fields[5]) : []
        let extensions = try ListExtensions(fields[fields.count - 1])
        (issuerKeyID, number) = (extensions.issuerKeyID, extensions.number)
        issuer = Array(fields[2].encodedBytes)
        let bits = try outer[2].primitive("the signature")
        guard outer[2].identifier == .bitString, bits.first == 0 else {
            throw DERFlaw.malformed("the signature is not whole bytes")
        }
        body = Array(outer[0].encodedBytes)
        signature = Array(bits.dropFirst())
        self.der = der
    }

    private static func serials(_ node: ASN1Node) throws -> Set<[UInt8]> {
        var serials: Set<[UInt8]> = []
        for entry in try node.sequence(
            count: 1...PKILimits.installedListEntriesMax, "the certificates")
        {
            let parts = try entry.sequence(count: 2...3, "a certificate")
            _ = try DERTime.seconds(parts[1])
            if parts.count == 3 { try ListExtensions.check(entry: parts[2]) }
            serials.insert(try number(parts[0], bytesMax: PKILimits.serialBytesMax))
        }
        return serials
    }

    /// A positive number without leading zeros.
    static func number(_ node: ASN1Node, bytesMax: Int) throws -> [UInt8] {
        let bytes = try node.primitive("a number")
        guard node.identifier == .integer, let first = bytes.first, first < 0x80,
            bytes.count <= bytesMax + 1
        else { throw DERFlaw.malformed("a number that is negative or too long") }
        return Array(bytes.drop { $0 == 0 })
    }
}
