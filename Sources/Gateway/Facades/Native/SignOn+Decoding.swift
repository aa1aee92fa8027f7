internal import StrictJSON

extension SignOn {
    /// Reads the body `{user, password}`.
    init(_ input: RouteInput) throws(Problem) {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body, members.count == 2,
            let user = body["user"]?.string, let password = body["password"]?.string
        else { throw .malformed("body: expected {user, password}, both strings") }
        self.init(user: user, password: password)
    }
}
