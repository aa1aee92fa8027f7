import Crypto
import SwiftASN1

/// One revoked certificate as a list names it.
struct ListedCertificate: Hashable {
    let serial: [UInt8]
    let seconds: Int64
    let reason: RevocationReason?

    init(_ serial: [UInt8], _ notice: RevocationNotices.Notice) {
        self.serial = Array(serial.drop { $0 == 0 })
        seconds = notice.seconds
        reason = notice.reason
    }
}

/// A list of revoked certificates of one authority that is to be signed (RFC 5280 section 5).
public struct UnsignedList: Sendable {
    /// The authority, by its key identifier.
    public let authority: String
    /// How many certificates it names.
    public let count: Int
    /// SHA-256 of what it says of them: the same as long as it says the same.
    public let digest: [UInt8]
    let issuer: ParsedCertificate
    let listed: [ListedCertificate]
    /// The list of entries as it is written; empty if there are none.
    private let entries: [UInt8]

    init(_ issuer: ParsedCertificate, _ listed: [ListedCertificate]) {
        self.issuer = issuer
        self.listed = listed
        authority = issuer.ownKeyID
        count = listed.count
        var writer = DER.Serializer()
        if !listed.isEmpty {
            writer.sequence { writer in
                for certificate in listed { Self.write(certificate, to: &writer) }
            }
        }
        entries = writer.serializedBytes
        digest = Array(SHA256.hash(data: entries))
    }

    private static func write(_ listed: ListedCertificate, to writer: inout DER.Serializer) {
        writer.sequence {
            $0.integer(listed.serial)
            $0.time(seconds: listed.seconds)
            guard let reason = listed.reason else { return }
            $0.sequence {
                $0.certificateExtension(ObjectID.reasonCode) { $0.enumerated(reason.rawValue) }
            }
        }
    }

    /// What is signed of it.
    func body(_ issue: ListIssue) -> [UInt8] {
        let keyID = issuer.extensions.subjectKeyIdentifier ?? []
        var writer = DER.Serializer()
        writer.sequence {
            $0.integer(1)
            $0.serializeRawBytes(ObjectID.ecdsaWithSHA256)
            $0.serializeRawBytes(issuer.header.subject)
            $0.time(seconds: issue.thisUpdateSeconds)
            $0.time(seconds: issue.nextUpdateSeconds)
            $0.serializeRawBytes(entries)
            $0.explicit(0) {
                $0.sequence {
                    $0.certificateExtension(ObjectID.authorityKeyIdentifier) {
                        $0.sequence { $0.primitive(.context(0), keyID) }
                    }
                    $0.certificateExtension(ObjectID.listNumber) { $0.integer(issue.number) }
                }
            }
        }
        return writer.serializedBytes
    }
}

/// Which list of an authority one is, and how long it is good.
public struct ListIssue: Sendable, Equatable {
    /// Greater than that of every earlier one.
    public let number: UInt64
    /// When it was made, in seconds since the Unix epoch.
    public let thisUpdateSeconds: Int64
    /// When there is another at the latest.
    public let nextUpdateSeconds: Int64
}

/// A signed list.
public struct SignedList: Sendable {
    /// The authority, by its key identifier.
    public let authority: String
    /// Which one it is.
    public let issue: ListIssue
    /// ``UnsignedList/digest``.
    public let digest: [UInt8]
    /// DER.
    public let der: [UInt8]
}
