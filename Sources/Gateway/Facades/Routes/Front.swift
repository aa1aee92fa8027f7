internal import Auth
internal import Policy
internal import Wire

/// One listener's face: the facades that it serves and the credentials that it takes.
struct Front: Sendable {
    /// Tried in this order; the first whose prefix the path has answers for it.
    let tables: [RouteTable]
    /// Tried in this order; the first that knows the credential's kind judges it.
    let authenticators: [any Authenticator]
    /// The hosts that requests may name; nil for any, where a client certificate says whose they are or all is public.
    var hosts: HostNames?
    /// Who is believed about where requests come from.
    var proxies = TrustedProxies([])
    /// Whether caches may keep answers; with an API key in a header of its own nothing else would keep them from it (RFC 9111 section 3.5).
    var mayBeCached = true
    /// Whether a session may be shown as a cookie: where browsers come, and nowhere else.
    var takesCookies = false
    /// How many connections a principal may have here at most.
    var connectionsPerPrincipal = Int.max

    /// The row that a request's method and path mean.
    struct Matched {
        let table: RouteTable
        let route: Route
        let path: NormalisedPath

        var problems: ProblemEncoder { route.problems ?? table.problems }
    }

    /// Why there is no row, and how the facade says it.
    struct Unmatched: Error, CustomStringConvertible {
        let problem: Problem
        let problems: ProblemEncoder

        var description: String { problem.description }
    }

    /// Finds the row of a request; what else it holds is for `decode`, once its sender is known.
    @inline(__always)
    func match(_ request: Request) throws(Unmatched) -> Matched {
        if let hosts, !hosts.holds(request) {
            throw Unmatched(problem: .misdirected, problems: problems)
        }
        if request.targetCount >= SecretText.count, KeyInTarget.isIn(request) {
            throw Unmatched(problem: .keyInTarget, problems: problems)
        }
        let path: NormalisedPath
        do {
            path = try request.normalisedPath()
        } catch {
            throw Unmatched(problem: .malformed(error.reason), problems: problems)
        }
        for table in tables where table.owns(path) {
            do throws(Problem) {
                return Matched(
                    table: table, route: try table.match(request, path), path: path)
            } catch {
                throw Unmatched(problem: error, problems: table.problems)
            }
        }
        throw Unmatched(problem: .unknownPath(request), problems: problems)
    }

    /// Decodes the operation of a request.
    @inline(__always)
    func decode(
        _ request: Request, as matched: borrowing Matched, by certificate: ShownCertificate? = nil
    ) throws(Problem) -> Call {
        try matched.table.decode(
            request, matched.path, as: matched.route, takesCookies: takesCookies, by: certificate)
    }

    /// The shape of errors where no facade is known.
    var problems: ProblemEncoder { tables.first?.problems ?? Answer.problemDetails }

    /// Changes whenever a credential that was good before may be so no longer.
    var generation: UInt64 { authenticators.reduce(0) { $0 &+ $1.generation } }

    /// Who a credential is.
    func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
        if case .session = credential, !takesCookies {
            return .refused(.notAccepted(credential.kind))
        }
        for authenticator in authenticators {
            switch authenticator.authenticate(credential, nowNanoseconds: nowNanoseconds) {
            case .notMine: continue
            case let answer: return answer
            }
        }
        return .refused(.notAccepted(credential.kind))
    }
}
