internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON

/// Makes an API key that its caller owns.
struct CreateKey: CallerOperation {
    let request: APIKeyRequest
    var caller: Caller?
    let isChange = true
    let resource = Resource()

    func bound(to caller: Caller) -> any SlowOperation {
        CreateKey(request: request, caller: caller)
    }

    var intentDetail: [UInt8]? {
        var writer = JSONWriter()
        writer.raw("{\"name\":")
        writer.string(request.name)
        writer.raw(",\"scopes\":")
        writer.strings(request.scopes)
        writer.raw(",\"expires_in_seconds\":")
        writer.integer(request.endsInSeconds)
        writer.raw("}")
        return writer.bytes
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard let caller else { return SlowOutcome(.failure(.internalError("no caller"))) }
        guard caller.principal.authentication != .apiKey, caller.principal.kind != .anonymous else {
            return SlowOutcome(
                .failure(
                    Problem(
                        status: 403, code: "key-by-key", title: "refused",
                        detail: "an API key makes no API keys; sign on or use a certificate")))
        }
        do throws(AuthError) {
            let made = try await caller.core.keys.create(
                request, owner: caller.principal, permit: permit, receipt: receipt,
                nowNanoseconds: now)
            return SlowOutcome(
                .success(Answer(status: 201, json: KeyText.encode(made.key, secret: made.text))),
                detail: KeyText.detail(made.key))
        } catch {
            return SlowOutcome(.failure(Problem(error)))
        }
    }
}

/// Gives a key a new secret.
struct RotateKey: CallerOperation {
    let id: String
    let graceSeconds: Int64
    var caller: Caller?
    let isChange = true

    var resource: Resource { Resource(id: id) }
    var intentDetail: [UInt8]? { Array("{\"grace_seconds\":\(graceSeconds)}".utf8) }

    func bound(to caller: Caller) -> any SlowOperation {
        RotateKey(id: id, graceSeconds: graceSeconds, caller: caller)
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard let caller else { return SlowOutcome(.failure(.internalError("no caller"))) }
        do throws(AuthError) {
            let made = try await caller.core.keys.rotate(
                id, graceSeconds: graceSeconds, permit: permit, receipt: receipt,
                nowNanoseconds: now)
            guard let made else { return SlowOutcome(.failure(.notFound("no live API key \(id)"))) }
            return SlowOutcome(
                .success(Answer(status: 200, json: KeyText.encode(made.key, secret: made.text))))
        } catch {
            return SlowOutcome(.failure(Problem(error)))
        }
    }
}

/// Ends a key for good, with the connections that use it.
struct RevokeKey: CallerOperation {
    let id: String
    var caller: Caller?
    let isChange = true

    var resource: Resource { Resource(id: id) }

    func bound(to caller: Caller) -> any SlowOperation { RevokeKey(id: id, caller: caller) }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard let caller else { return SlowOutcome(.failure(.internalError("no caller"))) }
        do throws(AuthError) {
            let isThere = try await caller.core.keys.revoke(
                id, permit: permit, receipt: receipt, nowNanoseconds: now)
            guard isThere else { return SlowOutcome(.failure(.notFound("no API key \(id)"))) }
            let id = id
            // Not the connection that asks: it is another principal's.
            let ended = await caller.core.connections.end { $0.credentials.contains(id) }
            return SlowOutcome(
                .success(.noContent), detail: Array("{\"connections_ended\":\(ended)}".utf8))
        } catch {
            return SlowOutcome(.failure(Problem(error)))
        }
    }
}

/// Lists all keys, without secrets.
struct ListKeys: CallerOperation {
    var caller: Caller?
    let isChange = false
    let resource = Resource()

    func bound(to caller: Caller) -> any SlowOperation { ListKeys(caller: caller) }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard let caller else { return SlowOutcome(.failure(.internalError("no caller"))) }
        do throws(AuthError) {
            let keys = try caller.core.keys.list(permit: permit, receipt: receipt)
            var writer = JSONWriter(capacity: 64 + keys.count * 400)
            writer.raw("{\"keys\":[")
            for (index, key) in keys.enumerated() {
                if index > 0 { writer.raw(",") }
                writer.raw(KeyText.encode(key, secret: nil))
            }
            writer.raw("]}")
            return SlowOutcome(.success(Answer(status: 200, json: writer.bytes)))
        } catch {
            return SlowOutcome(.failure(Problem(error)))
        }
    }
}

/// Shows one key, without secrets.
struct ShowKey: CallerOperation {
    let id: String
    var caller: Caller?
    let isChange = false

    var resource: Resource { Resource(id: id) }

    func bound(to caller: Caller) -> any SlowOperation { ShowKey(id: id, caller: caller) }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard let caller else { return SlowOutcome(.failure(.internalError("no caller"))) }
        do throws(AuthError) {
            let key = try caller.core.keys.show(id, permit: permit, receipt: receipt)
            guard let key else { return SlowOutcome(.failure(.notFound("no API key \(id)"))) }
            return SlowOutcome(
                .success(Answer(status: 200, json: KeyText.encode(key, secret: nil))))
        } catch {
            return SlowOutcome(.failure(Problem(error)))
        }
    }
}

extension Problem {
    /// What the credential module can't do, as an answer.
    init(_ error: AuthError) {
        switch error {
        case .store:
            self.init(
                status: 503, code: error.code, title: "credential store unavailable",
                detail: "the store of credentials can't be written", retryAfterSeconds: 5)
        case .full:
            self.init(
                status: 503, code: error.code, title: "too many API keys",
                detail: error.description, retryAfterSeconds: 60)
        case .keySet, .settings, .unproven: self = .internalError(error.description)
        }
    }
}
