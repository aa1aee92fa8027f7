import Audit
import Gateway
import Policy
import Proofs
import StrictJSON

/// Signs a person on with a password; the sample of an operation that waits for another server.
struct SignOn: SlowOperation {
    struct Success: Sendable {
        let user: String
    }

    let user: String
    /// Goes to the directory and nowhere else.
    let password: String
    let directory: FakeDirectory

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    /// The name as it was claimed: the record of a failed attempt has to say whose door was tried.
    var resource: Resource { Resource(id: user) }

    /// Reads the body `{user, password}`.
    init(_ input: RouteInput, _ directory: FakeDirectory) throws(Problem) {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body, members.count == 2,
            let user = body["user"]?.string, let password = body["password"]?.string
        else { throw .malformed("body: expected {user, password}, both strings") }
        self.init(user: user, password: password, directory: directory)
    }

    init(user: String, password: String, directory: FakeDirectory) {
        self.user = user
        self.password = password
        self.directory = directory
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        let wanted = WantedOperation(Self.action, id: user)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            return .failure(.internalError(mismatch.reason))
        }
        do {
            guard let name = try await directory.check(user: user, password: password) else {
                return .failure(.notAuthenticated("unknown user or wrong password"))
            }
            return .success(Success(user: name))
        } catch {
            return .failure(.internalError("the directory was not waited for"))
        }
    }

    static func encode(_ asked: SignOn, _ done: Success) -> Answer {
        var writer = JSONWriter()
        writer.raw("{\"user\":")
        writer.string(done.user)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }
}
