internal import Auth
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// Whose a connection is, for those who count it and those who end it.
extension ClientConnection {
    /// Counts the connection, and what waits on it, for the principal that it is proven to be of.
    func take(_ rate: RateMeters?) {
        guard let rate else { return }
        account?.queue(-queuedBytes)
        account = rate
        rate.queue(queuedBytes)
        count(for: rate)
    }

    /// The first request with a good credential shows whose a connection is that has no certificate.
    @inline(never)
    func prove(by standing: Standing) {
        guard standing.subject.principal.kind != .anonymous else { return }
        isProven = true
        take(standing.rate)
        if !isCrowded { connection?.prove() }
    }

    /// Keeps in mind for whom the connection is live; one of a proxy is so for many, and not theirs to lose.
    @inline(never)
    func note(_ standing: Standing) {
        noted = standing
        guard !isBehindProxy, standing.subject.principal.kind != .anonymous else { return }
        note(standing.subject.principal)
        if let digest = standings.digest(of: standing) { note([LiveOwner(digest: digest)]) }
        if let name = standing.terms?.liveName { note([LiveOwner(named: name)]) }
    }

    func note(_ principal: Principal) {
        let owner = LiveOwner(principal)
        note([owner])
        live.note(principal, as: owner)
    }

    func note(_ more: [LiveOwner]) {
        guard let connection else { return }
        // A handful, of which each knows its hash.
        for owner in more where !owners.contains(owner) {
            owners.append(owner)
            live.add(self, of: owner)
        }
        guard owners.count > ConnectionLimits.ownersMax else { return }
        connection.drain(within: PipelineLimits.endedDrainTime)
    }

    /// What the connection's certificate belongs to.
    var certificateOwners: [LiveOwner] {
        (connection?.tls?.peer as? VerifiedPeer).map(LiveOwner.all(of:)) ?? []
    }
}

extension ClientConnection: LiveConnection {
    func suspend() {
        suspensions += 1
        standings.isSuspended = true
    }

    /// One that ends anyway takes nothing more.
    func resume() {
        suspensions -= 1
        guard suspensions == 0, connection?.isDraining == false else { return }
        standings.isSuspended = false
    }

    func drain(within time: TimeAmount) { connection?.drain(within: time) }

    /// What was asked and waits for its turn is refused from now on.
    func cut() {
        suspend()
        connection?.cut()
    }
}
