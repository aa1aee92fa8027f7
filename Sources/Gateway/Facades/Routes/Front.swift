internal import Auth
internal import Policy
internal import Wire

/// One listener's face: the facades that it serves and the credentials that it takes.
struct Front: Sendable {
    /// Tried in this order; the first whose prefix the path has answers for it.
    let tables: [RouteTable]
    /// Tried in this order; the first that knows the credential's kind judges it.
    let authenticators: [any Authenticator]

    /// A request's operation or what is wrong with it, and the facade's shape of errors.
    struct Routed {
        let call: Result<Call, Problem>
        let problems: ProblemEncoder
    }

    @inline(__always)
    func route(_ request: Request) -> Routed {
        let path: NormalisedPath
        do {
            path = try request.normalisedPath()
        } catch {
            return Routed(call: .failure(.malformed(error.reason)), problems: problems)
        }
        for table in tables where table.owns(path) {
            do throws(Problem) {
                return Routed(
                    call: .success(try table.call(for: request, path)), problems: table.problems)
            } catch {
                return Routed(call: .failure(error), problems: table.problems)
            }
        }
        return Routed(call: .failure(.unknownPath(request)), problems: problems)
    }

    /// The shape of errors where no facade is known yet.
    var problems: ProblemEncoder { tables.first?.problems ?? NativeTable.problems }

    /// Changes whenever a credential that was good before may be so no longer.
    var generation: UInt64 { authenticators.reduce(0) { $0 &+ $1.generation } }

    /// Who a credential is.
    func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
        for authenticator in authenticators {
            switch authenticator.authenticate(credential, nowNanoseconds: nowNanoseconds) {
            case .notMine: continue
            case let answer: return answer
            }
        }
        return .refused(.notAccepted(credential.kind))
    }
}
