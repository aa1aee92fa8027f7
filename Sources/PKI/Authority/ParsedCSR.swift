import Crypto
import Foundation
public import Policy
import SwiftASN1
import X509

/// A certificate signing request (RFC 2986) whose sender has shown that it holds the private key.
///
/// Only the key and the one SPIFFE ID are taken from a request. Its subject and its other attributes are
/// ignored; of the extensions that it asks for, the ones that every SVID gets anyway are ignored, and any
/// other (names beside the SPIFFE ID, a CA's rights, unknown critical ones) makes it refused, because what
/// was asked for and not given would surprise.
public struct ParsedCSR: Sendable {
    /// The SPIFFE ID that is asked for.
    public let spiffeID: SPIFFEID
    let subjectPublicKeyInfo: [UInt8]

    /// SHA-256 of the key's SubjectPublicKeyInfo in hexadecimal, for the record of who got which key.
    public var publicKeyDigest: String {
        hexText(SHA256.hash(data: subjectPublicKeyInfo))
    }

    /// Reads PEM (one block, with text around it or without) or DER of at most `PKILimits.requestBytesMax` bytes.
    /// - Throws: `PKIError.invalidRequest`.
    public init(_ bytes: [UInt8]) throws(PKIError) {
        guard bytes.count <= PKILimits.requestBytesMax else {
            throw .invalidRequest("more than \(PKILimits.requestBytesMax) bytes")
        }
        do {
            try self.init(der: Self.der(of: bytes))
        } catch let flaw as DERFlaw {
            throw .invalidRequest(flaw.detail)
        } catch {
            throw .invalidRequest("can't be read")
        }
    }

    private init(der: [UInt8]) throws {
        let root = try DER.parse(der)
        let fields = try root.children(count: 3...3, "request")
        let body = try fields[0].children(count: 4...4, "request body")
        guard try body[0].primitive("version").elementsEqual([0]) else {
            throw DERFlaw.malformed("the version is not 1")
        }
        let algorithm = try fields[1].children(count: 1...2, "signature algorithm")
        try SignatureAlgorithms.check(ASN1ObjectIdentifier(derEncoded: algorithm[0]))
        _ = try PublicKeyKind(body[2])
        try Self.checkAttributes(body[3])
        let request = try CertificateSigningRequest(derEncoded: root)
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw DERFlaw.malformed("the signature does not prove possession of the key")
        }
        guard let asked = try request.attributes.extensionRequest else {
            throw DERFlaw.malformed("no SPIFFE ID is asked for")
        }
        spiffeID = try RequestedExtensions.spiffeID(asked.extensions)
        subjectPublicKeyInfo = Array(body[2].encodedBytes)
    }

    private static func der(of bytes: [UInt8]) throws -> [UInt8] {
        guard bytes.first != 0x30 else { return bytes }
        guard let blocks = try? PEMText.blocks(bytes, max: 1, allowsText: true),
            let block = blocks.first,
            ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"].contains(block.label)
        else { throw DERFlaw.malformed("not one certificate request in PEM or DER") }
        return block.der
    }

    /// Each attribute once, each with values; the extension request is looked at later.
    private static func checkAttributes(_ node: ASN1Node) throws {
        guard node.identifier == .context(0) else {
            throw DERFlaw.malformed("no attributes")
        }
        var seen: Set<ASN1ObjectIdentifier> = []
        for attribute in try node.children(count: 0...PKILimits.extensionsMax, "attributes") {
            let fields = try attribute.children(count: 2...2, "attribute")
            let oid = try ASN1ObjectIdentifier(derEncoded: fields[0])
            guard seen.insert(oid).inserted else {
                throw DERFlaw.malformed("the attribute \(oid) stands twice")
            }
        }
    }
}
