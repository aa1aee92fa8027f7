internal import Audit
internal import Policy
internal import Registry
internal import StrictJSON

extension Performer {
    func register(
        _ registration: Registration, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ ticket: borrowing ChangeTicket, _ now: Int64
    ) -> Result<Answer, Problem> {
        let outcome = registry.register(
            registration, permit: permit, receipt: receipt, ticket: ticket, nowNanoseconds: now)
        switch outcome {
        case .created(let index):
            return .success(Answer(status: 201, json: encode(registration, index)))
        case .updated(let index), .superseded(let index):
            return .success(Answer(status: 200, json: encode(registration, index)))
        case .full:
            return .failure(
                Problem(
                    status: 503, code: "catalogue-full", title: "catalogue full",
                    detail: "the service or the catalogue holds as many instances as it may",
                    retryAfterSeconds: 5))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }

    private func encode(_ registration: Registration, _ index: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"service\":")
        writer.string(registration.service)
        writer.raw(",\"namespace\":")
        writer.string(registration.namespace)
        writer.raw(",\"id\":")
        writer.string(registration.id)
        writer.raw(",\"index\":")
        writer.integer(index)
        writer.raw(",\"ttlSeconds\":")
        writer.integer(registration.ttlSeconds)
        writer.raw("}")
        return writer.bytes
    }

    func heartbeat(
        _ name: InstanceName, _ permit: consuming Permit, _ receipt: consuming Receipt, _ now: Int64
    ) -> Result<Answer, Problem> {
        let outcome = registry.heartbeat(
            service: name.service, namespace: name.namespace, id: name.id, permit: permit,
            receipt: receipt, nowNanoseconds: now)
        switch outcome {
        case .renewed(let end):
            var writer = JSONWriter()
            writer.raw("{\"id\":")
            writer.string(name.id)
            writer.raw(",\"expiresAt\":")
            writer.string(TimeText.rfc3339(nanoseconds: end))
            writer.raw("}")
            return .success(Answer(status: 200, json: writer.bytes))
        case .unknown:
            return .failure(unknown(name))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }

    func deregister(
        _ name: InstanceName, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ ticket: borrowing ChangeTicket, _ now: Int64
    ) -> Result<Answer, Problem> {
        let outcome = registry.deregister(
            service: name.service, namespace: name.namespace, id: name.id, permit: permit,
            receipt: receipt, ticket: ticket, nowNanoseconds: now)
        switch outcome {
        case .removed, .superseded: return .success(.noContent)
        case .unknown: return .failure(unknown(name))
        case .refused(let mismatch): return .failure(.internalError("\(mismatch)"))
        }
    }

    private func unknown(_ name: InstanceName) -> Problem {
        .notFound("no instance \(name.id) of \(name.service) in namespace \(name.namespace)")
    }
}
