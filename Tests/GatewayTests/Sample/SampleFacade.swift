import Gateway
import Policy
import Wire

/// A facade of the tests: operations beside the gateway's own, in words of its own.
enum SampleFacade {
    static func table(_ directory: FakeDirectory, _ counter: DecodeCounter) -> RouteTable {
        RouteTable(
            prefix: ["sample"], unknownQuery: .ignored, problems: problems,
            routes: [
                Route(
                    .post, ["sessions"], takesBody: true,
                    sample: RouteSample(body: #"{"user":"alice","password":"right"}"#),
                    decode: { input throws(Problem) in
                        counter.add()
                        return try SignOn(input, directory)
                    }, encode: SignOn.encode),
                Route(
                    .get, ["services", .service],
                    decode: { input throws(Problem) in CountInstances(input.text(of: .service)) },
                    encode: CountInstances.encode),
            ])
    }

    /// Errors as plain text.
    static let problems = ProblemEncoder { problem, sequence in
        let record = sequence.map { " (audit record \($0))" } ?? ""
        var answer = Answer(
            status: problem.status, body: Array((problem.detail + record + "\n").utf8))
        answer.contentType = "text/plain; charset=utf-8"
        answer.further = problem.further
        return answer
    }
}
