internal import Audit
internal import NIOCore
internal import Policy
internal import Registry
internal import StrictJSON

extension Performer {
    func discover(
        _ query: DiscoverQuery, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ now: Int64
    ) -> Result<Answer, Problem> {
        let outcome = registry.discover(
            query, permit: permit, receipt: receipt, nowNanoseconds: now)
        switch outcome {
        case .found(let instance, let index):
            return .success(Answer(status: 200, body: encode(query, instance, index)))
        case .none:
            return .failure(
                .notFound("no live instance of \(query.service) in \(query.namespace) matches"))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }

    /// Names and strategy are of characters that JSON needs no escape for; the instance is encoded.
    private func encode(
        _ query: DiscoverQuery, _ instance: DiscoveredInstance, _ index: UInt64
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(96 + query.service.utf8.count + instance.fragment.count)
        buffer.writeStaticString("{\"service\":\"")
        buffer.writeString(query.service)
        buffer.writeStaticString("\",\"strategy\":\"")
        buffer.writeString(query.strategy.rawValue)
        buffer.writeStaticString("\",\"index\":")
        buffer.writeString(String(index))
        buffer.writeStaticString(",\"instance\":")
        buffer.writeBytes(instance.fragment)
        buffer.writeStaticString("}")
        return buffer
    }

    func instances(
        _ query: InstancesQuery, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ now: Int64
    ) -> Result<Answer, Problem> {
        let outcome = registry.instances(
            of: query.service, namespace: query.namespace, filter: query.filter, permit: permit,
            receipt: receipt, nowNanoseconds: now)
        switch outcome {
        case .listed(let instances, let index):
            var writer = JSONWriter(capacity: 64 + instances.count * 256)
            writer.raw("{\"service\":")
            writer.string(query.service)
            writer.raw(",\"index\":")
            writer.integer(index)
            writer.raw(",\"instances\":[")
            for (position, instance) in instances.enumerated() {
                if position > 0 { writer.raw(",") }
                writer.raw(instance.fragment)
            }
            writer.raw("]}")
            return .success(Answer(status: 200, json: writer.bytes))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }

    func services(
        _ namespace: String, _ permit: consuming Permit, _ receipt: consuming Receipt, _ now: Int64
    ) -> Result<Answer, Problem> {
        let outcome = registry.services(
            in: namespace, permit: permit, receipt: receipt, nowNanoseconds: now)
        switch outcome {
        case .listed(let services, let index):
            var writer = JSONWriter(capacity: 64 + services.count * 96)
            writer.raw("{\"index\":")
            writer.integer(index)
            writer.raw(",\"services\":[")
            for (position, service) in services.enumerated() {
                writer.raw(position > 0 ? ",{\"service\":" : "{\"service\":")
                writer.string(service.service)
                writer.raw(",\"namespace\":")
                writer.string(namespace)
                writer.raw(",\"instances\":")
                writer.integer(service.instances)
                writer.raw(",\"index\":")
                writer.integer(service.index)
                writer.raw("}")
            }
            writer.raw("]}")
            return .success(Answer(status: 200, json: writer.bytes))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }
}
