import Auth
import Gateway
import NIOConcurrencyHelpers
import StrictJSON
import Support

/// A provider of passwords whose people a test changes while it is asked.
final class TestDirectory: PasswordProvider, Sendable {
    struct Entry: Sendable {
        var password = "right"
        var groups: [String] = ["ops"]
        var roles: [String] = []
    }

    private struct State {
        var people: [String: Entry] = [:]
        var isAway = false
        /// What people are called from now on.
        var names: [String: String] = [:]
        var signOns = 0
        var confirmations = 0
        var forgotten: [String] = []
    }

    let name: String
    let kind = ProviderKind.ldap
    let authority: String
    let rolesAllowed = ["auditor"]
    let pace: RefusalPace
    private let state: NIOLockedValueBox<State>

    init(
        name: String = "corp", authority: String = "ldaps://127.0.0.1 dc=example",
        _ people: [String: Entry] = ["alice": Entry()], pace: RefusalPace = RefusalPace(step: 1)
    ) {
        self.name = name
        self.pace = pace
        self.authority = authority
        state = NIOLockedValueBox(State(people: people))
    }

    /// Has somebody be otherwise from now on; nil takes them away.
    func set(_ person: String, _ entry: Entry?) {
        state.withLockedValue { $0.people[person] = entry }
    }

    /// Has somebody be called otherwise from now on.
    func rename(_ person: String, to name: String) {
        state.withLockedValue { $0.names[person] = name }
    }

    /// Whether nobody can ask it.
    func setAway(_ isAway: Bool) { state.withLockedValue { $0.isAway = isAway } }

    var signOns: Int { state.withLockedValue { $0.signOns } }
    var confirmations: Int { state.withLockedValue { $0.confirmations } }
    var forgotten: [String] { state.withLockedValue { $0.forgotten } }

    func signOn(user: String, password: RawToken) async throws(ProviderFault) -> VouchedPerson {
        let (entry, isAway) = state.withLockedValue { state in
            state.signOns += 1
            return (state.people[user.lowercased()], state.isAway)
        }
        if isAway { throw .unavailable(reason: "it is away") }
        guard let entry else { throw .refused(code: "unknown", reason: "there is nobody") }
        guard password.bytes == Array(entry.password.utf8) else {
            throw .refused(code: "password_wrong", reason: "the bind was refused")
        }
        return person(user.lowercased(), entry)
    }

    func confirm(
        _ person: String, _ handle: ProviderHandle, session: String
    ) async throws(ProviderFault) -> VouchedPerson {
        let (entry, isAway) = state.withLockedValue { state in
            state.confirmations += 1
            return (state.people[person], state.isAway)
        }
        if isAway { throw .unavailable(reason: "it is away") }
        guard let entry, handle.subject == "uid=\(person)" else {
            throw .refused(code: "gone", reason: "there is no such entry any more")
        }
        return self.person(state.withLockedValue { $0.names[person] } ?? person, entry)
    }

    func forget(session: String) { state.withLockedValue { $0.forgotten.append(session) } }

    private func person(_ name: String, _ entry: Entry) -> VouchedPerson {
        var person = VouchedPerson(name: name, handle: ProviderHandle(subject: "uid=\(name)"))
        person.groups = entry.groups
        person.roles = entry.roles
        return person
    }
}

/// A gateway whose people are those of a directory.
struct DirectoryFixture {
    static let policy = """
        maxine_policy: 1
        name: directory
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ group: corp/ops }] }
          - { role: public, subjects: [{ anonymous: true }] }
        acl:
          - { id: no-visitors, effect: deny, subjects: ["group:corp/visitors"], actions: [session.create] }
        """

    let directory: TestDirectory

    init(_ directory: TestDirectory = TestDirectory()) { self.directory = directory }

    func gateway(on left: InProcessGateway? = nil) throws -> InProcessGateway {
        var outside = WatchQuietly.parts
        outside.providers = [directory]
        guard let left else {
            // Early enough for certificates of a start after the clock was moved on to be good by the real one.
            return try InProcessGateway(
                policy: Self.policy, outside: outside,
                clock: TestClock(nanoseconds: TestClock.start - 7_200_000_000_000))
        }
        return try InProcessGateway(
            policy: Self.policy, outside: outside, clock: left.clock, folder: left.left)
    }

    static func body(_ user: String = "alice", _ password: String = "right") -> String {
        var writer = JSONWriter()
        writer.raw("{\"user\":")
        writer.string(user)
        writer.raw(",\"password\":")
        writer.string(password)
        writer.raw("}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension InProcessGateway {
    /// Signs somebody on by a name and a password.
    func signOn(_ user: String = "alice", _ password: String = "right") async throws -> CurlAnswer {
        try await post("login", DirectoryFixture.body(user, password))
    }
}
