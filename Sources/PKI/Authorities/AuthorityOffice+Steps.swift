/// What was done to the authorities, for the answer and the record.
public struct AuthorityChange: Sendable, Equatable {
    /// The key identifiers of authorities that were made.
    public var prepared: [String] = []
    /// Those that sign from now on.
    public var activated: [String] = []
    /// Those that nothing is taken from any more.
    public var tainted: [String] = []
    /// Those that are gone for good.
    public var revoked: [String] = []
    /// Those that were forgotten, because all that they signed has ended.
    public var removed: [String] = []
    /// The certificates that were revoked.
    public var certificates: [RevocationSet.Entry] = []

    /// Nothing was done.
    public init() {}

    /// Whether live connections may have lost what they stand on.
    public var endsConnections: Bool {
        !tainted.isEmpty || !revoked.isEmpty || !certificates.isEmpty
    }
}

extension AuthorityOffice {
    /// Makes the next authority of a kind and publishes it; nothing is signed with it yet.
    ///
    /// - Parameters:
    ///   - kind: What to make.
    ///   - crossSign: For a root: have the active root sign it too, for peers that lag behind.
    ///   - now: Nanoseconds since the Unix epoch.
    /// - Returns: What was made.
    /// - Throws: `PKIError.wrongState` when one is prepared already.
    public func prepare(
        _ kind: AuthorityKind, crossSign: Bool = false, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        try change { ledger throws(PKIError) in
            var done = AuthorityChange()
            let made = try make(kind, in: &ledger, crossSign: crossSign, now: now)
            done.prepared = [made.keyID]
            return done
        }
    }

    /// Lets the prepared authority sign from now on.
    ///
    /// A root is activated only when every reader of the bundle has seen it, unless `force` is set; with it comes a new
    /// intermediate under it.
    /// - Throws: `PKIError.wrongState`, naming who lags behind.
    public func activate(
        _ kind: AuthorityKind, force: Bool = false, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        try change { ledger throws(PKIError) in
            try activate(kind, force: force, in: &ledger, now: now)
        }
    }

    /// Prepares, if none is prepared, and activates.
    /// - Throws: `PKIError.wrongState`.
    public func rotate(
        _ kind: AuthorityKind, force: Bool = false, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        try change { ledger throws(PKIError) in
            var done = AuthorityChange()
            if ledger.prepared(kind) == nil {
                done.prepared = [try make(kind, in: &ledger, crossSign: true, now: now).keyID]
            }
            let activated = try activate(kind, force: force, in: &ledger, now: now)
            done.prepared += activated.prepared
            done.activated = activated.activated
            return done
        }
    }

    /// Takes nothing any more that an authority signed.
    /// - Throws: `PKIError.wrongState` for the active one.
    public func taint(
        _ keyID: String, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        try change { ledger throws(PKIError) in
            try ledger.taint(keyID, now: now)
            var done = AuthorityChange()
            done.tainted = [keyID]
            return done
        }
    }

    /// Removes an authority for good.
    /// - Throws: `PKIError.wrongState` for the active one.
    public func revoke(
        _ keyID: String, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        try change { ledger throws(PKIError) in
            try ledger.revoke(keyID, now: now)
            var done = AuthorityChange()
            done.revoked = [keyID]
            return done
        }
    }

    /// Takes a certificate no more that one of our intermediates signed.
    ///
    /// - Parameters:
    ///   - serial: The serial number in lower-case hexadecimal.
    ///   - issuerKeyID: The issuer; nil means whichever of ours, for those who know the serial number only.
    ///   - now: Nanoseconds since the Unix epoch.
    /// - Returns: What was revoked.
    /// - Throws: `PKIError.wrongState` when the issuer is not ours.
    public func revokeCertificate(
        serial: String, issuerKeyID: String?, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        guard Self.isSerial(serial) else {
            throw .wrongState("\(serial.quotedForPeople) is not a serial number in hexadecimal")
        }
        return try change { ledger throws(PKIError) in
            let issuers = ledger.authorities.filter {
                $0.kind == .intermediate && (issuerKeyID == nil || $0.keyID == issuerKeyID)
            }
            guard !issuers.isEmpty else {
                throw .wrongState("\((issuerKeyID ?? "").quotedForPeople) is no issuer of ours")
            }
            var done = AuthorityChange()
            for issuer in issuers {
                let entry = RevocationSet.Entry(issuerKeyID: issuer.keyID, serial: serial)
                let isNew = ledger.revoke(
                    RevokedCertificate(
                        entry: entry, revokedNanoseconds: now,
                        notAfterNanoseconds: issuer.notAfterNanoseconds))
                if isNew { done.certificates.append(entry) }
            }
            return done
        }
    }

    /// Replaces an authority that is known to others, and takes nothing any more that it signed.
    ///
    /// In one step: the next one is prepared and active, the compromised one tainted and revoked.
    /// - Throws: `PKIError.wrongState`.
    public func compromise(
        _ keyID: String, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        try change { ledger throws(PKIError) in
            guard let record = ledger.authority(keyID), record.state != .revoked else {
                throw .wrongState("no authority \(keyID.quotedForPeople) that is not revoked")
            }
            var done = AuthorityChange()
            if record.state == .active {
                if ledger.prepared(record.kind) == nil {
                    done.prepared = [try make(record.kind, in: &ledger, now: now).keyID]
                }
                let activated = try activate(record.kind, force: true, in: &ledger, now: now)
                done.prepared += activated.prepared
                done.activated = activated.activated
            }
            if record.state != .tainted { try ledger.taint(keyID, now: now) }
            try ledger.revoke(keyID, now: now)
            done.tainted = [keyID]
            done.revoked = [keyID]
            return done
        }
    }

    /// Forgets old authorities after their last leaf; their keys are destroyed.
    public func prune(nowNanoseconds now: Int64) throws(PKIError) -> AuthorityChange {
        var gone: [AuthorityRecord] = []
        try change { ledger throws(PKIError) in gone = ledger.prune(now: now) }
        for record in gone { try custody.destroyKey(record.keyName) }
        var done = AuthorityChange()
        done.removed = gone.map(\.keyID)
        return done
    }
}

extension AuthorityOffice {
    private func activate(
        _ kind: AuthorityKind, force: Bool, in ledger: inout AuthorityLedger, now: Int64
    ) throws(PKIError) -> AuthorityChange {
        var done = AuthorityChange()
        if kind != .intermediate, !force, let next = ledger.prepared(kind) {
            let behind = adoption.laggards(behind: next.publishedSequence, nowNanoseconds: now)
            guard behind.isEmpty else {
                throw .wrongState(
                    "\(behind.count) readers have not seen the prepared \(kind.rawValue) yet: "
                        + behind.prefix(5).joined(separator: ", "))
            }
        }
        let retiring = kind == .root ? ledger.active(.intermediate) : ledger.active(kind)
        let end = retiring.map { lastIssuedEnd(of: $0, now: now) }
        try ledger.activate(kind, lastIssuedEnd: end, now: now)
        done.activated = ledger.active(kind).map { [$0.keyID] } ?? []
        guard kind == .root else { return done }
        if let unused = ledger.prepared(.intermediate) {
            ledger.authorities.removeAll { $0.keyID == unused.keyID }
        }
        let below = try make(.intermediate, in: &ledger, now: now)
        try ledger.activate(.intermediate, lastIssuedEnd: end, now: now)
        done.prepared = [below.keyID]
        done.activated.append(below.keyID)
        return done
    }

    /// What was seen since the start; for an authority that was active before, the longest that may be out there.
    private func lastIssuedEnd(of record: AuthorityRecord, now: Int64) -> Int64 {
        let second = PKILimits.nanosecondsPerSecond
        if record.kind == .jwt { return now + lives.tokenSecondsMax * second }
        let seen = authority.latestEnd(of: record.keyID) ?? now
        guard record.changedNanoseconds < startedNanoseconds else { return seen }
        return max(
            seen,
            min(record.notAfterNanoseconds, startedNanoseconds + lives.leafSecondsMax * second))
    }

    private static func isSerial(_ text: String) -> Bool {
        (2...40).contains(text.utf8.count) && text.utf8.count % 2 == 0
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
