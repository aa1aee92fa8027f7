public import Audit
internal import StrictJSON

extension AuthorityOffice {
    /// The ledger of a trust domain that was just made.
    static func founding(_ set: AuthoritySet, now: Int64) -> AuthorityLedger {
        var ledger = AuthorityLedger()
        for (kind, name, certificate) in [
            (AuthorityKind.root, "root", set.root),
            (.intermediate, "intermediate", set.intermediate),
        ] {
            ledger.authorities.append(
                AuthorityRecord(
                    kind: kind, keyID: certificate.ownKeyID, keyName: name,
                    certificateDER: certificate.der, crossSignedDER: nil,
                    publicKeyDER: certificate.header.subjectPublicKeyInfo,
                    issuerKeyID: kind == .root ? nil : set.root.ownKeyID,
                    notAfterNanoseconds: certificate.notAfterNanoseconds,
                    publishedNanoseconds: now, publishedSequence: 1, state: .active,
                    changedNanoseconds: now, lastIssuedEndNanoseconds: nil))
        }
        return ledger
    }

    /// Makes what is missing so that identities can be issued, and puts all of it into use.
    func open(nowNanoseconds now: Int64) throws(PKIError) {
        try change { ledger throws(PKIError) in
            for kind in AuthorityKind.allCases {
                if let active = ledger.active(kind), active.notAfterNanoseconds > now { continue }
                if ledger.prepared(kind) == nil { _ = try make(kind, in: &ledger, now: now) }
                try ledger.activate(kind, lastIssuedEnd: now, now: now)
            }
        }
        try publish()
    }

    /// Takes over what the log says was tainted and revoked, which a backup of the folder may not know.
    ///
    /// - Parameters:
    ///   - changes: What the log's outcome records say, in their order.
    ///   - now: Nanoseconds since the Unix epoch.
    /// - Returns: Whether anything was new; the caller should say so.
    /// - Throws: `PKIError`.
    @discardableResult
    public func restore(
        _ changes: [AuthorityChange], nowNanoseconds now: Int64
    ) throws(PKIError) -> Bool {
        let isNew = try change { ledger throws(PKIError) in
            var isNew = false
            for done in changes {
                for keyID in done.tainted {
                    isNew = ledger.restore(keyID, .tainted, now: now) || isNew
                }
                for keyID in done.revoked {
                    isNew = ledger.restore(keyID, .revoked, now: now) || isNew
                }
                for entry in done.certificates {
                    guard let issuer = ledger.authority(entry.issuerKeyID),
                        issuer.notAfterNanoseconds > now
                    else { continue }
                    isNew =
                        ledger.revoke(
                            RevokedCertificate(
                                entry: entry, revokedNanoseconds: now,
                                notAfterNanoseconds: issuer.notAfterNanoseconds)) || isNew
                }
            }
            return isNew
        }
        if isNew { try open(nowNanoseconds: now) }
        return isNew
    }
}

extension AuthorityChange {
    /// Reads what a change's outcome record says; nil for the record of something else.
    public init?(_ record: ReplayedRecord) {
        guard record.action.hasPrefix("ca."), record.status == 200, let detail = record.detail,
            let value = try? StrictJSON.parse(detail)
        else { return nil }
        self.init()
        tainted = Self.names(value["tainted"])
        revoked = Self.names(value["revoked"])
        certificates = Self.names(value["certificates"]).compactMap { text in
            let parts = text.split(separator: ":")
            guard parts.count == 2 else { return nil }
            return .init(issuerKeyID: String(parts[0]), serial: String(parts[1]))
        }
        guard endsConnections else { return nil }
    }

    /// The detail of the outcome record, from which a restored backup learns what was revoked.
    public func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{")
        var isFirst = true
        for (name, list) in [
            ("prepared", prepared), ("activated", activated), ("tainted", tainted),
            ("revoked", revoked), ("removed", removed),
            ("certificates", certificates.map { "\($0.issuerKeyID):\($0.serial)" }),
        ] where !list.isEmpty {
            if !isFirst { writer.raw(",") }
            isFirst = false
            writer.string(name)
            writer.raw(":")
            writer.strings(list)
        }
        writer.raw("}")
        return writer.bytes
    }

    private static func names(_ value: JSONValue?) -> [String] {
        guard case .array(let items)? = value else { return [] }
        return items.compactMap(\.string)
    }
}
