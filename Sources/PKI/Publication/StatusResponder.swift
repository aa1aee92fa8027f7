import Crypto
import SwiftASN1
import X509

/// What is to be said of a certificate.
enum CertificateFate: Equatable, Sendable {
    case good
    case revoked(RevocationNotices.Notice)
    /// Nobody here has issued it (RFC 6960 section 2.2): whoever holds it has no word of ours.
    case notIssued
}

/// Answers for one authority, with a key and a certificate of its own (RFC 6960 section 4.2.2.2).
struct StatusResponder: Sendable {
    let authority: String
    let certificate: ParsedCertificate
    private let key: P256.Signing.PrivateKey
    private let keyHash: [UInt8]

    init(
        for issuer: ParsedCertificate, _ issuerKey: any AuthorityKey, trustDomain: String,
        nowNanoseconds now: Int64
    ) throws(PKIError) {
        key = P256.Signing.PrivateKey()
        authority = issuer.ownKeyID
        let seconds = now / PKILimits.nanosecondsPerSecond
        let info = Array(key.publicKey.derRepresentation)
        let template = CertificateTemplate(
            role: .responder, uri: "", commonName: "\(trustDomain) revocations",
            subjectPublicKeyInfo: info,
            notBeforeSeconds: seconds - PKILimits.backdateSeconds,
            notAfterSeconds: min(
                seconds + PKILimits.responderSeconds,
                issuer.notAfterNanoseconds / PKILimits.nanosecondsPerSecond))
        certificate = try template.signed(by: issuerKey, issuer: issuer)
        guard SignatureMemo().isSigned(certificate, by: issuer) else {
            throw .signingFailed("the certificate that was made is not signed by its authority")
        }
        keyHash = Array(Insecure.SHA1.hash(data: certificate.keyBits))
    }

    /// Whether another one has to take its place.
    func isOld(nowNanoseconds now: Int64) -> Bool {
        let begin = certificate.notBeforeNanoseconds
        return now < begin || now >= begin + (certificate.notAfterNanoseconds - begin) / 2
    }

    /// The signed answer; nil where its own certificate does not last as long as an answer.
    func answer(
        _ id: [UInt8], _ fate: CertificateFate, nowNanoseconds now: Int64
    ) throws(PKIError) -> SignedStatus? {
        let seconds = now / PKILimits.nanosecondsPerSecond
        let next = min(
            seconds + PKILimits.statusSeconds,
            certificate.notAfterNanoseconds / PKILimits.nanosecondsPerSecond)
        guard next > seconds else { return nil }
        let body = body(id, fate, seconds, next)
        guard let signature = try? key.signature(for: body) else {
            throw .signingFailed("an answer about a certificate can't be signed")
        }
        return SignedStatus(
            der: wrap(body, Array(signature.derRepresentation)), fate: fate,
            thisUpdateSeconds: seconds, nextUpdateSeconds: next)
    }

    private func body(
        _ id: [UInt8], _ fate: CertificateFate, _ this: Int64, _ next: Int64
    ) -> [UInt8] {
        var writer = DER.Serializer()
        writer.sequence {
            $0.explicit(2) { $0.primitive(.octetString, keyHash) }
            $0.generalizedTime(seconds: this)
            $0.sequence {
                $0.sequence {
                    $0.serializeRawBytes(id)
                    Self.write(fate, to: &$0)
                    $0.generalizedTime(seconds: this)
                    $0.explicit(0) { $0.generalizedTime(seconds: next) }
                }
            }
            guard fate == .notIssued else { return }
            $0.explicit(1) {
                $0.sequence {
                    $0.certificateExtension(ObjectID.extendedRevoke) {
                        $0.primitive(.null, [UInt8]())
                    }
                }
            }
        }
        return writer.serializedBytes
    }

    private static func write(_ fate: CertificateFate, to writer: inout DER.Serializer) {
        switch fate {
        case .good: writer.primitive(.context(0), [UInt8]())
        case .revoked(let notice): write(notice, to: &writer)
        // RFC 6960 section 2.2: what is said of a certificate that was never issued.
        case .notIssued: write(.init(seconds: 0, reason: .certificateHold), to: &writer)
        }
    }

    private static func write(
        _ notice: RevocationNotices.Notice, to writer: inout DER.Serializer
    ) {
        writer.explicit(1) {
            $0.generalizedTime(seconds: notice.seconds)
            guard let reason = notice.reason else { return }
            $0.explicit(0) { $0.enumerated(reason.rawValue) }
        }
    }

    /// RFC 6960 section 4.2.1.
    private func wrap(_ body: [UInt8], _ signature: [UInt8]) -> [UInt8] {
        var basic = DER.Serializer()
        basic.sequence {
            $0.serializeRawBytes(body)
            $0.serializeRawBytes(ObjectID.ecdsaWithSHA256)
            $0.primitive(.bitString, [0] + signature)
            $0.explicit(0) { $0.sequence { $0.serializeRawBytes(certificate.der) } }
        }
        let inner = basic.serializedBytes
        var writer = DER.Serializer()
        writer.sequence {
            $0.enumerated(0)
            $0.explicit(0) {
                $0.sequence {
                    $0.primitive(.objectIdentifier, ObjectID.basicResponse)
                    $0.primitive(.octetString, inner)
                }
            }
        }
        return writer.serializedBytes
    }
}

/// A signed answer about one certificate.
public struct SignedStatus: Sendable {
    /// DER.
    public let der: [UInt8]
    let fate: CertificateFate
    /// When it was made, in seconds since the Unix epoch.
    public let thisUpdateSeconds: Int64
    /// Until when it is good.
    public let nextUpdateSeconds: Int64
}

/// Why nothing is said of a certificate (RFC 6960 section 4.2.1), which is not signed.
public enum StatusRefusal: UInt8, Error, Sendable {
    /// It is not a request.
    case malformed = 1
    /// Something failed here.
    case failed = 2
    /// Come again later.
    case tryLater = 3
    /// The issuer is none of ours (RFC 5019 section 2.2.3).
    case unauthorized = 6

    /// DER.
    public var der: [UInt8] { [0x30, 0x03, 0x0A, 0x01, rawValue] }
}

extension StatusRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "that is no request about one certificate"
        case .failed: "an answer can't be signed"
        case .tryLater: "too many answers are asked for, or nobody can sign them yet"
        case .unauthorized: "the issuer is none of our authorities"
        }
    }
}

extension ParsedCertificate {
    /// The value of the subject's public key, without tag, length and unused bits.
    var keyBits: [UInt8] {
        guard
            let fields = try? DER.parse(header.subjectPublicKeyInfo).children(count: 2...2, "key"),
            let key = try? ASN1BitString(derEncoded: fields[1])
        else { return [] }
        return Array(key.bytes)
    }
}
