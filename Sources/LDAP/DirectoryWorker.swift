internal import Glibc
internal import Time
internal import Workers

/// What runs in a worker: questions about one directory in, answers out.
public enum DirectoryWorker {
    /// The argument by which the program runs as one.
    public static let argument = "worker-ldap"

    /// Whether a gateway has started this process as one; nobody else can.
    public static func isWanted(_ arguments: [String]) -> Bool {
        arguments.dropFirst() == [argument] && WorkerService.isPossible
    }

    /// Answers until the gateway ends.
    public static func serve() -> Never {
        WorkerService.serve { request, descriptors in answer(request, descriptors) }
    }

    /// Answers one request; the descriptors are closed then.
    ///
    /// The service account's connection is the first, the person's the last.
    static func answer(_ request: borrowing RequestFrame, _ descriptors: [Int32]) -> [UInt8] {
        var unused = descriptors
        defer { for descriptor in unused { close(descriptor) } }
        guard let asked = AskedQuestion(json: request.json), request.secrets.count <= 2 else {
            return DirectoryAnswer.fault("the question can't be read").json
        }
        let deadline = Span.after(
            Clocks.system.elapsed(), min(request.milliseconds, 3_600_000) * 1_000_000)
        do throws(DirectoryFault) {
            return try answer(asked, request.secrets, &unused, deadline).json
        } catch {
            switch error {
            case .refused(let code, let reason):
                return DirectoryAnswer.refused(code, reason: reason).json
            case .broken(let reason): return DirectoryAnswer.fault(reason).json
            }
        }
    }

    private static func answer(
        _ asked: AskedQuestion, _ secrets: [[UInt8]], _ descriptors: inout [Int32],
        _ deadline: Int64
    ) throws(DirectoryFault) -> DirectoryAnswer {
        let service = try connection(asked.plan.canConfirm, &descriptors, deadline)
        var isSignOn = false
        if case .signOn = asked.question { isSignOn = true }
        let person = try connection(isSignOn, &descriptors, deadline)
        let asking = DirectoryAsking(
            plan: asked.plan, service: service, person: person,
            servicePassword: secrets.first ?? [])
        switch asked.question {
        case .probe: return try asking.probe()
        case .signOn(let user):
            guard let password = secrets.last, secrets.count == 2 else {
                throw .broken("the question came without a password")
            }
            return try asking.signOn(user, password: password)
        case .confirm(let name, let entry, let id):
            return try asking.confirm(name, entry: entry, id: id)
        }
    }

    private static func connection(
        _ isNeeded: Bool, _ descriptors: inout [Int32], _ deadline: Int64
    ) throws(DirectoryFault) -> DirectoryConnection? {
        guard isNeeded else { return nil }
        guard !descriptors.isEmpty else { throw .broken("a connection is missing") }
        return try DirectoryConnection(descriptor: descriptors.removeFirst(), until: deadline)
    }
}
