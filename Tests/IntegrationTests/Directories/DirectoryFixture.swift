import Support

@testable import Gateway
@testable import LDAP
@testable import Workers

/// A desk that asks the directory of a test, with the binary under test as its workers.
struct DirectoryFixture {
    let desk: DirectoryDesk

    init(_ settings: String, elapsed: @escaping @Sendable () -> Int64 = { 0 }) throws {
        let read = try ConfigurationFile.load(yaml: ("maxine.yaml", settings), environment: [:])
        guard let directory = read.configuration.directories.first else {
            throw TestFault(description: "no directory")
        }
        desk = DirectoryDesk(
            directory,
            workers: WorkerProgram(
                path: GatewayProcess.binary, arguments: [DirectoryWorker.argument]),
            environment: [:], elapsed: elapsed)
    }

    func signOn(_ user: String, _ password: String = SlapdServer.password) async
        -> DirectoryAnswer
    {
        await desk.ask(.signOn(user: user), password: Array(password.utf8))
    }

    /// The code of a refusal; nil for any other answer.
    func code(_ user: String, _ password: String = SlapdServer.password) async
        -> DirectoryRefusal?
    {
        guard case .refused(let code, _) = await signOn(user, password) else { return nil }
        return code
    }

    /// Why no server gave an answer; nil where one did.
    func fault(_ user: String = "alice") async -> String? {
        guard case .fault(let reason) = await signOn(user) else { return nil }
        return reason
    }

    /// Who is let in; nil for any other answer.
    func person(
        _ user: String = "alice", _ password: String = SlapdServer.password
    ) async -> DirectoryPerson? {
        guard case .person(let person) = await signOn(user, password) else { return nil }
        return person
    }
}
