internal import Registry
internal import StrictJSON
internal import Text

/// Successes of reading operations as the native API writes them.
enum ReadingAnswers {
    /// Names and strategy are of characters that JSON needs no escape for; the instance is encoded.
    static func discover(_ asked: Discover, _ found: Discover.Success) -> Answer {
        let query = asked.query
        var body: [UInt8] = []
        body.reserveCapacity(96 + query.service.utf8.count + found.instance.fragment.count)
        body.append(contentsOf: "{\"service\":\"".utf8)
        body.append(contentsOf: query.service.utf8)
        body.append(contentsOf: "\",\"strategy\":\"".utf8)
        body.append(contentsOf: query.strategy.rawValue.utf8)
        body.append(contentsOf: "\",\"index\":".utf8)
        body.append(decimal: found.index)
        body.append(contentsOf: ",\"instance\":".utf8)
        body.append(contentsOf: found.instance.fragment)
        body.append(UInt8(ascii: "}"))
        return Answer(status: 200, body: body)
    }

    static func instances(_ asked: ListInstances, _ found: ListInstances.Success) -> Answer {
        let instances = found.page.entries
        // Exactly: a page is large, and a buffer that grows takes three times its size on the way.
        let room = instances.reduce(512) { $0 + $1.fragment.count + 1 }
        var writer = JSONWriter(capacity: room)
        writer.raw("{\"service\":")
        writer.string(asked.service)
        writer.raw(",\"index\":")
        writer.integer(found.index)
        writer.raw(",\"instances\":[")
        for (position, instance) in instances.enumerated() {
            if position > 0 { writer.raw(",") }
            writer.raw(instance.fragment)
        }
        writer.raw("]")
        writer.next(found.page.next, of: asked.list)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func services(_ asked: ListServices, _ found: ListServices.Success) -> Answer {
        var writer = JSONWriter(capacity: 64 + found.page.entries.count * 96)
        writer.raw("{\"index\":")
        writer.integer(found.index)
        writer.raw(",")
        writer.page("services", found.page.entries, next: found.page.next, of: asked.list) {
            service, writer in
            writer.raw("{\"service\":")
            writer.string(service.service)
            writer.raw(",\"namespace\":")
            writer.string(asked.namespace)
            writer.raw(",\"instances\":")
            writer.integer(service.instances)
            writer.raw(",\"index\":")
            writer.integer(service.index)
            writer.raw("}")
        }
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func status(_ asked: ReadStatus, _ report: StatusReport) -> Answer {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"version\":")
        writer.string(GatewayVersion.current)
        writer.raw(",\"trustDomain\":")
        writer.string(report.trustDomain)
        writer.raw(",\"datacenter\":")
        writer.string(report.datacenter)
        writer.raw(",\"uptimeSeconds\":")
        writer.integer(report.uptimeSeconds)
        writer.raw(",\"ready\":")
        writer.raw(report.faults.isEmpty ? "true" : "false")
        writer.raw(",\"faults\":")
        writer.strings(report.faults)
        writer.raw(",\"notes\":")
        writer.strings(report.notes)
        writer.raw(",\"policy\":{\"name\":")
        writer.string(report.policyName)
        writer.raw(",\"digest\":")
        writer.string(report.policyDigest)
        writer.raw(",\"since\":")
        writer.string(CivilTime.rfc3339(nanoseconds: report.policyFiles.sinceNanoseconds))
        if let fault = report.policyFiles.fault { write(fault, to: &writer) }
        writer.raw("},\"audit\":{\"sequence\":")
        writer.integer(report.sequence)
        writer.raw("}}")
        return Answer(status: 200, body: writer.bytes)
    }

    private static func write(_ fault: PolicyStanding.Fault, to writer: inout JSONWriter) {
        writer.raw(",\"fault\":{\"file\":")
        writer.string(fault.file)
        writer.raw(",\"reason\":")
        writer.string(fault.reason)
        writer.raw(",\"since\":")
        writer.string(CivilTime.rfc3339(nanoseconds: fault.sinceNanoseconds))
        writer.raw("}")
    }
}
