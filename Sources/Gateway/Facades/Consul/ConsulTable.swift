internal import NIOCore
internal import Registry
internal import StrictJSON
internal import Wire

/// The rows of the Consul facade under `/v1`: the same operations, other words.
enum ConsulTable {
    static let service = RouteTable(
        prefix: ["v1"], unknownQuery: .ignored, problems: problems,
        routes: [
            Route(
                .get, ["catalog", "services"],
                decode: { _ throws(Problem) in
                    ListServices(namespace: Registration.defaultNamespace)
                }, encode: services)
        ])

    /// Consul answers errors as plain text.
    static let problems: ProblemEncoder = { problem, sequence in
        let record = sequence.map { " (audit record \($0))" } ?? ""
        var answer = Answer(
            status: problem.status, body: ByteBuffer(string: problem.detail + record + "\n"))
        answer.contentType = "text/plain; charset=utf-8"
        answer.retryAfterSeconds = problem.retryAfterSeconds
        return answer
    }

    private static func services(_ asked: ListServices, _ found: ListServices.Success) -> Answer {
        var writer = JSONWriter(capacity: 16 + found.services.count * 32)
        writer.raw("{")
        for (position, service) in found.services.enumerated() {
            if position > 0 { writer.raw(",") }
            writer.string(service.service)
            writer.raw(":[]")
        }
        writer.raw("}")
        return Answer(status: 200, json: writer.bytes)
    }
}
