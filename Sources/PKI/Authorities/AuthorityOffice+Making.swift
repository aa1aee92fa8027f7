import Text

/// Makes authorities and lets them sign, on a copy of what there is; the caller has the turn.
extension AuthorityOffice {
    /// Makes the next intermediate: its files are there, and nothing names them yet.
    func prepare(
        in next: inout AuthorityHoldings, _ now: Int64
    ) throws(PKIError) -> String {
        try next.ledger.checkMayPrepare(.intermediate)
        try forgetFailedAttempts()
        let (issuerKey, issuer) = try issuer(next, now)
        let made = try opening(now).maker.intermediate(
            under: issuer, issuerKey: issuerKey, seconds: lives.intermediateSeconds,
            makeKey: files.makeKey)
        let keyID = made.certificate.ownKeyID
        let file = "\(AuthorityKind.intermediate.rawValue)-\(keyID)"
        try files.add(file, key: made.key, certificate: made.certificate)
        try next.ledger.add(
            AuthorityRecord(
                .intermediate, made.certificate, file: file, stage: .prepared,
                sinceNanoseconds: now))
        next.certificates[keyID] = made.certificate
        return keyID
    }

    /// The root that signs now, with its key.
    func issuer(
        _ holdings: AuthorityHoldings, _ now: Int64
    ) throws(PKIError) -> (key: any AuthorityKey, certificate: ParsedCertificate) {
        guard let root = holdings.ledger.active(.root),
            let certificate = holdings.certificates[root.keyID]
        else { throw .wrongState("no root is active") }
        guard let key = try opening(now).key(root, certificate) else {
            throw .wrongState(
                "the key of the root is not on this machine: make a request with `maxine ca csr`, have"
                    + " the root sign it, and give the certificate to `maxine ca install`")
        }
        return (key, certificate)
    }

    func activate(
        in next: inout AuthorityHoldings, _ change: inout AuthorityChange, _ now: Int64
    ) throws(PKIError) {
        let before = next.ledger.active(.intermediate)
        if let prepared = next.ledger.prepared(.intermediate), prepared.notAfterNanoseconds <= now {
            throw .authorityEnding(notAfterNanoseconds: prepared.notAfterNanoseconds)
        }
        try next.ledger.activate(.intermediate, now: now)
        change.activated += next.ledger.active(.intermediate).map { [$0.keyID] } ?? []
        change.old += before.map { [$0.keyID] } ?? []
    }

    /// Makes the next root; from the moment that the ledger names it, it stands in the bundle.
    func prepareRoot(
        _ crossSign: Bool, in next: inout AuthorityHoldings, _ now: Int64
    ) throws(PKIError) -> String {
        try next.ledger.checkMayPrepare(.root)
        try forgetFailedAttempts()
        let older = crossSign ? try crossSigner(next, now) : nil
        let made = try opening(now).maker.root(
            seconds: lives.rootSeconds, crossSignedBy: older, makeKey: files.makeKey)
        let keyID = made.certificate.ownKeyID
        let file = "\(AuthorityKind.root.rawValue)-\(keyID)"
        try files.add(
            file, key: made.key, certificate: made.certificate, crossSigned: made.crossed)
        var record = AuthorityRecord(
            .root, made.certificate, file: file, stage: .prepared, sinceNanoseconds: now)
        record.isCrossSigned = made.crossed != nil
        try next.ledger.add(record)
        next.certificates[keyID] = made.certificate
        next.crossSigned[keyID] = made.crossed
        return keyID
    }

    /// Lets the prepared root sign, and a new intermediate below it; one that was prepared below the old root is not needed any more.
    func activateRoot(
        _ force: Bool, in next: inout AuthorityHoldings, _ change: inout AuthorityChange,
        _ now: Int64
    ) throws(PKIError) {
        guard let root = next.ledger.prepared(.root) else {
            throw .wrongState("no root is prepared: prepare one first")
        }
        try checkKey(of: root, in: next, now)
        let awaited = force ? [] : awaited(by: root, nowNanoseconds: now)
        guard awaited.isEmpty else { throw .wrongState(Self.waiting(for: awaited)) }
        let before = next.ledger.active(.root)
        try next.ledger.activate(.root, now: now)
        change.activated = [root.keyID]
        change.old = before.map { [$0.keyID] } ?? []
        next.ledger.retirePrepared(.intermediate, now: now)
        change.prepared = [try prepare(in: &next, now)]
        try activate(in: &next, &change, now)
    }

    private func crossSigner(
        _ holdings: AuthorityHoldings, _ now: Int64
    ) throws(PKIError) -> (key: any AuthorityKey, certificate: ParsedCertificate) {
        guard let root = holdings.ledger.active(.root),
            let certificate = holdings.certificates[root.keyID],
            let key = try opening(now).key(root, certificate)
        else {
            throw .wrongState(
                "the key of the root that signs now is not on this machine, so it can't sign the new one across:"
                    + " prepare it without, or put the key back for this step")
        }
        return (key, certificate)
    }

    /// It signs an intermediate at once; from then on it can be taken away.
    private func checkKey(
        of root: AuthorityRecord, in holdings: AuthorityHoldings, _ now: Int64
    ) throws(PKIError) {
        guard let certificate = holdings.certificates[root.keyID],
            try opening(now).key(root, certificate) == nil
        else { return }
        throw .wrongState(
            "the key of the prepared root is not on this machine: put it back as"
                + " \(files.path(root.file + ".key")), activate the root, and then take the key away with"
                + " `maxine ca export-root-key`")
    }

    private static func waiting(for names: [String]) -> String {
        let named = names.prefix(PKILimits.laggardsNamedMax).map { quote($0) }
        let more = names.count - named.count
        return "\(names.count) readers of the trust bundle have not seen the prepared root: "
            + named.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
            + "; wait until they have, or force it: they take nothing that is signed below it until they have"
    }
}
