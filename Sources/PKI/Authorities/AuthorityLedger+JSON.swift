internal import Foundation
internal import StrictJSON

extension AuthorityLedger {
    /// The ledger as its file holds it; no secret is in it.
    func encoded() -> [UInt8] {
        var writer = JSONWriter(capacity: 8192)
        writer.raw("{\"version\":1,\"sequence\":")
        writer.integer(sequence)
        writer.raw(",\"authorities\":[")
        for (index, authority) in authorities.enumerated() {
            if index > 0 { writer.raw(",") }
            Self.write(authority, to: &writer)
        }
        writer.raw("],\"revoked\":[")
        for (index, certificate) in revoked.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.raw("{\"issuer\":")
            writer.string(certificate.entry.issuerKeyID)
            writer.raw(",\"serial\":")
            writer.string(certificate.entry.serial)
            writer.raw(",\"at\":")
            writer.integer(certificate.revokedNanoseconds)
            writer.raw(",\"end\":")
            writer.integer(certificate.notAfterNanoseconds)
            writer.raw("}")
        }
        writer.raw("]}\n")
        return writer.bytes
    }

    /// Reads what `encoded` wrote; nil for anything else.
    init?(_ bytes: [UInt8]) {
        guard let value = try? StrictJSON.parse(bytes, limits: .ledger),
            value["version"]?.integer == 1,
            let sequence = value["sequence"]?.integer, sequence > 0,
            case .array(let authorities)? = value["authorities"],
            case .array(let revoked)? = value["revoked"]
        else { return nil }
        self.init()
        self.sequence = UInt64(sequence)
        for item in authorities {
            guard let authority = AuthorityRecord(item) else { return nil }
            self.authorities.append(authority)
        }
        for item in revoked {
            guard let issuer = item["issuer"]?.string, let serial = item["serial"]?.string,
                let start = item["at"]?.integer, let end = item["end"]?.integer
            else { return nil }
            self.revoked.append(
                RevokedCertificate(
                    entry: .init(issuerKeyID: issuer, serial: serial), revokedNanoseconds: start,
                    notAfterNanoseconds: end))
        }
    }

    private static func write(_ authority: AuthorityRecord, to writer: inout JSONWriter) {
        writer.raw("{\"kind\":")
        writer.string(authority.kind.rawValue)
        writer.raw(",\"key_id\":")
        writer.string(authority.keyID)
        writer.raw(",\"key\":")
        writer.string(authority.keyName)
        writer.raw(",\"state\":")
        writer.string(authority.state.rawValue)
        writer.raw(",\"certificate\":")
        writer.string(Data(authority.certificateDER).base64EncodedString())
        if let crossed = authority.crossSignedDER {
            writer.raw(",\"cross_signed\":")
            writer.string(Data(crossed).base64EncodedString())
        }
        writer.raw(",\"public_key\":")
        writer.string(Data(authority.publicKeyDER).base64EncodedString())
        if let issuer = authority.issuerKeyID {
            writer.raw(",\"issuer\":")
            writer.string(issuer)
        }
        writer.raw(",\"end\":")
        writer.integer(authority.notAfterNanoseconds)
        writer.raw(",\"published\":")
        writer.integer(authority.publishedNanoseconds)
        writer.raw(",\"published_sequence\":")
        writer.integer(authority.publishedSequence)
        writer.raw(",\"changed\":")
        writer.integer(authority.changedNanoseconds)
        if let last = authority.lastIssuedEndNanoseconds {
            writer.raw(",\"last_issued_end\":")
            writer.integer(last)
        }
        writer.raw("}")
    }
}

extension AuthorityRecord {
    init?(_ value: JSONValue) {
        guard let kind = value["kind"]?.string.flatMap(AuthorityKind.init(rawValue:)),
            let keyID = value["key_id"]?.string, let keyName = value["key"]?.string,
            let state = value["state"]?.string.flatMap(AuthorityState.init(rawValue:)),
            let certificate = value["certificate"]?.string.flatMap({ Data(base64Encoded: $0) }),
            let publicKey = value["public_key"]?.string.flatMap({ Data(base64Encoded: $0) }),
            let end = value["end"]?.integer, let published = value["published"]?.integer,
            let sequence = value["published_sequence"]?.integer, sequence >= 0,
            let changed = value["changed"]?.integer
        else { return nil }
        self.init(
            kind: kind, keyID: keyID, keyName: keyName, certificateDER: Array(certificate),
            crossSignedDER: value["cross_signed"]?.string.flatMap { Data(base64Encoded: $0) }
                .map { Array($0) },
            publicKeyDER: Array(publicKey), issuerKeyID: value["issuer"]?.string,
            notAfterNanoseconds: end, publishedNanoseconds: published,
            publishedSequence: UInt64(sequence), state: state, changedNanoseconds: changed,
            lastIssuedEndNanoseconds: value["last_issued_end"]?.integer)
    }
}

extension JSONLimits {
    /// For the ledger's file.
    static let ledger = JSONLimits(
        bytesMax: PKILimits.ledgerBytesMax, depthMax: 6, valuesMax: 1_000_000)
}
