internal import Crypto
internal import SwiftASN1
internal import X509

/// What a timestamp proves: that some bytes were there at a time, by whose word.
public struct ProvedTime: Sendable, Equatable {
    /// Nanoseconds since the Unix epoch.
    public let nanoseconds: Int64
    /// The subject of the certificate that signed it.
    public let authority: String
    /// Under which rules the authority works, as an object identifier.
    public let policy: String
    /// The timestamp's number there, in hexadecimal digits.
    public let serial: String
}

/// A timestamp of some bytes (RFC 3161): an authority's answer, or the token alone; nothing of it is believed before `verify`.
public struct UnverifiedTimestamp: Sendable {
    private let token: [UInt8]

    /// Reads an answer (`TimeStampResp`) or a token (`ContentInfo`).
    ///
    /// - Throws: ``TimestampFault/malformed(_:)``, ``TimestampFault/refused(status:)``.
    public init(_ bytes: [UInt8]) throws(TimestampFault) {
        guard bytes.count <= PKILimits.timestampBytesMax else {
            throw .malformed("it is too large")
        }
        token = try TimestampFault.failable {
            let fields = try DER.parse(bytes).children(count: 1...2, "answer")
            guard fields[0].identifier == .sequence else { return bytes }
            let status = try TimestampInfo.number(
                fields[0].children(count: 1...3, "status")[0])
            // RFC 3161 section 2.4.2: granted, or granted with modifications.
            guard status.isEmpty || status == [1], fields.count == 2 else {
                throw TimestampFault.refused(
                    status: status.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
            }
            return Array(fields[1].encodedBytes)
        }
    }

    /// Holds it against what was stamped, and its signature against authorities.
    ///
    /// - Parameters:
    ///   - content: The bytes.
    ///   - query: The request that it must answer; nil where that is not known any more.
    ///   - policy: The object identifier of the only policy that is taken; nil takes each.
    ///   - authorities: The certificates that are believed, PEM; whoever signed the timestamp must stand below one of them, or be it.
    /// - Returns: What it proves.
    /// - Throws: ``TimestampFault``.
    public func verify(
        _ content: [UInt8], answering query: TimestampQuery? = nil, policy: String? = nil,
        authorities: [UInt8]
    ) throws(TimestampFault) -> ProvedTime {
        let parts = try TimestampFault.failable { try TimestampParts(token) }
        let roots = try Self.roots(authorities)
        guard parts.info.digest == Array(SHA256.hash(data: content)) else { throw .otherContent }
        if let query, parts.info.nonce != query.nonce { throw .otherNonce }
        if let policy, policy != parts.info.policy { throw .otherPolicy(parts.info.policy) }
        guard
            let signer = (parts.certificates + roots).first(where: { parts.signer.isNamed($0) })
        else { throw .badCertificate("it is not there") }
        try parts.signer.verify(parts.content, by: signer)
        let (seconds, rest) = parts.info.nanoseconds.quotientAndRemainder(
            dividingBy: PKILimits.nanosecondsPerSecond)
        let moment = rest < 0 ? seconds - 1 : seconds
        try signer.checkSigner(at: moment)
        try Self.climb(from: signer, parts.certificates, to: roots, at: moment)
        return ProvedTime(
            nanoseconds: parts.info.nanoseconds, authority: "\(signer.certificate.subject)",
            policy: parts.info.policy,
            serial: parts.info.serial.map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined())
    }

    /// Goes up from who signed to one that is believed; never more steps than a chain may have, and never back.
    private static func climb(
        from signer: StampCertificate, _ known: [StampCertificate],
        to roots: [StampCertificate], at seconds: Int64
    ) throws(TimestampFault) {
        var current = signer
        for below in 0..<PKILimits.chainCertificatesMax {
            if roots.contains(where: { $0.der == current.der }) { return }
            if let root = roots.first(where: { current.isSigned(by: $0) }) {
                return try root.checkAuthority(below: below, at: seconds)
            }
            guard
                let next = known.first(where: { $0.der != current.der && current.isSigned(by: $0) })
            else { throw .untrusted }
            try next.checkAuthority(below: below, at: seconds)
            current = next
        }
        throw .untrusted
    }

    private static func roots(_ pem: [UInt8]) throws(TimestampFault) -> [StampCertificate] {
        do {
            let blocks = try PEMText.blocks(
                pem, max: PKILimits.bundleCertificatesMax, allowsText: true)
            let roots = try blocks.filter { $0.label == "CERTIFICATE" }.map {
                try StampCertificate(DER.parse($0.der))
            }
            guard !roots.isEmpty else { throw DERFlaw.malformed("none") }
            return roots
        } catch {
            throw .badCertificate("the file of authorities holds none that can be read")
        }
    }
}

/// The parts of a token (RFC 5652 sections 3 and 5.1).
private struct TimestampParts {
    let content: ArraySlice<UInt8>
    let info: TimestampInfo
    let certificates: [StampCertificate]
    let signer: TimestampSigner

    init(_ token: [UInt8]) throws {
        let outer = try DER.parse(token).children(count: 2...2, "token")
        guard try ASN1ObjectIdentifier(derEncoded: outer[0]) == TimestampID.signedData else {
            throw DERFlaw.malformed("no signed data")
        }
        let data = try Self.only(outer[1], "signed data").children(count: 4...6, "signed data")
        let wrapped = try data[2].children(count: 2...2, "content")
        guard try ASN1ObjectIdentifier(derEncoded: wrapped[0]) == TimestampID.info else {
            throw DERFlaw.malformed("signed data of something else")
        }
        content = try Self.only(wrapped[1], "content").primitive("content")
        info = try TimestampInfo(content)
        certificates =
            data[3].identifier == .context(0)
            ? try data[3].children(count: 0...PKILimits.timestampCertificatesMax, "certificates")
                .map { try StampCertificate($0) }
            : []
        guard let signers = data.last, signers.identifier == .set else {
            throw DERFlaw.malformed("no signers")
        }
        signer = try TimestampSigner(try signers.children(count: 1...1, "signers")[0])
    }

    private static func only(_ node: ASN1Node, _ what: String) throws -> ASN1Node {
        guard node.identifier == .context(0) else { throw DERFlaw.malformed("no \(what)") }
        return try node.children(count: 1...1, what)[0]
    }
}

extension TimestampFault {
    fileprivate static func failable<Value>(
        _ body: () throws -> Value
    ) throws(TimestampFault) -> Value {
        do {
            return try body()
        } catch let fault as TimestampFault {
            throw fault
        } catch let flaw as DERFlaw {
            throw .malformed(flaw.detail)
        } catch {
            throw .malformed("it is no DER of that form")
        }
    }
}
