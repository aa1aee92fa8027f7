public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import Proofs

/// What is done to keys under a permit and a receipt. Expected refusals are values; what fails is thrown.
extension APIKeyRing {
    /// Makes a key that its caller owns.
    ///
    /// - Throws: ``AuthError``; then nothing is made.
    public func create(
        _ plan: APIKeyPlan, owner: Principal, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws(AuthError) -> Result<MintedAPIKey, APIKeyRefusal> {
        let sequence = try clear(permit, receipt, .keyCreate, plan.id).sequence
        let starts = plan.startsNanoseconds ?? now
        let seconds = plan.seconds ?? min(AuthLimits.keySecondsDefault, bounds.secondsMax)
        guard seconds <= bounds.secondsMax else {
            return .failure(.tooLong(mostSeconds: bounds.secondsMax))
        }
        let length = Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let ends = starts.addingReportingOverflow(length.partialValue)
        guard !length.overflow, !ends.overflow, ends.partialValue > now else {
            return .failure(.impossibleTimes)
        }
        let text = APIKeyText(newSecretOf: plan.id)
        let key = APIKey(
            id: plan.id, name: plan.name, owner: CredentialHolder(owner), scopes: plan.scopes,
            ranges: plan.ranges, spiffeID: plan.spiffeID, perMinute: plan.perMinute,
            perHour: plan.perHour, createdSequence: sequence, createdNanoseconds: now,
            startsNanoseconds: starts, endsNanoseconds: ends.partialValue,
            secrets: [APIKey.Secret(hash: Self.hash(of: text))])
        return try await store.change {
            switch self.room(for: key, now) {
            case .failure(let refusal): return .init(result: .failure(refusal))
            case .success(let forgotten):
                return .init(
                    keys: [key], forgotten: forgotten,
                    result: .success(MintedAPIKey(key: key, whole: text)),
                    kept: {
                        self.forget(forgotten)
                        self.keep(key)
                    })
            }
        }
    }

    /// Gives a key a new secret; the last one is good for the grace and no longer.
    ///
    /// - Throws: ``AuthError``; then nothing is changed.
    public func rotate(
        _ id: String, graceSeconds: Int, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws(AuthError) -> Result<MintedAPIKey, APIKeyRefusal> {
        let clearance = try clear(permit, receipt, .keyRotate, id)
        let (caller, sequence) = (clearance.principal, clearance.sequence)
        let grace = Int64(min(max(graceSeconds, 0), AuthLimits.graceSecondsMax)) * 1_000_000_000
        return try await store.change {
            guard var key = self.find(id) else { return .init(result: .failure(.unknown)) }
            guard key.owner.digest == caller else {
                return .init(result: .failure(.notTheOwner))
            }
            guard key.revokedNanoseconds == nil, now < key.endsNanoseconds, !self.isVoid(key) else {
                return .init(result: .failure(.over))
            }
            let text = APIKeyText(newSecretOf: id)
            let end = now.addingReportingOverflow(grace).partialValue
            var last = key.secrets.first
            let lastEnd = min(last?.endsNanoseconds ?? .max, end)
            last?.endsNanoseconds = lastEnd
            key.secrets = [APIKey.Secret(hash: Self.hash(of: text))]
            if let last, lastEnd > now { key.secrets.append(last) }
            key.rotatedNanoseconds = now
            key.rotatedSequence = sequence
            return self.change(to: key, .success(MintedAPIKey(key: key, whole: text)))
        }
    }

    /// Ends a key for good: at once in memory, and on disk before it returns.
    ///
    /// - Throws: ``AuthError`` where it is not on disk; it is revoked all the same, and the log has it.
    public func revoke(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws(AuthError) -> Result<Void, APIKeyRefusal> {
        _ = try clear(permit, receipt, .keyRevoke, id)
        return try await store.change {
            guard var key = self.find(id) else { return .init(result: .failure(.unknown)) }
            if key.revokedNanoseconds == nil {
                key.revokedNanoseconds = now
                self.state.withLockedValue { _ = $0.unwritten.insert(id) }
                self.keep(key)
            }
            return .init(
                keys: [key], result: .success(()),
                kept: { self.state.withLockedValue { _ = $0.unwritten.remove(id) } })
        }
    }

    private func change(
        to key: APIKey, _ result: Result<MintedAPIKey, APIKeyRefusal>
    ) -> CredentialStore.Change<Result<MintedAPIKey, APIKeyRefusal>> {
        .init(keys: [key], result: result, kept: { self.keep(key) })
    }

    /// Whether there is room for a key; the ids of those that make it.
    private func room(
        for key: APIKey, _ now: Int64
    ) -> Result<[String], APIKeyRefusal> {
        let (count, own) = state.withLockedValue { state in
            let ids = state.byOwner[key.owner.digest] ?? []
            return (state.entries.count, ids.compactMap { state.entries[$0]?.key })
        }
        guard own.count(where: { overNanoseconds(of: $0) > now }) < bounds.perOwnerMax else {
            return .failure(.tooManyOfOwner)
        }
        guard find(key.id) == nil else { return .failure(.full) }
        guard count >= bounds.keysMax else { return .success([]) }
        let over = state.withLockedValue { $0.entries.values.map(\.key) }.map {
            (id: $0.id, end: overNanoseconds(of: $0))
        }
        guard let oldest = over.min(by: { $0.end < $1.end }), oldest.end <= now else {
            return .failure(.full)
        }
        return .success([oldest.id])
    }

    /// When a key ended or will end for good; what became void ended before all others.
    private func overNanoseconds(of key: APIKey) -> Int64 {
        isVoid(key) ? .min : key.overNanoseconds
    }

    func forget(_ ids: [String]) {
        state.withLockedValue { state in
            for id in ids {
                guard let entry = state.entries.removeValue(forKey: id) else { continue }
                let owner = entry.key.owner.digest
                state.byOwner[owner]?.remove(id)
                if state.byOwner[owner]?.isEmpty == true { state.byOwner[owner] = nil }
            }
        }
    }

    /// Uses permit and receipt up, if they are for what is to be done.
    func clear(
        _ permit: consuming Permit, _ receipt: consuming Receipt, _ action: Action, _ id: String?
    ) throws(AuthError) -> Clearance {
        switch Clearance.check(permit, receipt, for: WantedOperation(action, id: id)) {
        case .success(let clearance): return clearance
        case .failure(let mismatch): throw .unproven(mismatch.reason)
        }
    }
}
