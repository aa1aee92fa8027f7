internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

/// One step in the life of an authority or a certificate, decided and recorded before it is taken.
struct AuthorityOperation: SlowOperation {
    /// Nil in the description of the rows only.
    let desk: AuthorityDesk?
    let request: AuthorityRequest

    var resource: Resource { Resource(id: request.authority ?? request.serial) }
    var isChange: Bool { !request.isDryRun }
    var intentDetail: [UInt8]? { request.encodedDetail() }

    private var action: Action {
        switch request.step {
        case .prepare, .activate, .rotate: .caRotate
        case .taint: .caTaint
        case .revoke, .compromise: .caRevoke
        }
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == action,
            permit.operation.resource == resource, let desk
        else { return SlowOutcome(.failure(.internalError("the permit is for something else"))) }
        if request.isDryRun { return await BlastRadius(desk: desk, request: request).outcome(now) }
        do throws(PKIError) {
            let change = try step(desk.trustDomain.office, now)
            let ended = await desk.settle(change)
            return SlowOutcome(
                .success(Answer(status: 200, json: encode(change, ended, desk.trustDomain.office))),
                detail: change.encodedDetail())
        } catch {
            return SlowOutcome(.failure(Problem(error)))
        }
    }

    private func step(
        _ office: AuthorityOffice, _ now: Int64
    ) throws(PKIError) -> AuthorityChange {
        let kind = request.kind ?? .intermediate
        switch request.step {
        case .prepare:
            return try office.prepare(
                kind, crossSign: request.isCrossSigned, nowNanoseconds: now)
        case .activate:
            return try office.activate(kind, force: request.isForced, nowNanoseconds: now)
        case .rotate:
            return try office.rotate(kind, force: request.isForced, nowNanoseconds: now)
        case .taint: return try office.taint(request.authority ?? "", nowNanoseconds: now)
        case .revoke:
            guard let serial = request.serial else {
                return try office.revoke(request.authority ?? "", nowNanoseconds: now)
            }
            return try office.revokeCertificate(
                serial: serial, issuerKeyID: request.issuer, nowNanoseconds: now)
        case .compromise:
            return try office.compromise(request.authority ?? "", nowNanoseconds: now)
        }
    }

    private func encode(
        _ change: AuthorityChange, _ ended: Int, _ office: AuthorityOffice
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"step\":")
        writer.string(request.step.rawValue)
        writer.raw(",\"change\":")
        writer.raw(change.encodedDetail())
        writer.raw(",\"connectionsEnded\":")
        writer.integer(ended)
        writer.raw(",\"sequence\":")
        writer.integer(office.ledger.sequence)
        writer.raw("}")
        return writer.bytes
    }
}

/// Lists the authorities and who has seen which state of the bundle.
struct AuthorityListing: SlowOperation {
    /// Nil in the description of the rows only.
    let desk: AuthorityDesk?

    var resource: Resource { Resource() }
    var isChange: Bool { false }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == .caRead,
            let desk
        else {
            return SlowOutcome(.failure(.internalError("the permit is for something else")))
        }
        let office = desk.trustDomain.office
        let ledger = office.ledger
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"trustDomain\":")
        writer.string(office.trustDomain)
        writer.raw(",\"sequence\":")
        writer.integer(ledger.sequence)
        writer.raw(",\"authorities\":[")
        for (index, authority) in ledger.authorities.enumerated() {
            if index > 0 { writer.raw(",") }
            Self.write(authority, office, now, to: &writer)
        }
        writer.raw("],\"readers\":{")
        for (index, reader) in office.adoption.seen.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(reader.key)
            writer.raw(":")
            writer.integer(reader.value)
        }
        writer.raw("},\"revokedCertificates\":")
        writer.integer(ledger.revoked.count)
        writer.raw("}")
        return SlowOutcome(.success(Answer(status: 200, json: writer.bytes)))
    }

    private static func write(
        _ authority: AuthorityRecord, _ office: AuthorityOffice, _ now: Int64,
        to writer: inout JSONWriter
    ) {
        writer.raw("{\"authority\":")
        writer.string(authority.keyID)
        writer.raw(",\"kind\":")
        writer.string(authority.kind.rawValue)
        writer.raw(",\"state\":")
        writer.string(authority.state.rawValue)
        writer.raw(",\"since\":")
        writer.string(TimeText.rfc3339(nanoseconds: authority.changedNanoseconds))
        writer.raw(",\"expires\":")
        writer.string(TimeText.rfc3339(nanoseconds: authority.notAfterNanoseconds))
        if let issuer = authority.issuerKeyID {
            writer.raw(",\"issuer\":")
            writer.string(issuer)
        }
        if authority.kind != .intermediate, authority.state == .prepared {
            writer.raw(",\"waitingFor\":")
            writer.strings(
                office.adoption.laggards(
                    behind: authority.publishedSequence, nowNanoseconds: now))
        }
        writer.raw("}")
    }
}
