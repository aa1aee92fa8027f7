internal import Auth
internal import StrictJSON

extension RevokeTokens {
    static let sample = RouteSample(body: #"{"provider":"idp","token":"t-1"}"#)
    private static let form =
        "body: expected {provider} with one of token (its jti), holder (as records name them) and all: true"

    /// Reads the body.
    init(_ input: RouteInput) throws(Problem) {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body, members.count == 2,
            let provider = body["provider"]?.string, !provider.isEmpty
        else { throw .malformed(Self.form) }
        let reach: TokenRevocation.Reach
        if let id = body["token"]?.string {
            reach = .token(id)
        } else if let id = body["holder"]?.string {
            reach = .holder(id)
        } else if body["all"] == .bool(true) {
            reach = .all
        } else {
            throw .malformed(Self.form)
        }
        switch reach {
        case .token(let id), .holder(let id):
            guard (1...TokenLimits.revokedNameBytesMax).contains(id.utf8.count) else {
                throw .impossible("body: a name of 1 to \(TokenLimits.revokedNameBytesMax) bytes")
            }
        case .all: break
        }
        revocation = TokenRevocation(provider: provider, reach: reach)
    }
}
